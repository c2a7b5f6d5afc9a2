"""What is owed on a document, by when and how it is paid, and its days of tax."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.ledger.document import LedgerDocument
from blink_tui.model.coding import ZERO

FORMS = {1: "gotówka", 2: "karta", 3: "bon", 4: "czek", 5: "kredyt", 6: "przelew", 7: "płatność mobilna"}
"""By the number that FA(3) gives them (FORMATS 8.3)."""
TRANSFER = FORMS[6]


@dataclass(frozen=True, slots=True)
class Owed:
    """What the buyer owes the seller."""

    amount: Decimal
    """In the document's currency; negative where the seller returns it."""
    due: date
    form: int | None
    """As FA(3) numbers it; None where it is not said or said in words."""


def issued(document: LedgerDocument) -> date:
    """Day of issue; of a document that does not tell it the day of receipt."""
    return document.invoice.issue_date or document.received


def owed(document: LedgerDocument) -> Owed:
    """Due on the first of its terms, else when it was paid, else on the day of issue."""
    invoice = document.invoice
    payment, amount = invoice.payment, invoice.to_pay
    day = min(payment.due, default=None) or payment.paid_on or issued(document)
    return Owed(invoice.net + invoice.vat if amount is None else amount, day, payment.form)


def tax_point(document: LedgerDocument) -> date:
    """Typed or told, else the end of the delivery; of a correction its issue (BOOKKEEPING 1)."""
    invoice = document.invoice
    told = document.coding.choices.tax_point or invoice.tax_point
    if told is not None or invoice.is_correction:
        return told or issued(document)
    ended = invoice.period[1] if invoice.period else None
    return invoice.sale_date or ended or issued(document)


def deductible(document: LedgerDocument) -> date:
    """First day on which a buyer may deduct: the later of tax point and receipt; of a sale the tax point."""
    return tax_point(document) if document.sale else max(tax_point(document), document.received)


def gross(document: LedgerDocument) -> Decimal:
    """Total in the document's currency, whatever of it is paid already."""
    invoice = document.invoice
    return invoice.total if invoice.total is not None else invoice.net + invoice.vat or ZERO
