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
from blink_tui.tui.columns import COLUMNS, choice_of, layout

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
    names = {column.name for column, _width in chosen.columns}
    assert {"number", "party", "gross", "currency"} <= names
    assert all_firms or "firm" not in names


def test_a_wide_screen_has_all_columns_and_the_word() -> None:
    chosen = layout(250, all_firms=True)
    assert [column for column, _width in chosen.columns] == [c for c in COLUMNS if c.rank is not None]
    assert chosen.word


@pytest.mark.parametrize("width", [40, 58, 80, 120, 250])
def test_chosen_columns_stand_in_the_order_that_was_chosen(width: int) -> None:
    chosen = layout(width, all_firms=True, choice=(("gross", 14), ("party", 0), ("ksef", 0), ("vat", 0)))
    names = [column.name for column, _width in chosen.columns]
    assert names == [name for name in ("gross", "party", "ksef", "vat") if name in names]
    assert {"gross", "party"} <= set(names)
    assert {column.name: wide for column, wide in chosen.columns}["gross"] == 14
    assert cell_len(chosen.head("gross", True)[0][0]) <= width
    assert width < 100 or len(names) == 4


def test_a_kept_choice_of_another_version_is_read_as_far_as_it_is_known() -> None:
    assert choice_of([["gross", 14], ["magic", 3], ["party", 9_999], "x", ["nip", "wide"]]) == (
        ("gross", 14), ("party", 60),
    )  # fmt: skip
    assert choice_of(None) == choice_of("gross") == choice_of([]) == ()


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
