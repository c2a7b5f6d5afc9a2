"""Lists of firms as offices' spreadsheets write them."""

from __future__ import annotations

import random
from datetime import date

import pytest

from blink_tui.model.documents import FirmKind
from blink_tui.model.firm_list import FirmList, read_firm_list
from blink_tui.model.firms import ContextType

POLISH = """NIP;Nazwa;Środowisko;Rodzaj;Identyfikator wewnętrzny;Od
526-587-76-35;Żółw i Łoś sp. z o.o.;test;podatnik;;01.02.2026
5265877635;Szkoła nr 3;;jednostka samorządu;5265877635-00001;2026-03-01
"""


def read(text: str, env: str = "prod") -> FirmList:
    return read_firm_list(text.encode(), env)


def problems(text: str) -> list[tuple[int, str]]:
    return [(remark.line, str(remark.message)) for remark in read(text).problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_and_delimiters_of_spreadsheets(encoding: str, delimiter: str, ending: str) -> None:
    content = POLISH.replace(";", delimiter).replace("\n", ending).encode(encoding)
    listed = read_firm_list(content, "prod")
    assert (listed.problems, listed.ignored) == ((), ())
    first, second = (one.firm for one in listed.firms)
    assert (first.nip, first.name, first.env, first.kind, first.first_day) == (
        "5265877635",
        "Żółw i Łoś sp. z o.o.",
        "test",
        FirmKind.TAXPAYER,
        date(2026, 2, 1),
    )
    assert (second.context_type, second.context_value) == (ContextType.INTERNAL_ID, "5265877635-00001")
    assert (second.env, second.kind, second.first_day) == (
        "prod",
        FirmKind.LOCAL_GOVERNMENT_UNIT,
        date(2026, 3, 1),
    )


def test_english_headings_in_any_order_and_others_left_alone() -> None:
    listed = read("E-mail,name,NIP,kind\na@b.pl,Abc,5265877635,vat-group-member\n")
    assert listed.ignored == ("E-mail",)
    (one,) = listed.firms
    assert (one.firm.name, one.firm.kind, one.line, one.told) == (
        "Abc",
        FirmKind.VAT_GROUP_MEMBER,
        2,
        frozenset({"name", "kind"}),
    )


def test_a_line_without_a_name_is_called_by_its_number() -> None:
    (one,) = read("nip\n5265877635\n").firms
    assert (one.firm.name, one.told) == ("5265877635", frozenset())


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+48 600", "@x", "-1", "[red]x[/red]"])
def test_what_looks_like_a_formula_is_a_name(name: str) -> None:
    assert read(f"nip;nazwa\n5265877635;{name}\n").firms[0].firm.name == name


def test_what_steers_a_terminal_is_taken_out() -> None:
    assert read("nip;nazwa\n5265877635;A\x1b[31mB\u202eC\n").firms[0].firm.name == "A[31mBC"


def test_errors_name_their_lines_as_an_editor_counts_them() -> None:
    text = (
        "nip;nazwa;rodzaj;od;srodowisko;id wewnetrzny\n"
        '5265877635;"Dwie\nlinie";;;;\n'  # lines 2 and 3
        "\n"
        ";Bez numeru;;;;\n"
        "123;Krótki;;;;\n"
        "5,26588E+09;Arkusz;;;;\n"
        "1111111111;A;spółka;;;\n"
        "2222222222;B;;31.02.2026;;\n"
        "3333333333;C;;;http://ksef.example;\n"
        "4444444444;D;;;;123\n"
        "5265877635;Powtórka;;;;\n"
        f"6666666666;{'x' * 513};;;;\n"
    )
    found = problems(text)
    assert [line for line, _text in found] == [5, 6, 7, 8, 9, 10, 11, 12, 13]
    assert "2" in found[7][1]  # the line of the first
    assert all("{" not in said for _line, said in found)


def test_the_same_context_in_two_environments_is_no_repetition() -> None:
    assert problems("nip;env\n5265877635;test\n5265877635;prod\n") == []
    assert [line for line, _ in problems("nip;env\n5265877635;PROD\n5265877635;prod\n")] == [3]


def test_a_wrong_check_digit_is_a_warning() -> None:
    listed = read("nip\n1111111112\n5265877635\n")
    assert (listed.problems, [remark.line for remark in listed.warnings]) == ((), [2])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"nazwa;adres\nA;B\n",
        b"nip;NIP firmy\n1;2\n",
        b"PK\x03\x04\x00\x00spreadsheet",
        b'nip;nazwa\n"5265877635;' + b"x" * 200_000,
    ],
)
def test_what_is_no_list_is_refused_whole(content: bytes) -> None:
    listed = read_firm_list(content, "prod")
    assert listed.firms == ()
    assert len(listed.problems) == 1


def test_no_bytes_make_it_fail() -> None:
    chance = random.Random(4)
    seeds = [POLISH.encode(), POLISH.encode("utf-16"), b"nip;od\n5265877635;1.1.2026\n"]
    for _ in range(3_000):
        content = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        listed = read_firm_list(bytes(content), "prod")
        assert all(one.firm.nip.isascii() and len(one.firm.nip) == 10 for one in listed.firms)
        assert all(one.firm.name.isprintable() for one in listed.firms)
        assert all(remark.line > 0 and str(remark.message) for remark in listed.problems)
