"""Annotations: those that change how a document is booked, and those that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from blink_tui.i18n import N_
from blink_tui.invoices.checks.finding import Check, Context, Finding, Kind, Severity
from blink_tui.invoices.words import money
from blink_tui.model.invoice import Invoice

NO_BASIS = Kind(
    "exempt-without-basis", Severity.WARNING, N_("Something is exempt from VAT and no legal basis is given.")
)
REVERSE = Kind("reverse-charge", Severity.NOTE, N_("Reverse charge: the buyer settles the tax."))
REVERSE_TAXED = Kind(
    "reverse-charge-with-tax", Severity.WARNING, N_("Marked as reverse charge and yet with tax of {vat}.")
)
SELF_BILLING = Kind(
    "self-billing", Severity.NOTE, N_("Self-billing: issued by the buyer; check its acceptance.")
)
CASH = Kind("cash-method", Severity.NOTE, N_("Cash method: VAT is settled only when the invoice is paid."))
RECEIPT = Kind(
    "to-a-receipt",
    Severity.NOTE,
    N_("Issued to a receipt of a cash register (FP): it does not add to the sales registers."),
)
MARGIN = Kind("margin", Severity.NOTE, N_("Margin procedure: no VAT can be deducted from it."))
UNIT_MISSING = Kind(
    "unit-missing",
    Severity.WARNING,
    N_("It concerns a unit of local government or a member of a VAT group, and no such party is named."),
)

_UNIT_ROLES = frozenset({7, 8, 9, 10})


def _exempt(invoice: Invoice, context: Context) -> Iterator[Finding]:
    exempt = any(row.rate == "zw" and row.net for row in invoice.vat_table) or any(
        line.rate == "zw" for line in invoice.lines
    )
    if exempt and not invoice.notes.exemption_basis:
        yield NO_BASIS.found("notes", "vat_table", "lines")


def _reverse(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if not invoice.reverse_charge and not any(row.rate == "oo" for row in invoice.vat_table):
        return
    yield REVERSE.found("reverse_charge", "vat_table")
    rates = {row.rate for row in invoice.vat_table if row.net}
    if invoice.reverse_charge and invoice.vat and not rates - {"23", "8", "5"}:
        yield REVERSE_TAXED.found("reverse_charge", "vat_table", vat=money(invoice.vat))


def _procedures(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if invoice.self_billing:
        yield SELF_BILLING.found("self_billing")
    if invoice.cash_method:
        yield CASH.found("cash_method")
    if invoice.receipt_follows:
        yield RECEIPT.found("receipt_follows")
    if invoice.notes.margin or any(row.rate == "marża" for row in invoice.vat_table):
        yield MARGIN.found("notes", "vat_table")


def _units(invoice: Invoice, context: Context) -> Iterator[Finding]:
    concerns = invoice.buyer.local_government or invoice.buyer.vat_group
    if concerns and not any(party.role in _UNIT_ROLES for party in invoice.third_parties):
        yield UNIT_MISSING.found("buyer", "third_parties")


MARK_CHECKS: tuple[Check, ...] = (_exempt, _reverse, _procedures, _units)
