"""Work of a worker process: stored bytes become what lists, searches, registers and comparisons need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from blink_tui.buffer.deriving import PreparedDerived, prepare_derived
from blink_tui.buffer.records import DerivedRow, Traits, Undecoded
from blink_tui.buffer.xml_codec import decompress
from blink_tui.invoices import read_invoice
from blink_tui.invoices.checks import Context, check
from blink_tui.invoices.links import links_of
from blink_tui.invoices.periods import dates_of, deduction, output, treatment_of
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice
from blink_tui.model.matching import account_key, number_key, text_key
from blink_tui.model.text import clean, folded

DERIVED_VERSION = 3
"""Grows when a better reader should reach old documents (`blink reindex`)."""


def derive(batch: Sequence[Undecoded], today: date) -> Iterator[PreparedDerived]:
    """One result: the rows of every document of the batch. `today` is the Warsaw day of the checks."""
    yield prepare_derived(derived_row(one, today) for one in batch)


def derived_row(document: Undecoded, today: date) -> DerivedRow:
    """What an invoice's content adds to its header; an unreadable one keeps its reason."""
    try:
        return _read(document, today)
    except BlinkError as error:
        return _unread(document, f"{error.kind.code}: {error.cause or error}")
    except Exception as error:
        return _unread(document, f"reader-failed: {error!r}")


def _read(document: Undecoded, today: date) -> DerivedRow:
    invoice = read_invoice(decompress(document.body, document.dictionary))
    received = date.fromisoformat(document.received_date) if document.received_date else None
    context = Context(
        today=today, firm_nip=document.firm_nip, ksef_number=document.ksef_number, received=received
    )
    names = [folded(line.name) for line in invoice.lines if line.name]
    due = min(invoice.payment.due, default=None)
    return DerivedRow(
        document_id=document.document_id,
        version=DERIVED_VERSION,
        due_date=due,
        search=_search_text(invoice, document.ksef_number, names),
        problem=None,
        vat=invoice.vat_table,
        vat_month=_vat_month(invoice, document.direction, received),
        findings=check(invoice, context),
        links=links_of(invoice),
        traits=_traits(invoice, document, due, names),
    )


def _vat_month(invoice: Invoice, direction: str, received: date | None) -> str:
    """The month that is proposed for a document's VAT (BOOKKEEPING 1), YYYY-MM; empty where it is not known yet."""
    if received is None or direction == Direction.NONE:
        return ""
    dates = dates_of(invoice, received)
    if direction == Direction.SALE:
        return str(output(invoice, dates).month)
    earliest = deduction(dates, treatment_of(invoice)).earliest
    return str(earliest) if earliest else ""


def _traits(invoice: Invoice, document: Undecoded, due: date | None, names: Sequence[str]) -> Traits:
    issued, payment = invoice.issue_date, invoice.payment
    bought = document.direction != Direction.SALE
    own = [account.number for account in payment.bank_accounts if account.number and bought]
    others = [account.number for account in payment.factor_accounts if account.number and bought]
    return Traits(
        firm_id=document.firm_id,
        seller=document.seller,
        seller_name=clean(invoice.seller.name),
        received_date=document.received_date,
        ksef_number=document.ksef_number,
        kind=invoice.kind,
        number_key=number_key(folded(invoice.number)),
        issued=issued.isoformat() if issued else "",
        term=(due - issued).days if due and issued and not payment.paid else None,
        gross=invoice.total,
        currency=invoice.currency,
        text_key=text_key(names),
        accounts=_keys([*own, *others]),
        own_accounts=_keys(own),
    )


def _keys(accounts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(account_key, accounts))))


def _unread(document: Undecoded, problem: str) -> DerivedRow:
    return DerivedRow(
        document_id=document.document_id,
        version=DERIVED_VERSION,
        due_date=None,
        search=folded(document.ksef_number),
        problem=problem,
        vat=(),
    )


def _search_text(invoice: Invoice, ksef_number: str, names: Sequence[str]) -> str:
    """Folded words by which an accountant looks a document up."""
    parties = (invoice.seller, invoice.buyer, *invoice.third_parties)
    words = (invoice.number, ksef_number, *(word for party in parties for word in (party.nip, party.name)))
    return clean(" ".join((folded(" ".join(filter(None, words))), *names)))
