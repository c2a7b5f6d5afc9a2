"""Long changes in short transactions with rests between them, so that other writers come in between."""

from __future__ import annotations

import asyncio
import time

HELD = 0.008
"""Seconds that a transaction lasts. SQLite lets a writer that has to wait look again after 1, 3, 8, 18 and 33 ms."""
REST = 0.015
"""Seconds between transactions: as long as the longest of those pauses, so that one of these looks finds it free."""
_FEWEST, _FIRST, _MOST = 20, 200, 1000


class Pace:
    """How many documents one transaction takes, by how long the last ones held the file."""

    def __init__(self) -> None:
        self.size = _FIRST
        self._began = self._held = 0.0

    def begin(self) -> None:
        """A transaction keeps others waiting from now on."""
        self._began = time.perf_counter()

    def end(self, count: int) -> None:
        """It has ended; it took so many documents."""
        self._held = time.perf_counter() - self._began
        if count:
            fitting = int(count * HELD / max(self._held, 1e-6))
            self.size = max(_FEWEST, self.size // 2, min(fitting, self.size * 5 // 4, _MOST))

    async def rest(self) -> None:
        """Leave the file to others long enough to be seen."""
        await asyncio.sleep(REST)
