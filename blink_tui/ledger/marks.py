"""Marks of a document for JPK: those of its register rows, or of the invoice where nothing was coded (FORMATS 8.1)."""

from __future__ import annotations

import re

from blink_tui.ledger.document import LedgerDocument
from blink_tui.model.invoice import Invoice

SPLIT_PAYMENT = "MPP"
"""No mark of JPK_V7 any more; ledger programs still know it (FORMATS 6.4)."""
_GTU = re.compile("GTU_(0[1-9]|1[0-3])")
_PROCEDURES = frozenset(
    {"WSTO_EE", "IED", "TT_D", "I_42", "I_63", "B_SPV", "B_SPV_DOSTAWA", "B_MPV_PROWIZJA"}
)


def marks(document: LedgerDocument) -> tuple[str, ...]:
    """In the order in which they are met, each once; `MPP` last, where split payment is obligatory."""
    rows = document.coding.rows
    found = (
        [mark for row in rows for mark in row.marks] if rows else _of_invoice(document.invoice, document.sale)
    )
    if document.invoice.split_payment:
        found = [*found, SPLIT_PAYMENT]
    return tuple(dict.fromkeys(found))


def _of_invoice(invoice: Invoice, sale: bool) -> list[str]:
    if not sale:
        if invoice.form.startswith("FA_RR"):
            return ["VAT_RR"]
        return ["MK"] if invoice.cash_method else []
    found = [mark for mark, has in (("FP", invoice.receipt_follows), ("TP", invoice.related_parties)) if has]
    if invoice.notes.margin:
        found.append("MR_T" if invoice.notes.margin_travel else "MR_UZ")
    found += sorted({line.gtu for line in invoice.lines if line.gtu and _GTU.fullmatch(line.gtu)})
    found += sorted(
        {line.procedure for line in invoice.lines if line.procedure in _PROCEDURES and line.procedure}
    )
    return found
