"""A dry run of changed rules on history: which documents they would treat otherwise, and how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from itertools import islice

from blink_tui.buffer import Buffer, GridFilter
from blink_tui.buffer.rules import digest_of
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Status
from blink_tui.model.rulebook import OFFICE, EntryKind, RulebookEntry
from blink_tui.sync.proposing_work import Batch, Change, FirmSide, Rates, try_batch
from blink_tui.sync.surroundings import around, by_firm, firm_sides, rates_for
from blink_tui.sync.workers import Worker

LOOKED_AT = (Status.FETCHED, Status.CODED)
"""Documents that a change of the rules may still concern; coded ones stay as they are until they are reopened."""

_ROUND = 1000
_FEW = 100
"""Documents under which a thread is done sooner than a process could be started."""

Edit = tuple[EntryKind, str, str]
"""Kind, name and new text; an empty text takes it out of use."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What changed rules would do."""

    looked_at: int
    changes: tuple[Change, ...]
    """In the order of the documents' arrival."""


async def try_rules(
    buffer: Buffer,
    firm_ids: Collection[int],
    edits: Sequence[Edit],
    at: int,
    today: date,
    told: Callable[[int], None] | None = None,
) -> Tried:
    """Propose for fetched and coded documents of firms by the rules as they are, and as they would be.

    `at` is whose rulebook is edited: a firm's id or `OFFICE`. Nothing is kept. `told` hears of every step.
    """
    sides = await firm_sides(buffer, set(firm_ids))
    others = {
        firm_id: edited(side.entries, edits, at) if at in (OFFICE, firm_id) else side.entries
        for firm_id, side in sides.items()
    }
    ids = await _documents(buffer, sides)
    looked_at, changes = 0, []
    async with AsyncExitStack() as stack:
        worker = await stack.enter_async_context(Worker()) if len(ids) > _FEW else None
        waiting = iter(ids)
        while some := list(islice(waiting, _ROUND)):
            batch, rates = await _batch(buffer, sides, some)
            async for count, found in _tried(worker, batch, others, rates, today):
                looked_at += count
                changes += found
            if told is not None:
                told(len(some))
    return Tried(looked_at, tuple(sorted(changes, key=lambda change: change.document_id)))


async def count_tried(buffer: Buffer, firm_ids: Collection[int]) -> int:
    """How many documents a dry run looks at."""
    return len(await _documents(buffer, await firm_sides(buffer, set(firm_ids))))


def edited(entries: Iterable[RulebookEntry], edits: Sequence[Edit], at: int) -> tuple[RulebookEntry, ...]:
    """A firm's rulebook as it would be: each edit in the place of the same one's newest version."""
    kept = {(entry.firm_id, entry.kind, entry.name): entry for entry in entries}
    for kind, name, text in edits:
        before = kept.pop((at, kind, name), None)
        if text:
            version = before.version + 1 if before else 1
            made = RulebookEntry(
                at, kind, name, version, text, digest_of(text), Instant(""), who="", shipped=False
            )
            kept[at, kind, name] = made
    return tuple(kept.values())


async def _documents(buffer: Buffer, sides: Mapping[int, FirmSide]) -> Sequence[int]:
    if not sides:
        return ()
    chosen = GridFilter(firm_ids=tuple(sides), statuses=LOOKED_AT)
    ids, _versions = await buffer.grid.versions(chosen, frozenset())
    return sorted(ids)


async def _batch(buffer: Buffer, sides: Mapping[int, FirmSide], ids: Sequence[int]) -> tuple[Batch, Rates]:
    documents = await buffer.codings.about(ids)
    return by_firm(sides, await around(buffer, documents)), await rates_for(buffer, documents)


async def _tried(
    worker: Worker | None,
    batch: Batch,
    others: Mapping[int, tuple[RulebookEntry, ...]],
    rates: Rates,
    today: date,
) -> AsyncIterator[tuple[int, list[Change]]]:
    if worker is None:
        yield await asyncio.to_thread(lambda: next(try_batch(batch, others, rates, today)))
        return
    async for found in worker.stream(try_batch, batch, others, rates, today):
        yield found
