"""Settings of a profile: texts by name."""

from __future__ import annotations

from typing import TypeVar

from blink_tui.buffer import errors, meanwhile
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Session
from blink_tui.model.settings import Setting

T = TypeVar("T")


class Settings:
    """What was set by hand; a name that was not is None, and its reader knows the default."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        """The value of a name."""
        row = await self._database.reader.row("SELECT value FROM setting WHERE key = ?", (key,))
        return str(row[0]) if row else None

    async def value(self, setting: Setting[T]) -> T:
        """What a setting says, its default where it was not set or was set by another version of the program."""
        text = await self.get(setting.key)
        try:
            return setting.parse(setting.default if text is None else text)
        except ValueError:
            return setting.parse(setting.default)

    async def set(self, key: str, value: str) -> None:
        """Set a name, whatever it was before."""
        async with self._database.transaction() as session:
            await _set(session, key, value)

    async def change(self, key: str, value: str, *, seen: str | None) -> None:
        """Set a name that said `seen` when it was looked at. Raises BlinkError(CHANGED_MEANWHILE)."""
        async with self._database.transaction() as session:
            row = await session.row("SELECT value FROM setting WHERE key = ?", (key,))
            if (row[0] if row else None) != seen:
                raise meanwhile.by(None, errors.SETTING)
            await _set(session, key, value)


async def _set(session: Session, key: str, value: str) -> None:
    await session.run(
        "INSERT INTO setting (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = setting.version + 1",
        (key, value),
    )
