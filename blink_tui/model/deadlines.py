"""The days by which a month is settled: the 20th and the 25th of the next one, moved past Saturdays and holidays.

A deadline that falls on a Saturday or on a day free from work by law ends on the next working day (art. 12 § 5 of the
Ordynacja podatkowa).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from blink_tui.model.books import VatKind
from blink_tui.model.months import Month

_DAY = timedelta(days=1)
_FIXED = (
    (1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26),
)  # fmt: skip
"""Month and day of the holidays that have one."""
_CHRISTMAS_EVE_SINCE = 2025
"""Free from work by the Act of 6 December 2024."""
_EASTER_MONDAY, _PENTECOST, _CORPUS_CHRISTI = timedelta(1), timedelta(49), timedelta(60)
_SATURDAY = 5


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the rule of Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> frozenset[date]:
    """Days of a year that are free from work by law in Poland, Sundays that are nothing else left out."""
    sunday = easter(year)
    found = {date(year, month, day) for month, day in _FIXED}
    found |= {sunday, sunday + _EASTER_MONDAY, sunday + _PENTECOST, sunday + _CORPUS_CHRISTI}
    if year >= _CHRISTMAS_EVE_SINCE:
        found.add(date(year, 12, 24))
    return frozenset(found)


def is_working_day(day: date) -> bool:
    """Neither a Saturday nor a day free from work."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def moved(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day):
        day += _DAY
    return day


class Duty(StrEnum):
    """What a deadline is for."""

    INCOME = "income"
    """Advances on income tax, the lump sum, and most payers' ZUS: the 20th."""
    VAT = "vat"
    """The JPK_V7 and the VAT: the 25th."""
    REGISTERS = "registers"
    """The registers of a month in the JPK_V7K of a quarter, without the return and the VAT: the 25th."""


_DAYS = {Duty.INCOME: 20, Duty.VAT: 25, Duty.REGISTERS: 25}


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """The last day of a duty for a month."""

    day: date
    duty: Duty
    month: Month
    """The month that is settled."""

    def days_left(self, today: date) -> int:
        """Days from today on; 0 is today, negative once it is past."""
        return (self.day - today).days


def deadlines_of(month: Month, vat: VatKind = VatKind.MONTHLY) -> tuple[Deadline, ...]:
    """The deadlines of a month in the order of their days; income tax is taken as settled monthly."""
    found = [_deadline(Duty.INCOME, month, month)]
    if vat is VatKind.QUARTERLY and month != month.end_of_quarter:
        found.append(_deadline(Duty.REGISTERS, month, month))
    if vat is not VatKind.EXEMPT:
        settled = month.end_of_quarter if vat is VatKind.QUARTERLY else month
        found.append(_deadline(Duty.VAT, settled, month))
    return tuple(found)


def _deadline(duty: Duty, settled: Month, month: Month) -> Deadline:
    """The day of a duty in the month after the period that is settled."""
    return Deadline(moved(settled.plus(1).first_day.replace(day=_DAYS[duty])), duty, month)


def coming_deadlines(today: date) -> tuple[Deadline, ...]:
    """The next deadline of each duty of a month, that of today included, the nearest first."""
    month = Month.of(today)
    found = [one for back in (-2, -1, 0) for one in deadlines_of(month.plus(back)) if one.day >= today]
    duties = (Duty.INCOME, Duty.VAT)
    return tuple(sorted(next(one for one in found if one.duty is duty) for duty in duties))
