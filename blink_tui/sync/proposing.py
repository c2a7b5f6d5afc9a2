"""The third step after a pass: what was read and compared gets a proposal, and what may be coded by itself is coded.

Resumable at any document: a proposal carries the stamp of the books and rules that it rests on, and waits for a new
one when they have changed. The program codes; it never approves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from datetime import date

from blink_tui.buffer import Buffer
from blink_tui.buffer.codings import PreparedProposals, ToPropose
from blink_tui.buffer.history import ENGINE
from blink_tui.coding.toml import shipped_entries
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.rulebook import OFFICE
from blink_tui.sync.proposing_work import Batch, Rates, propose_batch
from blink_tui.sync.surroundings import around, by_firm, firm_sides, rates_for, read_facts
from blink_tui.sync.workers import Worker, ended

__all__ = ["propose_pending", "read_facts", "seed_rulebook"]

_BATCH = 250
_ROUND = 2000
"""Documents gathered in one go: turning their rows into values holds the loop."""
_WORKERS = 2
_FEW = 100
"""Documents under which a thread is done sooner than processes could be started."""
_CODED_AT_ONCE = 1000


async def propose_pending(
    buffer: Buffer,
    today: date,
    told: Callable[[int], None] | None = None,
    *,
    firm_ids: Collection[int] | None = None,
) -> tuple[int, int]:
    """Give every fetched document of firms with books its proposal, then code what may be coded by itself.

    `today` is the Warsaw day; `told` hears how many were proposed, in each step. Returns how many were proposed, and
    how many of all that waited for it the program has coded.
    """
    await seed_rulebook(buffer)
    proposed = 0

    async def save(rows: PreparedProposals) -> None:
        nonlocal proposed
        await buffer.codings.save_proposals(rows)
        proposed += len(rows)
        if told is not None:
            told(len(rows))

    async with AsyncExitStack() as stack:
        workers: list[Worker] = []
        while waiting := await buffer.codings.to_propose(firm_ids, _ROUND):
            if len(waiting) > _FEW and not workers:
                workers = [await stack.enter_async_context(Worker()) for _ in range(_WORKERS)]
            batches, rates = await _batches(buffer, waiting), await rates_for(buffer, waiting)
            await _propose(workers, batches, rates, today, save)
    return proposed, await _code_alone(buffer)


async def seed_rulebook(buffer: Buffer) -> None:
    """Put into the office's rulebook what came with the program and is missing or older there.

    What a person has changed or taken out of use stays.
    """
    there = {(entry.kind, entry.name): entry.text for entry in await buffer.rules.entries(OFFICE)}
    differing = [
        (kind, name, text)
        for kind, name, text, _digest in shipped_entries()
        if there.get((kind, name)) != text
    ]
    if differing:
        await buffer.rules.save(OFFICE, differing, who=ENGINE, shipped=True)


async def _batches(buffer: Buffer, waiting: Sequence[ToPropose]) -> list[Batch]:
    sides = await firm_sides(buffer, {one.firm_id for one in waiting})
    known = await around(buffer, waiting)
    return [by_firm(sides, known[start : start + _BATCH]) for start in range(0, len(known), _BATCH)]


async def _propose(
    workers: Sequence[Worker],
    batches: Sequence[Batch],
    rates: Rates,
    today: date,
    save: Callable[[PreparedProposals], Awaitable[None]],
) -> None:
    """Propose for batches, each worker its share; while one batch is saved the other worker goes on."""
    if not workers:
        for batch in batches:
            await save(await asyncio.to_thread(_here, batch, rates, today))
        return

    async def share(worker: Worker, own: Sequence[Batch]) -> None:
        for batch in own:
            async for rows in worker.stream(propose_batch, batch, rates, today):
                await save(rows)

    shares = [share(worker, batches[number :: len(workers)]) for number, worker in enumerate(workers)]
    tasks = [asyncio.create_task(one) for one in shares]
    try:
        await asyncio.gather(*tasks)
    finally:
        await ended(tasks)


def _here(batch: Batch, rates: Rates, today: date) -> PreparedProposals:
    return next(propose_batch(batch, rates, today))


async def _code_alone(buffer: Buffer) -> int:
    """Code, as the program, what its rule may code by itself; nothing that a person has decided on before."""
    coded = 0
    while waiting := await buffer.codings.to_code_alone(_CODED_AT_ONCE):
        outcome = await buffer.decisions.decide(waiting, Decision(Action.CODE), who=ENGINE)
        coded += outcome.done
        await buffer.codings.tried_alone(waiting)
    return coded
