"""Numbers of the sellers' invoices: KSeF takes each number of a seller and kind once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date


class Series:
    """Counts each seller's invoices of a kind; generators that share it never give the same number."""

    def __init__(self) -> None:
        self._counters: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._taken: set[tuple[str, str]] = set()

    def take(self, seller: str, number: str) -> None:
        """A seller's number that an invoice from elsewhere has already."""
        self._taken.add((seller, number))

    def next(self, seller: str, prefix: str, issued: date) -> str:
        """The next number of a seller, written as that seller does."""
        while True:
            self._counters[seller, prefix] += 1
            number = _written(int(seller) % 3, prefix, self._counters[seller, prefix], issued)
            if (seller, number) not in self._taken:
                return number


def _written(habit: int, prefix: str, count: int, issued: date) -> str:
    match habit:
        case 0:
            return f"{prefix}/{count}/{issued.month:02d}/{issued.year}"
        case 1:
            return f"{prefix} {issued.year}-{count:05d}"
        case _:
            return f"{count}/{prefix}/{issued.year % 100}"
