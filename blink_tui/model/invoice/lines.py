"""Rows of an invoice and of the order behind an advance, and its VAT table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.model.invoice.pef import PefLine


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """One row (FaWiersz, ZamowienieWiersz), keyed by its order: row numbers repeat in real invoices (PROTOCOL 6).

    Amounts are in the invoice's currency.
    """

    number: int | None = None
    id: str | None = None
    """UU_ID: the issuer's own key of the row."""
    sale_date: date | None = None
    """P_6A: the row's own date of delivery."""
    name: str | None = None
    index: str | None = None
    """Indeks: the seller's code of the goods."""
    gtin: str | None = None
    pkwiu: str | None = None
    cn: str | None = None
    pkob: str | None = None
    quality: str | None = None
    """FA_RR: class or quality of farm produce."""
    unit: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    """Net price of a unit (P_9A)."""
    unit_price_gross: Decimal | None = None
    discount: Decimal | None = None
    """P_10: discounts not yet in the unit price."""
    net: Decimal | None = None
    """P_11."""
    gross: Decimal | None = None
    """P_11A."""
    vat: Decimal | None = None
    """P_11Vat."""
    rate: str | None = None
    """P_12 as written: not always a number (`zw`, `np I`, `oo`)."""
    oss_rate: Decimal | None = None
    """P_12_XII: rate of another member state, per cent."""
    annex_15: bool = False
    """P_12_Zal_15: goods or services for which split payment may be obligatory."""
    excise: Decimal | None = None
    """KwotaAkcyzy: excise in the price."""
    gtu: str | None = None
    procedure: str | None = None
    exchange_rate: Decimal | None = None
    """KursWaluty: rate by which the row's tax was computed."""
    before: bool = False
    """StanPrzed: the row as it was before a correction."""
    pef: PefLine | None = None
    """What only PEF knows of a row."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """Zamowienie: what an advance was paid for."""

    value: Decimal | None = None
    """WartoscZamowienia: with tax."""
    lines: tuple[InvoiceLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VatAmount:
    """One row of the VAT table: net and tax of a rate, PLN beside them where the currency is foreign."""

    rate: str
    """Name of the group of P_13/P_14 fields: `23`, `8`, `5`, `0 KR`, `zw`, `oo` …"""
    net: Decimal
    vat: Decimal | None = None
    vat_pln: Decimal | None = None
    net_pln: Decimal | None = None
    """FA_RR carries it, and PEF may."""
    percent: Decimal | None = None
    """PEF: the rate as written."""
    category: str | None = None
    """PEF: code of the VAT category (`S`, `E`, `AE` …)."""
    exemption_code: str | None = None
    exemption_reason: str | None = None
