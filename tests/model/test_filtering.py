from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.i18n import set_language
from blink_tui.model.documents import Direction, Status
from blink_tui.model.filtering import EVERYTHING, FIELDS, FilterError, Term, complete, parse_filter, terms
from blink_tui.model.filtering.parsing import MOST_TERMS
from blink_tui.model.filtering.saved import parse_name, saved_name
from blink_tui.model.findings import Severity
from blink_tui.model.text import folded

TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True, params=["pl"])
def polish(request: pytest.FixtureRequest) -> Iterator[None]:
    set_language(request.param)
    yield
    set_language("pl")


def one(text: str) -> Term:
    (term,) = parse_filter(text, today=TODAY, who="Anna").terms
    return term


def issue(first: str, last: str) -> terms.DayWithin:
    return terms.DayWithin(terms.Day.ISSUE, date.fromisoformat(first), date.fromisoformat(last))


def receipt(first: str, last: str) -> terms.DayWithin:
    return terms.DayWithin(terms.Day.RECEIPT, date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("Żółw", terms.Contains("zolw")),
        ('"Żółw  ŁAN"', terms.Contains("zolw  lan")),
        ("„Żółw Łan”", terms.Contains("zolw lan")),
        ('"status:pobrany"', terms.Contains("status:pobrany")),
        ("FV/2026/11", terms.Contains("fv/2026/11")),
        ("-", terms.Contains("-")),
        ("nip:526-587-76-35", terms.HasNip("5265877635")),
        ("nip:PL5265877635", terms.HasNip("5265877635")),
        ("od:2026-03", issue("2026-03-01", "9999-12-31")),
        ("do:2026-02", issue("0001-01-01", "2026-02-28")),
        ("from:01.03.2026", issue("2026-03-01", "9999-12-31")),
        ("do:wczoraj", issue("0001-01-01", "2026-11-29")),
        ("data:03.2026", issue("2026-03-01", "2026-03-31")),
        ("data:2026-12", issue("2026-12-01", "2026-12-31")),
        ("data:2026-03-30..2026-04", issue("2026-03-30", "2026-04-30")),
        ("wplyw-od:7d", receipt("2026-11-23", "9999-12-31")),
        ("WPŁYW:dziś", receipt("2026-11-30", "2026-11-30")),
        ("received:2026", receipt("2026-01-01", "2026-12-31")),
        ("kwota:1000", terms.GrossWithin(100_000, 100_000)),
        ("kwota:>1000", terms.GrossWithin(100_001, 2**63 - 1)),
        ("kwota:<=99,50", terms.GrossWithin(-(2**63) + 1, 9_950)),
        ("kwota:<-1", terms.GrossWithin(-(2**63) + 1, -101)),
        ('kwota:"1 000,5..2_000"', terms.GrossWithin(100_050, 200_000)),
        ("amount:1.000,50..", terms.GrossWithin(100_050, 2**63 - 1)),
        ("status:pobrane", terms.StatusIn((Status.FETCHED,))),
        ("status:ZATWIERDZONYCH,zadek", terms.StatusIn((Status.APPROVED, Status.CODED))),
        ("status:do_wyjaśnienia,wyjasnione", terms.StatusIn((Status.QUERIED,))),
        ('status:"nie księguj"', terms.StatusIn((Status.EXCLUDED,))),
        ("status:prze,zaks", terms.StatusIn((Status.EXPORTED, Status.BOOKED))),
        ("kierunek:zakupy,wgląd", terms.DirectionIn((Direction.PURCHASE, Direction.NONE))),
        ("direction:s", terms.DirectionIn((Direction.SALE,))),
        ("typ:kor-zal,VAT", terms.KindIn(("KorZal", "Vat"))),
        ("waluta:eur,PLN", terms.CurrencyIn(("EUR", "PLN"))),
        ("miesiac:03.2026", terms.MonthIn(("2026-03",))),
        ('firma:"Żółw Biuro"', terms.OfFirm("ŻÓŁWBIURO", ("zolw", "biuro"))),
        ("firma:1111111111-00001", terms.OfFirm("1111111111-00001", ("1111111111-00001",))),
        ("opiekun:ja", terms.OfAccountant("anna")),
        ("opiekun:-", terms.OfAccountant("")),
        ("opiekun:Żaneta", terms.OfAccountant("zaneta")),
        ("etykieta:Ryczałt", terms.OfLabel("ryczalt")),
        ('konto:"10 2010-26"', terms.HasAccount("10201026")),
        ("uwaga:alarm", terms.Attention(Severity.ALARM)),
        ("uwaga:!", terms.Attention(Severity.WARNING)),
        ("uwaga:account-", terms.HasFinding("account-")),
        ("nieczytelne:tak", terms.Unreadable()),
        ("zadekretował:ja", terms.CodedBy("Anna")),
        ("coder:Ewa", terms.CodedBy("Ewa")),
        ("dekretujący:program", terms.CodedBy("")),
        ('schemat:"Usługi obce"', terms.ByScheme("uslugi obce")),
        ("propozycja:tak", terms.Proposed()),
    ],
)
def test_a_term_is_read(text: str, criterion: terms.Criterion) -> None:
    assert one(text) == Term(criterion)
    for sign in ("-", "!"):
        if text != "-":
            assert one(sign + text) == Term(criterion, negated=True)


def test_a_value_may_turn_its_field_round() -> None:
    assert one("uwaga:nie") == Term(terms.Attention(Severity.WARNING), negated=True)
    assert one("-uwaga:nie") == Term(terms.Attention(Severity.WARNING))
    assert one("propozycja:nie") == Term(terms.Proposed(), negated=True)
    assert one("nieczytelne:nie") == Term(terms.Unreadable(), negated=True)


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("stats:pobrany", "stats:", "status:"),
        ("zolw -kwotq:1", "kwotq:", "kwota:"),
        ("zzzzz:1", "zzzzz:", "nieczytelne"),
        ("zolw status: x", "status:", "status:pobrany"),
        ("status:pobrny", "pobrny", "pobrany"),
        ("status:za", "za", "zadekretowany, zatwierdzony, zaksięgowany"),
        ("status:qqqq", "qqqq", "zatwierdzony"),
        ("x od:2026-13", "2026-13", "2026-13"),
        ("od:2026-02-30", "2026-02-30", "2026-02-30"),
        ("od:99999d", "99999d", "99999d"),
        ("data:2026-03..2026-02", "2026-03..2026-02", "2026-03..2026-02"),
        ("miesiąc:2026", "2026", "2026-03"),
        ("kwota:>", ">", ">"),
        ("kwota:1,234", "1,234", "1,234"),
        ("kwota:99999999999999999999", "99999999999999999999", "1000"),
        ('x kwota:"tysiąc" y', '"tysiąc"', "tysiąc"),
        ("typ:KOP", "KOP", "KOR"),
        ("waluta:euro", "euro", "EUR"),
        ("nip:12345678901", "12345678901", "10"),
        ("uwaga:?", "?", "account-new"),
        ("kierunek:bok", "bok", "zakup"),
        ("nieczytelne:może", "może", "może"),
        ("konto:-", "-", "-"),
    ],
)
def test_a_wrong_term_is_told_at_its_place(text: str, place: str, told: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse_filter(text, today=TODAY, who="anna")
    error = refused.value
    assert text[error.start : error.end] == place
    assert told in str(error).replace("dziesięć", "10").replace("ten digits", "10")


def test_nobody_asks_for_their_own_firms() -> None:
    with pytest.raises(FilterError):
        parse_filter("opiekun:ja")


def test_too_much_is_refused() -> None:
    assert len(parse_filter("a " * MOST_TERMS).terms) == MOST_TERMS
    for text in ("a " * (MOST_TERMS + 1), "a" * 2001):
        with pytest.raises(FilterError):
            parse_filter(text)


def test_nothing_leaves_everything() -> None:
    assert parse_filter(" \t ") == EVERYTHING == parse_filter('""')
    assert not EVERYTHING


@given(st.text(st.sampled_from('ab:-!" „”,.>żstatu1\t\u202e'), max_size=30))
def test_the_normal_text_reads_back_as_the_same(text: str) -> None:
    place: tuple[int, int] | None = None
    try:
        found = parse_filter(text, today=TODAY, who="anna")
    except FilterError as error:
        place = error.start, error.end
    if place is not None:
        assert 0 <= place[0] <= place[1] <= len(text)
    else:
        assert parse_filter(found.text, today=TODAY, who="anna") == found


def test_every_field_has_its_example_in_both_languages() -> None:
    names = [folded(name) for field in FIELDS for name in {field.name, *field.others}]
    assert len(names) == len(set(names))
    for field in FIELDS:
        for example in (field.example, field.english):
            (polish,) = parse_filter(example, today=TODAY, who="anna").terms
            assert polish is not None
        assert field.example.startswith(f"{field.name}:")
        assert field.english.startswith(f"{field.others[0]}:")


def test_what_is_begun_is_completed() -> None:
    def offered(text: str, position: int | None = None, findings: tuple[str, ...] = ()) -> list[str]:
        at = len(text) if position is None else position
        return [text[: s.start] + s.text + text[s.end :] for s in complete(text, at, findings)]

    assert offered("zolw -sta") == ["zolw -status:"]
    assert offered("mies") == ["miesiąc:"]
    assert offered("curr") == ["currency:"]
    assert offered("zolw ") == [f"zolw {field.name}:" for field in FIELDS]
    assert offered("status:pobrany,zat x", 18) == ["status:pobrany,zatwierdzony x"]
    assert offered("status:boo") == ["status:booked"]
    assert offered("uwaga:acc", findings=("account-new", "lines-net")) == ["uwaga:account-new"]
    assert offered("kwota:1") == offered('"sta') == offered("nic:") == []
    assert offered("status:pobrany", 2) == []
    set_language("en")
    assert offered("sta") == ["status:"]
    assert offered("kier") == ["kierunek:"]
    assert offered("direction:") == ["direction:purchase", "direction:sale", "direction:information"]


def test_names_of_kept_filters() -> None:
    assert parse_name("@pilne-1") == parse_name("pilne-1") == "pilne-1"
    for text in ("", "a b", "-a", "a" * 41, "a/b"):
        with pytest.raises(ValueError):
            parse_name(text)
    assert saved_name("@pilne od:7d") == ("pilne", "od:7d")
    assert saved_name("pilne") is None
    assert saved_name("@") is None
