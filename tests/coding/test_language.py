"""The language of conditions and amounts: what it computes, what it refuses and where it points."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blink_tui.coding.language import (
    MOST_CHARACTERS,
    Decides,
    EvaluationError,
    Expression,
    ExpressionError,
    Kind,
    parse,
)
from blink_tui.i18n import set_language
from tests.coding.small import DOCUMENT, NAMES, Small, row


def condition(text: str) -> Expression:
    return parse(text, wanted=Kind.FLAG, names=NAMES)


def amount(text: str) -> Decimal:
    value = parse(text, wanted=Kind.AMOUNT, names=NAMES).value(DOCUMENT)
    assert isinstance(value, Decimal)
    return value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.1 + 0.2", "0.3"),
        ("0,1 + 0,2", "0.3"),
        ("netto * 50%", "65.05"),
        ("netto * 7,5 %", "9.7575"),
        ('netto["23"] + netto["zw"]', "130.10"),
        ('netto["22"]', "30.10"),
        ("netto[23]", "30.10"),
        ("netto[zw]", "100"),
        ("2 + 3 * 4 - 6 / 2", "11"),
        ("(2 + 3) * -4", "-20"),
        ("10 - 3 - 2", "5"),
        ("100 / 10 / 2", "5"),
        ("zaokr(1.005)", "1.01"),
        ("zaokr(-1.005)", "-1.01"),
        ("zaokr(netto * kurs)", "553.07"),
        ("min(netto, 100)", "100"),
        ("max(netto - 150000, 0)", "0"),
        ("modul(-5)", "5"),
        ("suma(wiersz.netto)", "130.10"),
        ('suma(wiersz.netto, wiersz.nazwa ~ "paliw*, olej napęd*")', "30.10"),
        ("suma(wiersz.netto * kurs)", "553.06811"),
        ("liczba(wiersz.netto >= 20)", "2"),
        ("jeżeli mpp to 1 inaczej jeżeli netto > 100 to 2 inaczej 3", "2"),
        ("jeżeli netto = 0 to 1 / 0 inaczej 7", "7"),
        ("if mpp then 1 else sum(line.net, line.net > 50)", "100"),
        ("rok(data_sprzedazy) + miesiac(data_sprzedazy) + dzien(data_sprzedazy)", "2060"),
        ("rok(termin)", "0"),
        ("123456789012345 * 1000000000.000001", "123456789012345123456789.012345"),
    ],
)
def test_amounts_are_exact(text: str, wanted: str) -> None:
    assert amount(text) == Decimal(wanted)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("nie mpp", True),
        ("mpp = nie", True),
        ("mpp = tak", False),
        ("tak", True),
        ("nie nie tak", True),
        ("mpp i 1 / 0 > 1", False),
        ("nie mpp lub 1 / 0 > 1", True),
        ("tak lub tak i nie", True),
        ("(tak lub tak) i nie", False),
        ("netto >= 130.10 i netto <= 130,1", True),
        ("netto ≠ 130", True),
        ("data_sprzedazy < 2026-04-01", True),
        ("data_sprzedaży = 2026-03-31", True),
        ("termin < 2026-04-01", False),
        ("termin >= 2026-04-01", False),
        ("termin = 2026-04-01", False),
        ("termin <> 2026-04-01", True),
        ("puste(termin) i nie puste(uwagi)", True),
        ('sprzedawca.nip = "PL 526-587-76-35"', True),
        ('"5265877635" = seller.nip', True),
        ('uwagi = "  umowa  NR 7/2026 "', True),
        ('gtu = "gtu_02"', True),
        ('gtu <> "gtu_02"', False),
        ('gtu ~ "gtu 02"', True),
        ('opis["Rejestracja"] ~ "wx 1234*"', True),
        ('opis["Inny"] = ""', True),
        ('jest(wiersz.nazwa ~ "olej napęd*")', True),
        ('jest(wiersz.nazwa ~ "olej silnik*")', False),
        ("jest(wiersz.netto = 20 i netto > wiersz.netto)", True),
        ('wszystkie(wiersz.netto > 20 lub wiersz.nazwa ~ "paliw*, olej")', True),
        ("WSZYSTKIE(wiersz.netto > 50)", False),
        ("ANY(line.net > 50) AND NOT mpp", True),
    ],
)
def test_conditions(text: str, holds: bool) -> None:
    assert condition(text).value(DOCUMENT) is holds


def test_no_rows_are_neither_some_nor_all() -> None:
    empty = Small({"netto": Decimal(0)})
    assert condition("jest(wiersz.netto = wiersz.netto)").value(empty) is False
    assert condition("wszystkie(wiersz.netto = wiersz.netto)").value(empty) is False


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("neto > 1", "neto", "Did you mean netto?"),
        ("xyzzy > 1", "xyzzy", "There is no field “xyzzy”."),
        ('netto["24"] > 1', '"24"', "net has no key “24”. There are: 23, zw."),
        ('mpp["23"]', '"23"', "takes no key"),
        ("opis > 1", "opis", "needs a key"),
        ("netto", "netto", "a condition is wanted here"),
        ("netto i mpp", "netto", "“netto” is an amount; a condition is wanted here"),
        ("netto + mpp > 1", "mpp", "an amount is wanted here"),
        ('netto = "23"', '"23"', "a text stands in quotes"),
        ("uwagi > 1", "uwagi", "is a text; an amount is wanted here"),
        ("mpp ~ netto", "mpp", "is a condition; a text is wanted here"),
        ("uwagi ~ uwagi", "uwagi", "After ~ words in quotes"),
        ('uwagi ~ " , ;"', '" , ;"', "no words to look for"),
        ("wiersz.netto > 1", "wiersz.netto", "line.net is of one row."),
        ("suma(netto) > 1", "netto", "it needs a field of a row"),
        ("jest(suma(wiersz.netto) > 1)", "suma(wiersz.netto)", "cannot stand within another sum"),
        ("summa(wiersz.netto) > 1", "summa", "Did you mean suma?"),
        ("suma > 1", "suma", "is a function"),
        ("max(10,20) > 1", "max(10,20)", "A comma and a space"),
        ("(netto > 1", "(", "is not closed"),
        ("netto > 1)", ")", "No bracket is open"),
        ('uwagi = "abc', '"abc', "quotation mark"),
        ("netto > 1 $ 2", "$", "“$” means nothing here."),
        ("netto > > 1", ">", "is missing before “>”"),
        ("netto mpp", "mpp", "a sign or a word is missing"),
        ("1 < netto < 3", "<", "a sign or a word is missing"),
        ("netto >", "", "missing at the end"),
        ("jeżeli mpp to tak", "", "“inaczej”"),
        ("data_sprzedazy = 2026-02-30", "2026-02-30", "There is no day 2026-02-30."),
        ("netto > 1234567890123456", "1234567890123456", "15 digits"),
        ("netto > 0.1234567", "0.1234567", "6 decimals"),
        ("jeżeli mpp to 1 inaczej tak", "tak", "is a condition; an amount is wanted here"),
        ("   ", "", "There is nothing here"),
    ],
)
def test_errors_point_at_the_place(text: str, place: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        condition(text)
    error = caught.value
    assert text[error.start : error.end] == place
    assert words in str(error)


def test_bounds() -> None:
    with pytest.raises(ExpressionError, match="characters at the most"):
        condition("netto > " + "1" * MOST_CHARACTERS)
    with pytest.raises(ExpressionError, match="Too many brackets"):
        condition("nie " * 400 + "mpp")
    with pytest.raises(ExpressionError, match="Too many brackets"):
        parse("-" * 1000 + "1", wanted=Kind.AMOUNT, names=NAMES)
    with pytest.raises(ExpressionError, match="not closed"):
        condition("(" * 1999)
    long_sum = "+".join(["1"] * 1000)
    assert amount(long_sum) == 1000


def test_no_value_is_an_outcome_of_its_own() -> None:
    with pytest.raises(EvaluationError, match="Division by zero"):
        amount("netto / (netto - netto)")
    with pytest.raises(EvaluationError, match="too many digits"):
        amount("999999999999999 * 999999999999999 * 999999999999999")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("netto > 100 i nie mpp", [("netto", "130,10"), ("mpp", "no")]),
        ("mpp lub netto > 100 lub kurs > 1", [("netto", "130,10")]),
        ("mpp i netto > 100", [("mpp", "no")]),
        ('jest(wiersz.nazwa ~ "olej*")', [("wiersz.nazwa", "Olej napędowy")]),
        ("wszystkie(wiersz.netto < 100)", [("wiersz.netto", "100,00")]),
        ('gtu = "GTU_02"', [("gtu", "GTU_02")]),
        ('gtu = "GTU_09"', [("gtu", "GTU_01; GTU_02")]),
        ('netto["23"] > 30', [('netto["23"]', "30,10")]),
        (
            "suma(wiersz.netto, wiersz.netto > 50) = 100",
            [("suma(wiersz.netto, wiersz.netto > 50)", "100,00")],
        ),
        ("jeżeli mpp to netto inaczej kurs", [("mpp", "no"), ("kurs", "4,2511")]),
        ("netto > 1 i netto < 1000", [("netto", "130,10")]),
    ],
)
def test_what_was_seen_is_told(text: str, told: list[tuple[str, str]]) -> None:
    kind = Kind.AMOUNT if text.startswith("jeżeli") else Kind.FLAG
    found = parse(text, wanted=kind, names=NAMES).matched(DOCUMENT)
    assert [(field, seen.replace("\u00a0", " ")) for field, seen in found] == told


def test_hostile_text_is_told_clean_and_short() -> None:
    hostile = Small({}, rows=(row("\x1b[31mzło\u202e" + "x" * 5000, "1"),))
    ((_field, seen),) = condition('jest(wiersz.nazwa ~ "*")').matched(hostile)
    assert "\x1b" not in seen
    assert "\u202e" not in seen
    assert len(seen) == 80


@pytest.mark.parametrize(
    ("text", "decides"),
    [
        ('sprzedawca.nip = "5265877635"', {Decides.CONTRACTOR}),
        ('sprzedawca.nip <> "5265877635"', set()),
        ('sprzedawca.nip = ""', set()),
        ('nie jest(wiersz.nazwa ~ "paliw*")', set()),
        ('jest(wiersz.nazwa ~ "paliw*") i sprzedawca.nip = "1"', {Decides.CONTRACTOR, Decides.CONTENT}),
        ('jest(wiersz.nazwa ~ "paliw*") lub sprzedawca.nip = "1"', set()),
        ('sprzedawca.nip = "1" i mpp lub sprzedawca.nip = "2"', {Decides.CONTRACTOR}),
        ("netto > 5", set()),
    ],
)
def test_what_a_condition_goes_by(text: str, decides: set[Decides]) -> None:
    assert condition(text).decides == decides


def test_fields_that_are_read() -> None:
    text = 'netto["23"] > 1 i jest(wiersz.nazwa ~ "x") lub puste(sale_date)'
    assert condition(text).fields == {"netto", "wiersz.nazwa", "data_sprzedazy"}


def test_errors_are_told_in_the_language_in_force() -> None:
    with pytest.raises(ExpressionError) as caught:
        condition("netto")
    set_language("pl")
    assert str(caught.value) == (
        "„netto”: kwota. Tu potrzebne: warunek – porównaj to, znakiem = albo ~ albo >."
    )
