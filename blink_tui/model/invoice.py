"""One invoice as its XML says it, exact; every reader fills this one shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceParty:
    """A party with its address; texts as written, to be cleaned before they are shown."""

    nip: str | None = None
    internal_id: str | None = None
    vat_ue: str | None = None
    other_id: str | None = None
    name: str | None = None
    country: str | None = None
    address: tuple[str, ...] = ()
    email: str | None = None
    phone: str | None = None
    role: int | None = None
    """Role number of a third party (Podmiot3) or an authorised one."""
    role_description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One row (FaWiersz), keyed by its order: row numbers repeat in real invoices (PROTOCOL 6)."""

    number: int | None = None
    name: str | None = None
    unit: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    """Net price of a unit (P_9A), in the invoice's currency."""
    unit_price_gross: Decimal | None = None
    net: Decimal | None = None
    """P_11, in the invoice's currency."""
    gross: Decimal | None = None
    """P_11A, in the invoice's currency."""
    vat: Decimal | None = None
    """P_11Vat, in the invoice's currency."""
    rate: str | None = None
    """P_12 as written: not always a number (`zw`, `np I`, `oo`)."""
    gtu: str | None = None
    before: bool = False
    """StanPrzed: the row as it was before a correction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VatAmount:
    """One row of the VAT table: net and tax of a rate, tax in PLN beside it where the currency is foreign."""

    rate: str
    """Name of the group of P_13/P_14 fields: `23`, `8`, `5`, `0 KR`, `zw`, `oo` …"""
    net: Decimal
    vat: Decimal | None = None
    vat_pln: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedInvoice:
    """Reference of a correction to its original."""

    number: str | None = None
    issue_date: date | None = None
    ksef_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How and when the invoice is paid."""

    paid: bool = False
    paid_on: date | None = None
    due: tuple[date, ...] = ()
    form: int | None = None
    """1 cash, 2 card, 3 voucher, 4 cheque, 5 loan, 6 transfer, 7 mobile."""
    accounts: tuple[str, ...] = ()
    """Bank account numbers as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice. Amounts are in `currency`; corrections are differences, so any amount may be negative."""

    form: str
    """System code of the form, `FA (3)`."""
    kind: str
    """RodzajFaktury as written: `VAT`, `KOR`, `ZAL`, `ROZ`, `UPR`, `KOR_ZAL`, `KOR_ROZ`."""
    number: str
    issue_date: date | None
    seller: InvoiceParty
    buyer: InvoiceParty
    third_parties: tuple[InvoiceParty, ...] = ()
    authorized: InvoiceParty | None = None
    issue_place: str | None = None
    sale_date: date | None = None
    """P_6: date of delivery, one for all rows."""
    period: tuple[date | None, date | None] | None = None
    """OkresFa."""
    currency: str = "PLN"
    total: Decimal | None = None
    """P_15: due altogether."""
    vat_table: tuple[VatAmount, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()
    split_payment: bool = False
    """P_18A."""
    cash_method: bool = False
    """P_16."""
    self_billing: bool = False
    """P_17."""
    reverse_charge: bool = False
    """P_18."""
    correction_reason: str | None = None
    correction_type: int | None = None
    corrected: tuple[CorrectedInvoice, ...] = ()
    payment: Payment = Payment()
    footer: tuple[str, ...] = ()
    producer: str | None = None
    """Program that wrote the file (SystemInfo)."""

    @property
    def net(self) -> Decimal:
        """Sum of the VAT table's net amounts."""
        return sum((row.net for row in self.vat_table), Decimal(0))

    @property
    def vat(self) -> Decimal:
        """Sum of the VAT table's tax, in the invoice's currency."""
        return sum((row.vat for row in self.vat_table if row.vat is not None), Decimal(0))
