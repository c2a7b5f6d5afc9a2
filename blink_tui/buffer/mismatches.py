"""Documents on which KSeF's own accounts disagree: how often it was seen, and what a person decided."""

from __future__ import annotations

from collections.abc import Sequence

from blink_tui.buffer import schedules
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.mismatches import Disagreement, Mismatch

_SELECT = """
    SELECT firm_id, role, subject, listed, found, times, first_at, last_at, accepted_by, reason
    FROM mismatch WHERE {where} ORDER BY role, subject
"""


def _mismatch(row: Row) -> Mismatch:
    firm_id, role, subject, listed, found, times, first_at, last_at, accepted_by, reason = row
    return Mismatch(
        firm_id,
        Role(role),
        Disagreement(subject, listed, found),
        times,
        first_at,
        last_at,
        accepted_by,
        reason,
    )


class Mismatches:
    """What disagreed and was not cured since."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, firm_id: int) -> list[Mismatch]:
        """What disagrees in a firm's roles, accepted or not."""
        return [
            _mismatch(row)
            for row in await self._database.reader.rows(
                composed(_SELECT, where="firm_id = ?"),
                (firm_id,),
            )
        ]

    async def all(self) -> list[Mismatch]:
        """What disagrees in any firm, accepted or not."""
        return [_mismatch(row) for row in await self._database.reader.rows(composed(_SELECT, where="1 = 1"))]

    async def saw(
        self, firm_id: int, role: Role, found: Sequence[Disagreement], at: Instant
    ) -> list[Mismatch]:
        """A fresh package disagreed so; what it no longer says is forgotten. Returns the role's present ones."""
        async with self._database.transaction() as session:
            known = [
                _mismatch(row)
                for row in await session.rows(
                    composed(_SELECT, where="firm_id = ? AND role = ?"),
                    (firm_id, role),
                )
            ]
            await session.run_many(
                "DELETE FROM mismatch WHERE firm_id = ? AND role = ? AND subject = ? AND listed = ? AND found = ?",
                [
                    (firm_id, role, *one.what)
                    for one in known
                    if one.accepted_by is None and one.what not in found
                ],
            )
            await session.run_many(
                "INSERT INTO mismatch (firm_id, role, subject, listed, found, times, first_at, last_at)"
                " VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET times = times + 1,"
                " last_at = excluded.last_at",
                [(firm_id, role, *one, at, at) for one in found],
            )
        return [one for one in await self.of(firm_id) if one.role is role]

    async def cured(self, firm_id: int, role: Role) -> None:
        """A role's package agreed with itself: what nobody accepted is forgotten."""
        async with self._database.transaction() as session:
            await session.run(
                "DELETE FROM mismatch WHERE firm_id = ? AND role = ? AND accepted_by IS NULL", (firm_id, role)
            )

    async def accept(self, firm_id: int, subject: str, *, who: str, reason: str) -> int:
        """Let the roles go on in spite of what disagrees about a subject; returns how many disagreements.

        What the schedule put off because of them comes in its turn again.
        """
        async with self._database.transaction() as session:
            rows = await session.rows(
                "UPDATE mismatch SET accepted_by = ?, reason = ? WHERE firm_id = ? AND subject = ?"
                " AND accepted_by IS NULL RETURNING role",
                (who, reason, firm_id, subject),
            )
            await schedules.let_go(session, firm_id, {Role(role) for (role,) in rows})
            return len(rows)
