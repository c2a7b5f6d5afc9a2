"""One invoice as its XML says it, exact; split by idea, imported from here."""

from blink_tui.model.invoice.attachment import AttachmentBlock, AttachmentTable, Registers
from blink_tui.model.invoice.correction import (
    Advance,
    AdvanceInvoice,
    CorrectedInvoice,
    PaymentDocument,
    Remark,
)
from blink_tui.model.invoice.document import Invoice
from blink_tui.model.invoice.lines import InvoiceLine, Order, VatAmount
from blink_tui.model.invoice.notes import NewVehicle, Notes
from blink_tui.model.invoice.parties import Address, Contact, InvoiceParty
from blink_tui.model.invoice.payment import (
    BankAccount,
    PartPayment,
    Payment,
    PaymentTerm,
    Settlement,
    SettlementItem,
)
from blink_tui.model.invoice.pef import Pef
from blink_tui.model.invoice.terms import Agreement, Terms, Transport

__all__ = [
    "Address",
    "Advance",
    "AdvanceInvoice",
    "Agreement",
    "AttachmentBlock",
    "AttachmentTable",
    "BankAccount",
    "Contact",
    "CorrectedInvoice",
    "Invoice",
    "InvoiceLine",
    "InvoiceParty",
    "NewVehicle",
    "Notes",
    "Order",
    "PartPayment",
    "Payment",
    "PaymentDocument",
    "PaymentTerm",
    "Pef",
    "Registers",
    "Remark",
    "Settlement",
    "SettlementItem",
    "Terms",
    "Transport",
    "VatAmount",
]
