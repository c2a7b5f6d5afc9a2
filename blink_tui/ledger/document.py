"""A document as exporters get it: the invoice as it is, and what it becomes in the books."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from blink_tui.model.books import Contractor
from blink_tui.model.coding import ZERO, Coding, RateAmount
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import Invoice, InvoiceParty
from blink_tui.model.text import clean

_NAMESPACE = uuid.UUID("6f0f3f5c-5a8e-5d0b-9f0c-0f6d1c7f4b11")
"""Of the ids below; changing it would make every document a new one for Optima."""
_ONE = Decimal(1)
_GROSZ = Decimal("0.01")
_RATE = Decimal("0.000001")
"""Rates have six decimals at most (FORMATS 8.4)."""


def grosze(amount: Decimal) -> Decimal:
    """Rounded half up to the grosz."""
    return amount.quantize(_GROSZ, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDocument:
    """One document on its way to the books."""

    id: int
    """Its number in the buffer, the same for ever."""
    ksef_number: str
    """Empty only for what never was in KSeF, such as a row of books read back."""
    direction: Direction
    received: date
    """Legal day of receipt, in Warsaw."""
    received_at: Instant | None = None
    """Moment at which KSeF gave the number."""
    invoice: Invoice
    coding: Coding
    """Empty (no scheme, no rows) for a firm without books: then the invoice alone goes."""
    contractor: Contractor | None = None
    """As the ledger knows the other side; None where it does not yet."""
    amends: bool = False
    """The books have it already and it is to be put right there ("do poprawy w księgach"), never entered as new."""
    original: bytes = field(default=b"", repr=False)
    """The invoice's XML as received, where the export hands it on (`package`); empty where there is none."""

    @property
    def sale(self) -> bool:
        """The firm sold."""
        return self.direction is Direction.SALE

    @property
    def party(self) -> InvoiceParty:
        """The other side: the buyer of a sale, else the seller."""
        return self.invoice.buyer if self.sale else self.invoice.seller

    @property
    def guid(self) -> uuid.UUID:
        """The same for the same document every time it is written: a UUID5 of its KSeF number."""
        return uuid.uuid5(
            _NAMESPACE, clean(self.ksef_number or f"{self.party.identifier}/{self.invoice.number}")
        )

    @property
    def exchange_rate(self) -> Decimal:
        """PLN for one unit of the invoice's currency, by which VAT is converted; 1 in PLN.

        As it was coded, else as the invoice states it, else as its tax in PLN tells it; 0 where nobody said it.
        """
        invoice = self.invoice
        if invoice.currency == "PLN":
            return _ONE
        if self.coding.vat_rate is not None:
            return self.coding.vat_rate.rate
        stated = (invoice.exchange_rate, *(line.exchange_rate for line in invoice.lines))
        told = (row.vat_pln / row.vat for row in invoice.vat_table if row.vat_pln and row.vat)
        return next((rate for rate in stated if rate), None) or next(told, ZERO).quantize(
            _RATE, ROUND_HALF_UP
        )

    @property
    def table(self) -> tuple[RateAmount, ...]:
        """The VAT table in PLN, in grosze: as it was coded, else as the invoice alone tells it."""
        if self.coding.table:
            return self.coding.table
        rate = self.exchange_rate
        return tuple(
            RateAmount(
                row.rate,
                grosze(row.net_pln if row.net_pln is not None else row.net * rate),
                grosze(row.vat_pln if row.vat_pln is not None else (row.vat or ZERO) * rate),
            )
            for row in self.invoice.vat_table
        )

    @property
    def net(self) -> Decimal:
        """In PLN."""
        return sum((row.net for row in self.table), ZERO)

    @property
    def vat(self) -> Decimal:
        """In PLN."""
        return sum((row.vat for row in self.table), ZERO)
