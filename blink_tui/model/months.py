"""Calendar months, in which books and returns are kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple


class Month(NamedTuple):
    """A month of a year; compares by time, shown as `2026-03`."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month of `2026-03`. Raises ValueError."""
        return cls.of(date.fromisoformat(f"{text}-01"))

    def plus(self, months: int) -> Month:
        """The month so many months later (earlier, when negative)."""
        years, number = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, number + 1)

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.plus(1).first_day - timedelta(days=1)

    @property
    def end_of_quarter(self) -> Month:
        """The last month of its quarter."""
        return Month(self.year, (self.number + 2) // 3 * 3)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"
