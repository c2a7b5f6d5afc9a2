"""Offices and the contexts that granted them access: seen when, withdrawn when, ignored by whom asked."""

from __future__ import annotations

from collections.abc import Sequence

from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.model.dates import Instant
from blink_tui.model.documents import FirmKind
from blink_tui.model.firms import ContextType, Granted, GrantedContext, GrantSource

_SELECT = """
    SELECT g.context_type, g.context_value, g.kind, g.since, g.source, g.first_seen, g.last_seen, g.withdrawn_at,
        g.ignored, f.id
    FROM granted_context g
    JOIN firm o ON o.id = g.office_id
    LEFT JOIN firm f ON f.context_value = g.context_value AND f.context_type = g.context_type AND f.env = o.env
    WHERE g.office_id = ? ORDER BY g.context_value, g.context_type
"""


def _context(row: Row) -> GrantedContext:
    type_, value, kind, since, source, first, last, withdrawn_at, ignored, firm_id = row
    return GrantedContext(
        context_type=ContextType(type_),
        context_value=value,
        kind=FirmKind(kind),
        since=since,
        source=GrantSource(source),
        first_seen=first,
        last_seen=last,
        withdrawn_at=withdrawn_at,
        ignored=bool(ignored),
        firm_id=firm_id,
    )


class Offices:
    """Who granted what to the offices of a profile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def discovered(self) -> dict[int, Instant]:
        """Enabled firms in whose context it was asked who granted rights to them, and when last."""
        return dict(
            await self._database.reader.rows(
                "SELECT o.firm_id, o.discovered_at FROM office o JOIN firm f ON f.id = o.firm_id WHERE f.enabled"
                " ORDER BY o.firm_id"
            )
        )

    async def contexts(self, office_id: int) -> list[GrantedContext]:
        """Everything that ever granted an office access, withdrawn or not."""
        return [_context(row) for row in await self._database.reader.rows(_SELECT, (office_id,))]

    async def keep(self, office_id: int, source: GrantSource, seen: Sequence[Granted], at: Instant) -> None:
        """Remember what one of KSeF's lists held at an instant; what it no longer holds is withdrawn since then.

        A person's own rights say nothing of what the office itself was granted: they are fewer, and look valid even
        after a withdrawal.
        """
        async with self._database.transaction() as session:
            await session.run(
                "INSERT INTO office (firm_id, discovered_at) VALUES (?, ?)"
                " ON CONFLICT (firm_id) DO UPDATE SET discovered_at = excluded.discovered_at",
                (office_id, at),
            )
            await session.run(
                "UPDATE granted_context SET withdrawn_at = ?"
                " WHERE office_id = ? AND withdrawn_at IS NULL AND ? IN (source, 'entities')",
                (at, office_id, source),
            )
            await session.run_many(
                "INSERT INTO granted_context"
                " (office_id, context_type, context_value, source, kind, since, first_seen, last_seen)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (office_id, context_type, context_value) DO UPDATE SET"
                " source = excluded.source, kind = excluded.kind, since = excluded.since,"
                " last_seen = excluded.last_seen, withdrawn_at = NULL"
                " WHERE excluded.source = 'entities' OR granted_context.source = excluded.source",
                [
                    (office_id, one.context_type, one.context_value, source, one.kind, one.since, at, at)
                    for one in seen
                ],
            )

    async def ignore(self, office_id: int, values: Sequence[str]) -> None:
        """Offer some contexts no more, named by NIP or internal id."""
        async with self._database.transaction() as session:
            await session.run_many(
                "UPDATE granted_context SET ignored = 1 WHERE office_id = ? AND context_value = ?",
                [(office_id, value) for value in values],
            )
