"""Books read back out of files: what every form says of a row, and what is refused with the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.readback import read_books
from blink_tui.ledger.readback.tables import TableMap, read_map
from blink_tui.model.book_rows import BookHead, BookRegister, BookRow
from blink_tui.model.books import BookKind
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.values import Nip
from tests.invoices.samples import shared
from tests.ledger.books_xml import NIP, Row, book, v7
from tests.ledger.jpk import written
from tests.ledger.six import frame, six_kpir, six_ledger, six_lump_sum

_D = Decimal
FEBRUARY = Month(2026, 2)


def read(
    folder: Path, content: bytes, named: TableMap | None = None, nip: str = NIP
) -> tuple[BookHead, list[BookRow]]:
    path = folder / "books"
    path.write_bytes(content)
    return opened(path, named, nip)


def opened(path: Path, named: TableMap | None = None, nip: str = NIP) -> tuple[BookHead, list[BookRow]]:
    items = read_books(path, Nip(nip), named)
    head = next(items)
    assert isinstance(head, BookHead)
    return head, [one for one in items if isinstance(one, BookRow)]


def refused(folder: Path, content: bytes, **how: object) -> str:
    with pytest.raises(BlinkError) as raised:
        read(folder, content, **how)  # type: ignore[arg-type]  # passed on as they are
    return str(raised.value)


def test_registers_of_vat(tmp_path: Path) -> None:
    sold = Row(
        number="FS/1",
        ksef="1111111111-20260905-0100a0f15c11-37",
        more="<TypDokumentu>FP</TypDokumentu><GTU_12>1</GTU_12>",
    )
    bought = Row(number="FV 7/2026", mark="BFK", more="<DokumentZakupu>MK</DokumentZakupu>")
    head, (one, other) = read(tmp_path, v7([bought], [sold], code="JPK_V7K (2)", purpose=2))
    assert head == BookHead(
        source="jpk_v7k", registers=(BookRegister.SALES, BookRegister.PURCHASES), nip=Nip(NIP), version="2",
        purpose="2", first=Month(2026, 9), last=Month(2026, 9),
    )  # fmt: skip
    assert (one.register, one.ksef_number, one.marks) == (
        BookRegister.SALES, "1111111111-20260905-0100A0F15C11-37", ("FP", "GTU_12"),
    )  # fmt: skip
    assert (other.mark, other.marks, other.issued, other.month) == (
        "BFK", ("MK",), date(2026, 9, 1), Month(2026, 9),
    )  # fmt: skip
    assert (other.net, other.vat, other.gross) == (_D("100.00"), _D("23.00"), _D("123.00"))


def test_a_self_assessed_row_of_sales_is_a_purchase_without_its_tax_in_the_gross(tmp_path: Path) -> None:
    content = v7([], [Row(number="INV", mark="BFK")]).replace(b"K_19", b"K_29").replace(b"K_20", b"K_30")
    _head, (row,) = read(tmp_path, content)
    assert (row.side, row.net, row.vat, row.gross) == (
        Direction.PURCHASE,
        _D("100.00"),
        _D("23.00"),
        _D("100.00"),
    )


def test_revenue_and_costs_of_the_kpir(tmp_path: Path) -> None:
    party = "<K_4A>DE</K_4A><K_4B>999</K_4B><K_5A>Delta</K_5A><K_5B>Ulica</K_5B><K_6>Opis</K_6>"
    rows = [
        f"<K_1>1</K_1><K_2>2026-02-04</K_2><K_3A>FV/1</K_3A>{party}<K_10>5.00</K_10><K_13>7.00</K_13><K_14>7.00</K_14>",
        f"<K_1>2</K_1><K_2>2026-03-04</K_2><K_3A>FS/1</K_3A>{party}<K_7>-9.00</K_7><K_9>-9.00</K_9>",
    ]
    head, (cost, revenue) = read(tmp_path, book("PKPIR", 3, rows, first="2026-01-01", last="2026-12-31"))
    assert (head.first, head.last) == (Month(2026, 1), Month(2026, 12))
    assert (cost.side, cost.net, cost.month, cost.country) == (
        Direction.PURCHASE,
        _D("12.00"),
        Month(2026, 2),
        "DE",
    )
    assert (revenue.side, revenue.net, revenue.month) == (Direction.SALE, _D("-9.00"), Month(2026, 3))


def test_the_kpir_of_before_2026_knows_no_tax_ids(tmp_path: Path) -> None:
    row = (
        "<K_1>1</K_1><K_2>2025-02-04</K_2><K_3>FV/1</K_3><K_4>Beta</K_4><K_5>Ulica</K_5><K_6>x</K_6>"
        "<K_9>0.00</K_9><K_14>7.00</K_14>"
    )
    _head, (one,) = read(tmp_path, book("PKPIR", 2, [row], first="2025-01-01", last="2025-12-31"))
    assert (one.number, one.name, one.address, one.contractor, one.net) == (
        "FV/1",
        "Beta",
        "Ulica",
        "",
        _D("7.00"),
    )


def test_registers_of_revenue_by_columns_and_by_rates(tmp_path: Path) -> None:
    third = (
        "<K_1>1</K_1><K_2>2025-02-04</K_2><K_3>2025-01-31</K_3><K_4>1</K_4>"
        "<K_6>10.00</K_6><K_11>2.00</K_11><K_14>12.00</K_14>"
    )
    fourth = (
        "<K_1>1</K_1><K_2>2026-02-04</K_2><K_3>2026-01-31</K_3><K_4>1</K_4><K_8>10.00</K_8><K_9>8.5</K_9>"
    )
    _head, (one,) = read(tmp_path, book("EWP", 3, [third], first="2025-01-01", last="2025-12-31"))
    _head, (other,) = read(tmp_path, book("EWP", 4, [fourth], first="2026-01-01", last="2026-12-31"))
    assert (one.net, one.amounts) == (_D("12.00"), (("15", _D("10.00")), ("8.5", _D("2.00"))))
    assert (other.net, other.amounts) == (_D("10.00"), (("8.5", _D("10.00")),))
    assert (other.day, other.entered, other.month) == (date(2026, 1, 31), date(2026, 2, 4), Month(2026, 2))


def test_books_of_another_firm_are_refused_before_their_rows(tmp_path: Path) -> None:
    told = refused(tmp_path, v7([Row(number="1", net="x")], nip="2222222222"))
    assert "2222222222" in told
    assert NIP in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (v7([Row(number="1"), Row(number="2")])[:-300], "line 11: the file ends too early or is damaged"),
        (v7([Row(number="1")], counted=2), "ZakupCtrl counts 2 rows and there are 1"),
        (v7([Row(number="1"), Row(number="2", net="1,00")]), "line 11: row 2: K_42 is no amount: 1,00"),
        (v7([Row(number="1", issued="2026-09-31")]), "row 1: DataZakupu is no day: 2026-09-31"),
        (v7([Row(number="1", vat="1E400")]), "K_43 is no amount"),
        (v7([], code="JPK_FA (4)"), "its form is JPK_FA (4)"),
        (v7([], code="JPK_V7M (1)"), "its form is JPK_V7M (1)"),
        (v7([]).replace(b"<Miesiac>9", b"<Miesiac>13"), "tells no period"),
        (v7([]).split(b"<Ewidencja>")[0] + b"</JPK>", "there is no SprzedazCtrl"),
        (b"<JPK/>", "it is no JPK_V7M"),
        (b'<?xml version="1.0"?><!DOCTYPE JPK [<!ENTITY a "b">]>' + v7([]).split(b"?>", 1)[1], "document type"),
        (b"<JPK>" + b"<a/>" * 1_100_000, "too large, or holds no register"),
        (b"", "empty"),
        (b"\x00\x01\x02\x00", "neither a text file nor a workbook"),
    ],
)  # fmt: skip
def test_what_is_no_whole_file_is_refused_with_its_place(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in refused(tmp_path, content)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE JPK [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    content = v7([Row(number="&b;")])
    assert "document type" in refused(tmp_path, content.replace(b"?>", b"?>" + bomb, 1))


def test_texts_are_cleaned(tmp_path: Path) -> None:
    _head, (row,) = read(tmp_path, v7([Row(number="FV\u202e/1&#9;")]))
    assert row.number == "FV/1"


def test_a_table_by_its_headings(tmp_path: Path) -> None:
    text = (
        "Rejestr zakupów\r\nLp;Numer faktury;NIP dostawcy;Dostawca;Data wystawienia;Data wpływu;Netto;VAT;Brutto\r\n"
        "1;'=FV/1;PL 526-587-76-35;Beta;01.09.2026;2026-09-02;1 234,56;283,95;1 518,51 zł\r\n"
        "2;FV/2;DE999999999;Delta;1.09.2026;;(;;\r\n"
    )
    named = TableMap(month=Month(2026, 9))
    assert "line 4: ( is no amount" in refused(tmp_path, text.encode(), named=named)
    head, (one, other) = read(tmp_path, text.replace("(", "1,234.50").encode("cp1250"), named)
    assert (head.source, head.first, head.last, head.nip) == (
        "table-purchases",
        Month(2026, 9),
        Month(2026, 9),
        None,
    )
    assert (one.number, one.country, one.contractor, one.issued, one.day, one.gross) == (
        "=FV/1", "", "5265877635", date(2026, 9, 1), date(2026, 9, 2), _D("1518.51"),
    )  # fmt: skip
    assert (other.country, other.contractor, other.gross) == ("DE", "999999999", _D("1234.50"))


def test_a_table_by_a_map(tmp_path: Path) -> None:
    named = read_map('register = "sales"\n[columns]\nnumber = "Doc"\nnet = "3"\n')
    assert "no column is called" in refused(
        tmp_path, b"Who,Doc,N\n", named=replace(named, columns={"net": "N"})
    )
    named = replace(named, columns={"number": "Doc", "net": "N"}, month=Month(2026, 9))
    _head, (row,) = read(tmp_path, b'Who,Doc,N\nx,1/2026,"10,50"\n', named)
    assert (row.register, row.number, row.net, row.gross) == (
        BookRegister.SALES, "1/2026", _D("10.50"), _D("10.50"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("register = 'x'", "There is no register x"),
        ("[columns]\nwrong = 'a'", "knows no wrong"),
        ("columns = 3", "knows no columns"),
        ("x =", "no TOML"),
        ("x = " + "[" * 5000, "no TOML"),
        ("x = " + "9" * 5000, "no TOML"),
    ],
)
def test_a_map_that_is_none_is_refused(text: str, told: str) -> None:
    with pytest.raises(BlinkError) as raised:
        read_map(text)
    assert told in str(raised.value)


def test_a_table_without_month_or_register_asks_for_it(tmp_path: Path) -> None:
    assert "--month" in refused(tmp_path, b"Numer;Nabywca;Brutto\n1;x;2,00\n")
    assert "--register" in refused(tmp_path, b"Numer;Brutto\n1;2,00\n")


def test_the_shared_examples_are_read() -> None:
    head, rows = opened(shared("ledger", "examples", "jpk_v7m3.xml"))
    assert (head.source, head.version, len(rows)) == ("jpk_v7m", "3", 7)
    sold = [row for row in rows if row.register is BookRegister.SALES]
    assert sum(row.vat or 0 for row in sold) == _D("230.00")
    assert sum(row.vat or 0 for row in rows if row not in sold) == _D("123.00")
    _head, rows = opened(shared("ledger", "examples", "jpk_pkpir3.xml"))
    assert sum(row.net or 0 for row in rows if row.side is Direction.SALE) == _D("3025.00")
    assert sum(row.net or 0 for row in rows if row.side is Direction.PURCHASE) == _D("734.50")
    _head, rows = opened(shared("ledger", "examples", "jpk_ewp4.xml"))
    assert sum(row.net or 0 for row in rows) == _D("3025.00")


@pytest.mark.parametrize(
    ("form", "documents", "made"),
    [
        ("jpk_v7m", six_ledger(), frame(months=(FEBRUARY,))),
        ("jpk_pkpir", six_kpir(), frame(kind=BookKind.KPIR, months=(FEBRUARY,))),
        ("jpk_ewp", six_lump_sum(), frame(kind=BookKind.LUMP_SUM, months=(FEBRUARY,))),
    ],
)
def test_what_the_program_writes_is_read_to_the_grosz(
    tmp_path: Path, form: str, documents: Sequence[LedgerDocument], made: Frame
) -> None:
    (content,) = written(form, documents, made).values()
    path = tmp_path / "jpk.xml"
    assert "partial JPK that this program made" in refused(tmp_path, content)
    path.write_bytes(re.sub(rb"<!--.*?-->", b"", content))
    head, rows = opened(path)
    assert (head.source, head.first) == (form, FEBRUARY)
    sums: dict[str, Decimal] = {}
    for name, amount in ((name, amount) for row in rows for name, amount in row.amounts):
        sums[name] = sums.get(name, Decimal(0)) + amount
    numbers = {row.ksef_number for row in rows}
    kept = [one for one in documents if one.ksef_number in numbers]
    assert len(numbers) == len(kept)
    if form == "jpk_v7m":
        expected: dict[str, Decimal] = {}
        for register in (row for one in kept for row in one.coding.rows):
            for name, amount in register.amounts:
                expected[name] = expected.get(name, Decimal(0)) + amount
        assert sums == expected
    else:
        assert sum(row.net or 0 for row in rows) == sum(
            entry.amount for one in kept for entry in one.coding.entries
        )


@pytest.mark.parametrize(
    ("name", "register", "count"),
    [
        ("vat_zakup.csv", BookRegister.PURCHASES, 3),
        ("vat_sprzedaz.csv", BookRegister.SALES, 3),
        ("kpir_2026.csv", BookRegister.KPIR, 6),
        ("ryczalt_2026.csv", BookRegister.REVENUE, 3),
        ("ledger.xlsx", BookRegister.SALES, 3),
    ],
)
def test_the_shared_tables_are_read(name: str, register: BookRegister, count: int) -> None:
    head, rows = opened(shared("ledger", "examples", name))
    assert (head.registers, len(rows)) == ((register,), count)
    assert all(row.net is not None and row.number for row in rows)
