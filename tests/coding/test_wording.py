"""Text tests: words and `*`, on folded text, in linear time."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.coding.wording import MOST_WORDS, wording


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("paliwo", "PALIWO ON B7", True),
        ("paliwo", "paliwowy", False),
        ("paliw*", "Paliwowy filtr", True),
        ("*napędowy", "olej-napedowy", True),
        ("*łożysk*", "Zestaw łożyskowy", True),
        ("olej napęd*", "Olej  napędowy Ekodiesel", True),
        ("olej napęd*", "Olej silnikowy i napęd", False),
        ("olej napęd*", "napędowy olej", False),
        ("paliw*, olej napęd*", "olej napędowy", True),
        ("b*7", "Diesel B7", True),
        ("b*7", "Diesel B17", True),
        ("b*7 pb*", "b 7 pb95", False),
        ("olej * b7", "olej napędowy B7", True),
        ("olej * b7", "olej B7", False),
        ("*", "cokolwiek", True),
        ("*", "  ,;. ", False),
        ("95-E10", "Benzyna Pb 95 E10", True),
        ("sp. z o.o.", "Firma SP. Z O.O.", True),
        ("GTU_01", "gtu_01", True),
        ("a**b", "axxb", True),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("a*a*a", "aa", False),
        ("a*a*a", "aaa", True),
    ],
)
def test_words(pattern: str, text: str, fits: bool) -> None:
    assert wording(pattern).fits(text) is fits


@pytest.mark.parametrize("pattern", ["", " ", ",", "--, ;", ", ".join(["a"] * (MOST_WORDS + 1))])
def test_a_test_has_words_and_not_too_many(pattern: str) -> None:
    with pytest.raises(ValueError):
        wording(pattern)


_LETTERS = st.text("ab *", min_size=1, max_size=8)


@given(_LETTERS, st.text("ab ", max_size=12))
def test_it_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    words = pattern.split()
    if not words:
        return
    piece = " ".join(
        "".join("[ab]*" if char == "*" else char for char in word) if word.strip("*") else "[ab]+"
        for word in words
    )
    wanted = re.search(f" {piece} ", f" {' '.join(text.split())} ") is not None
    assert wording(pattern).fits(text) is wanted


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "aa " * 330_000,
        "ab" * 500_000,
        "ą\u0301" * 500_000,
        "\ufdfa" * 30_000,
        "-" * 1_000_000,
    ],
)
def test_a_hostile_text_of_a_megabyte_costs_no_more_than_its_length(text: str) -> None:
    """Counted in steps of the matcher, not in seconds: each piece is looked for once in each word."""
    test = wording("a*a*a*a*a*a*a*a*c, *a*c*a, " + " ".join(["*a*a*"] * 20) + " c*c")
    assert test.fits(text) is False


def test_the_steps_of_a_word_are_as_many_as_its_pieces() -> None:
    """Places at which pieces are found only grow: what backtracking matchers do not promise."""
    looked: list[tuple[int, int]] = []

    class Word(str):
        __slots__ = ()

        def find(self, sub: str, *places: object) -> int:
            found = super().find(sub, *places)  # type: ignore[arg-type]
            looked.append((int(str(places[0])), found))
            return found

    from blink_tui.coding.wording import _word_fits

    assert not _word_fits(("a", *["a"] * 8, "b", ""), Word("a" * 1000))
    assert len(looked) == 9
    assert all(one[0] < other[0] for one, other in pairwise(looked))
