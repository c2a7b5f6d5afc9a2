"""`blink fields`: the catalogue in the terminal and as JSON."""

from __future__ import annotations

from blink_tui.coding.language_functions import FUNCTIONS
from blink_tui.coding.scheme_fields import scheme_catalogue
from tests.cli.conftest import Blink


def test_every_field_is_listed_with_its_example_and_the_language_below(blink: Blink) -> None:
    text = blink("fields").text
    for field in scheme_catalogue():
        assert field.english in text
    for function in FUNCTIONS:
        assert function.english in text
    assert "50% is 0.5" in text


def test_polish_names_and_examples_in_polish(blink: Blink) -> None:
    text = blink("fields", "stawka", BLINK_LANG="pl").text
    assert "wiersz.stawka (line.rate): tekst" in text
    assert 'jest(wiersz.stawka = "zw")' in text
    assert "kontrahent" not in text


def test_for_programs(blink: Blink) -> None:
    fields = {one["name"]: one for one in blink("fields", "--json").json}
    assert list(fields) == [field.name for field in scheme_catalogue()]
    assert fields["kierunek"]["words"] == ["sprzedaż", "wgląd", "zakup"]
    assert "0 KR" in fields["netto"]["keys"]
    assert fields["opis"]["keys"] == []
    assert fields["wiersz.netto"] == {
        "name": "wiersz.netto",
        "aliases": ["line.net"],
        "group": "rows, within suma(…), jest(…), wszystkie(…), liczba(…)",
        "kind": "amount",
        "meaning": "net of the row, out of its gross where only that is there; "
        "a row before a correction counts negative",
        "example": "any(line.net >= 10000)",
        "row": True,
        "keys": None,
        "words": None,
    }


def test_a_word_that_no_field_is_about_is_told(blink: Blink) -> None:
    ended = blink("fields", "xyzzy", code=2)
    assert "No field is about “xyzzy”." in ended.err
    assert blink("fields", "xyzzy", "--json").json == []
