"""The three periods of a document, proposed by the law, each with its sentence, and moved past closed months.

VAT month: `invoices.periods`. Day in the books: a cost on its date of issue (art. 22(6b) PIT), a correction of it when
received (art. 22(7c)); revenue on the day of delivery but not after the invoice, of a period on its last day
(art. 14(1c), (1e)), a correction on its issue (art. 14(1m)). Cost period, in full books: the month of delivery.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from blink_tui.coding import problems
from blink_tui.coding.case import Case, case_of, whole_of
from blink_tui.coding.facts import Facts
from blink_tui.coding.shapes import Scheme
from blink_tui.i18n import Message
from blink_tui.invoices.periods import Deduction, Treatment, dates_of, deduction, output
from blink_tui.model.books import BookKind
from blink_tui.model.coding import ZERO, Choices, Coding, Identity, PartPaid, Periods, Problem
from blink_tui.model.deadlines import Duty, deadlines_of
from blink_tui.model.decisions import CODED_OR_LATER
from blink_tui.model.months import Month

FAILURE = "issued-in-failure"
"""Id of the check that knows the failure mode of KSeF."""
_CONSUMER_DAYS = 180
"""Art. 21(1)(2): the longest that the cash method waits for a buyer who is no taxpayer."""
_LONGEST_SEARCH = 120
"""Closed months in a row that are looked past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lawful:
    """Months in which the law allows a document's VAT."""

    months: tuple[Month, ...]
    reason: Problem
    until: date | None = None
    """Day until which the return of the first one may be corrected afterwards."""


@dataclass(frozen=True, slots=True)
class VatPart:
    """A part of a document's VAT with its month: the whole of it, or what a payment makes due."""

    month: Month
    payment: PartPaid | None = None


@dataclass(slots=True)
class Timing:
    """Periods with what explains them and what stands against them."""

    parts: tuple[VatPart, ...] = ()
    """Empty: no row, or none yet."""
    books: date | None = None
    cost: Month | None = None
    reasons: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def periods(self) -> Periods:
        """The three periods; of several payments the VAT month is that of the first."""
        return Periods(vat=self.parts[0].month if self.parts else None, books=self.books, cost=self.cost)


def explained(code: str, message: Message) -> Problem:
    """A sentence of `invoices.periods` as a reason."""
    values = {
        name: value.text if isinstance(value, Message) else str(value)
        for name, value in message.values.items()
    }
    return Problem(code, message.text, values, blocks=False)


def timing(case: Case, *, rows: bool, self_assessed: bool, asset: bool, tax: Decimal) -> Timing:
    """Periods of a document.

    `rows` says whether it has VAT rows at all, `self_assessed` that output and input tax are settled together,
    `asset` that it becomes a fixed asset, whose cost is its depreciation; `tax` is its VAT in PLN, for the sentence
    about a return to be corrected.
    """
    found = Timing()
    found.problems += _receipt_problems(case)
    if _kept(case) is not None:
        found.reasons.append(problems.AS_CODED.of())
    if not rows:
        found.reasons.append(problems.NO_ROW.of())
    elif case.deferred and not self_assessed:
        found.parts = tuple(_by_payments(case, tax, found))
    else:
        month = _placed(case, lawful(case, self_assessed=self_assessed), case.choices.vat_month, tax, found)
        found.parts = (VatPart(month),)
        if _original_waits(case):
            found.reasons.append(problems.ORIGINAL_WAITS.of())
    if not case.receipt:
        found.books = _books_day(case, found, asset=asset)
        if case.facts.books.kind is BookKind.LEDGER and not (case.sale or case.advance or asset):
            found.cost = _cost_month(case, found)
    return found


def allowed_vat_months(facts: Facts, choices: Choices, scheme: Scheme | None = None) -> tuple[Month, ...]:
    """Months that a person may choose for a document's VAT by a scheme: allowed by the law and open, in order.

    Of a document whose VAT follows payments: those of the last payment.
    """
    parameters = {**(scheme.parameters if scheme else {}), **choices.parameters}
    self_assessed = scheme is not None and scheme.identity is Identity.SELF_ASSESSED
    case = case_of(facts, choices, parameters)
    if case.outside or case.impossible_day is not None:
        return ()
    if case.deferred and not self_assessed:
        months = _of_payment(case, case.payments[-1]).months if case.payments else ()
    else:
        months = lawful(case, self_assessed=self_assessed).months
    return tuple(month for month in months if month not in facts.locked)


def wrong_months(case: Case, months: Iterable[Month], *, self_assessed: bool) -> list[Problem]:
    """What is wrong with months that a person wrote into register rows: not allowed by the law, or closed."""
    if case.outside:
        return []
    spans = [lawful(case, self_assessed=self_assessed)]
    if self_assessed and any(row.vat for row in case.table):
        spans.append(lawful(case))  # what the seller taxed beside it is deducted as usual
    if case.deferred and not self_assessed:
        spans = [_of_payment(case, payment) for payment in case.payments]
    allowed = sorted({month for span in spans for month in span.months})
    found = []
    for month in sorted(set(months)):
        if month not in allowed and allowed:
            found.append(problems.NOT_LAWFUL.of(month=month, first=allowed[0], last=allowed[-1]))
        elif month in case.facts.locked:
            found.append(problems.CHOSEN_LOCKED.of(month=month))
    return found


def lawful(case: Case, *, self_assessed: bool = False) -> Lawful:
    """Months of a document whose VAT does not follow payments."""
    if self_assessed:
        reason = problems.SELF_ASSESSED.of(day=case.dates.tax_point)
        return Lawful(months=(Month.of(case.dates.tax_point),), reason=reason)
    if case.sale:
        sent = case.dates.receipt if case.facts.offline else None
        due = output(case.facts.invoice, case.dates, sent=sent, original=_original(case))
        return Lawful(months=(due.month,), reason=explained("vat-month", due.reason))
    treatment = case.treatment if case.treatment is Treatment.CORRECTION_MINUS else Treatment.INVOICE
    return _span(
        deduction(
            case.dates,
            treatment,
            quarterly=case.quarterly,
            original=_original(case) if treatment is Treatment.CORRECTION_MINUS else None,
            judgment_t_689=case.facts.books.judgment_t_689,
            filed_on=_return_due(case) if case.facts.books.judgment_t_689 else None,
        )
    )


def _of_payment(case: Case, payment: PartPaid) -> Lawful:
    """Months in which the tax of one payment may stand."""
    if case.sale:
        month = Month.of(payment.day)
        reason = problems.OWN_CASH_SALE.of(paid=payment.amount, day=payment.day, month=month)
        return Lawful(months=(month,), reason=reason)
    treatment = Treatment.RR if case.treatment is Treatment.RR else Treatment.CASH_METHOD
    return _span(deduction(case.dates, treatment, quarterly=case.quarterly, paid_on=payment.day))


def _span(found: Deduction) -> Lawful:
    """All months of a window."""
    months: list[Month] = []
    if found.earliest is not None and found.last is not None:
        month = found.earliest
        while month <= found.last:
            months.append(month)
            month = month.plus(1)
    return Lawful(
        months=tuple(months), reason=explained("vat-month", found.reason), until=found.correctable_until
    )


def _original(case: Case) -> Month | None:
    """Month of what is corrected, as typed or as the buffer knows it."""
    if case.choices.original_month is not None:
        return case.choices.original_month
    months = [one.vat_month for one in case.facts.originals if one.vat_month is not None]
    return max(months) if months else None


def _original_waits(case: Case) -> bool:
    """A correction in minus of an invoice under the cash method that is coded and not deducted before its payment."""
    coded = [one for one in case.facts.originals if one.status in CODED_OR_LATER]
    return (
        case.treatment is Treatment.CORRECTION_MINUS
        and not case.sale
        and case.facts.invoice.cash_method
        and case.choices.original_month is None
        and any(one.vat_month is None for one in coded)
    )


def _return_due(case: Case) -> date:
    """Day by which the return for the tax point's month is filed at the latest (T-689/24)."""
    month = Month.of(case.dates.tax_point)
    if case.quarterly:
        month = month.end_of_quarter
    return next(one.day for one in deadlines_of(month) if one.duty is Duty.VAT)


def _by_payments(case: Case, tax: Decimal, found: Timing) -> list[VatPart]:
    """Each payment its own month; a person's choice is for the last one."""
    payments = case.payments
    paid, total = sum((one.amount for one in case.parts_paid), ZERO), whole_of(case)
    if not payments:
        found.reasons.append(problems.RR_PART.of(paid=paid, total=total) if paid else problems.WAITS.of())
    if case.sale and case.facts.contractor_nip == "":
        last_day = date.fromordinal(case.dates.tax_point.toordinal() + _CONSUMER_DAYS)
        found.reasons.append(problems.CASH_CONSUMER.of(day=last_day))
    if abs(paid) > abs(total):
        found.problems.append(problems.OVERPAID.of(paid=paid, total=total))
    parts, settled = [], _settled(case)
    for position, payment in enumerate(payments, 1):
        chosen = case.choices.vat_month if position == len(payments) else None
        if payment in settled and chosen in (None, settled[payment]):
            parts.append(VatPart(settled[payment], payment))
            continue
        part = tax * payment.amount / total if total else ZERO
        parts.append(VatPart(_placed(case, _of_payment(case, payment), chosen, part, found), payment))
    return parts


def _kept(case: Case) -> Coding | None:
    """The coding that stands, where a person changes nothing of it but payments and the month of the last one."""
    kept = case.facts.kept
    if kept is None or kept.identity is not Identity.ON_PAYMENT or not case.deferred:
        return None
    return kept if kept.choices.but_payments == case.choices.but_payments else None


def _settled(case: Case) -> dict[PartPaid, Month]:
    """Payments of the coding that stands with the months that their rows have; every template has a row for each."""
    kept = _kept(case)
    if kept is None:
        return {}
    payments = replace(case, choices=kept.choices).payments
    months = [row.month for row in kept.rows[: len(payments)]]
    return {payment: month for payment, month in zip(payments, months, strict=False) if month is not None}


def _placed(case: Case, allowed: Lawful, chosen: Month | None, tax: Decimal, found: Timing) -> Month:
    """The chosen month, or the first open one of those that are allowed."""
    first, last = allowed.months[0], allowed.months[-1]
    locked = case.facts.locked
    found.reasons.append(allowed.reason)
    if chosen is not None:
        if chosen not in allowed.months:
            found.problems.append(problems.NOT_LAWFUL.of(month=chosen, first=first, last=last))
        elif chosen in locked:
            found.problems.append(problems.CHOSEN_LOCKED.of(month=chosen))
        elif chosen != first:
            found.reasons.append(problems.MOVED_BY_PERSON.of(month=chosen, first=first, last=last))
        return chosen
    open_one = next((month for month in allowed.months if month not in locked), None)
    if open_one not in (None, first) and _kept(case) is not None:
        found.problems.append(
            problems.CHOSEN_LOCKED.of(month=first)
        )  # nobody looks at it any more: a person chooses
        return first
    if open_one is None:
        found.problems.append(_nothing_open(allowed, tax))
        return first
    if open_one != first:
        found.reasons.append(problems.LATE_PURCHASE.of(first=first, month=open_one, last=last))
    return open_one


def _nothing_open(allowed: Lawful, tax: Decimal) -> Problem:
    first, last = allowed.months[0], allowed.months[-1]
    if allowed.until is None:
        return problems.ONE_MONTH_LOCKED.of(month=first, amount=tax)
    return problems.NO_OPEN_MONTH.of(first=first, last=last, until=allowed.until)


def _receipt_problems(case: Case) -> list[Problem]:
    """What is wrong with the day of receipt that decides."""
    facts, typed = case.facts, case.choices.receipt
    if typed is None:
        return [] if facts.received is not None or case.sale else [problems.RECEIPT_UNKNOWN.of()]
    if facts.received is None:
        return []
    found = []
    if not (facts.offline or FAILURE in facts.findings):
        found.append(problems.RECEIPT_FAILURE.of())
    if not case.choices.receipt_reason.strip():
        found.append(problems.RECEIPT_REASON.of())
    if not case.dates.issue <= typed <= facts.received:
        found.append(
            problems.RECEIPT_ORDER.of(receipt=typed, issue=case.dates.issue, received=facts.received)
        )
    return found


def income_day(case: Case) -> tuple[date, Problem]:
    """Day on which a cost or revenue arises, before any month is closed, with its sentence."""
    invoice, issue = case.facts.invoice, case.dates.issue
    if not case.sale:
        if invoice.is_correction:
            return case.dates.receipt, problems.BOOKS_COST_MINUS.of(day=case.dates.receipt)
        return issue, problems.BOOKS_COST.of(day=issue)
    if invoice.is_correction:
        return issue, problems.BOOKS_REVENUE_CORRECTION.of(day=issue)
    if invoice.period is not None and invoice.period[1] is not None:
        return invoice.period[1], problems.BOOKS_REVENUE_PERIOD.of(day=invoice.period[1])
    day = min(invoice.sale_date or issue, issue)
    return day, problems.BOOKS_REVENUE.of(day=day)


def _books_day(case: Case, found: Timing, *, asset: bool) -> date:
    """The day as chosen, else as proposed; in a closed month the first day of the next open one."""
    chosen, locked = case.choices.books_day, case.facts.locked
    kept = _kept(case)
    if kept is not None and kept.periods.books is not None:
        return kept.periods.books
    if chosen is not None:
        if Month.of(chosen) in locked:
            found.problems.append(problems.DAY_LOCKED.of(month=Month.of(chosen)))
        return chosen
    day, reason = income_day(case)
    found.reasons.append(problems.BOOKS_NEITHER.of(day=day) if asset or case.advance else reason)
    month = Month.of(day)
    moved = _next_open(month, locked)
    if moved == month:
        return day
    found.reasons.append(problems.LATE_BOOKS.of(month=month, day=moved.first_day))
    return moved.first_day


def _cost_month(case: Case, found: Timing) -> Month:
    """The month whose cost it is: of delivery, moved with the books where it is closed."""
    chosen, locked = case.choices.cost_month, case.facts.locked
    kept = _kept(case)
    if kept is not None and kept.periods.cost is not None:
        return kept.periods.cost
    if chosen is not None:
        if chosen in locked:
            found.problems.append(problems.COST_LOCKED.of(month=chosen))
        return chosen
    if case.facts.invoice.is_correction:
        month = Month.of(case.dates.receipt)
        found.reasons.append(problems.COST_PERIOD_CORRECTION.of(month=month))
    else:
        delivery = dates_of(case.facts.invoice, case.dates.receipt)
        month = Month.of(delivery.tax_point)
        found.reasons.append(problems.COST_PERIOD.of(month=month, source=delivery.source.value))
    return _next_open(month, locked)


def _next_open(month: Month, locked: frozenset[Month]) -> Month:
    """The month itself or the next one that is open."""
    for _ in range(_LONGEST_SEARCH):
        if month not in locked:
            break
        month = month.plus(1)
    return month
