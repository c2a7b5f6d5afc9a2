"""100,000 documents approved by one filter while another process writes: `python -m tests.bench.approving`

With `--coding` their firms have books and they are coded first, each by a proposal of its own. Wanted: the other writer
never waits more than 50 ms. Also prints a stop in the middle, and everything taken back.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

from blink_tui.buffer import Buffer, GridFilter, open_buffer
from blink_tui.buffer.decisions import Every, Progress, Told
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Status
from tests.bench.filling import fill
from tests.bench.measure import longest_stall, row
from tests.buffer.bookkeeping import books, proposed

_WANTED_WAIT = 50.0
_WHO = "anna"


async def measure(documents: int, firms: int, *, coding: bool) -> None:
    """Fill a buffer, code and approve everything in it, stop once in the middle, take everything back."""
    with tempfile.TemporaryDirectory(prefix="blink-approving-") as folder:
        path = Path(folder) / "buffer.db"
        async with open_buffer(path) as buffer:
            await fill(buffer, documents, firms)
            if coding:
                await _code(buffer, path)
            chosen = Every(GridFilter(max_id=await buffer.grid.max_id()))
            start = time.perf_counter()
            preview = await buffer.decisions.preview(chosen, Decision(Action.APPROVE))
            print(row(f"the question for {preview.count} documents", time.perf_counter() - start, "s"))
            await _one(buffer, path, chosen, preview.count)


async def _code(buffer: Buffer, path: Path) -> None:
    """Propose something for every document and code it, once to be taken back."""
    for firm in await buffer.firms.list():
        await buffer.books.save(firm.id, books(), who=_WHO, version=None)
    newest = await buffer.grid.max_id()
    for first in range(1, newest + 1, 1000):
        await proposed(buffer, list(range(first, min(first + 1000, newest + 1))))
    chosen, decision = Every(GridFilter(max_id=newest)), Decision(Action.CODE)
    start = time.perf_counter()
    preview = await buffer.decisions.preview(chosen, decision)
    print(row(f"the question for coding {preview.count} documents", time.perf_counter() - start, "s"))
    for taken_back in (True, False):
        async with _beside(path, f"{preview.count} coded"):
            whole = await buffer.decisions.decide(chosen, decision, who=_WHO, told=_progress("coding"))
        if taken_back:
            async with _beside(path, f"{whole.done} taken back"):
                await buffer.decisions.undo(whole.decision_id or 0, who=_WHO, told=_progress("undo"))


async def _one(buffer: Buffer, path: Path, chosen: Every, count: int) -> None:
    approve = Decision(Action.APPROVE)
    async with _beside(path, f"{count} approved"):
        whole = await buffer.decisions.decide(chosen, approve, who=_WHO, told=_progress("approving"))
    async with _beside(path, f"{whole.done} taken back"):
        back = await buffer.decisions.undo(whole.decision_id or 0, who=_WHO, told=_progress("undo"))
    assert back.done == whole.done
    half = await buffer.decisions.decide(chosen, approve, who=_WHO, told=lambda p: p.done < count // 2)
    print(f"stopped in the middle: {half.done} approved, {half.stopped=}")
    await buffer.decisions.undo(half.decision_id or 0, who=_WHO)
    left = await buffer.grid.count(GridFilter(statuses=(Status.APPROVED,)))
    print(f"taken back: {left} are approved")


def _progress(label: str) -> Told:
    steps = 0

    def told(progress: Progress) -> None:
        nonlocal steps
        steps += 1
        if progress.looked_at == progress.total:
            print(f"{label}: {steps} steps, {progress.done} of {progress.total}")

    return told


@contextmanager
def _writer(path: Path) -> Iterator[tuple[Event, multiprocessing.Queue[list[float]]]]:
    context = multiprocessing.get_context("spawn")
    ended, waits = context.Event(), context.Queue()
    process = context.Process(target=_write, args=(str(path), ended, waits))
    process.start()
    try:
        waits.get()
        yield ended, waits
    finally:
        ended.set()
        process.join()


def _write(path: str, ended: Event, waits: multiprocessing.Queue[list[float]]) -> None:
    """A small write every 5 ms; how long each one waited for the file to be free."""
    found: list[float] = []
    with closing(sqlite3.connect(path, isolation_level=None, timeout=15)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 8000")
        waits.put([])
        while not ended.is_set():
            start = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            found.append(time.perf_counter() - start)
            connection.execute("INSERT INTO fetch_log (at, name, payload) VALUES ('', 'bench', '')")
            connection.execute("COMMIT")
            time.sleep(0.005)
    waits.put(found)


@asynccontextmanager
async def _beside(path: Path, what: str) -> AsyncIterator[None]:
    """Another process writes while the block runs; afterwards the longest wait is printed beside what is wanted."""
    with _writer(path) as (ended, waits):
        async with longest_stall() as stall:
            start = time.perf_counter()
            yield
            seconds = time.perf_counter() - start
        ended.set()
        found = sorted(await asyncio.to_thread(waits.get))
    print(row(what, seconds, "s"))
    print(row(f"  longest of {len(found)} waits", found[-1] * 1000, "ms", _WANTED_WAIT))
    print(row("  99.9 % waited at most", found[int(len(found) * 0.999)] * 1000, "ms"))
    print(row("  longest stall of the loop", stall.value * 1000, "ms", _WANTED_WAIT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--firms", type=int, default=20)
    parser.add_argument("--coding", action="store_true")
    options = parser.parse_args()
    asyncio.run(measure(options.documents, options.firms, coding=options.coding))


if __name__ == "__main__":
    main()
