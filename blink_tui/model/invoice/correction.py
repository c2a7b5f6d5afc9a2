"""Links of an invoice to others: originals of a correction, advances, documents of payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class CorrectedInvoice:
    """Reference of a correction to its original."""

    number: str | None = None
    issue_date: date | None = None
    ksef_number: str | None = None
    outside_ksef: bool = False
    """NrKSeFN: the original was issued outside KSeF."""


@dataclass(frozen=True, kw_only=True)
class Advance:
    """ZaliczkaCzesciowa: one payment that an advance invoice documents."""

    day: date | None = None
    amount: Decimal | None = None
    exchange_rate: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class AdvanceInvoice:
    """FakturaZaliczkowa: an advance invoice that a settlement refers to."""

    number: str | None = None
    """Of one issued outside KSeF."""
    ksef_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentDocument:
    """FA_RR: a document by which the farmer was paid."""

    number: str | None = None
    day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Remark:
    """DodatkowyOpis: a pair of name and text, of the invoice or of one of its rows."""

    line: int | None = None
    key: str = ""
    value: str = ""
