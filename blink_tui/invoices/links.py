"""References of an invoice to others: the originals that it corrects, the advances that it settles."""

from __future__ import annotations

from collections.abc import Iterator

from blink_tui.model.chains import Link, LinkKind
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean


def links_of(invoice: Invoice) -> tuple[Link, ...]:
    """Every reference that names something, in the invoice's order; a number given twice counts once."""
    return tuple(dict.fromkeys((*_corrected(invoice), *_settled(invoice))))


def _corrected(invoice: Invoice) -> Iterator[Link]:
    was_buyer = _buyer_before(invoice)
    for original in invoice.corrected:
        if original.number or original.ksef_number:
            yield Link(
                LinkKind.CORRECTS,
                _upper(original.ksef_number),
                clean(original.number),
                original.issue_date.isoformat() if original.issue_date else "",
                was_buyer,
            )


def _settled(invoice: Invoice) -> Iterator[Link]:
    for advance in invoice.advance_invoices:
        if advance.number or advance.ksef_number:
            yield Link(LinkKind.SETTLES, _upper(advance.ksef_number), clean(advance.number), "")


def _upper(ksef_number: str | None) -> str | None:
    return clean(ksef_number).upper() or None


def _buyer_before(invoice: Invoice) -> str | None:
    """NIP of the buyer as the original named it, where the correction names another."""
    now = {invoice.buyer.nip, *(party.nip for party in invoice.third_parties)}
    return next((buyer.nip for buyer in invoice.corrected_buyers if buyer.nip and buyer.nip not in now), None)
