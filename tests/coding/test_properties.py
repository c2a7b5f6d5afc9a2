"""What holds of every coding, whatever the invoice: balance, the scheme's identity to the grosz, the same answer twice.

The identities are computed here anew from the invoice, not asked of the engine.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.buffer.bodies import dumped, loaded
from blink_tui.coding.facts import Facts
from blink_tui.coding.propose import code, propose
from blink_tui.model.books import Books, CarUse, VatKind
from blink_tui.model.coding import ZERO, Choices, Coding, Identity, Proposal, RegisterRow, Side
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month
from tests.buffer.test_firms import CHECKOUT
from tests.coding.engine import coded, shipped, speaking
from tests.coding.worked.document import (
    EUR,
    EXEMPT,
    KPIR,
    LEDGER,
    LUMP_SUM,
    Worked,
    by,
    paid,
    purchase,
    sale,
    vat,
)
from tests.coding.worked.paper import CUSTOMER, FIRM, Original, fa, rr
from tests.coding.worked.whole import WORKED

GROSZ = Decimal("0.01")
MISSING = {"overpaid", "row-by-hand", "margin-untyped", "rate-missing"}
"""What a person has still to say or to clear up; the shipped schemes themselves leave nothing open."""
SALE_FIELDS = {
    "23": ("K_19", "K_20"), "8": ("K_17", "K_18"), "5": ("K_15", "K_16"), "0 KR": ("K_13",), "0 WDT": ("K_21",),
    "0 EX": ("K_22",), "zw": ("K_10",), "np I": ("K_11",), "np II": ("K_11", "K_12"),
}  # fmt: skip
"""FORMATS 8.1."""
OUTPUT_TAX = ("K_16", "K_18", "K_20")
TAXED = ("23", "8", "5")
RATE = Decimal("4.2500")
"""By which invoices in euros convert their tax."""
MONTHS = [Month(2026, number) for number in range(1, 10)]

amounts = st.decimals(min_value="10.00", max_value="99999.99", places=2)
shares = st.decimals(min_value="0.10", max_value="1", places=2)


def _half_up(amount: Decimal) -> Decimal:
    return amount.quantize(GROSZ, ROUND_HALF_UP)


@st.composite
def tables(draw: st.DrawFn, rates: tuple[str, ...]) -> dict[str, str]:
    """A VAT table: net of some rates, and its tax where the rate has one."""
    chosen = draw(st.lists(st.sampled_from(rates), min_size=1, max_size=3, unique=True))
    minus = draw(st.sampled_from((1, 1, 1, -1)))
    table = {}
    for rate in chosen:
        net = minus * draw(amounts)
        tax = f" {_half_up(net * int(rate) / 100)}" if rate in TAXED else ""
        table[rate] = f"{net}{tax}"
    return table


@st.composite
def documents(draw: st.DrawFn) -> Worked:
    """A purchase or a sale of any kind in any books, paid or not, by any scheme that fits."""
    books = draw(st.sampled_from((LEDGER, LEDGER, KPIR, LUMP_SUM)))
    status = draw(
        st.sampled_from(
            (
                vat(),
                vat(kind=VatKind.QUARTERLY),
                vat(cash_method=True),
                vat(proportion=draw(shares)),
                (EXEMPT,),
            )
        )
    )
    books = replace(
        books,
        vat=status,
        cars=draw(st.sampled_from(CarUse)),
        half_net=draw(st.booleans()),
        untaxed_in_register=draw(st.booleans()),
    )
    return draw(st.sampled_from((_sold, _bought, _bought, _of_farmer, _of_margin, _from_abroad)))(draw, books)


def _paper(draw: st.DrawFn, rates: tuple[str, ...], **more: Any) -> tuple[bytes, bool]:
    table = draw(tables(rates))
    minus = next(iter(table.values())).startswith("-")
    kind = draw(
        st.sampled_from(("KOR", "KOR_ROZ") if minus else ("VAT", "VAT", "ZAL", "ROZ", "KOR", "KOR_ZAL"))
    )
    if kind in ("ZAL", "KOR_ZAL") and not all(" " in amount for amount in table.values()):
        kind = "VAT"
    marks = draw(st.sampled_from(("", "", "P_16", "P_17", "P_18A")))
    currency, rate = draw(st.sampled_from((("PLN", ""), ("PLN", ""), ("EUR", str(RATE)))))
    corrects = Original(issued="2026-03-11") if "KOR" in kind else None
    xml = fa(table, kind=kind, marks=marks, corrects=corrects, currency=currency, rate=rate, **more)
    return xml, kind == "VAT"


def _payments(draw: st.DrawFn) -> Choices:
    parts = draw(
        st.lists(st.tuples(st.sampled_from(("2026-03-20", "2026-04-02", "2026-05-05")), amounts), max_size=3)
    )
    return by(payments=paid(*((day, str(amount)) for day, amount in parts)))


def _sold(draw: st.DrawFn, books: Books) -> Worked:
    receipt = draw(st.sampled_from((False, False, False, True)))
    xml, plain = _paper(draw, tuple(SALE_FIELDS), seller=FIRM, buyer=CUSTOMER, fp=receipt)
    choices = _payments(draw)
    if plain:
        choices = replace(choices, scheme=draw(st.sampled_from(("", "sprzedaz-towary", "sprzedaz-uslugi"))))
    return sale("", "", xml, "", books=books, choices=choices, rates=EUR)


def _of_margin(draw: st.DrawFn, books: Books) -> Worked:
    gross = draw(st.decimals(min_value="500", max_value="9999.99", places=2))
    kind = draw(st.sampled_from(("2", "3_1", "3_2", "3_3")))
    xml = fa({"marża": str(gross)}, margin=kind, seller=FIRM, buyer=CUSTOMER)
    typed = tuple(
        (rate, base, _half_up(base * int(rate) / 100))
        for rate in draw(st.sets(st.sampled_from(TAXED), max_size=2))
        for base in (_half_up(gross / 5),)
    )
    return sale("", "", xml, "", books=books, choices=by(margin=typed))


def _from_abroad(draw: st.DrawFn, books: Books) -> Worked:
    currency = draw(st.sampled_from(("PLN", "EUR")))
    table = draw(tables(("np I", "np II", "oo")))
    scheme = draw(st.sampled_from(("import-uslug", "import-uslug-inne", "wnt", "odwrotne-obciazenie")))
    parameters = {"self_rate": draw(st.sampled_from(("23", "8", "5")))}
    xml = fa(table, marks="P_18", currency=currency)
    return purchase("", "", xml, "", books=books, choices=by(scheme, parameters=parameters), rates=EUR)


def _bought(draw: st.DrawFn, books: Books) -> Worked:
    xml, plain = _paper(draw, (*TAXED, "zw"))
    choices = _payments(draw)
    if plain:
        scheme = draw(
            st.sampled_from(("", "zakup-towary", "samochod", "srodek-trwaly", "zakup-bez-odliczenia"))
        )
        choices = replace(choices, scheme=scheme)
    return purchase("", "", xml, "", books=books, choices=choices, rates=EUR)


def _of_farmer(draw: st.DrawFn, books: Books) -> Worked:
    net = draw(amounts)
    return purchase(
        "", "", rr(str(net), str(_half_up(net * 7 / 100))), "", books=books, choices=_payments(draw)
    )


@settings(max_examples=150, deadline=None)
@given(documents())
def test_what_is_complete_balances_and_keeps_its_identity(one: Worked) -> None:
    facts = one.facts
    coding = code(facts, shipped(), one.choices)
    assert {problem.code for problem in coding.problems if problem.blocks} <= MISSING
    if not coding.complete:
        return
    assert coding.difference == ZERO
    HOLDS[coding.identity](facts, coding)


@settings(max_examples=60, deadline=None)
@given(documents())
def test_the_same_document_is_always_coded_the_same(one: Worked) -> None:
    first, second = (code(one.facts, shipped(), one.choices) for _ in range(2))
    assert dumped(first) == dumped(second)
    assert loaded(Coding, dumped(first)) == first
    proposal = propose(one.facts, shipped())
    assert dumped(propose(one.facts, shipped())) == dumped(proposal)
    assert loaded(Proposal, dumped(proposal)) == proposal


@pytest.mark.parametrize("spoken", ["pl", "en"])
def test_whatever_the_language_the_books_get_the_same_bytes(spoken: str) -> None:
    with speaking(spoken):
        assert worked_bytes() == worked_bytes_of_another_process()


@cache
def worked_bytes_of_another_process() -> str:
    """The same of a process in which sets come out in another order."""
    program = "from tests.coding.test_properties import worked_bytes; print(worked_bytes())"
    made = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def worked_bytes() -> str:
    """Digest of the codings of the worked set."""
    bodies = "".join(dumped(coded(one)) for one in WORKED)
    return hashlib.sha256(bodies.encode()).hexdigest()


@settings(max_examples=60, deadline=None)
@given(documents())
def test_choices_that_were_kept_give_the_identical_coding(one: Worked) -> None:
    coding = code(one.facts, shipped(), one.choices)
    again = code(one.facts, shipped(), loaded(Coding, dumped(coding)).choices)
    assert dumped(again) == dumped(coding)


@settings(max_examples=100, deadline=None)
@given(documents(), st.sets(st.sampled_from(MONTHS), min_size=1))
def test_nothing_that_is_complete_lies_in_a_locked_month(one: Worked, locked: set[Month]) -> None:
    coding = code(replace(one.facts, locked=frozenset(locked)), shipped(), one.choices)
    if not coding.complete:
        return
    months = {row.month for row in coding.rows} | {coding.periods.vat, coding.periods.cost}
    days = {entry.day for entry in coding.entries} | {coding.periods.books}
    assert not locked & (months | {Month.of(day) for day in days if day is not None})


@pytest.mark.parametrize("one", WORKED, ids=lambda one: one.title)
def test_the_worked_set_keeps_its_identities(one: Worked) -> None:
    coding = code(one.facts, shipped(), one.choices)
    assert coding.difference == ZERO
    if coding.complete:
        HOLDS[coding.identity](one.facts, coding)


def _sums(rows: tuple[RegisterRow, ...], register: Direction) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in rows:
        assert row.register is register
        for name, amount in row.amounts:
            sums[name] += amount  # type: ignore[assignment] # a Counter of Decimal
    return sums


def _tax(facts: Facts, typed: Coding | None = None) -> Decimal:
    """Tax in PLN."""
    rows = facts.invoice.vat_table
    if not rows and typed is not None:
        return sum((tax for _rate, _net, tax in typed.choices.table), ZERO)
    return sum((row.vat if row.vat_pln is None else row.vat_pln for row in rows if row.vat is not None), ZERO)


def _full(facts: Facts, coding: Coding) -> None:
    """VAT rows = VAT table."""
    if not facts.invoice.vat_table:
        return
    rate = Decimal(1) if facts.invoice.currency == "PLN" else RATE
    sums = _sums(coding.rows, facts.direction)
    expected: Counter[str] = Counter()
    for row in facts.invoice.vat_table:
        net, tax = _half_up(row.net * rate), (row.vat if row.vat_pln is None else row.vat_pln) or ZERO
        if facts.direction is Direction.SALE:
            fields = SALE_FIELDS.get(row.rate, ())
            split = fields == ("K_11", "K_12")
            for position, field in enumerate(fields):
                expected[field] += net if position == 0 or split else tax  # type: ignore[assignment]
        elif row.rate in TAXED or facts.books.untaxed_in_register:
            expected["net"] += net  # type: ignore[assignment] # a Counter of Decimal
            expected["tax"] += tax  # type: ignore[assignment] # a Counter of Decimal
    if facts.direction is Direction.PURCHASE:
        sums = Counter({"net": sums["K_40"] + sums["K_42"], "tax": sums["K_41"] + sums["K_43"]})
    assert {name: amount for name, amount in sums.items() if amount} == {
        name: amount for name, amount in expected.items() if amount
    }


def _limited(facts: Facts, coding: Coding) -> None:
    """Deducted + not deducted = VAT table, the rest in cost."""
    sums = _sums(coding.rows, Direction.PURCHASE)
    kept = sum((row.not_deducted for row in coding.rows), ZERO)
    assert sums["K_41"] + sums["K_43"] + kept == _tax(facts)
    costs = sum(
        (line.amount for line in coding.lines if line.side is Side.DEBIT and line.account != "223"), ZERO
    )
    if coding.lines and facts.invoice.currency == "PLN":
        assert costs == facts.invoice.net + kept


def _none(facts: Facts, coding: Coding) -> None:
    """No row, gross in cost."""
    assert coding.rows == ()
    if coding.lines and facts.invoice.currency == "PLN" and facts.invoice.kind not in ("ROZ", "KOR_ROZ"):
        assert coding.debit == facts.invoice.net + _tax(facts)


def _receipt(facts: Facts, coding: Coding) -> None:
    """A row marked FP, no posting, no revenue; a firm that is exempt has no row either."""
    assert (coding.lines, coding.entries) == ((), ())
    if facts.books.vat == (EXEMPT,):
        assert coding.rows == ()
        return
    assert all("FP" in row.marks for row in coding.rows)
    _full(facts, coding)


def _self_assessed(_facts: Facts, coding: Coding) -> None:
    """Output row = input base; an exempt buyer has the output row alone."""
    output = [row for row in coding.rows if row.register is Direction.SALE]
    input_ = [row for row in coding.rows if row.register is Direction.PURCHASE]
    if not input_:
        return
    (base, tax), (input_base, input_tax) = (
        [amount for _name, amount in rows[0].amounts] for rows in (output, input_)
    )
    assert (base, tax) == (input_base, input_tax + input_[0].not_deducted)


def _on_payment(facts: Facts, coding: Coding) -> None:
    """No row until a payment, then its part; the whole of it once all is paid."""
    whole = facts.invoice.total or facts.invoice.net + facts.invoice.vat
    payments = coding.choices.payments
    assert len(coding.rows) <= len(payments)
    settled = sum((one.amount for one in payments), ZERO)
    taxes = sum(
        (
            amount
            for row in coding.rows
            for name, amount in row.amounts
            if name in (*OUTPUT_TAX, "K_41", "K_43")
        ),
        ZERO,
    )
    taxes += sum((row.not_deducted for row in coding.rows), ZERO)
    if facts.invoice.form.startswith("FA_RR"):  # art. 116(6): the farmer is paid in full
        assert taxes == (_tax(facts) if settled >= whole else ZERO)
    elif settled == whole:
        assert taxes == _tax(facts)
    else:
        assert abs(taxes - _tax(facts) * settled / whole) <= GROSZ * 2 * max(1, len(payments))


def _advance(facts: Facts, coding: Coding) -> None:
    """Rows = VAT table, no cost, no column."""
    assert coding.entries == ()
    assert not any(line.account[:1] in "47" for line in coding.lines)
    if not any(row.not_deducted for row in coding.rows):
        _full(facts, coding)


def _settlement(facts: Facts, coding: Coding) -> None:
    """VAT from P_13/P_14, what is owed from P_15 or DoZaplaty."""
    if not any(row.not_deducted for row in coding.rows):
        _full(facts, coding)
    owed = sum((line.amount for line in coding.lines if line.account[:3] in ("201", "202")), ZERO)
    if coding.lines and facts.invoice.currency == "PLN":
        assert owed == facts.invoice.to_pay


def _margin(facts: Facts, coding: Coding) -> None:
    """Tax typed, never taken from the invoice."""
    typed = sum((tax for _rate, _base, tax in coding.choices.margin), ZERO)
    taxes = sum((_sums(coding.rows, Direction.SALE)[name] for name in OUTPUT_TAX), ZERO)
    assert taxes == typed + facts.invoice.vat
    if coding.lines:
        assert taxes == sum((line.amount for line in coding.lines if line.account == "222"), ZERO)


HOLDS: dict[Identity, Callable[[Facts, Coding], None]] = {
    Identity.FULL: _full,
    Identity.LIMITED: _limited,
    Identity.NONE: _none,
    Identity.RECEIPT: _receipt,
    Identity.MARGIN: _margin,
    Identity.SELF_ASSESSED: _self_assessed,
    Identity.ON_PAYMENT: _on_payment,
    Identity.ADVANCE: _advance,
    Identity.SETTLEMENT: _settlement,
}
"""BOOKKEEPING 4, each identity by its own count."""
