"""The second half of the derive stage: documents that were read are compared with those beside them, firm by firm.

A document that is new also changes what is said of others: those are sent back to be compared again, and stay as they
are until then. Where the firm's books were read back, new documents meet their rows first. Resumable at any document.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from blink_tui.buffer import Buffer
from blink_tui.buffer.comparing import Compared, Waiting
from blink_tui.invoices.checks.chains import chain_findings
from blink_tui.invoices.checks.outages import issued_in
from blink_tui.invoices.checks.suspicion import (
    MANY_FIRMS,
    TEXT_DAYS,
    Twins,
    knows_for_long,
    same_number,
    suspicions,
)
from blink_tui.ledger.matching import judged
from blink_tui.model.chains import Move, Web
from blink_tui.model.comparison import Known, Renewal, Surroundings
from blink_tui.model.findings import Finding
from blink_tui.model.outages import Outage, outage_of_document
from blink_tui.model.values import KsefNumber

COMPARED_VERSION = 1
"""What is stored with a document that was compared; `blink reindex` compares anew whatever stands there."""

_AT_ONCE = 4_000
"""Documents of one firm that are compared in one go."""


@dataclass(slots=True)
class _Comparison:
    """One go over documents of one firm: what is found of each, and whom it concerns beside."""

    waiting: Mapping[int, Waiting]
    found: dict[int, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    touched: set[int] = field(default_factory=set)
    fresh: set[int] = field(init=False)
    """Ids of documents that were not compared before: they touch others."""

    def __post_init__(self) -> None:
        self.fresh = {one.document_id for one in self.waiting.values() if one.fresh}


async def compare_pending(buffer: Buffer, today: date, told: Callable[[int], None] | None = None) -> None:
    """Compare every document that waits; `told` hears how many were done, in each step.

    `today` is the Warsaw day to which an outage of KSeF without an end reaches.
    """
    while firms := await buffer.comparing.firms():
        outages = await buffer.outages.all()
        for firm_id in firms:
            since = await buffer.comparing.since(firm_id)
            env = (await buffer.firms.get(firm_id)).env
            while waiting := await buffer.comparing.waiting(firm_id, _AT_ONCE):
                work = _Comparison({one.document_id: one for one in waiting})
                if firm_id in await buffer.book_rows.firms():
                    await buffer.book_rows.meet(firm_id, list(work.waiting), judged)
                _in_outages(work, [one for one in outages if one.env == env], env, today)
                await _compare(buffer, firm_id, since, work)
                if told is not None:
                    told(len(waiting))


def _in_outages(work: _Comparison, outages: Sequence[Outage], env: str, today: date) -> None:
    for one in work.waiting.values():
        if one.offline and one.bought and one.issued:
            issued = date.fromisoformat(one.issued)
            outage = outage_of_document(outages, env, issued, offline=True, today=today)
            if outage is not None:
                work.found[one.document_id].append(issued_in(outage))


async def _compare(buffer: Buffer, firm_id: int, since: str, work: _Comparison) -> None:
    await _with_histories(buffer, firm_id, since, work)
    await _with_chains(buffer, work)
    done = [Compared(id_, one.seen, tuple(work.found[id_])) for id_, one in work.waiting.items()]
    await buffer.comparing.save(COMPARED_VERSION, done, work.touched - work.waiting.keys())


async def _with_histories(buffer: Buffer, firm_id: int, since: str, work: _Comparison) -> None:
    """Compare purchases with all that the firm has of their sellers.

    Sales are compared by their numbers alone: a firm sells for one amount many times a day.
    """
    bought = {one.seller for one in work.waiting.values() if one.bought}
    if bought:
        histories = await buffer.comparing.histories(firm_id, bought)
        around = await _surroundings(buffer, since, histories, work)
        await asyncio.to_thread(_suspect, histories, around, work)
    sold = [one.document_id for one in work.waiting.values() if not one.bought]
    alike: dict[int, list[KsefNumber]] = defaultdict(list)
    for document_id, other, number in await buffer.comparing.numbered_alike(sold) if sold else ():
        alike[document_id].append(number)
        if work.waiting[document_id].fresh:
            work.touched.add(other)
    for document_id, numbers in alike.items():
        work.found[document_id].append(same_number(numbers))


def _suspect(histories: Mapping[str, Sequence[Known]], around: Surroundings, work: _Comparison) -> None:
    for seller, history in histories.items():
        wanted = {known.document_id for known in history if known.document_id in work.waiting}
        fresh = wanted & work.fresh
        for document_id, found in suspicions(history, wanted, around, seller):
            work.found[document_id] += found
        if fresh:
            _touch_later(history, fresh, work)
            work.touched |= Twins(history).concerned(fresh)


def _touch_later(history: Sequence[Known], fresh: set[int], work: _Comparison) -> None:
    """What came after a new document was compared without it."""
    first = next((index for index, known in enumerate(history) if known.document_id in fresh), len(history))
    work.touched |= {known.document_id for known in history[first + 1 :]}


async def _surroundings(
    buffer: Buffer, since: str, histories: Mapping[str, Sequence[Known]], work: _Comparison
) -> Surroundings:
    waiting = [known for some in histories.values() for known in some if known.document_id in work.waiting]
    accounts = {account for known in waiting for account in known.accounts}
    firsts = [
        some[0]
        for some in histories.values()
        if some[0].document_id in work.waiting
        and some[0].text_key is not None
        and knows_for_long(some[0], since)
    ]
    return Surroundings(
        since=since,
        accounts=await buffer.comparing.other_sellers(accounts) if accounts else {},
        same_text=await _same_text(buffer, firsts, work) if firsts else {},
    )


async def _same_text(buffer: Buffer, firsts: Sequence[Known], work: _Comparison) -> dict[int, int]:
    """For each of these documents, how many firms got its text as their first of its seller within a month."""
    asked = [(known.text_key, known.received) for known in firsts if known.text_key is not None]
    shared = await buffer.comparing.first_texts(asked, TEXT_DAYS)
    counts: dict[int, int] = {}
    for known in firsts:
        alike = [one for one in shared if one.text_key == known.text_key]
        counts[known.document_id] = len({one.firm_id for one in alike})
        if counts[known.document_id] >= MANY_FIRMS and known.document_id in work.fresh:
            work.touched |= {one.document_id for one in alike}
    return counts


async def _with_chains(buffer: Buffer, work: _Comparison) -> None:
    web = await buffer.webs.around(work.waiting)
    moves = await buffer.webs.moves([one.ksef_number for one in work.waiting.values()])
    renewals = await buffer.comparing.renewals(work.waiting)
    work.touched |= await buffer.webs.named(work.fresh)
    await asyncio.to_thread(_join, work, web, moves, renewals)


def _join(work: _Comparison, web: Web, moves: Iterable[Move], renewals: Iterable[Renewal]) -> None:
    moved: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        moved[move.original].append(move)
    renewed: dict[int, list[Renewal]] = defaultdict(list)
    for renewal in renewals:
        ids = {part[0] for part in (renewal.original, renewal.correction, renewal.renewed)}
        for id_ in ids:
            renewed[id_].append(renewal)
        if work.fresh & ids:
            work.touched |= ids
    for id_, one in work.waiting.items():
        work.found[id_] += chain_findings(web, id_, moved.get(one.ksef_number, ()), renewed.get(id_, ()))
    for id_ in work.fresh & web.members.keys():
        work.touched |= {member.document_id for member in web.case(id_).members} | web.neighbours(id_)
