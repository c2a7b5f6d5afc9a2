"""What is to be paid: surcharges and deductions, parts of an advance, part payments, the totals of PEF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from blink_tui.i18n import N_
from blink_tui.invoices.checks.finding import Check, Context, Finding, Kind, Severity
from blink_tui.invoices.words import money
from blink_tui.model.invoice import Invoice

TO_PAY = Kind(
    "to-pay",
    Severity.WARNING,
    N_(
        "The total with surcharges and less deductions is {expected}, the invoice asks for {to_pay}: ask before paying."
    ),
)
ADVANCE_PARTS = Kind(
    "advance-parts",
    Severity.WARNING,
    N_("The payments that the advance invoice lists give {parts}, its total is {total}."),
)
OVERPAID = Kind(
    "part-payments",
    Severity.WARNING,
    N_("The part payments listed give {parts}, more than the {to_pay} to pay."),
)
PEF_ROWS = Kind(
    "pef-rows",
    Severity.WARNING,
    N_("Rows give {rows} net, the invoice says {table}."),
)
PEF_NET = Kind(
    "pef-net",
    Severity.WARNING,
    N_("Rows with surcharges and less discounts give {expected} net, the invoice says {net}."),
)

_CENT = Decimal("0.01")


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _to_pay(invoice: Invoice, context: Context) -> Iterator[Finding]:
    settled, total = invoice.settlement, invoice.total
    if settled is None or settled.to_pay is None or total is None or invoice.form.startswith("PEF"):
        return
    more = (
        settled.charges_total
        if settled.charges_total is not None
        else _sum(one.amount for one in settled.charges)
    )
    less = settled.deductions_total
    if less is None:
        less = _sum(one.amount for one in settled.deductions)
    if abs(total + more - less - settled.to_pay) > _CENT:
        yield TO_PAY.found(
            "settlement", "total", expected=money(total + more - less), to_pay=money(settled.to_pay)
        )


def _advance_parts(invoice: Invoice, context: Context) -> Iterator[Finding]:
    parts = [one.amount for one in invoice.advances]
    if invoice.kind != "ZAL" or invoice.total is None or not parts or None in parts:
        return
    if abs(_sum(parts) - invoice.total) > _CENT:
        yield ADVANCE_PARTS.found("advances", "total", parts=money(_sum(parts)), total=money(invoice.total))


def _part_payments(invoice: Invoice, context: Context) -> Iterator[Finding]:
    """PEF takes what was paid before off what is left to pay."""
    parts = _sum(one.amount for one in invoice.payment.parts)
    due = invoice.total if invoice.form.startswith("PEF") else invoice.to_pay
    if due is not None and due > 0 and parts > due + _CENT:
        yield OVERPAID.found("payment.parts", "total", parts=money(parts), to_pay=money(due))


def _pef(invoice: Invoice, context: Context) -> Iterator[Finding]:
    """The totals of a PEF invoice; a correction's describe another state than its rows."""
    totals = invoice.pef.totals if invoice.pef is not None and not invoice.is_correction else None
    if totals is None or totals.lines is None:
        return
    rows = [line.net for line in invoice.lines]
    if None not in rows and abs(_sum(rows) - totals.lines) > _CENT * max(2, len(rows)):
        yield PEF_ROWS.found("lines", "pef", rows=money(_sum(rows)), table=money(totals.lines))
    net = totals.lines + (totals.surcharges or 0) - (totals.discounts or 0)
    if totals.net is not None and abs(net - totals.net) > _CENT * 2:
        yield PEF_NET.found("pef", expected=money(net), net=money(totals.net))


PAYMENT_CHECKS: tuple[Check, ...] = (_to_pay, _advance_parts, _part_payments, _pef)
