"""Dates of a document and its VAT month, by dated rule sets, with the sentence that says why (BOOKKEEPING 1).

Everything here is a proposal that a person may change; the rules themselves are data (`periods.toml`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from importlib.resources import files

from blink_tui.i18n import N_, Message
from blink_tui.model.dates import Instant, warsaw_day
from blink_tui.model.invoice import Invoice
from blink_tui.model.months import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules of the VAT month in force from a day until the next set's."""

    in_force_from: date
    deduction_months_after: int
    """How many months after the one of the right it may still be used, with monthly returns."""
    deduction_quarters_after: int
    correction_years: int
    """For how many years, from the beginning of the right's, a return may be corrected upwards."""
    minus_needs_conditions: bool
    """A bought correction in minus counts only when its conditions are agreed and met."""
    basis: str
    """Legal basis, in Polish."""


class TaxPointSource(Enum):
    """Where the tax point was taken from; the value says so."""

    STATED = N_("tax point as the invoice states it")
    SALE = N_("date of sale")
    ROWS = N_("latest date of sale of the rows")
    PERIOD = N_("end of the period")
    ISSUE = N_("date of issue")
    BY_ISSUE = N_("date of issue, art. 19a(5)(4)")
    TYPED = N_("typed in")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDates:
    """The days that decide the month of a document, each a day in Warsaw."""

    issue: date
    receipt: date
    tax_point: date
    source: TaxPointSource
    rows_differ: bool = False
    """Rows have several dates of sale: the latest was taken, look at it."""


class Treatment(Enum):
    """By which event a bought document is deducted."""

    INVOICE = "invoice"
    """An invoice or a correction in plus."""
    CORRECTION_MINUS = "correction_minus"
    CASH_METHOD = "cash_method"
    RR = "rr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """When input tax is deducted, and why."""

    earliest: Month | None
    """First month in which it may be; None until something has happened that `reason` names."""
    last: Month | None
    """Last month in which it may be without correcting a return."""
    correctable_until: date | None
    """After `last`: day until which the return for `earliest` may be corrected."""
    obligatory: bool
    """It must be `earliest` and no other."""
    reason: Message
    basis: str


@lru_cache(maxsize=1)
def rule_sets() -> tuple[RuleSet, ...]:
    """All rule sets, oldest first."""
    text = files("blink_tui.invoices").joinpath("periods.toml").read_text(encoding="utf-8")
    return tuple(sorted((RuleSet(**rules) for rules in tomllib.loads(text)["rules"]), key=_since))


def _since(rules: RuleSet) -> date:
    return rules.in_force_from


def rules_on(day: date) -> RuleSet:
    """The set in force on a day; the oldest one for days before it."""
    in_force = [rules for rules in rule_sets() if rules.in_force_from <= day]
    return in_force[-1] if in_force else rule_sets()[0]


def dates_of(
    invoice: Invoice,
    received: Instant | date,
    *,
    tax_point: date | None = None,
    by_issue: bool = False,
) -> DocumentDates:
    """Dates of a document.

    `received` is KSeF's instant of acquisition, or a day that a person typed for an invoice of the failure mode.
    `tax_point` is one that a person typed; `by_issue` says that the tax point of such supplies (media, rent, lease,
    telecommunications) is the date of issue. An invoice without a date of issue counts as issued when received.
    """
    receipt = received if isinstance(received, date) else warsaw_day(received)
    issue = invoice.issue_date or receipt
    rows = {line.sale_date for line in invoice.lines if line.sale_date is not None}
    point, source = _tax_point(invoice, issue, rows, tax_point, by_issue)
    return DocumentDates(
        issue=issue,
        receipt=receipt,
        tax_point=point,
        source=source,
        rows_differ=source is TaxPointSource.ROWS and len(rows) > 1,
    )


def _tax_point(
    invoice: Invoice, issue: date, rows: set[date], typed: date | None, by_issue: bool
) -> tuple[date, TaxPointSource]:
    if typed is not None:
        return typed, TaxPointSource.TYPED
    if by_issue:
        return issue, TaxPointSource.BY_ISSUE
    if invoice.tax_point is not None:
        return invoice.tax_point, TaxPointSource.STATED
    if invoice.sale_date is not None:
        return invoice.sale_date, TaxPointSource.SALE
    if invoice.period is not None and invoice.period[1] is not None:
        return invoice.period[1], TaxPointSource.PERIOD
    if rows:
        return max(rows), TaxPointSource.ROWS
    return issue, TaxPointSource.ISSUE


def treatment_of(invoice: Invoice) -> Treatment:
    """How a bought document is deducted; a correction that lowers nothing counts as an invoice."""
    if invoice.form.startswith("FA_RR"):
        return Treatment.RR
    if _lowers(invoice):
        return Treatment.CORRECTION_MINUS
    return Treatment.CASH_METHOD if invoice.cash_method else Treatment.INVOICE


def _lowers(invoice: Invoice) -> bool:
    """A correction in minus: the tax falls or, where it stays, the base (art. 29a(13) and (14), 86(19a)).

    The tax decides: a rate corrected downwards within the same gross raises the base and lowers the tax.
    """
    found = (invoice.vat, invoice.net, invoice.total or Decimal(0))
    return invoice.is_correction and found < (Decimal(0), Decimal(0), Decimal(0))


def deduction(
    dates: DocumentDates,
    treatment: Treatment = Treatment.INVOICE,
    *,
    quarterly: bool = False,
    paid_on: date | None = None,
    original: Month | None = None,
    judgment_t_689: bool = False,
    filed_on: date | None = None,
) -> Deduction:
    """When the tax of a bought document is deducted.

    `paid_on` is the day of payment, for the cash method and RR. `original` is the month in which the corrected
    invoice will be deducted, None when it has been already. `judgment_t_689` is the taxpayer's choice of the month of
    the tax point for invoices that came before that month's return was filed, on `filed_on` (None: not yet).
    """
    rules = rules_on(dates.receipt)
    if treatment is Treatment.CORRECTION_MINUS:
        return _minus(dates, rules, original)
    if treatment is Treatment.RR:
        return _rr(rules, paid_on)
    if treatment is Treatment.CASH_METHOD:
        if paid_on is None:
            return _waiting(
                rules, N_("Cash method: deducted in the month of payment, which is not known yet.")
            )
        right = max(dates.receipt, paid_on)
        text = N_(
            "Cash method: paid {paid_on}, received {receipt}. Deducted from {earliest}, in {last} at the latest; "
            "later only by correcting the return for {earliest}, until {until}."
        )
        return _within(rules, Month.of(right), quarterly, text, paid_on=paid_on, receipt=dates.receipt)
    in_time = filed_on is None or dates.receipt <= filed_on
    if judgment_t_689 and in_time and dates.tax_point < dates.receipt:
        text = N_(
            "Judgment T-689/24, by the taxpayer's decision: tax point {tax_point} ({source}), received {receipt} "
            "before the return was filed. Deducted from {earliest}, in {last} at the latest; later only by correcting "
            "the return for {earliest}, until {until}."
        )
        right = dates.tax_point
    else:
        text = N_(
            "Tax point {tax_point} ({source}), received {receipt}: the later of both decides. Deducted from "
            "{earliest}, in {last} at the latest; later only by correcting the return for {earliest}, until {until}."
        )
        right = max(dates.tax_point, dates.receipt)
    return _within(
        rules,
        Month.of(right),
        quarterly,
        text,
        tax_point=dates.tax_point,
        source=Message(dates.source.value),
        receipt=dates.receipt,
    )


def _within(rules: RuleSet, earliest: Month, quarterly: bool, text: str, **values: object) -> Deduction:
    """The right may be used for some periods; then only by correcting the return."""
    if quarterly:
        last = earliest.end_of_quarter.plus(3 * rules.deduction_quarters_after)
    else:
        last = earliest.plus(rules.deduction_months_after)
    until = date(min(earliest.year + rules.correction_years - 1, date.max.year), 12, 31)
    reason = Message(text, {**values, "earliest": earliest, "last": last, "until": until})
    return Deduction(
        earliest=earliest,
        last=last,
        correctable_until=until,
        obligatory=False,
        reason=reason,
        basis=rules.basis,
    )


def _exactly(rules: RuleSet, month: Month, text: str, **values: object) -> Deduction:
    reason = Message(text, {**values, "month": month})
    return Deduction(
        earliest=month, last=month, correctable_until=None, obligatory=True, reason=reason, basis=rules.basis
    )


def _waiting(rules: RuleSet, text: str) -> Deduction:
    return Deduction(
        earliest=None,
        last=None,
        correctable_until=None,
        obligatory=False,
        reason=Message(text),
        basis=rules.basis,
    )


def _minus(dates: DocumentDates, rules: RuleSet, original: Month | None) -> Deduction:
    """A correction in minus lowers input tax when it is received, never later; TypKorekty is not obeyed."""
    received = Month.of(dates.receipt)
    if original is not None and original > received:
        text = N_(
            "Correction in minus, received {receipt}, of an invoice not deducted yet: together with it, in {month}."
        )
        return _exactly(rules, original, text, receipt=dates.receipt)
    if rules.minus_needs_conditions:
        text = N_(
            "Correction in minus, received {receipt}: in {month}, provided its conditions were agreed and met by then."
        )
    else:
        text = N_(
            "Correction in minus, received {receipt}: it lowers input tax in {month} and cannot be put off."
        )
    return _exactly(rules, received, text, receipt=dates.receipt)


def _rr(rules: RuleSet, paid_on: date | None) -> Deduction:
    if paid_on is None:
        return _waiting(
            rules, N_("VAT RR: deducted in the month in which the farmer is paid, which is not known yet.")
        )
    text = N_("VAT RR: the farmer was paid on {paid_on}, so it is deducted in {month}.")
    return _exactly(rules, Month.of(paid_on), text, paid_on=paid_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The month in which a sale's tax is due, and why."""

    month: Month
    reason: Message


def output(
    invoice: Invoice, dates: DocumentDates, *, sent: date | None = None, original: Month | None = None
) -> Output:
    """Month of a sale: of its tax point; a correction in minus: of its issue, offline of its sending (`sent`).

    A correction in plus goes where its cause lies: to the original's month (`original`) when it was there from the
    beginning (TypKorekty 1), otherwise to its own.
    """
    if not invoice.is_correction:
        values = {"tax_point": dates.tax_point, "source": Message(dates.source.value)}
        return Output(
            month=Month.of(dates.tax_point), reason=Message(N_("Tax point {tax_point} ({source})."), values)
        )
    day = sent or dates.issue
    if _lowers(invoice):
        text = N_("Correction in minus, sent {day}: it lowers output tax in that month.")
        return Output(month=Month.of(day), reason=Message(text, {"day": day}))
    if invoice.correction_type == 1 and original is not None:
        text = N_(
            "Correction in plus for a cause that was there from the beginning: the month of the original."
        )
        return Output(month=original, reason=Message(text))
    if invoice.correction_type == 1:
        text = N_(
            "Correction in plus for a cause that was there from the beginning, of an original whose month is not "
            "known: enter that month; until then the one of its issue, {day}, is shown."
        )
        return Output(month=Month.of(dates.issue), reason=Message(text, {"day": dates.issue}))
    text = N_("Correction in plus for a later cause: the month {day} of its issue.")
    return Output(month=Month.of(dates.issue), reason=Message(text, {"day": dates.issue}))
