"""Filters that people keep, each person's own."""

from __future__ import annotations

from blink_tui.buffer import errors
from blink_tui.buffer.database import Database
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.filtering.saved import SavedFilter


class SavedFilters:
    """By user and name."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list(self, who: str) -> list[SavedFilter]:
        """A user's filters by name."""
        rows = await self._database.reader.rows(
            "SELECT name, text, created FROM saved_filter WHERE who = ? ORDER BY name", (who,)
        )
        return [SavedFilter(name, text, Instant(created)) for name, text, created in rows]

    async def get(self, who: str, name: str) -> SavedFilter:
        """Raises BlinkError(NO_FILTER)."""
        for one in await self.list(who):
            if one.name == name:
                return one
        raise BlinkError(errors.NO_FILTER, name=name)

    async def save(self, who: str, name: str, text: str, *, replace: bool = False) -> SavedFilter:
        """Keep a text under a name. Raises BlinkError(FILTER_EXISTS) where the user has one and it is to stay."""
        saved = SavedFilter(name, text, instant_of(self._clock.now()))
        async with self._database.transaction() as session:
            rows = await session.rows(
                "INSERT INTO saved_filter (who, name, text, created) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT DO UPDATE SET text = excluded.text, created = excluded.created WHERE ?5 RETURNING 1",
                (who, name, text, saved.created, int(replace)),
            )
            if not rows:
                raise BlinkError(errors.FILTER_EXISTS, name=name)
        return saved

    async def remove(self, who: str, name: str) -> None:
        """Raises BlinkError(NO_FILTER)."""
        async with self._database.transaction() as session:
            rows = await session.rows(
                "DELETE FROM saved_filter WHERE who = ? AND name = ? RETURNING 1", (who, name)
            )
            if not rows:
                raise BlinkError(errors.NO_FILTER, name=name)
