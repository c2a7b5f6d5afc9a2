"""A window over a long work: how far it is, and a way to stop it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from blink_tui.buffer.decisions import Progress
from blink_tui.i18n import N_
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.tui.screens.questions import Working

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

STOPPED = ErrorKind("stopped", ExitCode.FAILED, N_("Stopped. Nothing was written, nothing is marked."))

_TOLD_EVERY = timedelta(seconds=0.5)


@asynccontextmanager
async def working(console: ConsoleApp, title: str) -> AsyncIterator[Working]:
    """The window, for as long as the block runs; the block looks whether a person wants it to stop."""
    window = Working(title)
    await console.push_screen(window)
    try:
        yield window
    finally:
        window.dismiss()


def teller(console: ConsoleApp, window: Working, of: str = "") -> Callable[[int, int], None]:
    """Tells a window how many are done of how many, and of what, twice a second at most.

    It raises BlinkError(STOPPED) once a person wants it to stop: what reports here has marked nothing yet, and takes
    away what it has written.
    """
    last = console.now - _TOLD_EVERY

    def told(done: int, total: int) -> None:
        nonlocal last
        if window.stopping:
            raise BlinkError(STOPPED)
        if console.now - last >= _TOLD_EVERY:
            last = console.now
            window.show(Progress(done, total, done), of)

    return told
