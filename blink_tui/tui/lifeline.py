"""Ends the process in bounded time with a code that is never 0 when something ended it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CRASH_SECONDS = 1.5
"""How long a crashed console may take to put the terminal right and to close the buffer."""
SIGNAL_SECONDS = 3.0
"""How long the engine may take to reach its next safe point, and as long again the console to close."""

_SIGNALS = (signal.SIGHUP, signal.SIGTERM)


def end_at_latest(
    code: int,
    seconds: float,
    first: Callable[[], object] | None = None,
    unless: Callable[[], bool] | None = None,
) -> None:
    """End the process with a code after so many seconds unless it ended before; `first` runs before they count.

    Nothing of this happens if `unless` says so. Every step of the engine survives a kill, so an end in mid-work loses
    nothing.
    """

    def watch() -> None:
        if unless is not None and unless():
            return
        try:
            if first is not None:
                first()
            time.sleep(seconds)
            _leave_nothing()
        finally:
            os._exit(code)

    threading.Thread(target=watch, daemon=True, name="blink-watchdog").start()


def _leave_nothing() -> None:
    """What an orderly end removes: the folder in which the worker processes meet."""
    from blink_tui.sync.workers import leave_nothing

    leave_nothing()


@contextmanager
def signals_end(end: Callable[[int], None]) -> Iterator[None]:
    """While inside, SIGHUP and SIGTERM call `end` with their exit code (129, 143), even where they were ignored.

    `signal.signal` and not the event loop's handlers: those stay silent while the loop is held up.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        signal.signal(number, lambda caught, _frame: end(128 + caught))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
