"""KSeF's failures and maintenance as the Ministry told them, and when it was asked for them."""

from __future__ import annotations

from collections.abc import Iterable

from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.model.dates import Instant
from blink_tui.model.outages import Outage, OutageCategory, SystemState


def _outage(row: Row) -> Outage:
    env, event, category, start, end, title = row
    return Outage(env, event, OutageCategory(category), start, end, title)


class Outages:
    """What was told of each environment; nothing is ever taken away, since the Ministry's list forgets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Outage]:
        """Every failure and maintenance known, by environment."""
        rows = await self._database.reader.rows(
            "SELECT env, event, category, started, ended, title FROM outage ORDER BY env, event"
        )
        return [_outage(row) for row in rows]

    async def keep(self, env: str, outages: Iterable[Outage]) -> set[Outage]:
        """Put down what was told of an environment, over what was told of the same events before.

        Returns those that are new or have changed; of two processes that learn the same, one gets them.
        """
        changed = set()
        async with self._database.transaction() as session:
            for one in outages:
                rows = await session.rows(
                    "INSERT INTO outage (env, event, category, started, ended, title) VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (env, event) DO UPDATE SET category = excluded.category,"
                    " started = excluded.started, ended = excluded.ended, title = excluded.title"
                    " WHERE (category, started, title) <> (excluded.category, excluded.started, excluded.title)"
                    " OR ended IS NOT excluded.ended RETURNING event",
                    (env, one.event, one.category, one.start, one.end, one.title),
                )
                if rows:
                    changed.add(one)
        return changed

    async def states(self) -> dict[str, SystemState]:
        """How each environment is that was ever asked about."""
        rows = await self._database.reader.rows("SELECT env, asked, status, told, silent FROM system_state")
        return {
            env: SystemState(env, asked, status, told, bool(silent))
            for env, asked, status, told, silent in rows
        }

    async def asked(self, env: str) -> Instant | None:
        """When an environment was last asked about, answered or not."""
        row = await self._database.reader.row("SELECT asked FROM system_state WHERE env = ?", (env,))
        return Instant(row[0]) if row else None

    async def note_asked(self, env: str, at: Instant, status: str | None, *, silent: bool) -> bool:
        """An environment was asked about, and its status told unless it is None; the last one told stays then.

        Returns True when it is silent and was not when it was asked before.
        """
        async with self._database.transaction() as session:
            before = await session.row("SELECT silent FROM system_state WHERE env = ?", (env,))
            await session.run(
                "INSERT INTO system_state (env, asked, status, told, silent) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (env) DO UPDATE SET asked = excluded.asked, silent = excluded.silent,"
                " status = coalesce(excluded.status, status), told = coalesce(excluded.told, told)",
                (env, at, status, None if status is None else at, int(silent)),
            )
        return silent and not (before and before[0])
