"""One invoice as its XML says it, exact; every reader fills this one shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from blink_tui.model.invoice.attachment import AttachmentBlock, Registers
from blink_tui.model.invoice.correction import (
    Advance,
    AdvanceInvoice,
    CorrectedInvoice,
    PaymentDocument,
    Remark,
)
from blink_tui.model.invoice.lines import InvoiceLine, Order, VatAmount
from blink_tui.model.invoice.notes import Notes
from blink_tui.model.invoice.parties import InvoiceParty
from blink_tui.model.invoice.payment import Payment, Settlement
from blink_tui.model.invoice.pef import Pef
from blink_tui.model.invoice.terms import Terms

_NO_NOTES: Final = Notes()
_NO_PAYMENT: Final = Payment()


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """One invoice. Amounts are in `currency`; corrections are differences, so any amount may be negative."""

    form: str
    """System code of the form: `FA (3)`, `FA (2)`, `FA_RR (1)`, `PEF (3)`, `PEF_KOR (3)`."""
    schema_version: str | None = None
    """wersjaSchemy as written."""
    newer_schema: bool = False
    """The schema's version is not one this program knows: there may be more in the XML than here."""
    created: str | None = None
    """Instant at which the file was made, as written."""
    producer: str | None = None
    """Program that wrote the file (SystemInfo)."""
    kind: str
    """RodzajFaktury as written: `VAT`, `KOR`, `ZAL`, `ROZ`, `UPR`, `KOR_ZAL`, `KOR_ROZ`, `VAT_RR`, `KOR_VAT_RR`;
    for PEF, which has none, `VAT_PEF`, `VAT_PEF_SP` (self-billed) or `KOR_PEF`."""
    number: str
    issue_date: date | None
    issue_place: str | None = None
    sale_date: date | None = None
    """P_6: date of delivery, one for all rows."""
    period: tuple[date | None, date | None] | None = None
    """OkresFa."""
    tax_point: date | None = None
    """PEF alone states it."""
    currency: str = "PLN"
    exchange_rate: Decimal | None = None
    """KursWalutyZ: of an advance."""
    seller: InvoiceParty
    buyer: InvoiceParty
    third_parties: tuple[InvoiceParty, ...] = ()
    authorized: InvoiceParty | None = None
    total: Decimal | None = None
    """P_15: due altogether."""
    total_pln: Decimal | None = None
    """FA_RR in a foreign currency."""
    total_words: str | None = None
    """FA_RR: the total in words."""
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
    notes: Notes = _NO_NOTES
    receipt_follows: bool = False
    """FP: issued to a receipt of a cash register (art. 109(3d))."""
    related_parties: bool = False
    """TP: seller and buyer are connected."""
    excise_refund: bool = False
    """ZwrotAkcyzy: farmer's refund of excise on fuel."""
    delivery_notes: tuple[str, ...] = ()
    """WZ."""
    remarks: tuple[Remark, ...] = ()
    """DodatkowyOpis."""
    correction_reason: str | None = None
    correction_type: int | None = None
    """TypKorekty, the seller's view: 1 original's period, 2 correction's own, 3 another."""
    corrected: tuple[CorrectedInvoice, ...] = ()
    corrected_period: str | None = None
    """OkresFaKorygowanej, in words."""
    corrected_number: str | None = None
    """NrFaKorygowany: the right number, where the number itself was wrong."""
    corrected_seller: InvoiceParty | None = None
    """Podmiot1K: the seller as the original named it."""
    corrected_buyers: tuple[InvoiceParty, ...] = ()
    """Podmiot2K: buyers as the original named them."""
    total_before: Decimal | None = None
    """P_15ZK: of an advance or a settlement, before its correction."""
    exchange_rate_before: Decimal | None = None
    """KursWalutyZK."""
    advances: tuple[Advance, ...] = ()
    advance_invoices: tuple[AdvanceInvoice, ...] = ()
    order: Order | None = None
    settlement: Settlement | None = None
    payment: Payment = _NO_PAYMENT
    payment_documents: tuple[PaymentDocument, ...] = ()
    terms: Terms | None = None
    footer: tuple[str, ...] = ()
    registers: tuple[Registers, ...] = ()
    attachment: tuple[AttachmentBlock, ...] = ()
    pef: Pef | None = None
    unread: tuple[tuple[str, str], ...] = ()
    """Path and text of what the XML says beyond all these fields: of a newer schema, or of UBL's rarer corners."""

    @property
    def net(self) -> Decimal:
        """Sum of the VAT table's net amounts."""
        return sum((row.net for row in self.vat_table), Decimal(0))

    @property
    def vat(self) -> Decimal:
        """Sum of the VAT table's tax, in the invoice's currency."""
        return sum((row.vat for row in self.vat_table if row.vat is not None), Decimal(0))

    @property
    def to_pay(self) -> Decimal | None:
        """What is to be paid: DoZaplaty where it is given, the total otherwise."""
        if self.settlement is not None and self.settlement.to_pay is not None:
            return self.settlement.to_pay
        return self.total

    @property
    def is_correction(self) -> bool:
        """True for every kind of correction."""
        return self.kind.startswith("KOR")
