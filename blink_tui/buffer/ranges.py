"""Ranges of history that are fetched beside the forward mark, each with a mark of its own."""

from __future__ import annotations

from blink_tui.buffer.database import Database
from blink_tui.buffer.records import MarkMove
from blink_tui.buffer.session import Row, Session
from blink_tui.model.dates import Instant, instant_key
from blink_tui.model.documents import Role
from blink_tui.model.marks import HistoryRange

_SELECT = """
    SELECT id, firm_id, role, since, until, reached FROM history_range WHERE firm_id = ? AND role = ? ORDER BY id
"""


def _range(row: Row) -> HistoryRange:
    id_, firm_id, role, since, until, reached = row
    return HistoryRange(id_, firm_id, Role(role), since, until, reached)


async def move(session: Session, firm_id: int, role: Role, to: MarkMove) -> None:
    """Move a range's mark forward within the caller's transaction, by the rules of `marks.move`.

    A range that is whole and reaches the forward mark's beginning becomes part of what that mark claims.
    """
    ranges = [_range(row) for row in await session.rows(_SELECT, (firm_id, role))]
    moved = next((one for one in ranges if one.id == to.range_id), None)
    if moved is None or not instant_key(to.since) <= instant_key(moved.reached) < instant_key(to.until):
        return
    await session.run("UPDATE history_range SET reached = ? WHERE id = ?", (to.until, to.range_id))
    await absorb(session, firm_id, role)


async def absorb(session: Session, firm_id: int, role: Role) -> None:
    """Let the forward mark claim the whole ranges that adjoin it, the latest first."""
    row = await session.row("SELECT since FROM mark WHERE firm_id = ? AND role = ?", (firm_id, role))
    if row is None:
        return
    since = Instant(row[0])
    ranges = [_range(found) for found in await session.rows(_SELECT, (firm_id, role))]
    for one in sorted(ranges, key=lambda each: instant_key(each.until), reverse=True):
        if one.whole and instant_key(one.until) >= instant_key(since):
            since = min(since, one.since, key=instant_key)
            await session.run("DELETE FROM history_range WHERE id = ?", (one.id,))
    if since != row[0]:
        await session.run(
            "UPDATE mark SET since = ?, version = version + 1 WHERE firm_id = ? AND role = ?",
            (since, firm_id, role),
        )


class HistoryRanges:
    """History that is still to be fetched."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, firm_id: int, role: Role) -> list[HistoryRange]:
        """The ranges of a role, in the order in which they were asked for."""
        return [_range(row) for row in await self._database.reader.rows(_SELECT, (firm_id, role))]

    async def all(self) -> list[HistoryRange]:
        """Every range of every firm."""
        rows = await self._database.reader.rows(
            "SELECT id, firm_id, role, since, until, reached FROM history_range ORDER BY firm_id, role, id"
        )
        return [_range(row) for row in rows]

    async def add(self, firm_id: int, role: Role, since: Instant, until: Instant) -> None:
        """Have [since, until) fetched; a range that is there already is not doubled."""
        async with self._database.transaction() as session:
            ranges = [_range(row) for row in await session.rows(_SELECT, (firm_id, role))]
            if not any((one.since, one.until) == (since, until) for one in ranges):
                await session.run(
                    "INSERT INTO history_range (firm_id, role, since, until, reached) VALUES (?, ?, ?, ?, ?)",
                    (firm_id, role, since, until, since),
                )
