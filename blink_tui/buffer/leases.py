"""Leases: one process at a time works on a firm's role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from blink_tui.buffer.database import Database
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_key, instant_of
from blink_tui.model.documents import Role

TERM = timedelta(seconds=60)
"""A lease that was not renewed for so long may be taken over, whoever held it."""


class Leases:
    """Who works on what. A holder is a name that tells a process from every other one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self, firm_id: int, role: Role, holder: str, is_gone: Callable[[str], bool]) -> str | None:
        """Take a lease that is free, ended, or held by a process that is gone. None, or who holds it."""
        async with self._database.transaction() as session:
            row = await session.row(
                "SELECT holder, until FROM lease WHERE firm_id = ? AND role = ?", (firm_id, role)
            )
            if row is not None:
                other, until = str(row[0]), str(row[1])
                if other != holder and until > self._key(timedelta()) and not is_gone(other):
                    return other
            await session.run(
                "INSERT INTO lease (firm_id, role, holder, until) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (firm_id, role) DO UPDATE SET holder = excluded.holder, until = excluded.until",
                (firm_id, role, holder, self._key(TERM)),
            )
        return None

    async def renew(self, holder: str) -> None:
        """Begin a new term for everything a holder has."""
        async with self._database.transaction() as session:
            await session.run("UPDATE lease SET until = ? WHERE holder = ?", (self._key(TERM), holder))

    async def release(self, firm_id: int, role: Role, holder: str) -> None:
        """Give a lease back; one that another holder has taken over stays with it."""
        async with self._database.transaction() as session:
            await session.run(
                "DELETE FROM lease WHERE firm_id = ? AND role = ? AND holder = ?", (firm_id, role, holder)
            )

    def _key(self, ahead: timedelta) -> str:
        return instant_key(instant_of(self._clock.now() + ahead))
