"""Words, amounts, days and widths."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len

from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, Status
from blink_tui.tui import words
from blink_tui.tui.columns import COLUMNS, layout

PACKAGE = Path(words.__file__).parent


@pytest.mark.parametrize(
    ("value", "text"),
    [("1234.5", "1 234,50"), ("-1234567.89", "-1 234 567,89"), ("0", "0,00"), ("999.999", "1 000,00")],
)
def test_amounts_are_written_the_polish_way(value: str, text: str) -> None:
    assert words.amount(Decimal(value)) == text


def test_nothing_is_an_empty_text() -> None:
    assert words.amount(None) == words.day(None) == ""
    assert words.day(date(2026, 11, 5)) == "2026-11-05"


def test_moments_are_those_of_warsaw() -> None:
    assert words.moment(Instant("2026-03-31T22:00:00Z")) == "2026-04-01 00:00"
    assert words.second(Instant("2026-01-31T22:59:59.1234567Z")) == "2026-01-31 23:59:59"


@pytest.mark.parametrize("width", range(1, 12))
@pytest.mark.parametrize("text", ["", "abc", "zażółć gęślą", "漢字漢字漢字", "e\u0301te\u0301"])
def test_texts_fill_exactly_their_cells(text: str, width: int) -> None:
    assert cell_len(words.fit(text, width)) == width
    assert cell_len(words.fit_right(text, width)) == width


def test_a_number_is_never_shown_in_part() -> None:
    assert words.fit_right("123 456,78", 8) == "########"
    assert words.fit_right("6,78", 8) == "    6,78"


def test_every_status_has_its_words_and_a_glyph_of_its_own() -> None:
    for table in (words.STATUS_WORDS, words.STATUS_BRANCHES, words.STATUS_SHORT, words.STATUS_TONES):
        assert set(table) == set(Status)
    assert len(set(words.STATUS_GLYPHS.values())) == len(Status)
    assert all(cell_len(glyph) == 1 for glyph in words.STATUS_GLYPHS.values())
    assert set(words.DIRECTION_BRANCHES) == set(words.DIRECTION_WORDS) == set(Direction)


@pytest.mark.parametrize("width", [40, 58, 63, 64, 80, 85, 120, 200])
@pytest.mark.parametrize("all_firms", [True, False])
def test_columns_fit_every_width_from_80x24_on(width: int, all_firms: bool) -> None:
    chosen = layout(width, all_firms=all_firms)
    head = chosen.head("received_date", True)[0][0]
    if width >= 58:
        assert cell_len(head) <= width
    titles = {column.title for column, _width in chosen.columns}
    assert {"Number", "Other party", "Gross", "Cur."} <= titles
    assert all_firms or "Firm" not in titles


def test_a_wide_screen_has_all_columns_and_the_word() -> None:
    chosen = layout(250, all_firms=True)
    assert [column for column, _width in chosen.columns] == list(COLUMNS)
    assert chosen.word


def test_texts_for_translation_are_found_by_extraction() -> None:
    """Babel does not look into f-strings."""
    hidden = [
        f"{path.name}:{call.lineno}"
        for path in PACKAGE.rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "ngettext")
        if isinstance(call.args[0], ast.Constant)
    ]
    assert not hidden


def test_styles_name_no_colour() -> None:
    from blink_tui.resources import resource_dir

    rules = (resource_dir("styles") / "blink.tcss").read_text()
    import re

    assert not re.search(
        r"(?:color|background|border[\w-]*):[^;]*(?:#[0-9a-fA-F]{3}|rgb|ansi_|\b(?:red|white|black)\b)", rules
    )
