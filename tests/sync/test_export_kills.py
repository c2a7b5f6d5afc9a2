"""kill -9 at a hundred moments of exporting and cancelling: nothing is handed over twice, no mark is without its file.

A consumer takes every file as soon as it has its name, as a ledger program that watches the folder may.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from blink_tui.buffer import BatchState, Buffer, open_buffer
from blink_tui.ledger.placing import recover, settle
from blink_tui.model.documents import Status
from blink_tui.model.firms import Firm
from tests.sync.exporting import approved, exported, leftovers, names, numbers, statuses

_A_ROUND = 3
"""Documents of one export."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["tests.sync.test_export_kills", "blink_tui.buffer.buffer", "tests.sync.exporting"]
)

pytestmark = pytest.mark.proof


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "profile" / "buffer.db") as opened:
        yield opened


@contextmanager
def consumer(folder: Path, taken: Path) -> Iterator[None]:
    """Moves every finished file out of the folder at once."""
    folder.mkdir()
    taken.mkdir()
    ended = threading.Event()

    def watch() -> None:
        while True:
            last = ended.is_set()
            for path in folder.iterdir():
                if not path.name.startswith("."):
                    assert not (taken / path.name).exists(), f"a name twice: {path.name}"
                    path.rename(taken / path.name)
            if last:
                return
            time.sleep(0.0005)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def export_some(path: str, folder: str, pipe: Connection) -> None:
    """A child: hands the next few approved documents over, tells when it begins."""

    async def work() -> None:
        async with open_buffer(Path(path)) as buffer:
            (firm,) = await buffer.firms.list()
            rows = await buffer._database.reader.rows(
                "SELECT id FROM document WHERE status = 'approved' ORDER BY id LIMIT ?", (_A_ROUND,)
            )
            pipe.send("begins")
            await exported(buffer, firm, Path(folder), document_ids=[row[0] for row in rows])
            pipe.send("done")

    asyncio.run(work())


def cancel_last(path: str, folder: str, pipe: Connection) -> None:
    """A child: cancels the last batch and takes its file away."""

    async def work() -> None:
        async with open_buffer(Path(path)) as buffer:
            batch = (await buffer.batches.list())[-1]
            pipe.send("begins")
            await buffer.batches.cancel(batch.id, reason="źle", who="anna")
            await settle(buffer, batch.id)
            pipe.send("done")

    asyncio.run(work())


class Killer:
    """Kills children at moments spread over what their work takes, of which it learns by what was done in time."""

    def __init__(self, child: Callable[[str, str, Connection], None], path: Path, folder: Path) -> None:
        self._child, self._paths = child, (str(path), str(folder))
        self._reach = 0.03
        self._rounds = 0

    def kill(self) -> None:
        """Start a child and kill it a while after it began, unless it is done by then."""
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=self._child, args=(*self._paths, theirs))
        process.start()
        assert ours.recv() == "begins"
        self._rounds += 1
        done = ours.poll(self._reach * (self._rounds % 10 + 1) / 10)
        self._reach *= 0.9 if done else 1.05
        process.kill()
        process.join()
        ours.close()
        theirs.close()


async def placed(buffer: Buffer, *, left_out: BatchState = BatchState.CANCELLED) -> Counter[int]:
    """How often each document was handed over."""
    batches = [batch for batch in await buffer.batches.list() if batch.state is not left_out]
    return Counter([id_ for batch in batches for id_ in await buffer.batches.documents(batch.id)])


async def test_a_hundred_kills_of_exports(buffer: Buffer, tmp_path: Path) -> None:
    kills = 100
    firm = await approved(buffer, kills * _A_ROUND)
    out, taken = tmp_path / "out", tmp_path / "taken"
    seen: Counter[str] = Counter()
    with consumer(out, taken):
        killer = Killer(export_some, buffer.path, out)
        for _ in range(kills):
            before = len(await buffer.batches.list())
            killer.kill()
            waiting = [batch.state for batch in await buffer.batches.unsettled()]
            seen[
                "marked, not placed"
                if waiting
                else "done"
                if len(await buffer.batches.list()) > before
                else "-"
            ] += 1
            assert await recover(buffer) == []
        await exported(buffer, firm, out)
    assert set(await statuses(buffer, firm)) == {Status.EXPORTED}
    assert set((await placed(buffer)).values()) == {1}
    found = Counter(number for path in taken.iterdir() for number in numbers(path))
    assert (len(found), set(found.values())) == (kills * _A_ROUND, {1})
    told = {Path(file.file).name for batch in await buffer.batches.list() for file in batch.files}
    assert told == set(names(taken))
    assert (await buffer.history.verify(firm.id)).broken is None
    assert min(seen["-"], seen["done"]) > 5, seen
    print(dict(seen))


async def test_kills_of_cancelling(buffer: Buffer, tmp_path: Path) -> None:
    firm, out = await approved(buffer, _A_ROUND), tmp_path / "out"
    killer = Killer(cancel_last, buffer.path, out)
    ends: Counter[BatchState] = Counter()
    for _ in range(40):
        done = await exported(buffer, firm, out)
        killer.kill()
        assert await recover(buffer) == []
        batch = await buffer.batches.get(done.batch_id or 0)
        ends[batch.state] += 1
        cancelled = batch.state is BatchState.CANCELLED
        assert set(await statuses(buffer, firm)) == {Status.APPROVED if cancelled else Status.EXPORTED}
        assert done.files[0].exists() is not cancelled
        if not cancelled:
            await buffer.batches.cancel(batch.id, reason="źle", who="anna")
            await recover(buffer)
    await _nothing_is_left(buffer, firm, out)
    assert len(ends) == 2, ends
    print(dict(ends))


async def _nothing_is_left(buffer: Buffer, firm: Firm, out: Path) -> None:
    assert leftovers(out) == []
    assert all(name.endswith(".anulowany") or ".anulowany" in name for name in names(out))
    assert (await buffer.history.verify(firm.id)).broken is None
