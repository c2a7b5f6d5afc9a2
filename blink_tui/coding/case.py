"""A document with a person's choices, its dates and how this firm settles its VAT: what all of coding starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from blink_tui.coding.facts import Facts
from blink_tui.invoices.periods import DocumentDates, Treatment, dates_of, treatment_of
from blink_tui.model.books import VatKind, VatStatus
from blink_tui.model.coding import ZERO, Choices, PartPaid
from blink_tui.model.documents import Direction, FirmKind, Role
from blink_tui.model.invoice import VatAmount
from blink_tui.model.months import Month
from blink_tui.model.text import folded

MARGIN = "marża"
"""Rate group of sales in the margin procedure (P_13_11), whose tax no invoice says."""
ADVANCES = frozenset({"ZAL", "KOR_ZAL"})
SETTLEMENTS = frozenset({"ROZ", "KOR_ROZ"})
_CENTRAL = frozenset({FirmKind.LOCAL_GOVERNMENT_UNIT, FirmKind.VAT_GROUP_MEMBER, FirmKind.BRANCH})
_YES = frozenset({"tak", "yes", "1"})
_OWN = frozenset({Role.SELLER, Role.BUYER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document to be coded."""

    facts: Facts
    choices: Choices
    dates: DocumentDates
    status: VatStatus
    """The firm's, on the day that decides about this document."""
    treatment: Treatment
    """Of a bought document."""
    central: bool
    """A unit's or a group member's document under Podmiot3: its VAT is settled by the central taxpayer."""

    @property
    def sale(self) -> bool:
        """It is a sale of the firm."""
        return self.facts.direction is Direction.SALE

    @property
    def impossible_day(self) -> date | None:
        """A day that decides and that no invoice can mean, from which no month or rate can be counted."""
        days = (
            self.dates.issue,
            self.dates.tax_point,
            *(one.issue_date for one in self.facts.invoice.corrected),
        )
        return next((day for day in days if day is not None and day.year not in YEARS), None)

    @property
    def exempt(self) -> bool:
        """The firm is exempt from VAT."""
        return self.status.kind is VatKind.EXEMPT

    @property
    def outside(self) -> bool:
        """No VAT of it is the firm's own: no row, gross in cost or revenue (BOOKKEEPING 4, identity none)."""
        return self.exempt or self.central

    @property
    def quarterly(self) -> bool:
        """The firm's returns are quarterly."""
        return self.status.kind is VatKind.QUARTERLY

    @property
    def table(self) -> tuple[VatAmount, ...]:
        """The VAT table, or what a person typed in the place of a missing one."""
        typed = self.choices.table
        if typed and not self.facts.invoice.vat_table:
            return tuple(VatAmount(rate=rate, net=net, vat=vat) for rate, net, vat in typed)
        return self.facts.invoice.vat_table

    @property
    def deferred(self) -> bool:
        """Its VAT follows payments: MK, RR, and the firm's own cash method (BOOKKEEPING 1)."""
        taxed = any(row.vat for row in self.table) or (self.margin and self.choices.margin)
        if self.outside or self.receipt or not taxed:
            return False
        if self.sale:
            return self.status.cash_method
        if self.treatment in (Treatment.CASH_METHOD, Treatment.RR):
            return True
        return self.status.cash_method and self.treatment is Treatment.INVOICE

    @property
    def receipt(self) -> bool:
        """FP: the sale stands in the cash register's report already."""
        return self.sale and self.facts.invoice.receipt_follows

    @property
    def advance(self) -> bool:
        """An advance: no cost, no revenue."""
        return self.facts.invoice.kind in ADVANCES

    @property
    def settlement(self) -> bool:
        """An invoice that settles advances."""
        return self.facts.invoice.kind in SETTLEMENTS

    @property
    def margin(self) -> bool:
        """A sale in the margin procedure."""
        return self.sale and any(row.rate == MARGIN for row in self.table)

    @property
    def payments(self) -> tuple[PartPaid, ...]:
        """Payments that a tax follows, oldest first: as typed, else as the invoice itself tells them.

        A farmer has to be paid in full, the flat-rate refund included (art. 116(6)(2)): before that nothing counts,
        and then all of it on the last day.
        """
        paid = self.parts_paid
        if self.treatment is not Treatment.RR or not paid:
            return paid
        whole, so_far = whole_of(self), sum((one.amount for one in paid), ZERO)
        return (PartPaid(paid[-1].day, whole),) if abs(so_far) >= abs(whole) else ()

    @property
    def parts_paid(self) -> tuple[PartPaid, ...]:
        """What was paid so far, oldest first, whether a tax follows it already or not."""
        return tuple(sorted(self.choices.payments or _told(self), key=_day))


def _day(payment: PartPaid) -> date:
    return payment.day


def _told(case: Case) -> tuple[PartPaid, ...]:
    invoice = case.facts.invoice
    whole = invoice.total if invoice.total is not None else invoice.net + invoice.vat
    if invoice.payment.paid and invoice.payment.paid_on is not None:
        return (PartPaid(invoice.payment.paid_on, whole),)
    paid_ahead = invoice.sale_date or advance_day(case.facts)
    if invoice.kind == "ZAL" and paid_ahead is not None:
        return (PartPaid(paid_ahead, whole),)  # it documents its own payment (art. 106b(1)(4))
    parts = tuple(
        PartPaid(part.day, part.amount)
        for part in invoice.payment.parts
        if part.day is not None and part.amount is not None
    )
    if not parts and len(invoice.payment_documents) == 1 and invoice.payment_documents[0].day is not None:
        return (PartPaid(invoice.payment_documents[0].day, whole),)
    return parts


BY_ISSUE = "by_issue"
"""Parameter: the tax point is the day of issue, as of media, rent, lease and telecommunications (art. 19a(5)(4))."""

UNION = "wnt"
"""Its value for goods from the Union: the issue, but not after the 15th of the month after delivery (art. 20(5))."""
_LAST_DAY = 15
YEARS = range(1900, 2200)
"""Of days that an invoice can mean."""


def case_of(facts: Facts, choices: Choices, parameters: Mapping[str, str] | None = None) -> Case:
    """A document with its dates and the firm's VAT status on the day that decides.

    `parameters` are those of its scheme, where more is known than a person's.

    The day is the tax point of a sale, the later of tax point and receipt of a purchase. A document whose day of
    receipt nobody knows counts as received today, which `months` says.
    """
    received = choices.receipt or facts.received or facts.today
    point = choices.tax_point or advance_day(facts)
    told = choices.parameters if parameters is None else parameters
    dates = dates_of(facts.invoice, received, tax_point=point, by_issue=is_on(told, BY_ISSUE))
    if told.get(BY_ISSUE) == UNION and point is None and dates.tax_point.year in YEARS:
        dates = replace(dates, tax_point=_of_union_goods(dates))
    sale = facts.direction is Direction.SALE
    decisive = dates.tax_point if sale else max(dates.tax_point, dates.receipt)
    return Case(
        facts=facts,
        choices=choices,
        dates=dates,
        status=facts.books.vat_on(decisive),
        treatment=treatment_of(facts.invoice),
        central=facts.firm_kind in _CENTRAL and not facts.roles & _OWN,
    )


def _of_union_goods(dates: DocumentDates) -> date:
    return min(dates.issue, Month.of(dates.tax_point).plus(1).first_day.replace(day=_LAST_DAY))


def is_on(parameters: Mapping[str, str], name: str) -> bool:
    """A parameter that says yes."""
    return folded(parameters.get(name, "").strip()) in _YES


def advance_day(facts: Facts) -> date | None:
    """The day of an advance where its parts alone say it (P_6Z): the latest of them."""
    invoice = facts.invoice
    if invoice.kind not in ADVANCES or invoice.sale_date is not None:
        return None
    return max((advance.day for advance in invoice.advances if advance.day is not None), default=None)


def whole_of(case: Case) -> Decimal:
    """Gross in the invoice's currency: P_15, else the VAT table's sum."""
    total = case.facts.invoice.total
    if total is not None:
        return total
    return sum((row.net + (row.vat or ZERO) for row in case.table), ZERO)
