"""Leases: one process at a time works on a firm's role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from blink_tui.buffer import schedules
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_key, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.schedule import RoleEnd

TERM = timedelta(seconds=60)
"""A lease that was not renewed for so long may be taken over, whoever held it."""
_FARTHEST = 10 * TERM
"""Clocks of two machines do not differ by so much."""


_SELECT = "SELECT firm_id, role, holder, until, until_steady FROM lease"


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
        for last as far as the caller knew: a role that somebody asked for since is left alone, and so are all of a firm
        that was paused, switched off or erased since.
        """
        async with self._database.transaction() as session:
            rows = await session.rows(f"{_SELECT} WHERE firm_id = ?", (firm_id,))
            others = {role: other for (_firm, role), other in self._held(rows, holder, is_gone).items()}
            free = [role for role in roles if role not in others]
            if planned is not None:
                last = await schedules.asked(session, firm_id)
                free = [role for role in free if role in last and last[role] == planned[role]]
            await session.run_many(
                "INSERT INTO lease (firm_id, role, holder, until, until_steady) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (firm_id, role) DO UPDATE SET holder = excluded.holder, until = excluded.until,"
                " until_steady = excluded.until_steady",
                [(firm_id, role.value, holder, *self._ends()) for role in free],
            )
            if asked is not None:
                await schedules.begun(session, firm_id, free, asked)
        return Taken(tuple(free), {role: other for role, other in others.items() if role in roles})

    async def held_elsewhere(
        self, holder: str, is_gone: Callable[[str], bool]
    ) -> dict[tuple[int, Role], str]:
        """Firms and roles that other processes work on now, with the name of each."""
        return self._held(await self._database.reader.rows(_SELECT), holder, is_gone)

    async def renew(self, holder: str) -> None:
        """Begin a new term for everything a holder has."""
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE lease SET until = ?, until_steady = ? WHERE holder = ?", (*self._ends(), holder)
            )

    async def release(
        self,
        firm_id: int,
        roles: Sequence[Role],
        holder: str,
        ends: Mapping[Role, RoleEnd] | None = None,
        *,
        interrupted: Sequence[Role] = (),
    ) -> None:
        """Give leases back, with what came of the roles; one that another holder took over stays with it.

        Of roles whose pass was interrupted the schedule keeps that, as it does after a kill.
        """
        async with self._database.transaction() as session:
            await session.run_many(
                "UPDATE lease SET holder = '', until = '', until_steady = 0"
                " WHERE firm_id = ? AND role = ? AND holder = ?",
                [(firm_id, role.value, holder) for role in interrupted],
            )
            await session.run_many(
                "DELETE FROM lease WHERE firm_id = ? AND role = ? AND holder = ?",
                [(firm_id, role.value, holder) for role in roles],
            )
            await schedules.ended(session, firm_id, ends or {})

    def _held(
        self, rows: Iterable[Row], holder: str, is_gone: Callable[[str], bool]
    ) -> dict[tuple[int, Role], str]:
        """Leases of others that have not ended.

        Processes of one boot go by a clock that nobody sets, others by the time of day; a term that ends far later than
        one which begins now was begun by a clock that was wrong.
        """
        moment, steady = self._clock.now(), self._clock.steady()
        now, latest = instant_key(instant_of(moment)), instant_key(instant_of(moment + _FARTHEST))
        return {
            (firm_id, Role(role)): other
            for firm_id, role, other, until, until_steady in rows
            if other != holder
            and (until_steady > steady if _boot(other) == _boot(holder) else now < until <= latest)
            and not is_gone(other)
        }

    def _ends(self) -> tuple[str, float]:
        """When a term that begins now is over, by both clocks."""
        until = instant_key(instant_of(self._clock.now() + TERM))
        return until, self._clock.steady() + TERM.total_seconds()


def _boot(holder: str) -> str:
    """The machine and boot in a holder's name (`sync.leases.holder_name`)."""
    return holder.rsplit("/", 2)[0]
