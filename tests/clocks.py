"""A clock that tests move: its wall can be set, its steady time cannot."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class VirtualClock:
    """Time passes only while somebody sleeps, or by `advance`; `set_wall` moves `now` alone."""

    def __init__(self, wall: datetime = START, steady: float = 5000.0) -> None:
        self._wall = wall
        self._steady = steady
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._wall

    def steady(self) -> float:
        return self._steady

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._wall += timedelta(seconds=seconds)
        self._steady += seconds

    def set_wall(self, wall: datetime) -> None:
        """What a user or NTP does."""
        self._wall = wall

    def reboot(self, steady: float = 20.0) -> None:
        """The steady clock of the next boot, so many seconds after its start."""
        self._steady = steady
