"""The VAT month, by tables of dates; each row names the rule of BOOKKEEPING 1 that it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.i18n import set_language
from blink_tui.invoices import read_invoice
from blink_tui.invoices.periods import (
    DocumentDates,
    TaxPointSource,
    Treatment,
    dates_of,
    deduction,
    output,
    rule_sets,
    rules_on,
    treatment_of,
)
from blink_tui.model.dates import parse_instant
from blink_tui.model.invoice import InvoiceLine, VatAmount
from blink_tui.model.months import Month
from tests.invoices.documents import faktura

INVOICE = read_invoice(faktura().encode())
"""Issued 2026-03-02, sold 2026-02-28."""


def _dates(tax_point: str, receipt: str, issue: str = "2026-01-01") -> DocumentDates:
    return DocumentDates(
        issue=date.fromisoformat(issue),
        receipt=date.fromisoformat(receipt),
        tax_point=date.fromisoformat(tax_point),
        source=TaxPointSource.SALE,
    )


def _month(text: str) -> Month:
    return Month.of(date.fromisoformat(text + "-01"))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-31T21:59:59Z", "2026-03-31"),
        ("2026-03-31T22:00:00Z", "2026-04-01"),
        ("2026-01-31T22:59:59Z", "2026-01-31"),
        ("2026-01-31T23:00:00Z", "2026-02-01"),
        ("2026-03-29T00:59:59Z", "2026-03-29"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),
        ("2026-10-24T22:00:00Z", "2026-10-25"),
        ("2026-10-25T22:59:59Z", "2026-10-25"),
        ("2026-10-25T23:00:00.0000001Z", "2026-10-26"),
    ],
)
def test_receipt_is_the_warsaw_day_of_acquisition(instant: str, day: str) -> None:
    assert dates_of(INVOICE, parse_instant(instant)).receipt.isoformat() == day


@pytest.mark.parametrize(
    ("instant", "month"), [("2026-03-31T21:59:59Z", "2026-03"), ("2026-03-31T22:00:00Z", "2026-04")]
)
def test_a_second_at_midnight_decides_the_month(instant: str, month: str) -> None:
    assert deduction(dates_of(INVOICE, parse_instant(instant))).earliest == _month(month)


def test_a_receipt_that_was_typed_wins() -> None:
    assert dates_of(INVOICE, date(2026, 3, 30)).receipt == date(2026, 3, 30)


@pytest.mark.parametrize(
    ("tax_point", "receipt", "earliest", "last", "until"),
    [
        ("2026-03-15", "2026-03-20", "2026-03", "2026-06", "2030-12-31"),
        ("2026-03-31", "2026-04-01", "2026-04", "2026-07", "2030-12-31"),
        ("2026-04-02", "2026-03-20", "2026-04", "2026-07", "2030-12-31"),
        ("2026-03-31", "2026-03-31", "2026-03", "2026-06", "2030-12-31"),
        ("2025-12-31", "2026-01-02", "2026-01", "2026-04", "2030-12-31"),
        ("2025-12-30", "2025-12-31", "2025-12", "2026-03", "2029-12-31"),
        ("2026-10-01", "2026-11-30", "2026-11", "2027-02", "2030-12-31"),
    ],
)
def test_the_later_of_tax_point_and_receipt_and_three_months_more(
    tax_point: str, receipt: str, earliest: str, last: str, until: str
) -> None:
    found = deduction(_dates(tax_point, receipt))
    assert (found.earliest, found.last) == (_month(earliest), _month(last))
    assert found.correctable_until == date.fromisoformat(until)
    assert not found.obligatory


@pytest.mark.parametrize(
    ("receipt", "last"),
    [
        ("2026-01-15", "2026-09"),
        ("2026-03-31", "2026-09"),
        ("2026-04-01", "2026-12"),
        ("2026-12-31", "2027-06"),
    ],
)
def test_quarterly_returns_have_two_quarters_more(receipt: str, last: str) -> None:
    found = deduction(_dates("2026-01-01", receipt), quarterly=True)
    assert found.last == _month(last)


def test_a_day_at_the_end_of_the_calendar_is_no_accident() -> None:
    found = deduction(_dates("9999-12-31", "2026-01-01"))
    assert str(found.last) == "10000-03"
    assert found.correctable_until == date.max


@pytest.mark.parametrize(
    ("receipt", "filed_on", "earliest"),
    [
        ("2026-04-10", "2026-04-24", "2026-03"),
        ("2026-04-24", "2026-04-24", "2026-03"),
        ("2026-04-25", "2026-04-24", "2026-04"),
        ("2026-04-10", None, "2026-03"),
    ],
)
def test_the_judgment_is_the_taxpayers_choice(receipt: str, filed_on: str | None, earliest: str) -> None:
    dates = _dates("2026-03-31", receipt)
    filed = None if filed_on is None else date.fromisoformat(filed_on)
    chosen = deduction(dates, judgment_t_689=True, filed_on=filed)
    assert chosen.earliest == _month(earliest)
    assert ("T-689/24" in str(chosen.reason)) is (earliest == "2026-03")
    assert deduction(dates, filed_on=filed).earliest == _month("2026-04")


def test_a_correction_in_minus_is_obligatory_in_the_month_of_receipt() -> None:
    set_language("en")
    found = deduction(_dates("2026-01-10", "2026-03-20"), Treatment.CORRECTION_MINUS)
    assert (found.earliest, found.last, found.obligatory) == (_month("2026-03"), _month("2026-03"), True)
    assert "cannot be put off" in str(found.reason)


def test_before_february_2026_a_correction_in_minus_had_conditions() -> None:
    set_language("en")
    january = deduction(_dates("2026-01-10", "2026-01-31"), Treatment.CORRECTION_MINUS)
    february = deduction(_dates("2026-01-10", "2026-02-01"), Treatment.CORRECTION_MINUS)
    assert "conditions" in str(january.reason)
    assert "conditions" not in str(february.reason)
    assert january.basis != february.basis


@pytest.mark.parametrize(
    ("original", "month"), [("2026-05", "2026-05"), ("2026-02", "2026-03"), (None, "2026-03")]
)
def test_a_correction_in_minus_waits_for_an_original_not_deducted(original: str | None, month: str) -> None:
    found = deduction(
        _dates("2026-01-10", "2026-03-20"),
        Treatment.CORRECTION_MINUS,
        original=None if original is None else _month(original),
    )
    assert found.earliest == _month(month)


@pytest.mark.parametrize(
    ("treatment", "paid_on", "earliest", "last"),
    [
        (Treatment.CASH_METHOD, None, None, None),
        (Treatment.CASH_METHOD, "2026-05-04", "2026-05", "2026-08"),
        (Treatment.CASH_METHOD, "2026-02-01", "2026-03", "2026-06"),
        (Treatment.RR, None, None, None),
        (Treatment.RR, "2026-06-30", "2026-06", "2026-06"),
    ],
)
def test_cash_method_and_rr_wait_for_the_payment(
    treatment: Treatment, paid_on: str | None, earliest: str | None, last: str | None
) -> None:
    paid = None if paid_on is None else date.fromisoformat(paid_on)
    found = deduction(_dates("2026-01-10", "2026-03-20"), treatment, paid_on=paid)
    assert found.earliest == (earliest and _month(earliest))
    assert found.last == (last and _month(last))


def test_the_tax_point_is_an_assumption_with_its_source() -> None:
    bare, stated = replace(INVOICE, sale_date=None), replace(INVOICE, tax_point=date(2026, 2, 2))
    period = (date(2026, 2, 1), date(2026, 2, 27))
    rows = (InvoiceLine(sale_date=date(2026, 2, 3)), InvoiceLine(sale_date=date(2026, 2, 9)), InvoiceLine())
    cases = [
        (dates_of(INVOICE, date(2026, 3, 3)), date(2026, 2, 28), TaxPointSource.SALE),
        (dates_of(replace(bare, period=period), date(2026, 3, 3)), date(2026, 2, 27), TaxPointSource.PERIOD),
        (dates_of(replace(bare, lines=rows), date(2026, 3, 3)), date(2026, 2, 9), TaxPointSource.ROWS),
        (dates_of(bare, date(2026, 3, 3)), date(2026, 3, 2), TaxPointSource.ISSUE),
        (dates_of(INVOICE, date(2026, 3, 3), by_issue=True), date(2026, 3, 2), TaxPointSource.BY_ISSUE),
        (dates_of(INVOICE, date(2026, 3, 3), tax_point=date(2026, 1, 5)), date(2026, 1, 5), TaxPointSource.TYPED),
        (dates_of(stated, date(2026, 3, 3)), date(2026, 2, 2), TaxPointSource.STATED),
    ]  # fmt: skip
    assert [(found.tax_point, found.source) for found, _, _ in cases] == [
        (day, source) for _, day, source in cases
    ]
    assert [found.rows_differ for found, _, _ in cases] == [False, False, True, False, False, False, False]


def test_an_invoice_without_a_date_counts_as_issued_when_received() -> None:
    dates = dates_of(replace(INVOICE, issue_date=None, sale_date=None), date(2026, 3, 3))
    assert dates.issue == dates.tax_point == date(2026, 3, 3)


def test_the_treatment_follows_from_the_invoice() -> None:
    minus = (VatAmount(rate="23", net=Decimal(-100), vat=Decimal(-23)),)
    assert treatment_of(INVOICE) is Treatment.INVOICE
    assert treatment_of(replace(INVOICE, cash_method=True)) is Treatment.CASH_METHOD
    assert treatment_of(replace(INVOICE, form="FA_RR (1)")) is Treatment.RR
    assert treatment_of(replace(INVOICE, kind="KOR")) is Treatment.INVOICE
    seller_says_original = replace(INVOICE, kind="KOR", vat_table=minus, correction_type=1)
    assert treatment_of(seller_says_original) is Treatment.CORRECTION_MINUS


@pytest.mark.parametrize(
    ("table", "lowers"),
    [
        ((("23", "-100", "-23"),), True),
        (
            (("23", "-615.00", "-141.45"), ("8", "700.42", "56.03")),
            True,
        ),  # 23 % corrected to 8 %, the same gross
        ((("23", "-100", "-23"), ("8", "200", "16")), True),  # a higher base, a lower tax
        ((("23", "100", "23"), ("8", "-200", "-16")), False),  # a lower base, a higher tax
        ((("zw", "-100", "0"),), True),
        ((("zw", "100", "0"),), False),
        ((("23", "0", "0"),), False),
    ],
)
def test_a_correction_is_in_minus_when_it_lowers_the_tax(
    table: tuple[tuple[str, str, str], ...], lowers: bool
) -> None:
    """Art. 29a(13), (14) and 86(19a): a tax that was too high counts as well as a base that was."""
    rows = tuple(VatAmount(rate=rate, net=Decimal(net), vat=Decimal(tax)) for rate, net, tax in table)
    correction = replace(INVOICE, kind="KOR", vat_table=rows, total=Decimal(0))
    assert (treatment_of(correction) is Treatment.CORRECTION_MINUS) is lowers
    dates = dates_of(correction, date(2026, 4, 1))
    assert (output(correction, dates, sent=date(2026, 4, 1)).month == _month("2026-04")) is lowers


def test_the_sentence_says_why() -> None:
    set_language("en")
    assert str(deduction(_dates("2026-03-31", "2026-04-01")).reason) == (
        "Tax point 2026-03-31 (date of sale), received 2026-04-01: the later of both decides. Deducted from 2026-04, "
        "in 2026-07 at the latest; later only by correcting the return for 2026-04, until 2030-12-31."
    )


def test_the_month_of_a_sale() -> None:
    dates = dates_of(INVOICE, date(2026, 4, 1))
    minus = replace(INVOICE, kind="KOR", vat_table=(VatAmount(rate="23", net=Decimal(-1), vat=Decimal(0)),))
    plus = replace(INVOICE, kind="KOR", correction_type=1)
    assert output(INVOICE, dates).month == _month("2026-02")
    assert output(minus, dates).month == _month("2026-03")
    assert output(minus, dates, sent=date(2026, 4, 1)).month == _month("2026-04")
    assert output(plus, dates, original=_month("2025-11")).month == _month("2025-11")
    unknown = output(plus, dates)
    assert unknown.month == _month("2026-03")
    assert "enter that month" in unknown.reason.text
    assert output(replace(plus, correction_type=2), dates, original=_month("2025-11")).month == _month(
        "2026-03"
    )


def test_rule_sets_follow_one_another() -> None:
    sets = rule_sets()
    assert [rules.in_force_from for rules in sets] == sorted({rules.in_force_from for rules in sets})
    assert rules_on(date(2026, 1, 31)) is not rules_on(date(2026, 2, 1))
    assert rules_on(date(1999, 1, 1)) is sets[0]


@pytest.mark.parametrize(
    ("month", "more", "result"),
    [
        ("2026-01", -1, "2025-12"),
        ("2026-12", 1, "2027-01"),
        ("2026-05", 0, "2026-05"),
        ("2026-11", 15, "2028-02"),
    ],
)
def test_months_are_counted_over_years(month: str, more: int, result: str) -> None:
    assert str(_month(month).plus(more)) == result


def test_a_month_knows_its_days_and_quarter() -> None:
    assert Month(2028, 2).last_day == date(2028, 2, 29)
    assert Month(2026, 12).last_day == date(2026, 12, 31)
    assert [Month(2026, n).end_of_quarter.number for n in range(1, 13)] == [3] * 3 + [6] * 3 + [9] * 3 + [
        12
    ] * 3
