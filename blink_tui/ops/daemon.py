"""Runs by itself until it is told to stop: keeps the schedule, does the chores, says how it is.

Nothing that KSeF, the disk or a chore does ends it: it says what is the matter, waits and goes on. A damaged buffer, or
one that a newer program has changed, does. A test drives it in its own process, with a clock of its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.errors import DAMAGED, NEWER_SCHEMA
from blink_tui.buffer.presence import Kind
from blink_tui.ledger.placing import recover, recover_payments
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.events import Event
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.chores import Chore, Done, Surroundings, all_chores, failures_told, run_due
from blink_tui.ops.daemon_lock import DAEMON_RUNS, only_daemon
from blink_tui.ops.daemon_words import status_words
from blink_tui.ops.logs import error_fields
from blink_tui.ops.movement import Movement, growth_of
from blink_tui.ops.sd_notify import Notifier
from blink_tui.sync.attendant import LOOK_EVERY
from blink_tui.sync.engine import SyncEngine
from blink_tui.sync.leases import holder_name, is_gone
from blink_tui.sync.turns import Turns
from blink_tui.sync.workers import ended
from blink_tui.vault import MemorySource, Vault, open_vault

log = logging.getLogger(__name__)

_ENDING = (DAMAGED, NEWER_SCHEMA)
"""What no waiting cures, and going on could make worse."""
_BEAT_EVERY = timedelta(seconds=20)
_STATUS_EVERY = timedelta(minutes=1)
_STATUS_SOON = timedelta(seconds=10)
"""After a turn; for 2,000 firms the line costs 0.15 s."""
_CHORES_LOOK = timedelta(minutes=1)
"""A chore that was switched on, or whose clock was wrong, is seen after so long."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a daemon works with beside its profile."""

    who: str
    """Account of the system that it runs under."""
    open_vault: Callable[[bool], Vault | None]
    """The vault, None while there is none; called in a thread. True where it is read anew. Raises BlinkError."""
    clock: Clock = field(default_factory=SystemClock)
    notifier: Notifier = field(default_factory=Notifier)
    hear: Callable[[Event, str | None], None] = lambda _event, _firm: None
    """Told every event at once, on the loop, with the context of its firm."""
    begin_log: Callable[[Buffer], Awaitable[None]] | None = None
    """Begin the log as the settings say, at the start and at every reload."""
    chores: Sequence[Chore] | None = None
    """None is all there are."""
    look_every: float = 1.0
    """Seconds between two cheap looks for wishes of other processes."""


class Daemon:
    """One life of a daemon: `run` returns once `stop` was called and everything is given back."""

    def __init__(self, paths: ProfilePaths, means: Means) -> None:
        self._paths = paths
        self._means = means
        self._clock = means.clock
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._reload_wanted = False
        self._rounds = 0
        self._problem: BlinkError | None = None
        self._life: _Life | None = None

    @property
    def busy(self) -> bool:
        """Whether a turn goes on."""
        return self._life is not None and self._life.turns.busy

    def stop(self) -> None:
        """End at the next safe point; what was not committed is fetched again by whoever runs next."""
        if not self._stopping:
            self._stopping = True
            self._means.notifier.stopping()
            if self._task is not None:
                self._task.cancel()

    def reload(self) -> None:
        """Read the vault, the settings and the log's file anew; turns go on."""
        self._reload_wanted = True
        self._woken.set()

    async def run(self) -> None:
        """Raises BlinkError: DAEMON_RUNS, what the buffer or the vault refuses at the start, what no waiting cures."""
        if self._stopping:
            return
        self._task = asyncio.ensure_future(self._live())
        try:
            await self._task
        except asyncio.CancelledError:
            if not self._stopping:
                raise

    async def _live(self) -> None:
        with only_daemon(self._paths.folder / "daemon.lock", self._means.who):
            async with open_buffer(self._paths.buffer_path, clock=self._clock) as buffer:
                await self._be_alone(buffer)
                try:
                    await self._serve(buffer)
                finally:
                    await buffer.presence.gone(holder_name())

    async def _be_alone(self, buffer: Buffer) -> None:
        """Where the file's lock does not reach, as between machines, the sign of life does."""
        other = await buffer.presence.daemon(is_gone)
        if other is not None and other.holder != holder_name():
            raise BlinkError(DAEMON_RUNS, holder=f"{other.who}, {other.holder}")
        await buffer.presence.beat(holder_name(), Kind.DAEMON, self._means.who)

    async def _begin_log(self, buffer: Buffer) -> None:
        if self._means.begin_log is not None:
            await self._means.begin_log(buffer)

    async def _serve(self, buffer: Buffer) -> None:
        await self._begin_log(buffer)
        vault = await asyncio.to_thread(self._means.open_vault, False)
        await self._finish_hand_overs(buffer)

        def hear(event: Event) -> None:
            self._means.hear(event, turns.names.get(event.firm_id or 0))

        folder = self._paths.work_folder
        engine = SyncEngine(buffer, vault or _no_vault(), folder, clock=self._clock, listener=hear)
        turns = Turns(buffer, engine, self._clock, vault)
        life = self._life = _Life(buffer, engine, turns, vault, await buffer.schema_version())
        chores = all_chores() if self._means.chores is None else self._means.chores
        beside = [asyncio.create_task(self._keep_chores(life, some)) for some in _apart(chores)]
        if self._means.notifier.watchdog is not None:
            beside.append(asyncio.create_task(self._give_signs(life, self._means.notifier.watchdog / 2)))
        try:
            await self._tell_status(life)
            self._means.notifier.ready()
            log.info("ready")
            while True:
                await self._round(life)
                for task in beside:
                    if task.done():  # none of them ends by itself: its fault is this one's
                        task.result()
                await self._wait(self._means.look_every)
        finally:
            await asyncio.gather(ended(beside), turns.stop())  # a chore that is slow to end keeps no leases

    async def _finish_hand_overs(self, buffer: Buffer) -> None:
        """What a kill interrupted; a folder that is away is no reason not to fetch."""
        try:
            await recover(buffer)
            await recover_payments(buffer)
        except BlinkError as error:
            if error.kind in _ENDING:
                raise
            self._trouble(error)

    # Rounds

    async def _round(self, life: _Life) -> None:
        """One cheap look, and what follows from it."""
        self._rounds += 1
        advanced = 0
        try:
            if await life.buffer.schema_version() > life.schema:
                raise BlinkError(NEWER_SCHEMA)
            await self._take_vault(life)
            advance = await life.turns.advance()
            problem, advanced = next(iter(advance.problems), None), advance.ended
            await self._beat(life)
        except BlinkError as error:
            problem = error
        if problem is not None:
            life.doubted = life.doubted or problem.kind.exit_code is ExitCode.VAULT_LOCKED
            self._trouble(problem)
        elif advanced and self._problem is not None:
            log.info("goes on")
            self._problem = None
        await self._tell_status(life, soon=bool(advanced or problem))

    def _trouble(self, error: BlinkError) -> None:
        """Say what is the matter, once; raises it where waiting cures nothing."""
        if error.kind in _ENDING:
            raise error
        if repr(self._problem) != repr(error):
            self._problem = error
            log.error("%s", error, extra=error_fields(error))

    async def _take_vault(self, life: _Life) -> None:
        """Open the vault that was made meanwhile, or that is to be read anew."""
        reload_, self._reload_wanted = self._reload_wanted, False
        if not reload_ and not (self._vault_wanted(life) and life.try_vault.comes(self._clock.now())):
            return
        try:
            if reload_:
                self._means.notifier.reloading(time.monotonic())
                await self._begin_log(life.buffer)
            vault = await asyncio.to_thread(self._means.open_vault, True)
            if vault is not None:
                life.vault, life.doubted = vault, False
                life.turns.use_vault(vault)
        finally:
            if reload_:
                self._means.notifier.ready()
                log.info("read anew")

    def _vault_wanted(self, life: _Life) -> bool:
        return life.doubted or (life.vault is None and self._paths.vault_path.exists())

    async def _beat(self, life: _Life) -> None:
        if life.beat.comes(self._clock.now()):
            await life.buffer.presence.beat(holder_name(), Kind.DAEMON, self._means.who)

    async def _wait(self, seconds: float) -> None:
        waiting = [asyncio.create_task(self._woken.wait()), asyncio.create_task(self._clock.sleep(seconds))]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(waiting)
        self._woken.clear()

    async def _tell_status(self, life: _Life, *, soon: bool = False) -> None:
        now = self._clock.now()
        if self._problem is not None:
            self._means.notifier.status(str(self._problem))
            return
        if not (life.status.comes(now) or (soon and life.status_soon.comes(now))):
            return
        try:
            self._means.notifier.status(await status_words(life.buffer, now))
        except BlinkError as error:
            self._trouble(error)

    # Beside the rounds

    async def _keep_chores(self, life: _Life, chores: Sequence[Chore]) -> None:
        """Do these chores in due time; what stops one is told once, until it succeeds or fails otherwise."""
        failing: dict[str, str] = {}
        while True:
            pause = _CHORES_LOOK
            around = Surroundings(self._paths, life.buffer, life.vault, self._clock)
            try:
                done = await run_due(chores, around)
                await self._tell_failures(life, done, failing)
                if done.next_at is not None:
                    pause = min(pause, done.next_at - self._clock.now())
            except BlinkError as error:
                log.error("%s", error, extra=error_fields(error))
            except Exception:  # a fault in a chore must not end what fetches
                log.exception("a chore failed")
            await self._clock.sleep(max(1.0, pause.total_seconds()))

    async def _tell_failures(self, life: _Life, done: Done, failing: dict[str, str]) -> None:
        states = await life.buffer.chores.all()
        for name in [name for name in failing if name in states and states[name].problem is None]:
            del failing[name]
        news = [(name, error) for name, error in done.failures if failing.get(name) != error.kind.code]
        told = failures_told(news)
        failing |= {name: error.kind.code for name, error in news}
        for event in told:
            self._means.hear(event, None)
        if told:
            await life.buffer.log.append(told)

    async def _give_signs(self, life: _Life, every: timedelta) -> None:
        """Tell the watchdog that it lives, as long as it moves; in the machine's own time."""
        loop, movement = asyncio.get_running_loop(), Movement()
        while True:
            signs: dict[str, Hashable] = {"rounds": self._rounds}
            if life.turns.busy:
                signs["turn"] = life.engine.steps, growth_of(self._paths.work_folder)
            if movement.moves(signs, loop.time()):
                self._means.notifier.alive()
            else:
                log.error("nothing moves; the watchdog is left to end this")
            await asyncio.sleep(every.total_seconds())


def _apart(chores: Sequence[Chore]) -> list[list[Chore]]:
    """Chores that are kept beside one another: each by itself, but those that take long and would share a disk."""
    return [*([one] for one in chores if not one.lengthy), [one for one in chores if one.lengthy]]


@dataclass(slots=True)
class _Every:
    """Comes once in a span of time, and at once where the clock was set back."""

    span: timedelta
    last: datetime | None = None

    def comes(self, now: datetime) -> bool:
        """Whether it is time; it is not again until the span is over."""
        if self.last is not None and timedelta() <= now - self.last < self.span:
            return False
        self.last = now
        return True


@dataclass(slots=True)
class _Life:
    """What is open while a daemon runs."""

    buffer: Buffer
    engine: SyncEngine
    turns: Turns
    vault: Vault | None
    schema: int
    doubted: bool = False
    """What the vault is about went wrong: it may have been replaced."""
    try_vault: _Every = field(default_factory=lambda: _Every(LOOK_EVERY))
    beat: _Every = field(default_factory=lambda: _Every(_BEAT_EVERY))
    status: _Every = field(default_factory=lambda: _Every(_STATUS_EVERY))
    status_soon: _Every = field(default_factory=lambda: _Every(_STATUS_SOON))


def _no_vault() -> Vault:
    """In place of a vault that is not there yet; nothing logs in with it."""
    return open_vault(Path(), MemorySource(), create=True)
