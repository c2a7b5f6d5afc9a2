"""Months of an export: each named, a year, or a quarter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer

from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.model.typed import checked_month

MonthsOption = Annotated[
    list[str] | None,
    typer.Option("--month", metavar="YYYY-MM", help=_("Only documents of this month; may be repeated.")),
]
YearOption = Annotated[
    int | None, typer.Option("--year", min=2000, max=2099, help=_("Only documents of this year."))
]
QuarterOption = Annotated[
    str | None, typer.Option("--quarter", metavar="YYYY-Q", help=_("Only documents of this quarter."))
]


def months_of(months: Sequence[str], year: int | None, quarter: str | None) -> tuple[Month, ...]:
    """The months meant, in order; none where all are. Raises BlinkError (usage)."""
    if sum(map(bool, (months, year, quarter))) > 1:
        raise BlinkError(USAGE, problem=_("Name months, a year or a quarter, not several of these."))
    if year:
        return tuple(Month(year, number) for number in range(1, 13))
    if quarter:
        return _quarter(quarter)
    return tuple(sorted({checked_month(text) for text in months}))


def _quarter(text: str) -> tuple[Month, ...]:
    match = re.fullmatch(r"(20\d\d)-?[QqKk]?([1-4])", text)
    if match is None:
        problem = _("A quarter is written as 2026-1; this is not: {text}").format(text=clean(text))
        raise BlinkError(USAGE, problem=problem)
    year, number = int(match[1]), int(match[2])
    return tuple(Month(year, 3 * number - back) for back in (2, 1, 0))
