"""High-water marks: read by all, moved only inside the transaction that stores documents."""

from __future__ import annotations

from blink_tui.buffer.database import Database
from blink_tui.buffer.records import MarkMove
from blink_tui.buffer.session import Row, Session
from blink_tui.model.dates import Instant, instant_key
from blink_tui.model.documents import Role
from blink_tui.model.marks import Mark


def _mark(row: Row) -> Mark:
    firm_id, role, since, until = row
    return Mark(firm_id, Role(role), Instant(since), Instant(until))


_FIRST_VERSION = 1


async def move(session: Session, firm_id: int, role: Role, to: MarkMove) -> bool:
    """Move a role's mark forward within the caller's transaction; True when there was none before.

    An instant before the mark leaves it where it is, and so does one whose span begins behind the mark: between the
    two there may be documents that nobody fetched.
    """
    row = await session.row(
        "INSERT INTO mark (firm_id, role, since, until, until_key) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (firm_id, role) DO UPDATE"
        " SET until = excluded.until, until_key = excluded.until_key, version = mark.version + 1"
        " WHERE excluded.until_key > mark.until_key AND ? <= mark.until_key RETURNING version",
        (firm_id, role, to.since, to.until, instant_key(to.until), instant_key(to.since)),
    )
    return row is not None and row[0] == _FIRST_VERSION


class Marks:
    """How far each role of each firm is complete."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, firm_id: int, role: Role) -> Mark | None:
        """The mark of one role; None before its first pass ended."""
        row = await self._database.reader.row(
            "SELECT firm_id, role, since, until FROM mark WHERE firm_id = ? AND role = ?", (firm_id, role)
        )
        return _mark(row) if row else None

    async def all(self) -> list[Mark]:
        """Every mark, by firm and role."""
        rows = await self._database.reader.rows(
            "SELECT firm_id, role, since, until FROM mark ORDER BY firm_id, role"
        )
        return [_mark(row) for row in rows]
