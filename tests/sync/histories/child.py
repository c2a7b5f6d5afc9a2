"""One pass of the engine in a process that may kill itself at any await: no clean-up code runs."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from collections.abc import Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from blink_tui.buffer import open_buffer
from blink_tui.ksef import transport
from blink_tui.model import machine
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.sync.engine import SyncEngine, Wish
from blink_tui.vault import open_vault
from tests.sync.histories.clock import MachineClock, SharedClock

CLOCK, BOOT, BUFFER, VAULT, WORK, LIMITS = "clock", "boot", "buffer.db", "vault.blink", "work", "limits"
"""Names in a history's folder."""
PATIENCE = 0.5
"""Seconds of real time after which a silent server is given up; the product's 30 would be of the history's time."""


class FixedSource:
    """Opens a vault without stretching a passphrase, which is not what histories are about."""

    name = "fixed"

    def create(self, vault_id: bytes) -> tuple[Secret, dict[str, str]]:
        """The key of every vault of a test."""
        return self.find(vault_id, {}), {}

    def find(self, vault_id: bytes, parameters: Mapping[str, str]) -> Secret:
        """The same again."""
        return Secret(bytes(32))


@dataclass(frozen=True, slots=True)
class Job:
    """A pass to be made."""

    folder: Path
    wish: Wish
    booted: int
    """When the machine was started, in ticks."""
    dies_at: int | None
    """The await, counted from 1 over all tasks, at which the process kills itself."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a pass ended; `awaits` is None when the process died first."""

    awaits: int | None
    errors: tuple[str, ...] = ()
    """Codes of what stopped firms and roles."""
    crash: str | None = field(default=None, repr=False)
    """Traceback of an exception that no user could do anything about."""

    @property
    def killed(self) -> bool:
        """It did not come to its end."""
        return self.awaits is None


class _Counted(Coroutine[Any, Any, Any]):
    """A task's coroutine, counted whenever it goes on after an await."""

    def __init__(self, coro: Coroutine[Any, Any, Any], step: Callable[[], None]) -> None:
        self._coro = coro
        self._step = step

    def send(self, value: Any) -> Any:
        self._step()
        return self._coro.send(value)

    def throw(self, *arguments: Any) -> Any:
        self._step()
        return self._coro.throw(*arguments)

    def close(self) -> None:
        self._coro.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coro.__await__()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coro, name)  # libraries look whether a task's coroutine has begun


class _Steps:
    """Awaits of this process, and the one that it does not survive."""

    def __init__(self, dies_at: int | None) -> None:
        self.count = 0
        self._dies_at = dies_at

    def one(self) -> None:
        self.count += 1
        if self.count == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def loop(self) -> asyncio.AbstractEventLoop:
        """An event loop whose tasks are counted."""
        loop = asyncio.new_event_loop()
        loop.set_task_factory(
            lambda of, coro, **more: asyncio.Task(_Counted(coro, self.one), loop=of, **more)
        )
        return loop


def _is_heartbeat() -> bool:
    task = asyncio.current_task()
    return task is not None and "heartbeat" in getattr(task.get_coro(), "__qualname__", "")


async def _pass(job: Job) -> tuple[str, ...]:
    shared = SharedClock(job.folder / CLOCK)
    clock = MachineClock(shared, job.booted, _is_heartbeat)
    vault = open_vault(job.folder / VAULT, FixedSource(), create=False)
    async with open_buffer(job.folder / BUFFER, clock=clock) as buffer:
        engine = SyncEngine(buffer, vault, job.folder / WORK, clock=clock)
        outcome = await engine.run(await buffer.firms.list(enabled_only=True), job.wish)
    return tuple(error.kind.code for firm in outcome.firms for error in firm.errors)


def live(job: Job) -> Ended:
    """Make a pass in this process, to its end or until it dies."""
    os.environ["BLINK_LIMITS_DIR"] = str(job.folder / LIMITS)
    machine._BOOT = job.folder / BOOT
    transport._TIMEOUT = httpx.Timeout(PATIENCE)
    steps = _Steps(job.dies_at)
    errors: tuple[str, ...] = ()
    crash = None
    try:
        with asyncio.Runner(loop_factory=steps.loop) as runner:
            errors = runner.run(_pass(job))
    except BlinkError as error:
        errors = (f"{error.kind.code}: {error.cause}",)
    except BaseException:
        crash = traceback.format_exc()
    return Ended(steps.count, errors, crash)
