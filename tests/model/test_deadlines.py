"""Deadlines by the calendar: holidays of Poland, and days that move."""

from __future__ import annotations

from datetime import date

import pytest

from blink_tui.model.deadlines import Duty, coming_deadlines, deadlines_of, easter, holidays, moved
from blink_tui.model.months import Month

EASTERS = (
    "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13",
    "2032-03-28", "2035-03-25", "2038-04-25", "2049-04-18", "2076-04-19", "1954-04-18", "1981-04-19",
)  # fmt: skip


@pytest.mark.parametrize("day", EASTERS)
def test_easter_as_the_church_s_tables_have_it(day: str) -> None:
    assert easter(int(day[:4])).isoformat() == day


def test_the_holidays_of_a_year() -> None:
    assert sorted(day.isoformat() for day in holidays(2026)) == [
        "2026-01-01", "2026-01-06", "2026-04-05", "2026-04-06", "2026-05-01", "2026-05-03", "2026-05-24", "2026-06-04",
        "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-24", "2026-12-25", "2026-12-26",
    ]  # fmt: skip
    assert date(2024, 12, 24) not in holidays(2024)


@pytest.mark.parametrize(
    ("day", "to"),
    [
        ("2026-11-20", "2026-11-20"),  # a Friday
        ("2026-06-20", "2026-06-22"),  # a Saturday
        ("2026-09-20", "2026-09-21"),  # a Sunday
        ("2026-04-25", "2026-04-27"),
        ("2026-12-25", "2026-12-28"),  # Christmas, then a Saturday and a Sunday
        ("2027-12-25", "2027-12-27"),
        ("2025-12-24", "2025-12-29"),  # four days off in a row, and the weekend
        ("2024-12-24", "2024-12-24"),  # still a working day
        ("2030-04-20", "2030-04-23"),  # the Saturday before Easter, then Easter and its Monday
        ("2027-05-27", "2027-05-28"),  # Corpus Christi, a Thursday
        ("2026-01-06", "2026-01-07"),
        ("2026-11-11", "2026-11-12"),
    ],
)
def test_a_deadline_moves_to_the_next_working_day(day: str, to: str) -> None:
    assert moved(date.fromisoformat(day)).isoformat() == to


def test_a_month_is_settled_in_the_next_one() -> None:
    income, vat = deadlines_of(Month(2026, 11))
    assert (income.duty, income.day) == (Duty.INCOME, date(2026, 12, 21))
    assert (vat.duty, vat.day) == (Duty.VAT, date(2026, 12, 28))
    assert deadlines_of(Month(2026, 12))[0].day == date(2027, 1, 20)


@pytest.mark.parametrize(
    ("today", "days"),
    [
        ("2026-11-19", [("income", "2026-11-20"), ("vat", "2026-11-25")]),
        ("2026-11-20", [("income", "2026-11-20"), ("vat", "2026-11-25")]),
        ("2026-11-21", [("vat", "2026-11-25"), ("income", "2026-12-21")]),
        ("2026-11-26", [("income", "2026-12-21"), ("vat", "2026-12-28")]),
        ("2026-12-27", [("vat", "2026-12-28"), ("income", "2027-01-20")]),
        ("2026-12-29", [("income", "2027-01-20"), ("vat", "2027-01-25")]),
    ],
)
def test_the_next_of_each_duty_and_today_counts(today: str, days: list[tuple[str, str]]) -> None:
    found = coming_deadlines(date.fromisoformat(today))
    assert [(one.duty.value, one.day.isoformat()) for one in found] == days


def test_days_left_count_from_today() -> None:
    (income, _vat) = coming_deadlines(date(2026, 11, 18))
    assert income.days_left(date(2026, 11, 18)) == 2
    assert income.days_left(income.day) == 0
    assert income.month == Month(2026, 10)
