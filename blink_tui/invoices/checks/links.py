"""Links: a correction to its originals, a settlement to its advances."""

from __future__ import annotations

from collections.abc import Iterator

from blink_tui.i18n import N_
from blink_tui.invoices.checks.finding import Check, Context, Finding, Kind, Severity
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean
from blink_tui.model.values import ksef_number_check_sum_is_right

NO_ORIGINAL = Kind(
    "correction-without-original",
    Severity.WARNING,
    N_("The correction does not say which invoice it corrects."),
)
ORIGINAL_CHECK_SUM = Kind(
    "original-check-sum",
    Severity.WARNING,
    N_("The check sum of the corrected invoice's KSeF number {number} is wrong."),
)
ORIGINAL_OUTSIDE = Kind(
    "original-outside-ksef", Severity.NOTE, N_("The corrected invoice {number} was issued outside KSeF.")
)
NO_ADVANCES = Kind(
    "settlement-without-advances", Severity.WARNING, N_("The settlement names no advance invoice.")
)
RENAMED = Kind(
    "parties-corrected", Severity.NOTE, N_("The correction changes the data of the seller or of a buyer.")
)


def _originals(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if not invoice.is_correction:
        return
    if not any(original.number or original.ksef_number for original in invoice.corrected):
        yield NO_ORIGINAL.found("corrected")
    for index, original in enumerate(invoice.corrected):
        field = f"corrected[{index}].ksef_number"
        if original.ksef_number and not ksef_number_check_sum_is_right(original.ksef_number):
            yield ORIGINAL_CHECK_SUM.found(field, number=clean(original.ksef_number))
        if original.outside_ksef:
            yield ORIGINAL_OUTSIDE.found(field, number=clean(original.number))
    if invoice.corrected_seller is not None or invoice.corrected_buyers:
        yield RENAMED.found("corrected_seller", "corrected_buyers")


def _advances(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if invoice.kind == "ROZ" and not invoice.advance_invoices:
        yield NO_ADVANCES.found("advance_invoices")


LINK_CHECKS: tuple[Check, ...] = (_originals, _advances)
