"""One run of an exporter over documents: gathered in chunks, prepared by workers in their order, fed to the writer."""

from __future__ import annotations

import asyncio
import io
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import dataclass, field, replace
from typing import BinaryIO, TypeVar, cast

from blink_tui.buffer import Buffer
from blink_tui.buffer.outgoing import OutgoingRow
from blink_tui.buffer.sql import sliced
from blink_tui.ledger.exporter import Exporter, Files, Frame, Writer
from blink_tui.sync.collector import spare_the_loop
from blink_tui.sync.exporting_work import Chunk, Gate, Prepared, Refused, Sum, SumKey, Told, prepare_chunk
from blink_tui.sync.workers import Worker, ended, warm_up

T = TypeVar("T")

_CHUNK = 250
_WORKERS = 2
_AHEAD = 4
"""Chunks on their way at once."""
_FEW = 100
"""Documents under which a thread is done sooner than processes could be started."""
SHOWN = 1000
"""Refusals and warnings kept; of a hundred thousand nobody reads more."""


@dataclass(slots=True)
class Run:
    """What became of the documents."""

    written: list[int] = field(default_factory=list)
    """Ids of those in the files."""
    warnings: list[Told] = field(default_factory=list)
    """The first thousand."""
    refused: list[Refused] = field(default_factory=list)
    """The first thousand."""
    sums: dict[SumKey, Sum] = field(default_factory=dict)


async def run(
    buffer: Buffer,
    form: Exporter,
    frame: Frame,
    ids: Sequence[int],
    files: Files,
    *,
    told: Callable[[int, int], None] | None = None,
    summed: bool = False,
    marks: bool = False,
    amends: bool | None = None,
) -> Run:
    """Write documents, in the order of their ids, into files that are aside until they are placed.

    `marks`: they are to be marked, so no file is begun without documents, and none goes that the ledger would take for
    another one. `amends` takes the place of the marks that documents have now.
    """
    done, gate, writer, looked_at = Run(), Gate(closed=marks), None, 0
    if not (marks and not ids):
        async with AsyncExitStack() as stack:
            chunks = await stack.enter_async_context(
                aclosing(_chunks(buffer, form, frame, ids, summed=summed, amends=amends))
            )
            async for size, chunk in chunks:
                passed = gate.passed(chunk)
                _note(done, passed, chunk)
                if writer is None and (passed or not marks):
                    writer = await _in_thread(form.writer, frame, files)
                if writer is not None:
                    await _in_thread(_add, writer, passed)
                looked_at += size
                if told is not None:
                    told(looked_at, len(ids))
        if writer is None and not marks:
            writer = await _in_thread(form.writer, frame, files)
        if writer is not None:
            await _in_thread(writer.close)
    return done


def _note(done: Run, passed: Sequence[Prepared], chunk: Chunk) -> None:
    done.written += [one.piece.document_id for one in passed]
    done.refused += chunk.refused[: max(0, SHOWN - len(done.refused))]
    done.warnings += [
        Told(one.piece.document_id, one.piece.ksef_number, one.number, one.piece.warnings)
        for one in passed
        if one.piece.warnings
    ][: max(0, SHOWN - len(done.warnings))]
    for one in passed:
        for key, net, vat in one.sums:
            done.sums.setdefault(key, Sum()).add(1, net, vat)


def _add(writer: Writer, passed: Sequence[Prepared]) -> None:
    for one in passed:
        writer.add(one.piece)


async def _chunks(
    buffer: Buffer, form: Exporter, frame: Frame, ids: Sequence[int], *, summed: bool, amends: bool | None
) -> AsyncGenerator[tuple[int, Chunk], None]:
    """Prepared documents in their order, while the workers are some chunks ahead."""
    async with AsyncExitStack() as stack:
        workers: list[Worker] = []
        if len(ids) > _FEW:
            warm_up()
            spare_the_loop()
            workers = [await stack.enter_async_context(Worker()) for _ in range(_WORKERS)]
        light = replace(frame, rest=())  # the writer's matter, and too much to be sent with every chunk
        pending: deque[asyncio.Task[Chunk]] = deque()
        sizes: deque[int] = deque()
        try:
            for number, some in enumerate(sliced(ids, _CHUNK)):
                rows = await buffer.outgoing.rows(some)
                if amends is not None:
                    rows = [row._replace(amends=amends) for row in rows]
                worker = workers[number % len(workers)] if workers else None
                pending.append(asyncio.create_task(_prepared(worker, form.id, rows, light, summed=summed)))
                sizes.append(len(some))
                if len(pending) >= _AHEAD:
                    yield sizes.popleft(), await pending.popleft()
            while pending:
                yield sizes.popleft(), await pending.popleft()
        finally:
            await ended(list(pending))


async def _prepared(
    worker: Worker | None, format_id: str, rows: Sequence[OutgoingRow], frame: Frame, *, summed: bool
) -> Chunk:
    if worker is None:
        return await asyncio.to_thread(lambda: next(prepare_chunk(format_id, rows, frame, summed=summed)))
    async with aclosing(worker.stream(prepare_chunk, format_id, rows, frame, summed=summed)) as answers:
        found = [chunk async for chunk in answers]
    return found[0]


async def _in_thread(function: Callable[..., T], *args: object) -> T:
    """In a thread that has ended when this returns or raises, were it cancelled: nobody removes what it writes."""
    task = asyncio.ensure_future(asyncio.to_thread(function, *args))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


@dataclass(frozen=True, slots=True)
class Counted:
    """A file that a preview wrote nowhere."""

    name: str
    size: int


class CountedFiles:
    """Implements `exporter.Files` for a preview: what is written is counted and forgotten."""

    def __init__(self, stem: str) -> None:
        self._stem = stem
        self.written: list[Counted] = []

    @contextmanager
    def create(self, part: str, suffix: str) -> Iterator[BinaryIO]:
        """A file that goes nowhere."""
        file = _Counting()
        yield cast("BinaryIO", file)
        self.written.append(Counted(f"{self._stem}{'-' if part else ''}{part}{suffix}", file.size))


class _Counting(io.RawIOBase):
    """Takes bytes and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        count = memoryview(cast("bytes", data)).nbytes
        self.size += count
        return count
