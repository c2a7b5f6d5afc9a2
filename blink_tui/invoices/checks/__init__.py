"""Checks of one invoice: pure, each with an id, a severity, a sentence and the fields it looked at."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import localcontext

from blink_tui.invoices.checks.dates import DATE_CHECKS
from blink_tui.invoices.checks.finding import Check, Context, Finding, Severity
from blink_tui.invoices.checks.links import LINK_CHECKS
from blink_tui.invoices.checks.marks import MARK_CHECKS
from blink_tui.invoices.checks.numbers import NUMBER_CHECKS
from blink_tui.invoices.checks.payments import PAYMENT_CHECKS
from blink_tui.invoices.checks.split_payment import SPLIT_CHECKS
from blink_tui.invoices.checks.sums import SUM_CHECKS
from blink_tui.invoices.checks.unread import UNREAD_CHECKS
from blink_tui.model.invoice import Invoice

__all__ = ["CHECKS", "Context", "Finding", "Severity", "check", "gravest_first"]

CHECKS: tuple[Check, ...] = (
    *NUMBER_CHECKS,
    *SUM_CHECKS,
    *PAYMENT_CHECKS,
    *SPLIT_CHECKS,
    *MARK_CHECKS,
    *LINK_CHECKS,
    *DATE_CHECKS,
    *UNREAD_CHECKS,
)

_PRECISION = 200
"""Digits: no product of two amounts that a reader lets in is rounded."""


def check(invoice: Invoice, context: Context) -> tuple[Finding, ...]:
    """Everything odd about an invoice, gravest first."""
    with localcontext() as arithmetic:
        arithmetic.prec = _PRECISION
        found = [finding for look in CHECKS for finding in look(invoice, context)]
    return gravest_first(found)


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by severity, each severity in the order given."""
    return tuple(sorted(findings, key=lambda finding: -finding.severity))
