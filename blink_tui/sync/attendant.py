"""Runs the schedule for as long as it lives: what is due, what this process wants, what other processes want.

Where another process holds the work it watches: it asks KSeF for nothing and looks at the buffer again later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from blink_tui.buffer import Buffer
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from blink_tui.sync.agenda import Agenda, read_agenda
from blink_tui.sync.engine import SyncEngine
from blink_tui.sync.firm_pass import Wish
from blink_tui.sync.leases import holder_name, is_gone
from blink_tui.sync.timetable import askable_roles
from blink_tui.sync.workers import ended
from blink_tui.vault import Vault

LOOK_EVERY = timedelta(seconds=30)
"""Wishes of other processes are seen after so long, at the latest."""


class Attendant:
    """Takes turns: `due` tells what is to be done, `run` does it, `answer` does what a person wants, `rest` waits."""

    def __init__(self, buffer: Buffer, vault: Vault, engine: SyncEngine, clock: Clock) -> None:
        self._buffer = buffer
        self._vault = vault
        self._engine = engine
        self._clock = clock
        self._agenda = Agenda()
        self._unsettled = True
        """Something may have to be done that no change of the buffer and no moment will announce."""
        self._seen = 0
        self._tried: set[int] = set()

    def use_vault(self, vault: Vault) -> None:
        """Go by another vault from now on; called between turns."""
        self._vault = vault
        self._engine.use_vault(vault)
        self._tried.clear()

    async def due(self) -> list[Firm]:
        """Firms to run now; one that stayed due though it was run waits for the next look. Raises BlinkError.

        When there are none, what waits for a proposal gets it: books or rules may have been changed meanwhile.
        """
        self._forget()
        self._seen = await self._buffer.data_version()  # what comes after this is looked at in the next turn
        self._agenda = await read_agenda(self._buffer, self._clock.now(), self._vault)
        self._unsettled = self._agenda.elsewhere or bool(self._agenda.due)
        firms = [firm for firm in self._agenda.due if firm.id not in self._tried]
        if not firms:
            await self._engine.propose()
        return firms

    async def run(self, firms: Sequence[Firm]) -> None:
        """What the schedule says, for firms that `due` named. Raises BlinkError."""
        self._forget()
        self._tried |= {firm.id for firm in firms}
        await self._engine.run(firms, Wish(due=True))

    async def answer(self, wishes: Sequence[tuple[int, ...] | None]) -> None:
        """A pass over the firms that some wish names, all enabled ones for None. Raises BlinkError.

        Roles that another process works on are left to whoever runs the schedule, as a wish in the buffer.
        """
        self._forget()
        elsewhere = await self._buffer.leases.held_elsewhere(holder_name(), is_gone)
        passes: dict[tuple[Role, ...], list[Firm]] = {}
        left: dict[tuple[Role, ...], list[int]] = {}
        for firm in await self._wanted(wishes):
            roles = askable_roles(firm)
            held = tuple(role for role in roles if (firm.id, role) in elsewhere)
            free = tuple(role for role in roles if role not in held)
            if held:
                left.setdefault(held, []).append(firm.id)
            if free:
                passes.setdefault(free, []).append(firm)
        for roles, firm_ids in left.items():
            await self._buffer.schedules.want(firm_ids, roles, instant_of(self._clock.now()))
        for roles, firms in passes.items():
            await self._engine.run(firms, Wish(roles=roles))

    async def leave(self, wishes: Sequence[tuple[int, ...] | None]) -> None:
        """Put down what was wished, for whoever keeps the schedule. Raises BlinkError."""
        roles: dict[tuple[Role, ...], list[int]] = {}
        for firm in await self._wanted(wishes):
            roles.setdefault(tuple(askable_roles(firm)), []).append(firm.id)
        for some, firm_ids in roles.items():
            await self._buffer.schedules.want(firm_ids, some, instant_of(self._clock.now()))

    async def _wanted(self, wishes: Sequence[tuple[int, ...] | None]) -> list[Firm]:
        firms = await self._buffer.firms.list(enabled_only=True)
        if None in wishes:
            return firms
        wanted = {firm_id for wish in wishes if wish is not None for firm_id in wish}
        return [firm for firm in firms if firm.id in wanted]

    async def rest(self, woken: asyncio.Event) -> None:
        """Until this process wants something, the schedule asks, or a look shows that the buffer has changed."""
        while not await self._woken_within(woken, self._pause()):
            now, next_at = self._clock.now(), self._agenda.next_at
            if self._unsettled or (next_at is not None and next_at <= now):
                break
            if await self._buffer.data_version() != self._seen:
                break
        self._tried.clear()

    def _forget(self) -> None:
        """What was known of the schedule is no longer so; after a failure it is looked at again in due time."""
        self._agenda, self._unsettled = Agenda(), True

    def _pause(self) -> float:
        next_at = self._agenda.next_at
        left = LOOK_EVERY if next_at is None else min(LOOK_EVERY, next_at - self._clock.now())
        return max(0.0, left.total_seconds())

    async def _woken_within(self, woken: asyncio.Event, seconds: float) -> bool:
        waiting = [asyncio.create_task(woken.wait()), asyncio.create_task(self._clock.sleep(seconds))]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(waiting)
        return woken.is_set()
