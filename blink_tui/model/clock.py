"""Time is handed in: what reads the clock or waits takes a `Clock`."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The present and the passing of time."""

    def now(self) -> datetime:
        """Aware UTC datetime; somebody may set it."""

    def steady(self) -> float:
        """Seconds of a clock that nobody sets, since about the machine's start: for lengths of time.

        All processes of one boot (`model.machine.boot_id`) read the same, whatever is done to `now`.
        """

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds; cancellable."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        """Time that the machine is suspended counts, where the system has such a clock."""
        if sys.platform == "linux":
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        else:  # noqa: RET505 - mypy reads the branches of one platform alone
            return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
