"""Settings of a profile: texts by name."""

from __future__ import annotations

from blink_tui.buffer.database import Database


class Settings:
    """What was set by hand; a name that was not is None, and its reader knows the default."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        """The value of a name."""
        row = await self._database.reader.row("SELECT value FROM setting WHERE key = ?", (key,))
        return str(row[0]) if row else None

    async def set(self, key: str, value: str) -> None:
        """Set a name, whatever it was before."""
        async with self._database.transaction() as session:
            await session.run(
                "INSERT INTO setting (key, value) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = setting.version + 1",
                (key, value),
            )
