"""Rules, schemes and the data source as TOML: read, written alike, and every fault told with its line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.coding import toml
from blink_tui.coding.shapes import EntryTemplate, LineTemplate, RowTemplate, Rule, Scheme, Source
from blink_tui.coding.toml import Item
from blink_tui.i18n import set_language
from blink_tui.model.books import BookKind
from blink_tui.model.coding import Identity, Side
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError
from blink_tui.model.rulebook import EntryKind, digest_of

RULE = Rule(
    name="paliwo",
    title="Paliwo do samochodów",
    direction=Direction.PURCHASE,
    condition='jest(wiersz.nazwa ~ "paliw*, olej napęd*")',
    scheme="samochód 50%",
    parameters={"share": "50%", "account": "401-03"},
    automatic=True,
    weight=-5,
)
SCHEME = Scheme(
    name="samochód 50%",
    title="Samochód, połowa VAT",
    identity=Identity.LIMITED,
    directions=frozenset({Direction.PURCHASE, Direction.NONE}),
    parameters={"account": "{car_costs}", "mpk": ""},
    document_type="FZ",
    description="{number} {contractor}",
    category="auta",
    lines=(
        LineTemplate(side=Side.DEBIT, account="{account}", amount="koszt", dimensions={"mpk": "{mpk}"}),
        LineTemplate(
            side=Side.CREDIT,
            account="202-{nip}",
            amount="brutto_pln",
            description="x",
            when='kontrahent.nip <> ""',
        ),
    ),
    rows=(
        RowTemplate(
            register=Direction.PURCHASE,
            amounts={"K_43": "vat_odliczony", "K_42": "netto_pln"},
            marks=("MK", "IMP"),
        ),
    ),
    entries=(
        EntryTemplate(column="15", amount="koszt"),
        EntryTemplate(column="{rate}", amount="netto", book=BookKind.LUMP_SUM),
    ),
)
SOURCE = Source(
    direction=Direction.SALE, kind="*", document_type="FS", scheme="sprzedaż", register="SPR", column="9"
)

TEXT = """[[zrodlo]]
kierunek = "sprzedaz"
rodzaj = "*"
typ = "FS"
schemat = "sprzedaż"
rejestr = "SPR"
kolumna = "9"

[[zasada]]
nazwa = "paliwo"
tytul = "Paliwo do samochodów"
kierunek = "zakup"
warunek = 'jest(wiersz.nazwa ~ "paliw*, olej napęd*")'
schemat = "samochód 50%"
parametry = { account = "401-03", share = "50%" }
sama = true
waga = -5

[[schemat]]
nazwa = "samochód 50%"
tytul = "Samochód, połowa VAT"
kierunki = ["wglad", "zakup"]
tozsamosc = "ograniczona"
typ = "FZ"
opis = "{number} {contractor}"
kategoria = "auta"
parametry = { account = "{car_costs}", mpk = "" }

[[schemat.dekret]]
strona = "Wn"
konto = "{account}"
kwota = "koszt"
wymiary = { mpk = "{mpk}" }

[[schemat.dekret]]
strona = "Ma"
konto = "202-{nip}"
kwota = "brutto_pln"
opis = "x"
gdy = 'kontrahent.nip <> ""'

[[schemat.rejestr]]
rejestr = "zakup"
pola = { K_42 = "netto_pln", K_43 = "vat_odliczony" }
znaczniki = ["MK", "IMP"]

[[schemat.zapis]]
kolumna = "15"
kwota = "koszt"

[[schemat.zapis]]
ksiega = "ryczalt"
kolumna = "{rate}"
kwota = "netto"
"""


def test_it_is_written_readably_and_read_back() -> None:
    assert toml.written([SCHEME, RULE, SOURCE]) == TEXT
    assert toml.read(TEXT) == [SOURCE, RULE, SCHEME]


def test_english_words_and_polish_marks_are_taken() -> None:
    text = """
    [[rule]]
    name = "fuel"
    direction = "purchase"
    condition = "mpp"
    scheme = "car"
    parameters = { share = 0.5, cost = 75 }
    [scheme]
    name = "car"
    title = "Car"
    directions = ["Zakup"]
    identity = "limited"
    line = [{ side = "debit", account = 402, amount = 12.10 }]
    [["źródło"]]
    kierunek = "sprzedaż"
    rodzaj = "KOR"
    """
    rule, scheme, source = toml.read(text)
    assert isinstance(rule, Rule)
    assert rule.parameters == {"share": "0.5", "cost": "75"}
    assert isinstance(scheme, Scheme)
    assert scheme.lines == (LineTemplate(side=Side.DEBIT, account="402", amount="12.10"),)
    assert toml.key_of(source) == (EntryKind.SOURCE, "sprzedaz KOR")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('[[zasada]]\nnazwa = "a"\nwarunek = "x', ["line 3: This is no TOML"]),
        ('[[zasada]]\nnazwa = "a"\nnazwa = "b"\n', ["line 3: This is no TOML"]),
        ('[[zasady]]\nnazwa = "a"', ["line 1: there is no “zasady” here, did you mean zasada?"]),
        ('\nzasada = "a"', ["line 2, zasada: this is written as [[zasada]]"]),
        ("[[zasada]]\n", ["line 1, zasada: “nazwa” is missing", "line 1, zasada: “schemat” is missing"]),
        (
            '[[zasada]]\nnazwa = "a"\nschemat = "b"\n[[zasada]]\nnazwa = "b"\nschemat = "b"\nsama = "tak"\nwagi = 1',
            [
                "line 7, zasada „b”, sama: true or false is wanted here, without quotes",
                "line 8, zasada „b”: there is no “wagi” here, did you mean waga?",
            ],
        ),
        (
            '[[zasada]]\nnazwa = "a"\nschemat = "b"\nkierunek = "zakpu"\nwaga = "5"',
            [
                "line 4, zasada „a”, kierunek: there is no “zakpu” here, did you mean zakup?",
                "line 5, zasada „a”, waga: a whole number is wanted here",
            ],
        ),
        (
            '[[schemat]]\nnazwa = "s"\ntytul = "S"\nkierunki = "zakup"\ntozsamosc = "pelna"\n'
            '[[schemat.dekret]]\nstrona = "Wn"\nkonto = "4"\nkwota = "1"\n'
            '[[schemat.dekret]]\nstrona = "lewa"\nkonto = "4"',
            [
                'line 4, schemat „s”, kierunki: a list is wanted here, as in ["zakup"]',
                "line 10, schemat „s”, dekret 2: “kwota” is missing",
                "line 11, schemat „s”, dekret 2, strona: there is no “lewa” here; there are: wn, ma",
            ],
        ),
        (
            '[[zasada]]\nnazwa = "a"\nschemat = "b"\nname = "c"\n',
            ["line 4, zasada „a”, name: this is there twice"],
        ),
        (
            '[[zasada]]\nnazwa = "a"\nschemat = "b"\n\n[[zasada]]\nnazwa = "a"\nschemat = "c"\n',
            ["line 5, zasada „a”: there are two of this name"],
        ),
        (
            '[[zasada]]\nnazwa = " a"\nschemat = "b"\nwarunek = """\nmpp\ntytul = 1\n"""\ntytul = true',
            ["line 2, zasada „ a”, nazwa: a name has 1 to 60", "line 8, zasada „ a”, tytul: a text in quotes"],
        ),
        ('[[zasada]]\nnazwa = "\\u001b[31m"\nschemat = "b"', ["line 2, zasada „[31m”, nazwa: a name has"]),
        ("a = " + "[" * 100_000, ["line 1: "]),
        (".".join(["a"] * 100) + " = 1", ["line 1: Too many names joined by dots."]),
        ("[[zasada]]\nwaga = " + "9" * 5000, ["line 2: This is no TOML"]),
        ("#" * 1_000_001, ["line 1: Rules have 1000000 characters"]),
    ],
)  # fmt: skip
def test_every_fault_is_a_sentence_with_its_line(text: str, faults: list[str]) -> None:
    with pytest.raises(BlinkError) as caught:
        toml.read(text)
    told = str(caught.value).split("\n")
    assert len(told) == len(faults)
    for line, beginning in zip(told, faults, strict=True):
        assert line.startswith(beginning)


def test_of_very_many_faults_the_first_are_told() -> None:
    items, faults = toml.read_with_faults("[[zasada]]\n" * 500)
    assert items == []
    assert [fault.line for fault in faults] == sorted([*range(1, 26), *range(1, 26)])


def test_what_is_right_is_not_lost_beside_what_is_wrong() -> None:
    items, faults = toml.read_with_faults(TEXT + '\n[[zasada]]\nnazwa = "zła"\n')
    assert items == [SOURCE, RULE, SCHEME]
    assert len(faults) == 1


def test_faults_are_told_in_polish() -> None:
    set_language("pl")
    with pytest.raises(BlinkError) as caught:
        toml.read('[[zasada]]\nnazwa = "a"')
    assert str(caught.value) == "wiersz 1, zasada „a”: brakuje „schemat”"


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["'\"\\", "'''", '"""', "a\nb'", 'a\n"b"', "\x00\x1f\x7f", "\\", "koniec'"]
)
_NAMES = st.text("abcż -_.0{}%", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
_MAPPINGS = st.dictionaries(_NAMES, _TEXTS, max_size=3)
_RULES = st.builds(
    Rule,
    name=_NAMES,
    title=_TEXTS,
    direction=st.none() | st.sampled_from(Direction),
    condition=_TEXTS,
    scheme=_NAMES,
    parameters=_MAPPINGS,
    automatic=st.booleans(),
    weight=st.integers(-100, 100),
)
_SCHEMES = st.builds(
    Scheme,
    name=_NAMES,
    title=_TEXTS,
    identity=st.sampled_from(Identity),
    directions=st.frozensets(st.sampled_from(Direction)),
    parameters=_MAPPINGS,
    document_type=_TEXTS,
    description=_TEXTS,
    lines=st.lists(
        st.builds(
            LineTemplate,
            side=st.sampled_from(Side),
            account=_TEXTS,
            amount=_TEXTS,
            dimensions=_MAPPINGS,
            when=_TEXTS,
        ),
        max_size=2,
    ).map(tuple),
    rows=st.lists(
        st.builds(
            RowTemplate,
            register=st.sampled_from(Direction),
            amounts=_MAPPINGS,
            marks=st.lists(_TEXTS, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    entries=st.lists(
        st.builds(EntryTemplate, column=_TEXTS, amount=_TEXTS, book=st.sampled_from(BookKind)), max_size=2
    ).map(tuple),
)
_SOURCES = st.builds(
    Source, direction=st.sampled_from(Direction), kind=_NAMES, register=_TEXTS, column=_TEXTS
)
_ITEMS: st.SearchStrategy[Item] = st.one_of(_RULES, _SCHEMES, _SOURCES)


@settings(max_examples=60, deadline=None)
@given(st.lists(_ITEMS, max_size=4, unique_by=toml.key_of), st.randoms(use_true_random=False))
def test_whatever_is_written_is_read_back_and_equal_content_is_equal_text(items: list[Item], random) -> None:  # type: ignore[no-untyped-def]  # of hypothesis
    text = toml.written(items)
    assert sorted(toml.read(text), key=toml.key_of) == sorted(items, key=toml.key_of)
    random.shuffle(items)
    assert toml.written(items) == text


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([*TEXT.splitlines(), "[", "x = 1", "a = {"]), max_size=20).map("\n".join)
)
def test_any_text_is_read_or_refused_with_sentences(text: str) -> None:
    with suppress(BlinkError):
        toml.read(text)


def test_shipped_entries_have_their_own_names() -> None:
    entries = toml.shipped_entries()
    assert len({(kind, name) for kind, name, _text, _digest in entries}) == len(entries)
    for kind, name, text, digest in entries:
        (item,) = toml.read(text)
        assert (toml.key_of(item), digest_of(text)) == ((kind, name), digest)
