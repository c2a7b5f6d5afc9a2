"""Charts in text cells: heights and lengths by tables, figures beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blink_tui.tui.widgets.chart import DayCounts, DaysChart, MonthsChart, MonthSums, bar, columns


@pytest.mark.parametrize(
    ("values", "height", "lines"),
    [
        ((0, 1, 2, 3, 4), 2, ["   ▄█", " ▄███"]),
        ((0, 0), 2, ["  ", "  "]),
        ((1, 1000), 2, [" █", "▄█"]),  # little is not nothing
        ((5,), 3, ["█", "█", "█"]),
        ((), 2, ["", ""]),
    ],
)
def test_columns_in_half_cells(values: tuple[int, ...], height: int, lines: list[str]) -> None:
    assert columns(values, height) == lines


@pytest.mark.parametrize(
    ("value", "top", "drawn"),
    [
        ("4", "4", "████"), ("2", "4", "██  "), ("2.5", "4", "██▌ "), ("0", "4", "    "), ("-3", "4", "    "),
        ("0.01", "4000", "▌   "), ("1", "0", "    "),
    ],
)  # fmt: skip
def test_bars_in_half_cells(value: str, top: str, drawn: str) -> None:
    assert bar(Decimal(value), Decimal(top), 4) == drawn


@pytest.mark.parametrize("width", [48, 58, 78])
def test_lines_of_charts_fit_and_hold_their_figures(width: int) -> None:
    days = DaysChart()
    days._shown = DayCounts("21.10", "19.11", tuple(range(30)))
    lines = ["".join(text for text, _tone in line) for line in days.lines(width, 10)]
    assert len(lines) == 10
    assert max(map(len, lines)) <= width
    assert "29" in lines[1]
    assert "435" in lines[0]
    assert "21.10" in lines[-1]
    months = MonthsChart()
    months._shown = (MonthSums("2026-11", Decimal("1234567.89"), Decimal("-5")),)
    months._titles = ("Month", "Sales", "Purchases")
    lines = ["".join(text for text, _tone in line).rstrip() for line in months.lines(width, 10)]
    assert max(map(len, lines)) <= width
    assert "2026-11" in lines[1]
    assert "1 234 567" in lines[1]
    assert lines[1].endswith("-5")


def test_blocks_are_those_that_every_terminal_font_has() -> None:
    drawn = {*"".join(columns(range(50), 8)), *(bar(Decimal(n), Decimal(50), 9) for n in range(50))}
    assert {char for text in drawn for char in text} <= set("█▌▄ ")
