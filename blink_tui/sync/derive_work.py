"""Work of a worker process: stored bytes become what lists, searches and registers need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blink_tui.buffer.records import DerivedRow, Undecoded
from blink_tui.buffer.xml_codec import decompress
from blink_tui.invoices import read_invoice
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean, folded

DERIVED_VERSION = 1
"""Grows when a better reader should reach old documents (`blink reindex`)."""


def derive(batch: Sequence[Undecoded]) -> Iterator[list[DerivedRow]]:
    """One list: a row for each document of the batch."""
    yield [
        derived_row(document_id, number, decompress(body, dictionary))
        for document_id, number, body, dictionary in batch
    ]


def derived_row(document_id: int, ksef_number: str, xml: bytes) -> DerivedRow:
    """What an invoice's content adds to its header; an unreadable one keeps its reason."""
    try:
        invoice = read_invoice(xml)
    except BlinkError as error:
        return _unread(document_id, ksef_number, f"{error.kind.code}: {error.cause or error}")
    except Exception as error:
        return _unread(document_id, ksef_number, f"reader-failed: {error!r}")
    due = min(invoice.payment.due, default=None)
    return DerivedRow(
        document_id, DERIVED_VERSION, due, _search_text(invoice, ksef_number), None, invoice.vat_table
    )


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
