"""One time for a sandbox and the processes that ask it: ticks in a shared page, moved by whoever waits."""

from __future__ import annotations

import asyncio
import fcntl
import heapq
import mmap
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

SECOND = 10_000_000
"""Ticks of 100 ns, as the sandbox counts."""
_SIZE = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ticks_of(moment: datetime) -> int:
    """Ticks of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 10


class SharedClock:
    """Implements the sandbox's Clock on a small file that every process of a history maps. Never goes back."""

    def __init__(self, path: Path, start: datetime | None = None) -> None:
        self._file = path.open("r+b" if start is None else "w+b")
        if start is not None:
            self._file.write(ticks_of(start).to_bytes(8, sys.byteorder) + bytes(8))
            self._file.flush()
        self._page = mmap.mmap(self._file.fileno(), _SIZE)
        self._ticks = memoryview(self._page).cast("q")  # read and written in one piece, as struct does not

    def now(self) -> int:
        """The present in ticks."""
        return int(self._ticks[0])

    @property
    def ahead(self) -> int:
        """By how many ticks somebody has set the machine's clock wrong."""
        return int(self._ticks[1])

    @ahead.setter
    def ahead(self, ticks: int) -> None:
        self._ticks[1] = ticks

    def advance(self, amount: float) -> None:
        """Move the present by so many seconds."""
        with self._locked():
            self._ticks[0] = self.now() + round(amount * SECOND)

    def go_to(self, now: int) -> None:
        """Make an instant the present, unless it is past already."""
        with self._locked():
            self._ticks[0] = max(self.now(), now)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let the page go."""
        self._ticks.release()
        self._page.close()
        self._file.close()


class MachineClock:
    """Implements model.clock.Clock for one process: nobody waits, a sleeper moves the shared time to his waking.

    Somebody may set the machine's clock; `steady`, which begins when the machine `booted`, does not know of it.
    Sleepers that `waits` (a heartbeat) move nothing: they wake when the time has come.
    """

    def __init__(self, shared: SharedClock, booted: int, waits: Callable[[], bool]) -> None:
        self._shared = shared
        self._booted = booted
        self._waits = waits
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        """The machine's idea of the present."""
        return _EPOCH + timedelta(microseconds=(self._shared.now() + self._shared.ahead) // 10)

    def steady(self) -> float:
        """Seconds of a clock that nobody sets."""
        return (self._shared.now() - self._booted) / SECOND

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed, which takes no time."""
        due = self._shared.now() + round(seconds * SECOND)
        if self._waits():
            future = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (due, next(self._order), future))
            await future
            return
        await asyncio.sleep(0)
        self._shared.go_to(due)
        self._wake()
        await asyncio.sleep(0)

    def _wake(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._shared.now():
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)
