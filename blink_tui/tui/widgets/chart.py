"""Small charts in text cells: columns for days, bars for months, the numbers beside them.

Only full, half and lower-half blocks are used, which every terminal font has; what they tell stands in figures, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from textual import events

from blink_tui.i18n import _
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.widgets.text import TextView
from blink_tui.tui.words import fit, fit_right, number

_FULL, _HALF, _LOW = "█", "▌", "▄"
_AXIS = 7
"""Cells for the figures at the left of columns."""
_SUM = 14
_LABEL = 8


def columns(values: Sequence[int], height: int) -> list[str]:
    """A column of half cells for each value, from the top line down; anything but nothing is at least a half cell."""
    top = max(values, default=0)
    halves = [0 if value <= 0 else max(1, round(2 * height * value / top)) for value in values]
    return [
        "".join(_FULL if half >= 2 * (line + 1) else _LOW if half == 2 * line + 1 else " " for half in halves)
        for line in range(height - 1, -1, -1)
    ]


def bar(value: Decimal, top: Decimal, width: int) -> str:
    """A bar in half cells, `width` of them for `top`; anything above nothing is at least a half cell."""
    if value <= 0 or top <= 0:
        return " " * width
    halves = min(2 * width, max(1, round(2 * width * value / top)))
    return (_FULL * (halves // 2) + _HALF * (halves % 2)).ljust(width)


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many of something there were on days that follow one another."""

    first: str
    last: str
    """The first and the last day as shown."""
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MonthSums:
    """Two sums of a month, in whole units of the currency."""

    label: str
    left: Decimal
    right: Decimal


class Chart(TextView, can_focus=False):
    """Lines that are drawn anew for the size they get; it holds no keys."""

    def lines(self, width: int, height: int) -> list[Pieces]:
        """The chart for a size. To be given by every chart."""
        raise NotImplementedError

    def draw(self) -> None:
        """Show the chart for its present size."""
        if self.size.width and self.size.height:
            self.set_lines(self.lines(self.size.width, self.size.height))

    def on_resize(self, event: events.Resize) -> None:
        self.draw()


class DaysChart(Chart):
    """A column a day, two cells wide where there is room, under a title."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._shown: DayCounts | None = None

    def show(self, shown: DayCounts) -> None:
        """Show other counts."""
        if shown != self._shown:
            self._shown = shown
            self.draw()

    def lines(self, width: int, height: int) -> list[Pieces]:
        if self._shown is None:
            return []
        room = max(1, width - _AXIS - 2)
        counts = self._shown.counts[-room:]
        wide = 2 if 2 * len(counts) <= room else 1
        tall = max(1, height - 2)
        drawn = columns(counts, tall)
        top = max(counts, default=0)
        title = _("Documents a day, by receipt: {count}").format(count=number(sum(counts)))
        lines: list[Pieces] = [((f" {title}", "head"),)]
        for place, text in enumerate(drawn):
            figure = number(top) if place == 0 else ""
            stretched = "".join(cell * wide for cell in text)
            lines.append(((fit_right(figure, _AXIS) + " ", "dim"), (stretched, "new")))
        between = wide * len(counts) - len(self._shown.first) - len(self._shown.last)
        span = self._shown.first + " " * max(1, between) + self._shown.last
        lines.append(((fit_right("0", _AXIS) + " " + span, "dim"),))
        return lines


class MonthsChart(Chart):
    """A line a month with two bars, each under its title and with its sum."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._shown: tuple[MonthSums, ...] = ()
        self._titles = ("", "", "")

    def show(self, shown: tuple[MonthSums, ...], titles: tuple[str, str, str]) -> None:
        """Show other sums; the titles are those of the months and of both bars."""
        if (shown, titles) != (self._shown, self._titles):
            self._shown, self._titles = shown, titles
            self.draw()

    def lines(self, width: int, height: int) -> list[Pieces]:
        title, left, right = self._titles
        sums = self._shown[-max(1, height - 1) :]
        half = (width - _LABEL - 1) // 2
        cells = max(1, half - _SUM - 2)
        top = max((max(one.left, one.right) for one in sums), default=Decimal(0))
        head = fit(f" {title}", _LABEL + 1) + fit(left, half) + fit(right, half)
        lines: list[Pieces] = [((head, "head"),)]
        return lines + [
            (
                (f" {fit(one.label, _LABEL)}", "plain"),
                (bar(one.left, top, cells), "good"),
                (fit_right(number(int(one.left)), _SUM) + "  ", "plain"),
                (bar(one.right, top, cells), "new"),
                (fit_right(number(int(one.right)), _SUM), "plain"),
            )
            for one in sums
        ]
