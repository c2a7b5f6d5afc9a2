"""How often a screen reads what takes long: at once after a rest, and not again before some seconds have gone by."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Seconds between two readings; the time is that of a clock that nobody sets."""

    def __init__(self, seconds: float, steady: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._steady = steady
        self._last: float | None = None

    @property
    def left(self) -> float:
        """Seconds until the next reading may begin; 0 when it may now."""
        if self._last is None:
            return 0.0
        return max(0.0, self._last + self._seconds - self._steady())

    def begin(self) -> None:
        """A reading begins now."""
        self._last = self._steady()
