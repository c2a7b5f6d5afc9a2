"""What the buffer knows around documents that are to be coded, gathered with few queries however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from blink_tui.buffer import Buffer
from blink_tui.buffer.codings import Settled, ToPropose
from blink_tui.coding.facts import Facts, Original
from blink_tui.coding.rulebook import Rulebook
from blink_tui.model.books import Books
from blink_tui.model.books_change import NO_BOOKS
from blink_tui.model.chains import LinkKind, Web
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import BlinkError
from blink_tui.model.rulebook import OFFICE, Learned
from blink_tui.sync.proposing_work import Around, Batch, FirmSide, Rates, compiled, facts_of


async def firm_sides(buffer: Buffer, firm_ids: set[int]) -> dict[int, FirmSide]:
    """What the documents of firms share; firms without books are left out."""
    books: Mapping[int, Books] = await buffer.books.all()
    locks = await buffer.locks.all()
    rules = await buffer.rules.all()
    return {
        firm.id: FirmSide(
            firm_id=firm.id,
            nip=firm.nip,
            kind=firm.kind,
            labels=firm.labels,
            books=books[firm.id],
            entries=(*rules.get(OFFICE, ()), *rules.get(firm.id, ())),
            locked=frozenset(lock.month for lock in locks.get(firm.id, ())),
        )
        for firm in await buffer.firms.list()
        if firm.id in firm_ids and firm.id in books
    }


async def around(buffer: Buffer, documents: Sequence[ToPropose]) -> list[Around]:
    """Documents with their originals, with what was learned for their sellers, and their contractors."""
    web = await buffer.webs.around(one.document_id for one in documents)
    settled = await buffer.codings.settled(web.members)
    keys = {(one.firm_id, one.contractor, one.direction) for one in documents if one.contractor}
    learned = await buffer.learning.many(keys)
    known = await buffer.charts.known_contractors({key[:2] for key in keys})
    return [
        Around(
            document=one,
            originals=_originals(web, one.document_id, settled),
            learned=_of_text(learned.get((one.firm_id, one.contractor, one.direction), ()), one.text_key),
            contractor=known.get((one.firm_id, one.contractor)),
        )
        for one in documents
    ]


async def rates_for(buffer: Buffer, documents: Sequence[ToPropose]) -> Rates:
    """The rates that were loaded for the currencies of documents."""
    foreign = {one.currency for one in documents} - {"PLN", ""}
    return await buffer.rates.by_currency(foreign) if foreign else {}


@dataclass(frozen=True, slots=True)
class Desk:
    """One document with all that it takes to code it."""

    facts: Facts
    rulebook: Rulebook
    learned: tuple[Learned, ...]


async def read_desk(buffer: Buffer, document_id: int) -> Desk:
    """A document, whatever its status, with its firm's rules.

    Raises BlinkError: DOCUMENT_UNKNOWN, NO_BOOKS, and as reading an invoice does.
    """
    document = await buffer.documents.get(document_id)
    sides = await firm_sides(buffer, {document.firm_id})
    if document.firm_id not in sides:
        raise BlinkError(NO_BOOKS, firm=document.firm_nip)
    side = sides[document.firm_id]
    rows = await buffer.codings.about([document_id])
    (known,) = await around(buffer, rows)
    today = warsaw_day(instant_of(datetime.now(UTC)))
    facts = facts_of(side, known, await rates_for(buffer, rows), today)
    return Desk(facts, compiled(side.entries), known.learned)


async def read_facts(buffer: Buffer, document_id: int) -> Facts:
    """All that rules may know of one document; raises as `read_desk`."""
    return (await read_desk(buffer, document_id)).facts


def by_firm(sides: Mapping[int, FirmSide], documents: Sequence[Around]) -> Batch:
    """Documents grouped by their firms; those of firms without books are left out."""
    found: dict[int, list[Around]] = defaultdict(list)
    for one in documents:
        if one.document.firm_id in sides:
            found[one.document.firm_id].append(one)
    return [(sides[firm_id], some) for firm_id, some in found.items()]


def _originals(web: Web, document_id: int, settled: Mapping[int, Settled]) -> tuple[Original, ...]:
    """Documents that this one names, in the order in which it names them."""
    edges = [edge for kind in LinkKind for edge in web.of(document_id, kind)]
    targets = dict.fromkeys(edge.target for edge in edges if edge.target is not None)
    return tuple(_original(settled[target]) for target in targets if target in settled)


def _original(one: Settled) -> Original:
    return Original(
        ksef_number=one.ksef_number,
        status=one.status,
        vat_month=one.vat_month,
        scheme=one.scheme,
        parameters=one.parameters if one.scheme else None,
    )


def _of_text(learned: Sequence[Learned], text_key: str) -> tuple[Learned, ...]:
    return tuple(one for one in learned if one.text_key in ("", text_key))
