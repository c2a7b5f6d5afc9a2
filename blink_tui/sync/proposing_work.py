"""Work of a worker process: what documents become in the books by the rules of their firm, and by other rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from blink_tui.buffer.codings import PreparedProposals, Proposed, ToPropose, prepare_proposals
from blink_tui.buffer.xml_codec import decompress
from blink_tui.coding.facts import Facts, Original, Past
from blink_tui.coding.propose import propose
from blink_tui.coding.rulebook import Rulebook
from blink_tui.i18n import N_
from blink_tui.invoices import read_invoice
from blink_tui.model.books import Books, Contractor, ExchangeRate
from blink_tui.model.coding import Coding, Problem, Proposal, Side
from blink_tui.model.documents import Direction, FirmKind
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.rulebook import Learned, RulebookEntry
from blink_tui.model.values import Nip

_FAULT = Problem("program-failed", N_("The program met a fault of its own with this document: {cause}"))
_TOLD = 200
"""Characters of a fault's cause."""

Rates = Mapping[str, Sequence[ExchangeRate]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmSide:
    """What all documents of a firm share."""

    firm_id: int
    nip: Nip
    kind: FirmKind
    labels: tuple[str, ...]
    books: Books
    entries: tuple[RulebookEntry, ...]
    """Of the office and of the firm."""
    locked: frozenset[Month]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """One document with what the buffer knows around it."""

    document: ToPropose
    originals: tuple[Original, ...] = ()
    learned: tuple[Learned, ...] = ()
    """For its seller and direction; of texts, those of its own alone."""
    contractor: Contractor | None = None


Batch = Sequence[tuple[FirmSide, Sequence[Around]]]
"""Documents by firm."""


@dataclass(frozen=True, slots=True)
class Gist:
    """What two proposals are compared by."""

    scheme: str
    """Empty: no rule fits."""
    rule: str
    accounts: tuple[str, ...]
    """Of the lines that are neither VAT nor settlement: with their side, in their order."""
    column: str
    vat_month: str
    books_month: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A document that other rules would treat otherwise."""

    document_id: int
    before: Gist
    after: Gist


def propose_batch(batch: Batch, rates: Rates, today: date) -> Iterator[PreparedProposals]:
    """One result: the rows of every document of the batch. `today` is the Warsaw day on which it is asked."""
    yield prepare_proposals(
        [
            Proposed(one.document.document_id, one.document.stamp, _proposal(firm, rules, one, rates, today))
            for firm, rules, documents in ((firm, compiled(firm.entries), some) for firm, some in batch)
            for one in documents
        ]
    )


def try_batch(
    batch: Batch, others: Mapping[int, tuple[RulebookEntry, ...]], rates: Rates, today: date
) -> Iterator[tuple[int, list[Change]]]:
    """One result: how many documents there are, and those that other rulebooks (by firm) would treat otherwise."""
    changes = []
    for firm, documents in batch:
        before, after = compiled(firm.entries), compiled(others[firm.firm_id])
        for one in documents:
            facts = _facts(firm, one, rates, today)
            if facts is None:
                continue
            gists = [gist_of(propose(facts, rules, one.learned).coding) for rules in (before, after)]
            if gists[0] != gists[1]:
                changes.append(Change(one.document.document_id, *gists))
    yield sum(len(documents) for _firm, documents in batch), changes


@lru_cache(maxsize=64)
def compiled(entries: tuple[RulebookEntry, ...]) -> Rulebook:
    """A rulebook, compiled once as long as its texts stay: firms without rules of their own share the office's."""
    return Rulebook.of(entries)


def facts_of(firm: FirmSide, one: Around, rates: Rates, today: date) -> Facts:
    """All that rules may know of a document. Raises BlinkError where its invoice cannot be read."""
    document = one.document
    return Facts(
        invoice=read_invoice(decompress(document.body, document.dictionary)),
        ksef_number=document.ksef_number,
        direction=document.direction,
        roles=document.roles,
        received=date.fromisoformat(document.received_date) if document.received_date else None,
        offline=document.offline,
        firm_nip=firm.nip,
        firm_kind=firm.kind,
        books=firm.books,
        findings=document.findings,
        originals=one.originals,
        past=Past(documents=document.past),
        rates=rates,
        locked=firm.locked,
        today=today,
        contractor=one.contractor,
        labels=firm.labels,
    )


def gist_of(coding: Coding) -> Gist:
    """What of a coding people look at first."""
    day = coding.periods.books
    return Gist(
        scheme=coding.scheme.name if coding.scheme else "",
        rule=coding.rule.name if coding.rule else "",
        accounts=tuple(
            f"{'Wn' if line.side is Side.DEBIT else 'Ma'} {line.account}" for line in coding.lines
        ),
        column=", ".join(entry.column for entry in coding.entries),
        vat_month=str(coding.periods.vat or ""),
        books_month=str(Month.of(day)) if day else "",
        complete=coding.complete,
    )


def _proposal(firm: FirmSide, rules: Rulebook, one: Around, rates: Rates, today: date) -> Proposal | None:
    """A fault of the program's own is told of its document and does not keep the others waiting."""
    try:
        facts = _facts(firm, one, rates, today)
        return propose(facts, rules, one.learned) if facts is not None else None
    except Exception as error:
        return Proposal(coding=Coding(problems=(replace(_FAULT, values={"cause": repr(error)[:_TOLD]}),)))


def _facts(firm: FirmSide, one: Around, rates: Rates, today: date) -> Facts | None:
    """None for what is for information only and for what this program cannot read: nothing is proposed for it."""
    if one.document.direction is Direction.NONE:
        return None
    try:
        return facts_of(firm, one, rates, today)
    except BlinkError:
        return None
