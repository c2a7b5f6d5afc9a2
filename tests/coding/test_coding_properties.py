"""What holds of every generated document in every firm's books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.coding.amounts import amounts_of
from blink_tui.coding.facts import Facts
from blink_tui.coding.propose import checked, code, propose
from blink_tui.invoices import read_invoice
from blink_tui.model.books import CarUse, ExchangeRate, VatKind
from blink_tui.model.coding import ZERO, Choices, Coding, Identity, PartPaid
from blink_tui.model.documents import Direction, FirmKind, Role
from blink_tui.model.invoice import Invoice
from blink_tui.model.months import Month
from blink_tui.sandbox.generator import Generator, Namer
from tests.coding.documents import KPIR, LEDGER, LUMP_SUM, case, purchase, status
from tests.coding.shipped import SHIPPED

_MANY = 300
_FIRST = date(2026, 3, 1)
_RATES = {
    currency: tuple(
        ExchangeRate(
            currency, date(2026, 1, 1) + timedelta(days), Decimal("4.2137") + Decimal(days) / 1000, "t"
        )
        for days in range(200)
    )
    for currency in ("EUR", "USD")
}
_BOOKS = (
    LEDGER,
    KPIR,
    LUMP_SUM,
    replace(LEDGER, cars=CarUse.PRIVATE, half_net=False),
    replace(LEDGER, vat=status(cash_method=True, kind=VatKind.QUARTERLY)),
    replace(LEDGER, vat=status(proportion=Decimal("0.37")), untaxed_in_register=True),
    replace(LEDGER, vat=status(kind=VatKind.EXEMPT)),
    replace(KPIR, vat=status(kind=VatKind.EXEMPT)),
    replace(LEDGER, judgment_t_689=True),
)
_INPUT = {"K_41", "K_43"}
_OUTPUT = {"K_16", "K_18", "K_20"}


@lru_cache(maxsize=1)
def _generated() -> tuple[tuple[Direction, Invoice], ...]:
    firms = [Namer(Random("coding")).company() for _ in range(2)]
    own = {firm.nip for firm in firms}
    generator = Generator("coding", firms)
    found = []
    for number in range(_MANY):
        invoice = read_invoice(generator.invoice(_FIRST + timedelta(number % 31)).xml)
        found.append((Direction.SALE if invoice.seller.nip in own else Direction.PURCHASE, invoice))
    return tuple(found)


@dataclass(frozen=True)
class Drawn:
    """A generated document of a firm with some books, and what somebody chose; by numbers, to be shown short."""

    number: int
    books: int
    days: int
    """From issue to receipt."""
    member: bool
    """Of a VAT group, under Podmiot3."""
    closed: frozenset[int]
    """Months of 2026."""
    scheme: int = 0
    paid: int = 0
    """Per cent paid first, the rest later; 0: nothing is known of payments."""
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def facts(self) -> Facts:
        direction, invoice = _generated()[self.number]
        role = Role.SELLER if direction is Direction.SALE else Role.BUYER
        return purchase(
            invoice,
            direction=direction,
            roles=frozenset({Role.THIRD_PARTY if self.member else role}),
            firm_kind=FirmKind.VAT_GROUP_MEMBER if self.member else FirmKind.TAXPAYER,
            received=(invoice.issue_date or _FIRST) + timedelta(self.days),
            books=_BOOKS[self.books],
            rates=_RATES,
            locked=frozenset(Month(2026, number) for number in self.closed),
        )

    @property
    def coding(self) -> Coding:
        facts = self.facts
        schemes = sorted(name for name in SHIPPED.schemes if SHIPPED.takes(name, facts.direction))
        total = facts.invoice.total or ZERO
        first = (total * self.paid / 100).quantize(Decimal("0.01"))
        payments = (PartPaid(date(2026, 4, 10), first), PartPaid(date(2026, 6, 2), total - first))
        choices = Choices(
            scheme=["", *schemes][self.scheme % (len(schemes) + 1)],
            payments=payments if self.paid else (),
            margin=(("23", Decimal("100.01"), Decimal("23.00")),),
            parameters=dict(self.parameters),
        )
        return code(facts, SHIPPED, choices)


DOCUMENTS = st.builds(
    Drawn,
    number=st.integers(0, _MANY - 1),
    books=st.integers(0, len(_BOOKS) - 1),
    days=st.integers(0, 40),
    member=st.sampled_from((False, False, False, True)),
    closed=st.frozensets(st.sampled_from((3, 4, 5))),
    scheme=st.integers(0, 30),
    paid=st.integers(0, 99),
    parameters=st.sampled_from(((), (("team5", "tak"),), (("share", "0.33"),))),
)


def _tax(coding: Coding, fields: set[str]) -> Decimal:
    return sum((amount for row in coding.rows for name, amount in row.amounts if name in fields), ZERO)


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS)
def test_debit_is_credit_and_the_tax_is_the_invoice_s(drawn: Drawn) -> None:
    facts, coding = drawn.facts, drawn.coding
    assert checked(coding, facts, SHIPPED).problems == coding.problems
    if not coding.complete:
        return
    assert coding.difference == 0
    amounts = amounts_of(case(facts), {})
    deducted = _tax(coding, _INPUT) + sum((row.not_deducted for row in coding.rows), ZERO)
    if coding.identity in (Identity.FULL, Identity.ADVANCE, Identity.SETTLEMENT, Identity.LIMITED):
        sold = facts.direction is Direction.SALE
        assert (_tax(coding, _OUTPUT) if sold else deducted) == (amounts.vat if coding.rows else 0)
    elif (
        coding.identity is Identity.ON_PAYMENT
        and coding.choices.payments
        and facts.direction is Direction.PURCHASE
    ):
        assert deducted == amounts.vat
    elif coding.identity is Identity.NONE:
        assert not coding.rows
    elif coding.identity is Identity.RECEIPT:
        assert not coding.lines
        assert all("FP" in row.marks for row in coding.rows)
    assert not {row.month for row in coding.rows} & facts.locked


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_proposals_are_determined_by_the_document(drawn: Drawn) -> None:
    assert propose(drawn.facts, SHIPPED) == propose(drawn.facts, SHIPPED)
    assert drawn.coding == drawn.coding


def test_every_generated_document_of_every_book_is_proposed_complete() -> None:
    """Up to what only a person knows: the row of a domestic reverse charge."""
    for number in range(_MANY):
        for books in range(len(_BOOKS)):
            drawn = Drawn(number=number, books=books, days=1, member=False, closed=frozenset())
            problems = {problem.code for problem in propose(drawn.facts, SHIPPED).coding.problems}
            assert problems <= {"row-by-hand"}, drawn
