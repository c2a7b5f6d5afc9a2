"""Leases: one process at a time works on a firm's role."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from blink_tui.buffer import schedules
from blink_tui.buffer.database import Database
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_key, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.schedule import RoleEnd

TERM = timedelta(seconds=60)
"""A lease that was not renewed for so long may be taken over, whoever held it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a wish to work on roles."""

    roles: tuple[Role, ...]
    others: Mapping[Role, str]
    """Roles that another process works on, with its name."""


class Leases:
    """Who works on what. A holder is a name that tells a process from every other one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(
        self,
        firm_id: int,
        roles: Sequence[Role],
        holder: str,
        is_gone: Callable[[str], bool],
        *,
        asked: Instant | None = None,
        planned: Mapping[Role, Instant | None] | None = None,
    ) -> Taken:
        """Take the leases that are free, ended, or held by a process that is gone.

        `asked` is when the roles taken count as asked for by the schedule. `planned` is when each had been asked
        for last as far as the caller knew: a role that somebody asked for since is left alone.
        """
        async with self._database.transaction() as session:
            others = {
                Role(role): str(other)
                for role, other, until in await session.rows(
                    "SELECT role, holder, until FROM lease WHERE firm_id = ?", (firm_id,)
                )
                if other != holder and until > self._key(timedelta()) and not is_gone(other)
            }
            free = [role for role in roles if role not in others]
            if planned is not None:
                last = await schedules.asked(session, firm_id)
                free = [role for role in free if last[role] == planned[role]]
            await session.run_many(
                "INSERT INTO lease (firm_id, role, holder, until) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (firm_id, role) DO UPDATE SET holder = excluded.holder, until = excluded.until",
                [(firm_id, role.value, holder, self._key(TERM)) for role in free],
            )
            if asked is not None:
                await schedules.begun(session, firm_id, free, asked)
        return Taken(tuple(free), {role: other for role, other in others.items() if role in roles})

    async def held_elsewhere(
        self, holder: str, is_gone: Callable[[str], bool]
    ) -> dict[tuple[int, Role], str]:
        """Firms and roles that other processes work on now, with the name of each."""
        rows = await self._database.reader.rows("SELECT firm_id, role, holder, until FROM lease")
        return {
            (firm_id, Role(role)): other
            for firm_id, role, other, until in rows
            if other != holder and until > self._key(timedelta()) and not is_gone(other)
        }

    async def renew(self, holder: str) -> None:
        """Begin a new term for everything a holder has."""
        async with self._database.transaction() as session:
            await session.run("UPDATE lease SET until = ? WHERE holder = ?", (self._key(TERM), holder))

    async def release(
        self, firm_id: int, roles: Sequence[Role], holder: str, ends: Mapping[Role, RoleEnd] | None = None
    ) -> None:
        """Give leases back, with what came of the roles; one that another holder took over stays with it."""
        async with self._database.transaction() as session:
            await session.run_many(
                "DELETE FROM lease WHERE firm_id = ? AND role = ? AND holder = ?",
                [(firm_id, role.value, holder) for role in roles],
            )
            await schedules.ended(session, firm_id, ends or {})

    def _key(self, ahead: timedelta) -> str:
        return instant_key(instant_of(self._clock.now() + ahead))
