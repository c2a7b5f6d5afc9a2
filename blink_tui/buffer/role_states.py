"""Where a role of a firm stands, read before every step of a pass: one query, and more only where there is more."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.buffer.database import Database
from blink_tui.buffer.exports import PendingExports
from blink_tui.buffer.mismatches import Mismatches
from blink_tui.buffer.ranges import HistoryRanges
from blink_tui.buffer.records import StoredExport
from blink_tui.model.documents import Role
from blink_tui.model.marks import HistoryRange, Mark
from blink_tui.model.mismatches import Mismatch

_SELECT = """
    SELECT m.since, m.until,
        EXISTS (SELECT 1 FROM history_range h WHERE h.firm_id = r.firm_id AND h.role = r.role),
        EXISTS (SELECT 1 FROM pending_export e WHERE e.firm_id = r.firm_id AND e.role = r.role),
        EXISTS (SELECT 1 FROM mismatch d WHERE d.firm_id = r.firm_id AND d.role = r.role)
    FROM (SELECT ? AS firm_id, ? AS role) r
    LEFT JOIN mark m ON m.firm_id = r.firm_id AND m.role = r.role
"""


@dataclass(frozen=True, slots=True)
class RoleState:
    """What is known of one role of one firm."""

    mark: Mark | None
    """None before its first pass ended."""
    ranges: tuple[HistoryRange, ...]
    """History, in the order in which it was asked for."""
    exports: tuple[StoredExport, ...]
    """Ordered and not stored yet, oldest first."""
    mismatches: tuple[Mismatch, ...]
    """What disagrees, accepted or not."""


class RoleStates:
    """The roles of a profile's firms."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ranges = HistoryRanges(database)
        self._exports = PendingExports(database)
        self._mismatches = Mismatches(database)

    async def of(self, firm_id: int, role: Role) -> RoleState:
        """Everything of one role; it may change at once unless the caller holds its lease."""
        row = await self._database.reader.row(_SELECT, (firm_id, role))
        since, until, has_ranges, has_exports, has_mismatches = row or (None, None, 0, 0, 0)
        exports = await self._exports.list(firm_id) if has_exports else ()
        mismatches = await self._mismatches.of(firm_id) if has_mismatches else ()
        return RoleState(
            Mark(firm_id, role, since, until) if since is not None else None,
            tuple(await self._ranges.of(firm_id, role)) if has_ranges else (),
            tuple(one for one in exports if one.role is role),
            tuple(one for one in mismatches if one.role is role),
        )
