"""Memory of a process tree, pauses of an event loop, and how a figure is printed beside its target."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import psutil

MIB = 1024 * 1024


@dataclass
class Peak:
    """The largest value seen."""

    value: float = 0.0

    def see(self, value: float) -> None:
        self.value = max(self.value, value)


def tree_memory(root: psutil.Process) -> int:
    """Proportional set size, in bytes, of a process and all below it."""
    total = 0
    for process in [root, *root.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def tree_seconds(root: psutil.Process) -> float:
    """CPU seconds of a process and all below it so far, those that have ended included."""
    return sum(sum(process.cpu_times()[:4]) for process in [root, *root.children(recursive=True)])


@contextmanager
def peak_memory(pid: int, every: float = 0.02) -> Iterator[Peak]:
    """Watch the memory of a process tree while the block runs."""
    peak, ended = Peak(), threading.Event()
    root = psutil.Process(pid)

    def watch() -> None:
        while not ended.wait(every):
            try:
                peak.see(tree_memory(root))
            except psutil.Error:
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


@asynccontextmanager
async def longest_stall(every: float = 0.005) -> AsyncIterator[Peak]:
    """Watch how late the running loop wakes a sleeper, in seconds."""
    peak = Peak()

    async def watch() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(every)
            peak.see(time.perf_counter() - start - every)

    task = asyncio.create_task(watch())
    try:
        yield peak
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def row(what: str, value: float, unit: str, target: float | None = None) -> str:
    """One printed line: what, value, target and whether it is met."""
    line = f"{what:58} {value:10.2f} {unit:4}"
    if target is None:
        return line
    return f"{line}  target {target:g}  {'met' if value <= target else 'MISSED'}"
