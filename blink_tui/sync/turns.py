"""Keeps the schedule for as long as it lives, for a process that does nothing else: several turns beside one another.

A turn is a run of the engine. One that takes long (a large history, a package that KSeF prepares) holds up neither the
firms that become due meanwhile nor those that a person wants fetched now. No firm's pass runs in two turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from blink_tui.buffer import Buffer
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.sync.agenda import Agenda, read_agenda
from blink_tui.sync.attendant import LOOK_EVERY
from blink_tui.sync.course import Course
from blink_tui.sync.engine import SyncEngine, Wish
from blink_tui.sync.workers import ended
from blink_tui.vault import Vault

BREATH = timedelta(seconds=5)
"""Between two looks at the schedule, which cost 0.1 s for 2,000 firms; what a person wants does not wait for it."""
HOLDS_UP = timedelta(minutes=1)
"""A turn that lasts longer than this is gone on without."""
MOST_DUE = 4
"""Turns beside one another at which the schedule begins no more: each has a worker process and connections."""
MOST = 8
"""Turns beside one another at which even what a person wants has to wait."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A run that goes on."""

    began: datetime
    course: Course
    task: asyncio.Task[Any]
    fetches: bool = True


@dataclass(frozen=True, slots=True)
class Advance:
    """What became of turns since the last call."""

    ended: int
    problems: tuple[BlinkError, ...]
    """What ended turns as a whole, such as a full disk."""


def to_begin(
    agenda: Agenda, turns: Sequence[Turn], tried: Mapping[int, datetime], now: datetime
) -> list[Firm]:
    """The firms for a new turn: what a person wants at once, what is due where no turn was just begun.

    `tried` tells when a turn with a firm last began: one that stayed due though it was run waits for LOOK_EVERY, unless
    somebody wants it since.
    """
    running = {firm_id for turn in turns for firm_id in turn.course.running}
    waiting = {firm_id for turn in turns for firm_id in turn.course.waiting}
    free = [firm for firm in agenda.due if firm.id not in running]
    wanted = [firm for firm in free if _newly_wanted(agenda.wanted.get(firm.id), tried.get(firm.id))]
    if len(turns) >= MOST:
        return []
    if len(turns) >= MOST_DUE or any(
        turn.fetches and timedelta() <= now - turn.began < HOLDS_UP for turn in turns
    ):
        return wanted
    taken = waiting | {firm.id for firm in wanted}
    due = [firm for firm in free if firm.id not in taken and _rested(tried.get(firm.id), now)]
    return [*wanted, *due]


def _newly_wanted(wish: datetime | None, tried: datetime | None) -> bool:
    return wish is not None and (tried is None or wish > tried)


def _rested(tried: datetime | None, now: datetime) -> bool:
    return tried is None or not timedelta() <= now - tried < LOOK_EVERY


class Turns:
    """The turns of one engine. `advance` is called every second or so; `stop` ends what runs."""

    def __init__(self, buffer: Buffer, engine: SyncEngine, clock: Clock, vault: Vault | None) -> None:
        self._buffer = buffer
        self._engine = engine
        self._clock = clock
        self._vault = vault
        self._turns: list[Turn] = []
        self._agenda = Agenda()
        self._looked: datetime | None = None
        self._seen = 0
        self._asked: tuple[object, ...] | None = None
        self._tried: dict[int, datetime] = {}
        self._unsettled = False
        """Something may have to be done that no change of the buffer and no moment will announce."""
        self._after_turn = False
        self.names: dict[int, str] = {}
        """Contexts of firms for which turns were begun, by id."""

    @property
    def busy(self) -> bool:
        """Whether a turn goes on."""
        return any(not turn.task.done() for turn in self._turns)

    def use_vault(self, vault: Vault) -> None:
        """Log in with another vault from the next turn on."""
        self._vault = vault
        self._engine.use_vault(vault)
        self.look_soon()

    def look_soon(self) -> None:
        """Look at the schedule at the next call, whatever was seen."""
        self._looked = None
        self._tried.clear()

    async def advance(self) -> Advance:
        """Begin what is to be begun now. Raises BlinkError where the buffer or the vault refuses the look."""
        finished = [turn for turn in self._turns if turn.task.done()]
        self._turns = [turn for turn in self._turns if not turn.task.done()]
        self._after_turn = self._after_turn or any(turn.fetches for turn in finished)
        now = self._clock.now()
        if await self._is_to_look(now):
            await self._look(now)
        return Advance(len(finished), tuple(filter(None, map(_problem, finished))))

    async def stop(self) -> None:
        """End every turn at its next safe point; what was not committed is fetched again in the next one."""
        await ended([turn.task for turn in self._turns])
        self._turns.clear()

    async def _is_to_look(self, now: datetime) -> bool:
        """Cheap, since it is asked every second: two numbers, and a query where anybody has written."""
        version = await self._buffer.data_version()
        changed = version != self._seen
        if changed:
            asked = await self._buffer.schedules.asked_by_people()
            if asked != self._asked:
                return True
        if self._looked is None or now < self._looked:
            return True
        since, next_at = now - self._looked, self._agenda.next_at
        if since >= LOOK_EVERY and (changed or self._unsettled or bool(self._agenda.due)):
            return True
        is_due = next_at is not None and next_at <= now
        return since >= BREATH and (is_due or self._after_turn or self._wish_is_free())

    def _wish_is_free(self) -> bool:
        """Whether a firm that was wanted while its pass ran runs no more."""
        running = {firm_id for turn in self._turns for firm_id in turn.course.running}
        return any(
            firm_id not in running and _newly_wanted(wish, self._tried.get(firm_id))
            for firm_id, wish in self._agenda.wanted.items()
        )

    async def _look(self, now: datetime) -> None:
        self._looked, self._unsettled, self._after_turn = now, True, False
        self._seen = await self._buffer.data_version()  # what comes after this is looked at next time
        self._asked = await self._buffer.schedules.asked_by_people()
        if self._vault is None:  # nothing can log in
            self._agenda = Agenda()
        else:
            self._agenda = await read_agenda(self._buffer, now, self._vault)
        self._unsettled = self._agenda.elsewhere
        firms = to_begin(self._agenda, self._turns, self._tried, now)
        if firms:
            self.names |= {firm.id: firm.context_value for firm in firms}
            self._tried |= dict.fromkeys((firm.id for firm in firms), now)
            course = Course({firm.id for firm in firms})
            task = asyncio.create_task(self._engine.run(firms, Wish(due=True), course))
            self._turns.append(Turn(now, course, task))
        elif not self._turns:  # books or rules may have been changed
            self._turns.append(
                Turn(now, Course(), asyncio.create_task(self._engine.propose()), fetches=False)
            )


def _problem(turn: Turn) -> BlinkError | None:
    """What ended a turn; a fault of the program's own is raised."""
    error = turn.task.exception()
    if error is not None and not isinstance(error, BlinkError):
        raise error
    return error
