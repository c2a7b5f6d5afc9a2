"""One row of books that another program keeps, as it is read back (BOOKKEEPING 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from blink_tui.model.months import Month


class BookRegister(StrEnum):
    """Which book a row stands in."""

    SALES = "sales"
    """VAT register of sales."""
    PURCHASES = "purchases"
    KPIR = "kpir"
    REVENUE = "revenue"
    """Ewidencja przychodów."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """A row of a JPK or of a mapped register; amounts in PLN."""

    register: BookRegister
    position: int
    """Its number within the register of its file, from 1."""
    number: str
    """Of the document, as the books have it."""
    ksef_number: str = ""
    mark: str = ""
    """`OFF`, `BFK`, `DI`: why it has no number of KSeF's; empty where it has one, or the book knows no such marks."""
    country: str = ""
    """Prefix of the contractor's number; empty is Poland."""
    contractor: str = ""
    """The contractor's number without its country; empty for `BRAK`."""
    name: str = ""
    address: str = ""
    issued: date | None = None
    day: date | None = None
    """Sale, receipt or entry, by the register."""
    month: Month | None = None
    """In which it is settled or booked."""
    net: Decimal | None = None
    vat: Decimal | None = None
    gross: Decimal | None = None
    amounts: tuple[tuple[str, Decimal], ...] = ()
    """Field as its file names it (`K_19`, `K_43`, `K_13` …) and amount."""
    marks: tuple[str, ...] = ()
    """`FP`, `GTU_12`, `MK`, `WEW` …"""
    description: str = ""
