"""What the console offers at a place of a condition."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.coding.fields import CATALOGUE
from blink_tui.coding.language_completing import complete
from blink_tui.i18n import set_language


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("kontrahent.n", ["kontrahent.nip", "kontrahent.numer", "kontrahent.nazwa"]),
        ("KONTRAHENT.KR", ["kontrahent.kraj"]),
        ("mpp i contractor.co", ["contractor.country", "contractor.code"]),
        ("netto[", ['"23"', '"8"', '"5"', '"0 KR"', '"0 WDT"', '"0 EX"', '"zw"', '"oo"', '"np I"', '"np II"', '"marża"',
                    '"OSS"', '"ryczałt taxi"', '"RR"']),
        ('netto["np', ["np I", "np II"]),
        ("netto[z", ['"zw"']),
        ('kierunek = "', ["zakup", "sprzedaż", "wgląd"]),
        ('kierunek <> "SPR', ["sprzedaż"]),
        ('jest(wiersz.gtu = "gtu_1', ["GTU_10", "GTU_11", "GTU_12", "GTU_13"]),
        ('kierunek ~ "', []),
        ('numer = "', []),
        ("wiersz.", []),
        ("jest(wiersz.pk", ["wiersz.pkwiu", "wiersz.pkob"]),
        ("suma(wiersz.netto, wiersz.c", ["wiersz.cena", "wiersz.cn"]),
        ("jest((wiersz.pk", ["wiersz.pkwiu", "wiersz.pkob"]),
        ("jest(mpp) i wiersz.pk", []),
        ("jest(wiersz.netto > 5) ", ["i", "lub"]),
        ("mpp ", ["i", "lub"]),
        ("waluta ", ['= "', '<> "', '~ "']),
        ("netto ", ["=", "<>", ">", ">=", "<", "<="]),
        ('netto["23"] ', ["=", "<>", ">", ">=", "<", "<="]),
        ('waluta = "EUR" ', ["i", "lub"]),
        ("netto > 5 ", ["i", "lub"]),
        ("zao", ["zaokr("]),
        ("opis", ["opisy", 'opis["']),
        ("xyz", []),
    ],
)  # fmt: skip
def test_what_is_offered_at_the_end(text: str, offered: list[str]) -> None:
    set_language("pl")
    assert [one.text for one in complete(text, len(text), CATALOGUE)] == offered


@pytest.mark.parametrize("text", ["", "mpp i ", "nie ", "netto + ", "(", "min(", "suma("])
def test_where_something_begins_everything_is_offered(text: str) -> None:
    offered = {one.text for one in complete(text, len(text), CATALOGUE)}
    assert {"split_payment", "net", "round("} <= offered
    assert ("line.name" in offered) is (text == "suma(")


@pytest.mark.parametrize(
    ("text", "place", "chosen", "wanted"),
    [
        ("nu.x i mpp", 2, "numer", "numer i mpp"),
        ('kierunek = "zak" i mpp', 15, "zakup", 'kierunek = "zakup" i mpp'),
        ('netto["np I"] > 5', 9, "np II", 'netto["np II"] > 5'),
        ("kontr > 5", 5, "kontrahent.nip", "kontrahent.nip > 5"),
    ],
)
def test_the_whole_word_under_the_cursor_is_replaced(text: str, place: int, chosen: str, wanted: str) -> None:
    set_language("pl")
    found = {one.text: one for one in complete(text, place, CATALOGUE)}[chosen]
    assert text[: found.start] + found.text + text[found.end :] == wanted


def test_fields_come_with_their_meaning_in_the_language_in_force() -> None:
    (found,) = complete("split", 5, CATALOGUE)
    assert (found.text, found.meaning) == ("split_payment", CATALOGUE["mpp"].meaning)
    assert [one.text for one in complete("mp", 2, CATALOGUE)] == ["mpp"]


@settings(max_examples=200, deadline=None)
@given(st.text('abż.(["„ )]=<>~,+5_\n', max_size=20), st.integers(0, 20))
def test_any_text_is_completed_within_itself(text: str, place: int) -> None:
    place = min(place, len(text))
    for one in complete(text, place, CATALOGUE):
        assert 0 <= one.start <= place <= one.end <= len(text)
