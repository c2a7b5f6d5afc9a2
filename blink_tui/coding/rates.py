"""Which exchange rate converts a document: for VAT by art. 31a, for cost or revenue by the income tax acts.

Of VAT: as typed, else as the invoice says (KursWaluty of its rows, KursWalutyZ, KursWalutyZW), else table A of the last
working day before the tax point, or before the issue where that was earlier. Of income tax: as typed, else table A of
the last working day before the day of the cost or revenue; the invoice's own rate is not asked, since it is the one of
VAT. A correction keeps the rates of its original.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from blink_tui.coding import problems
from blink_tui.coding.case import Case
from blink_tui.coding.months import income_day
from blink_tui.i18n import N_
from blink_tui.model.coding import ZERO, Problem, Rate
from blink_tui.model.deadlines import is_working_day

ONE = Decimal(1)
INVOICE_RATE = N_("as on the invoice")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The rates of a document in a foreign currency."""

    vat: Rate | None
    """None where it is missing."""
    income: Rate | None
    by_row: bool = False
    """Rows carry different rates for VAT: each is converted by its own."""
    reasons: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def vat_or_other(self) -> Decimal:
        """What VAT is converted by; while it is missing, which blocks, a draft is shown by the other rate."""
        known = self.vat or self.income
        return known.rate if known else ZERO

    @property
    def income_or_other(self) -> Decimal:
        """The same for cost or revenue."""
        known = self.income or self.vat
        return known.rate if known else ZERO


def rates_of(case: Case) -> Converted | None:
    """Both rates with their reasons; None for a document in PLN."""
    if case.facts.invoice.currency == "PLN":
        return None
    stated, by_row = _stated(case)
    vat_before = min(case.dates.tax_point, case.dates.issue)
    original = _original_issue(case)
    income_before = original or (income_day(case)[0] if case.sale else case.dates.issue)
    vat = case.choices.vat_rate or stated or _table(case, original or vat_before)
    income = case.choices.income_rate or _table(case, income_before)
    missing: list[Problem] = []
    if vat is None:
        missing.append(_missing(case, original or vat_before))
    if income is None and (problem := _missing(case, income_before)) not in missing:
        missing.append(problem)
    return Converted(
        vat=vat,
        income=income,
        by_row=by_row and case.choices.vat_rate is None,
        reasons=tuple(_reasons(vat, income, by_row)),
        problems=tuple(missing),
    )


def _reasons(vat: Rate | None, income: Rate | None, by_row: bool) -> list[Problem]:
    told = []
    if by_row:
        told.append(problems.RATES_OF_ROWS.of())
    elif vat is not None and vat.day is None:
        told.append(problems.RATE_FROM_INVOICE.of(rate=_plain(vat)))
    elif vat is not None and vat.day is not None:
        told.append(problems.RATE_FOR_VAT.of(rate=_plain(vat), table=vat.table, day=vat.day))
    if income is not None and income.day is not None:
        told.append(problems.RATE_FOR_INCOME.of(rate=_plain(income), table=income.table, day=income.day))
    return told


def _plain(rate: Rate) -> str:
    return f"{rate.rate:f}".replace(".", ",")


def _stated(case: Case) -> tuple[Rate | None, bool]:
    """The invoice's own rate for VAT, and whether its rows have several."""
    invoice = case.facts.invoice
    rows = {line.exchange_rate for line in invoice.lines if line.exchange_rate}
    if invoice.order is not None:
        rows |= {line.exchange_rate for line in invoice.order.lines if line.exchange_rate}
    if rows:
        return Rate(min(rows), table=INVOICE_RATE), len(rows) > 1
    if invoice.exchange_rate:
        return Rate(invoice.exchange_rate, table=INVOICE_RATE), False
    advances = [one for one in invoice.advances if one.exchange_rate and one.amount]
    paid = sum((one.amount or ZERO for one in advances), ZERO)
    if not paid:
        return None, False
    weighed = sum(((one.amount or ZERO) * (one.exchange_rate or ZERO) for one in advances), ZERO)
    return Rate(weighed / paid, table=INVOICE_RATE), False


def _original_issue(case: Case) -> date | None:
    """Day before which the rate of a corrected invoice was looked up."""
    days = [one.issue_date for one in case.facts.invoice.corrected if one.issue_date is not None]
    return min(days) if len(days) == 1 else None


def _table(case: Case, before: date) -> Rate | None:
    """The National Bank's mid rate of the last working day before a day, if it was loaded."""
    wanted = working_day_before(before)
    for rate in reversed((case.facts.rates or {}).get(case.facts.invoice.currency, ())):
        if rate.day == wanted:
            return Rate(rate.rate, rate.day, rate.table)
        if rate.day < wanted:
            break
    return None


def _missing(case: Case, before: date) -> Problem:
    return problems.RATE_MISSING.of(
        currency=case.facts.invoice.currency, day=working_day_before(before), before=before
    )


@lru_cache(maxsize=4096)
def working_day_before(day: date) -> date:
    """The last working day before a day."""
    day -= _DAY
    while not is_working_day(day):
        day -= _DAY
    return day
