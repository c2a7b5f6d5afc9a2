"""What becomes of the engine when the terminal vanishes: it stops, or goes on without one, as the profile says.

Whoever goes on does so until it is told to end (SIGTERM), or until the next console of the profile takes the work over:
that one finds the name in a row of the buffer and takes it out.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.buffer import open_buffer
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.ports import Engine
from blink_tui.model.settings import CONSOLE_ON_HANGUP

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from blink_tui.buffer import Buffer

HANGUP = 128 + signal.SIGHUP
_ALONE = "console.without-terminal"
"""Setting that holds the process that goes on without a terminal; it is no setting of the user's."""
_LOOK_EVERY = 5.0


class Hangup:
    """What the profile says to a vanished terminal: asked once, when it has vanished, and from any thread."""

    def __init__(self, buffer_path: Path) -> None:
        self._buffer_path = buffer_path
        self._answer: bool | None = None
        self._lock = threading.Lock()

    def goes_on(self) -> bool:
        """Whether the engine is to go on; on a loop of its own, since the console's may be held up."""
        with self._lock:
            if self._answer is None:
                try:
                    self._answer = asyncio.run(_configured(self._buffer_path))
                except Exception:  # whatever keeps it from being known, the process has to end
                    self._answer = False
            return self._answer


async def _configured(buffer_path: Path) -> bool:
    async with open_buffer(buffer_path, read_only=True) as buffer:
        return await buffer.settings.value(CONSOLE_ON_HANGUP) == "go-on"


async def take_over(buffer: Buffer) -> None:
    """Tell a console that goes on without its terminal that there is another one now."""
    with suppress(BlinkError):
        if await buffer.settings.get(_ALONE):
            await buffer.settings.set(_ALONE, "")


async def go_on(buffer: Buffer, engine: Engine, beat: Callable[[], Awaitable[None]]) -> int:
    """Keep the engine at work without a terminal; returns the exit code when that has ended. `beat` tells of it.

    The engine itself is left to whoever started it, to be stopped at its next safe point.
    """
    from blink_tui.sync.leases import holder_name

    with _told_to_end() as ended:
        with suppress(BlinkError):
            await buffer.settings.set(_ALONE, holder_name())
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _LOOK_EVERY)
                return 128 + signal.SIGTERM
            with suppress(BlinkError):
                await beat()
            if engine.problem is not None and not isinstance(engine.problem, BlinkError):
                return ExitCode.FAILED
            if not engine.busy and await _taken_over(buffer, holder_name()):
                return ExitCode.DONE


async def _taken_over(buffer: Buffer, name: str) -> bool:
    try:
        return await buffer.settings.get(_ALONE) != name
    except BlinkError:
        return False


def let_go_of_the_terminal() -> None:
    """Read nothing and write nowhere: what is still to be written at the exit would make its code 120."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.close(nothing)


@contextmanager
def _told_to_end() -> Iterator[asyncio.Event]:
    """An event that SIGTERM sets; a further SIGHUP means nothing."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    try:
        yield ended
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGHUP, before)
