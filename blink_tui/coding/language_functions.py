"""The functions that expressions may call: over rows, of amounts, of dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from blink_tui.coding import language_eval as computing
from blink_tui.coding import language_rows as rows
from blink_tui.coding.language_eval import Node
from blink_tui.coding.language_types import Kind, Value
from blink_tui.i18n import N_, language
from blink_tui.model.text import folded


@dataclass(frozen=True, slots=True)
class Function:
    """A function with what it takes."""

    name: str
    others: tuple[str, ...]
    takes: tuple[frozenset[Kind], ...]
    """Kinds that are allowed at each place."""
    build: Callable[[Sequence[Node], str, int, int], Node]
    """Out of its parts, its own text and place."""
    meaning: str
    """English source text."""
    example: str
    english: str
    optional: int = 0
    """How many places at the end may be left out."""
    over_rows: bool = False
    """What stands in it is asked of each row."""

    @property
    def example_shown(self) -> str:
        """The example in the language in force."""
        return self.example if language() == "pl" else self.english


_AMOUNT = frozenset({Kind.AMOUNT})
_FLAG = frozenset({Kind.FLAG})
_DATE = frozenset({Kind.DATE})
_ANY = frozenset({Kind.TEXT, Kind.TEXTS, Kind.DATE})


def _summed(parts: Sequence[Node], label: str, start: int, end: int) -> Node:
    return rows.summed(parts[0], parts[1] if len(parts) > 1 else None, label, start, end)


def _counted(parts: Sequence[Node], label: str, start: int, end: int) -> Node:
    return rows.counted(parts[0], label, start, end)


def _some(parts: Sequence[Node], _label: str, start: int, end: int) -> Node:
    return rows.some_row(parts[0], start, end)


def _every(parts: Sequence[Node], _label: str, start: int, end: int) -> Node:
    return rows.every_row(parts[0], start, end)


def _of_one(function: Callable[..., Value], kind: Kind) -> Callable[[Sequence[Node], str, int, int], Node]:
    return lambda parts, _label, start, end: computing.applied(parts[0], function, kind, start, end)


def _of_two(function: Callable[..., Value]) -> Callable[[Sequence[Node], str, int, int], Node]:
    return lambda parts, _label, start, end: computing.applied_to_two(
        (parts[0], parts[1]), function, Kind.AMOUNT, start, end
    )


def _part_of_day(name: str) -> Callable[[date | None], Decimal]:
    return lambda day: Decimal(getattr(day, name)) if day is not None else computing.ZERO


FUNCTIONS: Final[tuple[Function, ...]] = (
    Function("suma", ("sum",), (_AMOUNT, _FLAG), _summed,
             N_("sum over the rows, of those alone for which the condition holds"),
             'suma(wiersz.netto, wiersz.nazwa ~ "paliw*")', 'sum(line.net, line.name ~ "fuel*")',
             optional=1, over_rows=True),
    Function("jest", ("any",), (_FLAG,), _some, N_("there is a row for which the condition holds"),
             'jest(wiersz.gtu = "GTU_01")', 'any(line.gtu = "GTU_01")', over_rows=True),
    Function("wszystkie", ("all",), (_FLAG,), _every,
             N_("there are rows, and the condition holds for all of them"),
             'wszystkie(wiersz.stawka = "zw")', 'all(line.rate = "zw")', over_rows=True),
    Function("liczba", ("count",), (_FLAG,), _counted, N_("how many rows the condition holds for"),
             "liczba(wiersz.netto >= 10000) > 1", "count(line.net >= 10000) > 1", over_rows=True),
    Function("min", (), (_AMOUNT, _AMOUNT), _of_two(min), N_("the smaller one of two amounts"),
             "min(netto, 150000)", "min(net, 150000)"),
    Function("max", (), (_AMOUNT, _AMOUNT), _of_two(max), N_("the larger one of two amounts"),
             "max(netto - 150000, 0)", "max(net - 150000, 0)"),
    Function("zaokr", ("round",), (_AMOUNT,), _of_one(computing.rounded, Kind.AMOUNT),
             N_("rounded to grosze, half up"), "zaokr(vat * 50%)", "round(tax * 50%)"),
    Function("modul", ("abs",), (_AMOUNT,), _of_one(computing.size, Kind.AMOUNT),
             N_("without its sign"), "modul(brutto) > 15000", "abs(gross) > 15000"),
    Function("rok", ("year",), (_DATE,), _of_one(_part_of_day("year"), Kind.AMOUNT),
             N_("year of a date, 0 where there is none"), "rok(data_sprzedazy) = 2025", "year(sale_date) = 2025"),
    Function("miesiac", ("month",), (_DATE,), _of_one(_part_of_day("month"), Kind.AMOUNT),
             N_("month of a date, 1 to 12, 0 where there is none"), "miesiac(data_wystawienia) = 12",
             "month(issue_date) = 12"),
    Function("dzien", ("day",), (_DATE,), _of_one(_part_of_day("day"), Kind.AMOUNT),
             N_("day of a date, 1 to 31, 0 where there is none"), "dzien(data_wystawienia) > 25",
             "day(issue_date) > 25"),
    Function("puste", ("empty",), (_ANY,), _of_one(lambda value: not value, Kind.FLAG),
             N_("there is no text or date there"), "puste(data_sprzedazy)", "empty(sale_date)"),
)  # fmt: skip
"""In the order in which help lists them."""

BY_NAME: Final[dict[str, Function]] = {
    folded(name): function for function in FUNCTIONS for name in (function.name, *function.others)
}
