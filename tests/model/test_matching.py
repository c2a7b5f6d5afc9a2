"""Keys by which documents are recognised as alike."""

from __future__ import annotations

import pytest

from blink_tui.model.matching import account_key, number_key, text_key
from blink_tui.model.text import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [("FV/1/2026", "fv 001/2026"), ("FV1/2026", "FV-1-2026"), ("Żółw 5", "ZOLW/05"), ("0", "00")],
)
def test_numbers_that_people_write_differently(one: str, other: str) -> None:
    assert number_key(folded(one)) == number_key(folded(other)) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("1/12/2026", "11/2/2026"), ("FV/1/2026", "FV/10/2026"), ("A1", "B1"), ("FV/1", "FK/1")],
)
def test_numbers_that_differ(one: str, other: str) -> None:
    assert number_key(folded(one)) != number_key(folded(other))


def test_a_number_without_letters_or_digits_has_no_key() -> None:
    assert number_key("///") == ""


def test_texts_are_alike_but_for_digits_and_signs() -> None:
    assert text_key(["abonament 03/2026", "oplata"]) == text_key(["abonament, 04/2026", "oplata!"])
    assert text_key(["abonament oplata"]) != text_key(["abonament oplaty"])


def test_too_little_text_is_not_compared() -> None:
    assert text_key(["usluga 1"]) is None
    assert text_key([]) is None


def test_a_text_key_fits_sqlite() -> None:
    keys = [text_key([f"usluga {chr(97 + n % 26) * (n + 12)}"]) for n in range(200)]
    assert all(key is not None and -(2**63) <= key < 2**63 for key in keys)
    assert any(key is not None and key < 0 for key in keys)


@pytest.mark.parametrize(
    "written",
    [
        "61109010140000071219812874",
        "PL61 1090 1014 0000 0712 1981 2874",
        "pl61-1090-1014-0000-0712-1981-2874",
    ],
)
def test_one_account_however_written(written: str) -> None:
    assert account_key(written) == "PL61109010140000071219812874"


def test_a_foreign_account_stays_as_it_is() -> None:
    assert account_key("de89 3704 0044 0532 0130 00") == "DE89370400440532013000"
