"""Charts, contractors, dimensions and rates as ledger programs and the National Bank write them."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import TypeVar

import pytest

from blink_tui.model.book_lists import Listed, read_accounts, read_contractors, read_dimensions, with_roles
from blink_tui.model.books import Account, Contractor, DimensionValue, ExchangeRate
from blink_tui.model.errors import BlinkError
from blink_tui.model.rate_tables import read_rates
from blink_tui.model.sheets import BAD_TABLE, read_table

T = TypeVar("T")

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = f'<worksheet xmlns="{_MAIN}"><sheetData>{{rows}}</sheetData></worksheet>'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="a" Type="{_KIND}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_KIND}">'
    '<sheets><sheet name="Plan kont" sheetId="1" r:id="b"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="b" Type="{_KIND}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(*rows: tuple[str | int, ...]) -> bytes:
    """A workbook of one sheet."""

    def cell(value: str | int, place: str) -> str:
        if isinstance(value, int):
            return f'<c r="{place}"><v>{value}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'

    lines = "".join(
        f'<row r="{line}">'
        + "".join(cell(value, f"{chr(65 + column)}{line}") for column, value in enumerate(row))
        + "</row>"
        for line, row in enumerate(rows, 1)
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        archive.writestr("xl/worksheets/sheet1.xml", _SHEET.format(rows=lines))
    return made.getvalue()


def remarks(listed: Listed[T]) -> list[tuple[int, str]]:
    return [(remark.line, str(remark.message)) for remark in listed.problems]


CHART = (
    Account("010", "Środki trwałe"),
    Account("402-01", "Usługi obce"),
    Account("999", "Dawne", open=False),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16"])
def test_a_chart_in_any_encoding_below_a_title(encoding: str) -> None:
    text = (
        "Plan kont firmy Żółw;;\r\n\r\nNr konta;Nazwa konta;Aktywne;Saldo\r\n"
        "010;Środki trwałe;tak;1,00\r\n402-01;Usługi obce;;\r\n999;Dawne;nie;0\r\n"
    )
    listed = read_accounts(read_table(text.encode(encoding)))
    assert listed.items == CHART
    assert listed.columns == {"number": "Nr konta", "name": "Nazwa konta", "open": "Aktywne"}
    assert not listed.problems


def test_a_chart_out_of_a_workbook_keeps_numbers_as_they_are_typed() -> None:
    listed = read_accounts(
        read_table(workbook(("Plan kont",), ("Konto", "Nazwa"), (401, "Materiały"), ("010", "ŚT")))
    )
    assert listed.items == (Account("401", "Materiały"), Account("010", "ŚT"))


def test_a_list_of_headings_alone_does_not_take_the_place_of_what_is_kept() -> None:
    for read, text in ((read_accounts, "konto;nazwa\n"), (read_contractors, "nip;nazwa\n;Jan Kowalski\n")):
        with pytest.raises(BlinkError, match="no row of it"):
            read(read_table(text.encode()))


def test_a_workbook_whose_cells_lie_far_apart_is_refused_before_it_is_read() -> None:
    """The reader makes a table of all that is between them, and a refused allocation ends the whole program."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        archive.writestr("xl/worksheets/sheet1.xml", _SHEET.format(rows=far))
    with pytest.raises(BlinkError, match="far apart"):
        read_table(made.getvalue())


def test_a_chart_without_headings_is_known_by_its_numbers() -> None:
    listed = read_accounts(read_table("010;Środki\n402;Usługi\n".encode()))
    assert [account.number for account in listed.items] == ["010", "402"]


def test_columns_can_be_named_by_heading_or_position() -> None:
    lines = read_table(b"a,b,c\n1,Uslugi,x\n")
    for named in ({"number": "A", "name": "b"}, {"number": "1", "name": "2"}):
        assert Account("1", "Uslugi") in read_accounts(lines, named).items


def test_what_cannot_be_taken_is_told_line_by_line() -> None:
    listed = read_accounts(read_table(f"konto;nazwa\n;bez numeru\n1;jeden\n1;inny\n2;{'x' * 300}\n".encode()))
    assert remarks(listed) == [
        (2, "the number is missing"),
        (4, "line 3 says something else of the same"),
        (5, f"longer than 256 characters: {'x' * 300}"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is empty"),
        (b"\x00\x01", "neither a text file nor a workbook"),
        (b"PK\x03\x04rubbish", "no workbook that can be read"),
        (b"x;y\n1;2\n", "no column is called konto / numer / numer konta / nr konta; say which"),
        (b"konto;numer;nazwa\n1;2;3\n", "two columns could be number: konto, numer"),
    ],
)  # fmt: skip
def test_files_that_are_no_chart(content: bytes, sentence: str) -> None:
    with pytest.raises(BlinkError) as refused:
        read_accounts(read_table(content))
    assert refused.value.kind is BAD_TABLE
    assert sentence in str(refused.value)


def test_contractors_without_a_nip_are_left_out_and_bad_ones_told() -> None:
    text = "Akronim;Nazwa;NIP;Konto dostawcy\nA;Alfa;PL 526-587-76-35;202-1\nB;Osoba;;\nC;Zły;12;\n"
    listed = read_contractors(read_table(text.encode()))
    assert listed.items == (Contractor("5265877635", "Alfa", "A", payable="202-1"),)
    assert remarks(listed) == [(4, "a NIP has ten digits; this has not: 12")]


def test_dimensions_name_theirs_or_are_told_it() -> None:
    lines = read_table(b"Wymiar;Kod;Nazwa\nMPK;01;Biuro\n;02;Sklep\n")
    assert read_dimensions(lines, dimension="projekt").items == (
        DimensionValue("mpk", "01", "Biuro"),
        DimensionValue("projekt", "02", "Sklep"),
    )
    assert "--dimension" in str(read_dimensions(lines).problems[0].message)


def test_the_bank_s_archive_is_read_for_one_unit_of_each_currency() -> None:
    text = (
        "data;1USD;100HUF;10000IDR;nr tabeli;pełny numer tabeli;\n"
        ";dolar amerykański;forint (Węgry);rupia;;;\n"
        "20260102;3,5981;1,0912;2,1500;1;001/A/NBP/2026;\n"
        "20260105;3,6000;;x;2;002/A/NBP/2026;\n"
        "20261399;3,6000;1,0912;2,1500;3;003/A/NBP/2026;\n"
        "kod ISO;USD;HUF;IDR;;;\n"
    )
    listed = read_rates(read_table(text.encode("cp1250")))
    first, table = date(2026, 1, 2), "001/A/NBP/2026"
    assert listed.items == (
        ExchangeRate("USD", first, Decimal("3.5981"), table),
        ExchangeRate("HUF", first, Decimal("0.010912"), table),
        ExchangeRate("IDR", first, Decimal("0.000215"), table),
        ExchangeRate("USD", date(2026, 1, 5), Decimal("3.6000"), "002/A/NBP/2026"),
    )
    assert remarks(listed) == [(4, "this is no rate: x"), (5, "this is no day: 20261399")]


def test_a_plain_list_of_rates_with_comma_or_point() -> None:
    listed = read_rates(
        read_table(b'waluta,data,kurs\nEUR,2026-03-02,4.2315\nEUR,3.03.2026,"4,24"\nEUR,x,1\n')
    )
    assert [rate.rate for rate in listed.items] == [Decimal("4.2315"), Decimal("4.24")]
    assert remarks(listed) == [(4, "this is no currency with its day and rate")]


def test_roles_whose_account_no_chart_has_are_told() -> None:
    chart = [Account("202", "Dostawcy"), Account("402-01", "Usługi")]
    roles = {"payable": "202-{nip}", "services": "402", "vat_in": "223"}
    assert list(with_roles(roles, chart)) == [("vat_in", "223")]
