"""Work of a worker process: stored bytes become what lists, searches and registers need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from blink_tui.buffer.records import DerivedRow, Undecoded
from blink_tui.buffer.xml_codec import decompress
from blink_tui.invoices import read_invoice
from blink_tui.invoices.periods import dates_of, deduction, output, treatment_of
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean, folded

DERIVED_VERSION = 2
"""Grows when a better reader should reach old documents (`blink reindex`)."""


def derive(batch: Sequence[Undecoded]) -> Iterator[list[DerivedRow]]:
    """One list: a row for each document of the batch."""
    yield [derived_row(one) for one in batch]


def derived_row(document: Undecoded) -> DerivedRow:
    """What an invoice's content adds to its header; an unreadable one keeps its reason."""
    document_id, ksef_number = document.document_id, document.ksef_number
    xml = decompress(document.body, document.dictionary)
    try:
        invoice = read_invoice(xml)
    except BlinkError as error:
        return _unread(document_id, ksef_number, f"{error.kind.code}: {error.cause or error}")
    except Exception as error:
        return _unread(document_id, ksef_number, f"reader-failed: {error!r}")
    due = min(invoice.payment.due, default=None)
    return DerivedRow(
        document_id,
        DERIVED_VERSION,
        due,
        _search_text(invoice, ksef_number),
        None,
        invoice.vat_table,
        _vat_month(invoice, document),
    )


def _vat_month(invoice: Invoice, document: Undecoded) -> str:
    """The month that is proposed for a document's VAT (BOOKKEEPING 1), YYYY-MM; empty where it is not known yet."""
    if not document.received_date or document.direction == Direction.NONE:
        return ""
    dates = dates_of(invoice, date.fromisoformat(document.received_date))
    if document.direction == Direction.SALE:
        return str(output(invoice, dates).month)
    earliest = deduction(dates, treatment_of(invoice)).earliest
    return str(earliest) if earliest else ""


def _unread(document_id: int, ksef_number: str, problem: str) -> DerivedRow:
    return DerivedRow(document_id, DERIVED_VERSION, None, folded(ksef_number), problem, ())


def _search_text(invoice: Invoice, ksef_number: str) -> str:
    """Folded words by which an accountant looks a document up."""
    parties = (invoice.seller, invoice.buyer, *invoice.third_parties)
    words = (
        invoice.number,
        ksef_number,
        *(word for party in parties for word in (party.nip, party.name)),
        *(line.name for line in invoice.lines),
    )
    return folded(clean(" ".join(filter(None, words))))
