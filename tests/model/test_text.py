"""Text from outside, made safe to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.model.text import clean, folded


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (None, ""),
        ("Żółw sp. z o.o.", "Żółw sp. z o.o."),
        ("a\x1b[31mred\x07", "a[31mred"),
        ("two\nlines\tand tab", "two lines and tab"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\u034fb\ufe0fc\u3164d\u115fe\U000e0100", "abcde"),
        ("z\u0307", "ż"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
def test_what_would_steer_a_terminal_is_gone(raw: str | None, shown: str) -> None:
    assert clean(raw) == shown


@given(st.text())
def test_cleaned_text_is_one_printable_line(raw: str) -> None:
    cleaned = clean(raw)
    assert "\n" not in cleaned
    assert "\x1b" not in cleaned
    assert cleaned == clean(cleaned)


def test_a_search_without_marks_finds_polish_words() -> None:
    assert folded("zolw") in folded("ŻÓŁW i Gęś")
    assert folded("Łódź") == "lodz"
