"""Dates in the future, years old, or far from one another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from blink_tui.i18n import N_
from blink_tui.invoices.checks.finding import Check, Context, Finding, Kind, Severity
from blink_tui.invoices.words import day
from blink_tui.model.invoice import Invoice

NO_DATE = Kind("issue-date-missing", Severity.WARNING, N_("The invoice has no date of issue."))
FUTURE = Kind(
    "issue-date-in-future",
    Severity.WARNING,
    N_("The date of issue {day} is later than the day {known} on which the invoice was known."),
)
OLD = Kind(
    "issue-date-old", Severity.WARNING, N_("The date of issue {day} is more than a year before {known}.")
)
SALE_OLD = Kind(
    "sale-date-old",
    Severity.WARNING,
    N_("The date of sale {day} is more than a year before the date of issue {issued}."),
)
SALE_LATE = Kind(
    "sale-date-late",
    Severity.NOTE,
    N_("The date of sale {day} is more than 60 days after the date of issue {issued}."),
)
DUE_BEFORE = Kind("due-before-issue", Severity.NOTE, N_("It was due on {day}, before it was issued."))

_YEAR = timedelta(days=366)
_AHEAD = timedelta(days=60)
"""An invoice may be issued at most 60 days before the sale (art. 106i(7))."""


def _issue(invoice: Invoice, context: Context) -> Iterator[Finding]:
    issued, known = invoice.issue_date, context.received or context.today
    if issued is None:
        yield NO_DATE.found("issue_date")
    elif issued > known:
        yield FUTURE.found("issue_date", day=day(issued), known=day(known))
    elif known - issued > _YEAR:
        yield OLD.found("issue_date", day=day(issued), known=day(known))


def _sale(invoice: Invoice, context: Context) -> Iterator[Finding]:
    issued = invoice.issue_date
    sold = invoice.sale_date or (invoice.period[1] if invoice.period else None)
    if issued is None or sold is None or invoice.is_correction:
        return
    if issued - sold > _YEAR:
        yield SALE_OLD.found("sale_date", "period", day=day(sold), issued=day(issued))
    elif sold - issued > _AHEAD and invoice.period is None:
        yield SALE_LATE.found("sale_date", day=day(sold), issued=day(issued))


def _due(invoice: Invoice, context: Context) -> Iterator[Finding]:
    first = min(invoice.payment.due, default=None)
    if (
        first is not None
        and invoice.issue_date is not None
        and first < invoice.issue_date
        and not invoice.payment.paid
        and not invoice.is_correction
    ):
        yield DUE_BEFORE.found("payment.due", day=day(first))


DATE_CHECKS: tuple[Check, ...] = (_issue, _sale, _due)
