"""The derive stage: everything stored and not yet read is read, in worker processes, resumable at any document."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import date

from blink_tui.buffer import Buffer, Undecoded
from blink_tui.buffer.deriving import PreparedDerived
from blink_tui.sync.derive_work import DERIVED_VERSION, derive
from blink_tui.sync.workers import Worker, ended

_BATCH = 500
_ROUND = 5000
_WORKERS = 2
_FEW = 300
"""Documents under which a thread is done sooner than processes could be started."""


async def derive_pending(
    buffer: Buffer, today: date, told: Callable[[int], None] | None = None
) -> tuple[int, int]:
    """Read every document whose derived version is older than ours; each batch that was saved stays.

    `today` is the Warsaw day of the checks; `told` hears how many were saved, in each step. Returns how many were read,
    and how many of them cannot be.
    """
    read = unreadable = 0

    async def save(rows: PreparedDerived) -> None:
        nonlocal read, unreadable
        await buffer.derived.save(rows)
        read += len(rows)
        unreadable += rows.unreadable
        if told is not None:
            told(len(rows))

    async with AsyncExitStack() as stack:
        workers: list[Worker] = []
        while pending := await buffer.derived.pending(DERIVED_VERSION, _ROUND):
            if len(pending) > _FEW and not workers:
                workers = [await stack.enter_async_context(Worker()) for _ in range(_WORKERS)]
            batches = [pending[start : start + _BATCH] for start in range(0, len(pending), _BATCH)]
            await _read(workers, batches, today, save)
    return read, unreadable


async def _read(
    workers: Sequence[Worker],
    batches: Sequence[Sequence[Undecoded]],
    today: date,
    save: Callable[[PreparedDerived], Awaitable[None]],
) -> None:
    """Read batches, each worker its share; while one batch is saved the other worker goes on."""
    if not workers:
        for batch in batches:
            await save(await asyncio.to_thread(_here, batch, today))
        return

    async def share(worker: Worker, own: Sequence[Sequence[Undecoded]]) -> None:
        for batch in own:
            async for rows in worker.stream(derive, batch, today):
                await save(rows)

    shares = [share(worker, batches[number :: len(workers)]) for number, worker in enumerate(workers)]
    tasks = [asyncio.create_task(one) for one in shares]
    try:
        await asyncio.gather(*tasks)
    finally:
        await ended(tasks)


def _here(batch: Sequence[Undecoded], today: date) -> PreparedDerived:
    return next(derive(batch, today))
