"""Ends the process in bounded time with a code that is never 0 when something ended it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from blink_tui.ops.ending import end_at_latest

__all__ = ["CRASH_SECONDS", "SIGNAL_SECONDS", "end_at_latest", "signals_end"]

CRASH_SECONDS = 1.5
"""How long a crashed console may take to put the terminal right and to close the buffer."""
SIGNAL_SECONDS = 3.0
"""How long the engine may take to reach its next safe point, and as long again the console to close."""

_SIGNALS = (signal.SIGHUP, signal.SIGTERM)


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
