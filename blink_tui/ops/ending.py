"""Ends the process in bounded time, whatever still holds it up."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable


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
