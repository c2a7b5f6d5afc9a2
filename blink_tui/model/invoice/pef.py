"""What only PEF (UBL) invoices carry; its fields that FA has too stand in the common shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from blink_tui.model.invoice.parties import Address, InvoiceParty

if TYPE_CHECKING:
    from blink_tui.model.invoice.lines import InvoiceLine, VatAmount


@dataclass(frozen=True, kw_only=True)
class Charge:
    """AllowanceCharge: a surcharge, or a discount, of the document, a row or a price."""

    surcharge: bool = False
    """ChargeIndicator: True adds, False takes off."""
    reason_code: str | None = None
    reason: str | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    base: Decimal | None = None
    category: str | None = None
    rate: Decimal | None = None
    vat: Decimal | None = None
    gross: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A document that the invoice names."""

    kind: str
    """Tag of the reference: `DespatchDocumentReference`, `AdditionalDocumentReference` …"""
    id: str | None = None
    scheme: str | None = None
    issue_date: date | None = None
    type_code: str | None = None
    description: str | None = None
    uri: str | None = None
    file_name: str | None = None
    mime_code: str | None = None
    content: str | None = None
    """An embedded file, Base64 as written; never opened."""


@dataclass(frozen=True, kw_only=True)
class Classification:
    """CommodityClassification: a code of goods with the list it comes from."""

    code: str
    list_id: str | None = None
    list_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class PefLine:
    """A row's fields beyond those that FA has."""

    id: str | None = None
    notes: tuple[str, ...] = ()
    description: str | None = None
    accounting_cost: str | None = None
    period: tuple[date | None, date | None] | None = None
    order_line: str | None = None
    order: str | None = None
    references: tuple[Reference, ...] = ()
    charges: tuple[Charge, ...] = ()
    buyer_index: str | None = None
    standard_scheme: str | None = None
    """Scheme of the standard identifier; the identifier itself is the row's `gtin`."""
    origin_country: str | None = None
    classifications: tuple[Classification, ...] = ()
    category: str | None = None
    """Code of the VAT category."""
    percent: Decimal | None = None
    properties: tuple[tuple[str, str], ...] = ()
    base_quantity: Decimal | None = None
    base_unit: str | None = None
    price_charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MonetaryTotals:
    """LegalMonetaryTotal."""

    lines: Decimal | None = None
    net: Decimal | None = None
    gross: Decimal | None = None
    discounts: Decimal | None = None
    surcharges: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class TaxTotal:
    """TaxTotal: tax in one currency, with its rows per rate."""

    amount: Decimal | None = None
    currency: str | None = None
    rows: tuple[VatAmount, ...] = ()
    gross: Decimal | None = None
    """Total with tax, in the extension for gross prices."""
    rates: tuple[tuple[Decimal | None, str | None, Decimal | None], ...] = ()
    """In the same extension: gross, VAT category and per cent of each rate."""


@dataclass(frozen=True, kw_only=True)
class GrossData:
    """AdditionalInvoiceGrossData: the Polish extension for invoices counted from gross prices."""

    method: str | None = None
    charges: tuple[Charge, ...] = ()
    tax: TaxTotal | None = None
    lines: tuple[InvoiceLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PefState:
    """An invoice's content at one moment: before its correction, or the difference that a correction makes."""

    gross_data: GrossData | None = None
    charges: tuple[Charge, ...] = ()
    taxes: tuple[TaxTotal, ...] = ()
    totals: MonetaryTotals | None = None
    lines: tuple[InvoiceLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Where and when the goods were handed over."""

    day: date | None = None
    location: str | None = None
    location_scheme: str | None = None
    address: Address | None = None
    party: InvoiceParty | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentMeans:
    """One way of paying, as PEF lists it."""

    code: str | None = None
    code_name: str | None = None
    due: date | None = None
    ids: tuple[str, ...] = ()
    """References to quote in the transfer."""
    account: str | None = None
    account_name: str | None = None
    branch: str | None = None
    card: str | None = None
    card_network: str | None = None
    card_holder: str | None = None
    mandate: str | None = None
    payer_account: str | None = None


@dataclass(frozen=True, kw_only=True)
class Pef:
    """Everything else of a PEF document."""

    customization: str | None = None
    profile: str | None = None
    type_code: str | None = None
    notes: tuple[str, ...] = ()
    tax_currency: str | None = None
    tax_point_code: str | None = None
    """InvoicePeriod/DescriptionCode: by which event tax falls due (3 issue, 35 delivery, 432 payment)."""
    accounting_cost: str | None = None
    buyer_reference: str | None = None
    sales_order: str | None = None
    references: tuple[Reference, ...] = ()
    discrepancies: tuple[tuple[str | None, str | None, str | None], ...] = ()
    """DiscrepancyResponse: reference, code and description of what a correction corrects."""
    deliveries: tuple[Delivery, ...] = ()
    means: tuple[PaymentMeans, ...] = ()
    charges: tuple[Charge, ...] = ()
    taxes: tuple[TaxTotal, ...] = ()
    totals: MonetaryTotals | None = None
    payee: InvoiceParty | None = None
    tax_representative: InvoiceParty | None = None
    seller_office: InvoiceParty | None = None
    """SellerSupplierParty of the extension: who issued it for the seller."""
    receiver: InvoiceParty | None = None
    comments: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    """Names that the extensions give themselves."""
    gross_data: GrossData | None = None
    net_lines: tuple[InvoiceLine, ...] = ()
    """AdditionalInvoiceDataNetto: rows of the Polish extension."""
    before: PefState | None = None
    """OriginalInvoiceData: the corrected invoice as it was."""
    difference: PefState | None = None
    """InvoiceCorrection: what the correction changes; the document itself shows the state after it."""
