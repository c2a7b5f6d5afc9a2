from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.coding.amounts import Amounts, amounts_of, spread
from blink_tui.coding.facts import Facts
from blink_tui.coding.rates import working_day_before
from blink_tui.model.books import CarUse, VatKind
from blink_tui.model.coding import Rate
from blink_tui.model.invoice import Advance, InvoiceLine, Settlement
from tests.coding.documents import LEDGER, case, d, invoice, purchase, rates, sale, status


def amounts(facts: Facts, parameters: dict[str, str] | None = None, **choices: object) -> Amounts:
    return amounts_of(case(facts, **choices), parameters or {})


def codes(found: Amounts) -> list[str]:
    return [problem.code for problem in found.problems]


def test_net_and_tax_in_zlotys_are_taken_as_they_stand() -> None:
    found = amounts(purchase(invoice("23 1000 230; 8 50 4; zw 20")))
    assert (found.net, found.vat, found.deducted, found.cost) == (d("1070"), d("234"), d("234"), d("1070"))
    assert found.owed == d("1304")
    assert found.vat_rate is None
    assert found.income_rate is None


def test_a_half_deduction_is_rounded_once_and_the_rest_goes_to_the_largest_rate() -> None:
    # 0,01 + 0,03 + 76,67 = 76,71; half is 38,355, so 38,36; by rates 0,01 + 0,02 + 38,34 = 38,37
    found = amounts(purchase(invoice("5 0.20 0.01; 8 0.30 0.03; 23 333.33 76.67")), {"share": "50%"})
    assert found.deducted == d("38.36")
    assert [row.deducted for row in found.rows] == [d("0.01"), d("0.02"), d("38.33")]
    assert found.cost == d("333.83") + d("38.35")


def test_the_firm_s_proportion_multiplies_the_share_and_may_be_replaced() -> None:
    books = replace(LEDGER, vat=status(proportion=d("0.37")))
    assert amounts(purchase(books=books)).deducted == d("85.10")
    assert amounts(purchase(books=books), {"share": "0.5"}).deducted == d("42.55")
    assert amounts(purchase(books=books), {"proportion": "1"}).deducted == d("230")
    assert amounts(purchase(books=books)).net_share == 1


@pytest.mark.parametrize(
    ("cars", "deducted", "cost_share"),
    [
        (CarUse.COMPANY_ONLY, "230", "1"),
        (CarUse.COMPANY_MIXED, "115", "0.75"),
        (CarUse.PRIVATE, "115", "0.2"),
    ],
)
def test_a_car_s_shares_are_the_firm_s_unless_given(cars: CarUse, deducted: str, cost_share: str) -> None:
    facts = purchase(books=replace(LEDGER, cars=cars))
    found = amounts(facts, {"car": "tak"})
    assert (found.deducted, found.cost_share) == (d(deducted), d(cost_share))
    assert amounts(facts, {"car": "tak", "share": "1"}).deducted == d("230")


@pytest.mark.parametrize("share", ["połowa", "1.5", "-1", "NaN", "Infinity", "1e9999999"])
def test_a_share_that_is_no_share_is_told_and_not_used(share: str) -> None:
    found = amounts(purchase(), {"share": share})
    assert codes(found) == ["parameter"]
    assert found.deducted == d("230")


def test_two_rows_of_a_rate_count_together() -> None:
    found = amounts(purchase(invoice("23 100 23; 23 50 11.50")))
    assert found.of("23").net == d("150")
    assert found.of("23").deducted == d("34.50")
    assert found.of("8").vat == 0


def test_foreign_tax_of_oss_is_never_deducted() -> None:
    found = amounts(purchase(invoice("OSS 100 19; 23 100 23")))
    assert (found.deducted, found.cost) == (d("23"), d("219"))


EURO = {"currency": "EUR"}
TABLES = rates("EUR", m09="4.24", m10="4.25", m11="4.26")


def test_a_currency_has_two_rates_and_balances_by_itself() -> None:
    bought = invoice("23 1000 230 977.50", currency="EUR", exchange_rate=d("4.25"))
    found = amounts(purchase(bought, rates=TABLES))
    assert (found.net, found.vat) == (d("4250"), d("977.50"))
    assert found.income_rate == Rate(d("4.26"), date(2026, 3, 11), "11/A/NBP/2026")
    assert (found.cost, found.owed) == (d("4260"), d("5237.50"))


def test_without_a_rate_on_the_invoice_table_a_before_the_earlier_of_tax_point_and_issue_is_taken() -> None:
    bought = invoice("23 1000 230 977.50", **EURO, sale_date=date(2026, 3, 10))
    assert amounts(purchase(bought, rates=TABLES)).vat_rate == Rate(
        d("4.24"), date(2026, 3, 9), "09/A/NBP/2026"
    )
    later = replace(bought, sale_date=date(2026, 3, 20))
    assert amounts(purchase(later, rates=TABLES)).vat_rate == Rate(
        d("4.26"), date(2026, 3, 11), "11/A/NBP/2026"
    )


def test_a_missing_table_blocks_and_names_its_day_even_where_older_ones_are_there() -> None:
    bought = invoice("23 1000 230 977.50", **EURO)
    found = amounts(purchase(bought, rates=rates("EUR", m10="4.25")))
    assert codes(found) == ["rate-missing"]
    assert found.problems[0].values["day"] == "2026-03-11"
    stated = amounts(purchase(replace(bought, exchange_rate=d("4.25"))))
    assert (codes(stated), stated.cost) == (["rate-missing"], d("4250"))  # a draft by the rate that is known
    typed = amounts(purchase(bought), vat_rate=Rate(d("4")), income_rate=Rate(d("5")))
    assert not typed.problems
    assert (typed.net, typed.cost) == (d("4000"), d("5000"))


def test_rows_with_rates_of_their_own_are_converted_row_by_row_with_the_rest_at_the_largest() -> None:
    lines = (
        InvoiceLine(rate="23", net=d("600"), exchange_rate=d("4.10")),
        InvoiceLine(rate="23", net=d("399.99"), exchange_rate=d("4.30")),
    )
    bought = invoice("23 1000 230 970", **EURO, lines=lines)
    found = amounts(purchase(bought, rates=TABLES))
    assert found.net == d("2460.00") + d("1719.96") + d("0.04")
    assert "vat-rates" in [reason.code for reason in found.reasons]


def test_an_advance_s_rate_is_weighed_by_its_payments() -> None:
    paid = (Advance(amount=d("300"), exchange_rate=d("4")), Advance(amount=d("100"), exchange_rate=d("5")))
    found = amounts(purchase(invoice("23 1000 230 977", **EURO, kind="ZAL", advances=paid), rates=TABLES))
    assert found.net == d("4250")


def test_a_correction_keeps_the_rates_of_its_original() -> None:
    from blink_tui.model.invoice import CorrectedInvoice

    original = (CorrectedInvoice(number="FV/0", issue_date=date(2026, 3, 10)),)
    bought = invoice("23 -100 -23 -97", **EURO, kind="KOR", corrected=original)
    found = amounts(purchase(bought, rates=TABLES))
    assert found.vat_rate == found.income_rate == Rate(d("4.24"), date(2026, 3, 9), "09/A/NBP/2026")


def test_a_simplified_invoice_without_a_table_asks_for_its_split() -> None:
    bought = invoice("", kind="UPR", total=d("369"))
    assert codes(amounts(purchase(bought))) == ["table-missing"]
    found = amounts(purchase(bought), table=(("23", d("300"), d("69")),))
    assert (codes(found), found.net, found.deducted) == ([], d("300"), d("69"))


def test_a_margin_is_typed_and_never_taken_from_the_invoice() -> None:
    sold = sale(invoice("marża 5000"))
    assert codes(amounts(sold)) == ["margin-untyped"]
    found = amounts(sold, margin=(("23", d("813.01"), d("186.99")),))
    assert (found.due, found.revenue, found.owed) == (d("186.99"), d("4813.01"), d("5000"))
    bought = amounts(purchase(invoice("marża 5000")))
    assert (bought.deducted, bought.cost, codes(bought)) == (d("0"), d("5000"), [])


def test_a_settlement_takes_its_advances_out_of_the_rows() -> None:
    lines = (InvoiceLine(rate="23", net=d("10000")),)
    found = amounts(purchase(invoice("23 8000 1840", kind="ROZ", lines=lines)))
    assert (found.cost, found.deducted, found.owed, found.advances) == tuple(
        map(d, ("10000", "1840", "9840", "2000"))
    )
    books = replace(LEDGER, vat=status(kind=VatKind.EXEMPT))
    exempt = amounts(purchase(invoice("23 8000 1840", kind="ROZ", lines=lines), books=books))
    assert (exempt.cost, exempt.owed, exempt.advances) == (d("12300"), d("9840"), d("2460"))


def test_a_settlement_owes_what_is_to_be_paid() -> None:
    lines = (InvoiceLine(rate="23", net=d("10000")),)
    whole = invoice(
        "23 10000 2300", kind="ROZ", lines=lines, settlement=Settlement(to_pay=d("9840")), total=d("12300")
    )
    found = amounts(purchase(whole))
    assert (found.cost, found.owed, found.advances) == (d("10000"), d("9840"), d("2460"))


def test_an_exempt_seller_has_its_gross_for_revenue() -> None:
    books = replace(LEDGER, vat=status(kind=VatKind.EXEMPT))
    found = amounts(sale(invoice("zw 500"), books=books))
    assert (found.revenue, found.due) == (d("500"), d("0"))


def test_amounts_of_a_correction_keep_their_sign_when_rounded() -> None:
    found = amounts(purchase(invoice("23 -333.33 -76.67", kind="KOR")), {"share": "50%"})
    assert (found.deducted, found.cost) == (d("-38.34"), d("-371.66"))


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 3, 12), date(2026, 3, 11)),
        (date(2026, 3, 9), date(2026, 3, 6)),
        (date(2026, 4, 7), date(2026, 4, 3)),  # Easter Monday is the 6th
        (date(2026, 12, 28), date(2026, 12, 23)),  # Christmas Eve is free from work
    ],
)
def test_working_days_leave_out_weekends_and_holidays(day: date, before: date) -> None:
    assert working_day_before(day) == before


def test_what_rounding_left_goes_to_the_largest() -> None:
    assert spread(d("10"), [d("3.33"), d("3.34"), d("3.34")]) == [d("3.33"), d("3.33"), d("3.34")]
    assert spread(Decimal(0), []) == []
