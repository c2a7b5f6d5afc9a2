"""How long documents are kept, to the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from blink_tui.model.books import VatKind
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.retention import (
    Retention,
    checked_retention,
    income_tax_due,
    kept_until,
    last_past,
    limitation,
    vat_due,
)


@pytest.mark.parametrize(
    ("month", "vat", "due", "until"),
    [
        ("2026-11", VatKind.MONTHLY, "2026-12-28", "2031-12-31"),  # the 25th is Christmas, then a weekend
        ("2026-12", VatKind.MONTHLY, "2027-01-25", "2032-12-31"),
        ("2026-10", VatKind.QUARTERLY, "2027-01-25", "2032-12-31"),
        ("2026-09", VatKind.QUARTERLY, "2026-10-26", "2031-12-31"),
        ("2026-02", VatKind.MONTHLY, "2026-03-25", "2031-12-31"),
        ("2027-12", VatKind.MONTHLY, "2028-01-25", "2033-12-31"),
    ],
)
def test_the_vat_of_a_month(month: str, vat: VatKind, due: str, until: str) -> None:
    day = vat_due(Month.parse(month), vat)
    assert day == date.fromisoformat(due)
    assert limitation(day) == date.fromisoformat(until)


@pytest.mark.parametrize(
    ("month", "vat", "until"),
    [
        ("2026-01", VatKind.MONTHLY, "2032-12-31"),
        ("2026-11", VatKind.MONTHLY, "2032-12-31"),
        ("2026-12", VatKind.MONTHLY, "2032-12-31"),
        ("2026-12", VatKind.QUARTERLY, "2032-12-31"),
        ("2027-01", VatKind.MONTHLY, "2033-12-31"),
        ("2026-05", VatKind.EXEMPT, "2032-12-31"),
    ],
)
def test_the_later_of_both_taxes_counts(month: str, vat: VatKind, until: str) -> None:
    assert kept_until(Month.parse(month), vat) == date.fromisoformat(until)


def test_the_yearly_return_moves_past_days_off_within_its_year() -> None:
    assert vat_due(Month(2026, 5), VatKind.EXEMPT) is None
    assert income_tax_due(Month(2026, 3)) == date(2027, 4, 30)
    assert income_tax_due(Month(2027, 3)) == date(2028, 5, 2)  # a Sunday, and the first of May


def test_a_firm_may_keep_longer_or_for_as_long_as_a_dispute_lasts() -> None:
    assert kept_until(Month(2026, 3), retention=Retention(2, False, "loss")) == date(2034, 12, 31)
    assert kept_until(Month(2026, 3), retention=Retention(0, True, "art. 70 § 6")) is None
    assert last_past(date(2099, 1, 1), Retention(0, True, "art. 70 § 6")) is None


@pytest.mark.parametrize("extra", [0, 1, 3])
@pytest.mark.parametrize("vat", [VatKind.MONTHLY, VatKind.QUARTERLY, VatKind.EXEMPT])
def test_what_is_past_is_past_by_the_day_of_every_month(extra: int, vat: VatKind) -> None:
    told = Retention(extra, False, "x")
    for month in (Month(2026, 2).plus(more) for more in range(40)):
        until = kept_until(month, vat, told)
        assert until is not None
        last, first_past = last_past(until, told), last_past(until + timedelta(days=1), told)
        assert last is not None
        assert first_past is not None
        assert last < month <= first_past


@pytest.mark.parametrize(
    ("years", "held", "reason"), [(-1, False, "x"), (51, False, "x"), (1, False, " "), (0, True, "")]
)
def test_longer_than_the_law_needs_a_reason(years: int, held: bool, reason: str) -> None:
    with pytest.raises(BlinkError) as refused:
        checked_retention(years, held, reason)
    assert refused.value.kind.code == "bad-retention"
    assert checked_retention(0, False, "").is_usual
