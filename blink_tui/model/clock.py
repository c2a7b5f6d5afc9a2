"""Time is handed in: what reads the clock or waits takes a `Clock`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The present and the passing of time."""

    def now(self) -> datetime:
        """Aware UTC datetime."""

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds; cancellable."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
