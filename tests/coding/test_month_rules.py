"""Months by tables of dates, each with the sentence that an accountant reads (BOOKKEEPING 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.coding.months import allowed_vat_months
from blink_tui.coding.propose import code
from blink_tui.model.coding import Choices, Coding
from blink_tui.model.dates import parse_instant, warsaw_day
from blink_tui.model.months import Month
from tests.coding.engine import sentences, shipped
from tests.coding.month_rules import RULES, Rule, bought, sold
from tests.coding.worked.document import FEBRUARY, LEDGER, Worked, by, purchase
from tests.coding.worked.paper import Original, fa

BOUGHT = fa({"23": "1000.00 230.00"}, sold="2026-01-10", issued="2026-01-12")


def _coded(one: Worked, *locked: str, received: str = "") -> Coding:
    facts = replace(one.facts, locked=frozenset(Month.parse(month) for month in locked))
    if received:
        facts = replace(facts, received=warsaw_day(parse_instant(received)))
    return code(facts, shipped(), one.choices)


@pytest.mark.parametrize(
    ("acquired", "receipt", "month", "last"),
    [
        ("2026-01-31T22:59:59Z", "2026-01-31", "2026-01", "2026-04"),  # winter: midnight is at 23:00Z
        ("2026-01-31T23:00:00Z", "2026-02-01", "2026-02", "2026-05"),
        ("2026-03-31T21:59:59Z", "2026-03-31", "2026-03", "2026-06"),  # summer: midnight is at 22:00Z
        ("2026-03-31T22:00:00Z", "2026-04-01", "2026-04", "2026-07"),
        (
            "2026-03-28T22:59:59Z",
            "2026-03-28",
            "2026-03",
            "2026-06",
        ),  # the night before the clock goes forward
        ("2026-03-28T23:00:00Z", "2026-03-29", "2026-03", "2026-06"),
        ("2026-03-29T21:59:59Z", "2026-03-29", "2026-03", "2026-06"),  # the evening after it
        ("2026-03-29T22:00:00Z", "2026-03-30", "2026-03", "2026-06"),
        ("2026-10-24T22:00:00Z", "2026-10-25", "2026-10", "2027-01"),  # the night in which it goes back
        ("2026-10-25T22:59:59Z", "2026-10-25", "2026-10", "2027-01"),
        ("2026-10-25T23:00:00Z", "2026-10-26", "2026-10", "2027-01"),
        ("2026-10-31T22:59:59.9999999Z", "2026-10-31", "2026-10", "2027-01"),
        ("2026-10-31T23:00:00.0000000Z", "2026-11-01", "2026-11", "2027-02"),
        ("2026-12-31T23:00:00Z", "2027-01-01", "2027-01", "2027-04"),
    ],
)
def test_a_second_at_midnight_decides(acquired: str, receipt: str, month: str, last: str) -> None:
    coding = _coded(purchase("", "", BOUGHT, ""), received=acquired)
    until = int(month[:4]) + 4
    assert str(coding.periods.vat) == month
    assert (
        f"Obowiązek podatkowy 2026-01-10 (data sprzedaży), otrzymanie {receipt}: decyduje późniejsza z tych dat. "
        f"Odliczenie najwcześniej za {month}, najpóźniej za {last}; później tylko korektą deklaracji za {month}, "
        f"do {until}-12-31." in sentences(coding)
    )
    assert (
        f"Tax point 2026-01-10 (date of sale), received {receipt}: the later of both decides. "
        f"Deducted from {month}, in {last} at the latest; later only by correcting the return for {month}, "
        f"until {until}-12-31." in sentences(coding, "en")
    )


def _titled(rule: Rule) -> str:
    return rule.title


@pytest.mark.parametrize("rule", RULES, ids=_titled)
def test_the_month_and_its_sentence(rule: Rule) -> None:
    coding = _coded(rule.one, *rule.locked)
    assert str(coding.periods.vat or "") == rule.month
    assert rule.pl in sentences(coding)
    assert rule.en in sentences(coding, "en")
    assert coding.complete is not rule.blocks


def test_offline_a_correction_in_minus_counts_when_sent() -> None:
    one = sold("2026-04-01", "-100.00 -23.00", kind="KOR", corrects=Original(), issued="2026-03-31")
    coding = code(replace(one.facts, offline=True), shipped(), Choices())
    assert str(coding.periods.vat) == "2026-04"
    assert (
        "Korekta in minus, wystawiona lub przesłana 2026-04-01: zmniejsza podatek należny za ten miesiąc."
        in sentences(coding)
    )


@pytest.mark.parametrize(
    ("offline", "receipt", "reason", "month", "complete"),
    [
        (True, "2026-03-31", "wydana papierowo w awarii", "2026-03", True),
        (True, "2026-03-31", "", "2026-03", False),
        (True, "2026-03-01", "wydana przed wystawieniem", "2026-03", False),
        (True, "2026-04-03", "później niż w KSeF", "2026-04", False),
        (False, "2026-03-31", "nie było awarii", "2026-03", False),
    ],
)
def test_an_earlier_receipt_is_for_the_failure_mode_alone(
    offline: bool, receipt: str, reason: str, month: str, complete: bool
) -> None:
    """Art. 106nf: the day on which the buyer got it outside KSeF, with the reason, between issue and KSeF's number."""
    facts = replace(bought("2026-04-02").facts, offline=offline)
    choices = Choices(receipt=date.fromisoformat(receipt), receipt_reason=reason)
    coding = code(facts, shipped(), choices)
    assert (str(coding.periods.vat), coding.complete) == (month, complete)


def test_a_sale_has_no_choice_of_months() -> None:
    coding = _coded(sold("2026-03-13"))
    moved = code(sold("2026-03-13").facts, shipped(), Choices(vat_month=Month.parse("2026-04")))
    assert coding.complete
    assert not moved.complete


def test_a_closed_month_moves_the_books_but_never_the_law() -> None:
    """The day in the books goes to the first day of the next open month; VAT stays within its window."""
    coding = _coded(bought("2026-03-13"), "2026-03")
    assert coding.periods.books == date(2026, 4, 1)
    assert coding.periods.cost == Month.parse("2026-04")
    assert sum((row.not_deducted for row in coding.rows), Decimal(0)) == 0


def test_a_correction_of_an_invoice_that_waits_for_its_payment_asks_for_themonth() -> None:
    """BOOKKEEPING 1: what is not deducted yet is lowered together with it."""
    xml = fa({"23": "-100.00 -23.00"}, kind="KOR", marks="P_16", corrects=Original())
    waiting = replace(FEBRUARY[0], vat_month=None)
    asks = "Faktura korygowana czeka na zapłatę (MK): jeśli nie jest jeszcze odliczona, wpisz miesiąc, w którym będzie."
    one = purchase("", "", xml, "", received=date(2026, 4, 2), originals=(waiting,))
    assert asks in sentences(_coded(one))
    told = _coded(replace(one, choices=by(original_month=Month.parse("2026-05"))))
    assert asks not in sentences(told)
    assert str(told.periods.vat) == "2026-05"
    assert asks not in sentences(_coded(replace(one, originals=FEBRUARY)))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("currency", ["PLN", "EUR"])
def test_a_day_at_the_end_of_the_calendar_is_told_and_breaks_nothing(day: str, currency: str) -> None:
    books = replace(LEDGER, judgment_t_689=True)
    for scheme in ("", "wnt"):
        for days in ({"sold": day}, {"issued": day}):
            xml = fa({"23": "100.00 23.00"}, currency=currency, **days)  # type: ignore[arg-type] # days
            one = purchase("", "", xml, "", books=books, choices=by(scheme))
            coding = _coded(one)
            assert [problem.code for problem in coding.problems] == ["day-impossible"]
            assert allowed_vat_months(one.facts, one.choices) == ()
