"""What is done from time to time beside fetching, by whoever keeps the schedule: the daemon, or a timer's command."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from blink_tui.buffer import Buffer
from blink_tui.buffer.chores import ChoreState
from blink_tui.i18n import N_
from blink_tui.model.clock import Clock
from blink_tui.model.dates import datetime_of, instant_of
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.events import ChoreFailed
from blink_tui.model.profile import ProfilePaths
from blink_tui.sync.leases import holder_name, is_gone
from blink_tui.vault import Vault

log = logging.getLogger(__name__)

CHORE_BROKE = ErrorKind(
    "chore-broke",
    ExitCode.FAILED,
    N_("A fault of the program stopped the chore {chore}. Report it, with what the log has of this moment."),
)
RETRY = timedelta(minutes=15)
"""What failed is tried again after so long, unless it would come sooner anyway."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a chore may use."""

    paths: ProfilePaths
    buffer: Buffer
    vault: Vault | None
    """None while it is locked."""
    clock: Clock


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that is done again and again; it may raise BlinkError, which is told and hinders no other chore."""

    name: str
    """What its row in the buffer is called."""
    every: Callable[[Surroundings], Awaitable[timedelta | None]]
    """The time from one beginning to the next; None while it is switched off."""
    run: Callable[[Surroundings], Awaitable[None]]
    lengthy: bool = False
    """It may take minutes: a person's `blink sync` leaves it to the daemon or a timer."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a look at the chores brought."""

    failures: tuple[tuple[str, BlinkError], ...]
    """Names of chores that failed, each with what stopped it."""
    next_at: datetime | None
    """When the next chore may begin; None when all are switched off."""


async def run_due(chores: Sequence[Chore], around: Surroundings) -> Done:
    """Do what is due, one after another. Raises BlinkError where the buffer itself refuses."""
    failures: list[tuple[str, BlinkError]] = []
    moments: list[datetime] = []
    states = await around.buffer.chores.all()
    for chore in chores:
        every = await chore.every(around)
        if every is None:
            continue
        state, now = states.get(chore.name), around.clock.now()
        moment = due_at(state, every, now)
        if moment > now:
            moments.append(moment)
            continue
        moments.append(now + every)
        seen = state.taken_at if state else None
        if await around.buffer.chores.take(chore.name, seen, holder_name(), instant_of(now)):
            error = await _run(chore, around)
            if error is not None:
                failures.append((chore.name, error))
                moments[-1] = now + min(every, RETRY)
    return Done(tuple(failures), min(moments, default=None))


async def any_due(chores: Sequence[Chore], around: Surroundings) -> bool:
    """Whether one of them may begin now: asked before a vault is opened for them."""
    states, now = await around.buffer.chores.all(), around.clock.now()
    for chore in chores:
        every = await chore.every(around)
        if every is not None and due_at(states.get(chore.name), every, now) <= now:
            return True
    return False


def failures_told(failures: Iterable[tuple[str, BlinkError]]) -> list[ChoreFailed]:
    """The events that say of chores that they failed."""
    run = secrets.token_hex(4)
    return [
        ChoreFailed(run=run, chore=name, code=error.kind.code, problem=str(error), cause=error.cause)
        for name, error in failures
    ]


def due_at(state: ChoreState | None, every: timedelta, now: datetime) -> datetime:
    """When a chore may begin: sooner where it failed, or where who began it is gone.

    A beginning in the future is one of a clock that was wrong, and counts for nothing.
    """
    if state is None:
        return now
    taken = datetime_of(state.taken_at)
    unfinished = state.done_at is None or datetime_of(state.done_at) < taken
    if state.problem is not None or (unfinished and is_gone(state.holder)):
        every = min(every, RETRY)
    return taken + every if taken <= now else now


async def _run(chore: Chore, around: Surroundings) -> BlinkError | None:
    """Do a chore and put down how it ended."""
    problem: BlinkError | None = None
    try:
        await chore.run(around)
    except BlinkError as error:
        problem = error
    except Exception as error:  # a fault in a chore must end neither what fetches nor the other chores
        log.exception("chore %s", chore.name)
        problem = BlinkError(CHORE_BROKE, cause=type(error).__name__, chore=chore.name)
    await around.buffer.chores.ended(
        chore.name, instant_of(around.clock.now()), problem.kind.code if problem else None
    )
    return problem


def all_chores() -> tuple[Chore, ...]:
    """Every chore there is; their modules are loaded by this call."""
    from blink_tui.ops.backup import BACKUP, CHECK
    from blink_tui.ops.metrics import METRICS
    from blink_tui.ops.notify.notices import NOTICES
    from blink_tui.ops.retention import RETENTION

    return (METRICS, BACKUP, CHECK, RETENTION, NOTICES)
