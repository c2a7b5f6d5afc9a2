"""One time for an engine in its thread, a sandbox and a test: it stands still until the test moves it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from blink_tui.sandbox import VirtualClock

_SHORT = 5.0
"""Seconds; a shorter sleep passes at once and takes time with it."""
_PATIENCE = 30.0


class SteppedClock:
    """Implements model.clock.Clock; `rests` counts sleeps that nobody has ended."""

    def __init__(self, start: datetime) -> None:
        self.sandbox = VirtualClock(start)
        self._present = start
        self._changed = threading.Condition()
        self._sleepers: dict[int, tuple[datetime, Callable[[], object]]] = {}
        self._next = 0

    def now(self) -> datetime:
        return self._present

    def steady(self) -> float:
        return self._present.timestamp()

    async def sleep(self, seconds: float) -> None:
        if seconds < _SHORT:
            self.advance(timedelta(seconds=seconds))
            await asyncio.sleep(0)
            return
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        with self._changed:
            number, self._next = self._next, self._next + 1
            until = self._present + timedelta(seconds=seconds)
            self._sleepers[number] = until, lambda: loop.call_soon_threadsafe(over.set)
            self._changed.notify_all()
        try:
            await over.wait()
        finally:
            with self._changed:
                self._sleepers.pop(number, None)
                self._changed.notify_all()

    def advance(self, span: timedelta) -> None:
        """Move the present and wake whoever slept until then."""
        with self._changed:
            self._present += span
            self.sandbox.advance(span.total_seconds())
            for number, (until, wake) in list(self._sleepers.items()):
                if until <= self._present:
                    del self._sleepers[number]
                    wake()

    @property
    def sleepers(self) -> int:
        """Sleeps that nobody has ended."""
        with self._changed:
            return len(self._sleepers)

    def until(self, condition: Callable[[int], bool]) -> None:
        """Wait, in a thread that no loop needs, until a condition on the number of sleeps holds."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(len(self._sleepers)), _PATIENCE)
