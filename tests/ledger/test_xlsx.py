"""The workbook: the same cells as the CSV, days and numbers real, texts never formulas, the same bytes every time."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.exporters import csv_set
from blink_tui.ledger.exporters.registers import PURCHASES, tables_of
from blink_tui.ledger.exporters.xlsx import EXPORTER, WorkbookWriter
from blink_tui.ledger.tables import Kind
from blink_tui.model.books import BookKind
from blink_tui.model.coding import PostingLine, Side
from blink_tui.model.months import Month
from tests.invoices.samples import shared
from tests.ledger.hostile import TEXTS, changed, purchase, sale, uncoded, with_text
from tests.ledger.memory import MemoryFiles
from tests.ledger.sheets import as_csv_has_it, csv_table, csv_tables, files_of, sheets_of, written_together
from tests.ledger.six import frame, six_kpir, six_ledger, six_lump_sum
from tests.ledger.worked import worked, worked_documents

_SIX = {BookKind.LEDGER: six_ledger, BookKind.KPIR: six_kpir, BookKind.LUMP_SUM: six_lump_sum}


def workbook(*documents: LedgerDocument, own: Frame | None = None) -> bytes:
    (content,) = files_of(EXPORTER, documents, own or frame()).values()
    return content


def cells(content: bytes) -> dict[str, list[list[str]]]:
    """Sheets as the CSV has them, without the sums below."""
    found = {}
    for title, (head, *rows) in sheets_of(content).items():
        names = [str(cell) for cell in head]
        told = [row for row in rows if row[0] != ""]
        found[title] = [
            names, *([as_csv_has_it(cell, name) for cell, name in zip(row, names, strict=True)] for row in told),
        ]  # fmt: skip
    return found


def sums(content: bytes, title: str) -> dict[str, object]:
    head, *_rows, last = sheets_of(content)[title]
    assert last[0] == ""
    return dict(zip(map(str, head), last, strict=True))


@pytest.mark.parametrize("kind", BookKind)
def test_the_sheets_hold_what_the_files_hold(kind: BookKind) -> None:
    documents, own = _SIX[kind](), frame(kind)
    files = csv_tables(files_of(csv_set.EXPORTER, documents, own))
    titles = {table.id: table.title for table in tables_of(own)}
    assert cells(workbook(*documents, own=own)) == {titles[name]: table for name, table in files.items()}


def test_the_sheets_of_the_worked_documents_hold_what_the_files_hold() -> None:
    by_books = defaultdict(list)
    for _title, document, own in worked_documents():
        assert own.books is not None
        by_books[own.books.kind].append((document, own))
    for kind, several in by_books.items():
        titles = {table.id: table.title for table in tables_of(frame(kind))}
        files = csv_tables(written_together(csv_set.EXPORTER, several))
        (content,) = written_together(EXPORTER, several).values()
        assert cells(content) == {titles[name]: table for name, table in files.items()}


@pytest.mark.parametrize("title", ["VAT sprzedaż", "VAT zakup"])
def test_registers_are_the_example_s_sheets(title: str) -> None:
    content = (shared("ledger", "examples") / "ledger.xlsx").read_bytes()
    assert sheets_of(workbook(*six_ledger()))[title][:-1] == sheets_of(content)[title]


def test_days_are_days_and_amounts_are_numbers() -> None:
    head, row, *_rest = sheets_of(workbook(sale()))["VAT sprzedaż"]
    told = dict(zip(map(str, head), row, strict=True))
    assert (told["Data wystawienia"], told["Netto 23%"], told["NIP"]) == (
        date(2026, 2, 5),
        1000.0,
        "2222222222",
    )


@pytest.mark.parametrize("kind", [*BookKind, None])
def test_every_column_has_the_style_of_what_it_holds(kind: BookKind | None) -> None:
    own = frame(kind) if kind else frame(books=None)
    documents = _SIX[kind]() if kind else tuple(map(uncoded, six_ledger()))
    with zipfile.ZipFile(io.BytesIO(workbook(*documents, own=own))) as book:
        styles = book.read("xl/styles.xml").decode()
        shapes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]+)"', styles))
        used = re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2].partition("</cellXfs>")[0])
        formats = [shapes.get(re.findall(r'numFmtId="(\d+)"', one)[0], "") for one in used]
        page = book.read("xl/worksheets/sheet1.xml").decode()
    rows = page.partition('<row r="2">')[2].partition("</row>")[0]
    table = tables_of(own)[0]
    wanted = {Kind.DAY: "yyyy-mm-dd", Kind.MONEY: "#,##0.00", Kind.RATE: "0.0000##"}
    seen = set()
    for letters, style in re.findall(r'<c r="([A-Z]+)2" s="(\d+)"', rows):
        place = sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(letters)))
        column = table.columns[place - 2]
        assert formats[int(style)] == wanted[column.kind]
        seen.add(column.kind)
    assert {Kind.DAY, Kind.MONEY} <= seen


def test_a_sheet_has_a_frozen_head_a_filter_and_widths() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(*six_ledger()))) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in page
    assert '<autoFilter ref="A1:AG4"/>' in page
    assert 'width="37.7109375"' in page
    assert "<f>" not in page


def test_sums_stand_below_and_leave_out_sales_of_a_cash_register() -> None:
    receipt = worked("Faktura do paragonu (FP)")
    found = sums(workbook(sale(), receipt.document), "VAT sprzedaż")
    assert (found["Numer dokumentu"], found["Netto 23%"], found["Brutto"]) == ("Razem bez FP", 1000.0, 1230.0)
    assert sums(workbook(*six_ledger()), "VAT zakup")["VAT pozostałe (K_43)"] == 123.0


def test_amounts_are_exact_to_the_grosz_however_large_or_small() -> None:
    amounts = ("0.01", "-0.01", "1234567890123.45", "99999999999.99")
    lines = tuple(PostingLine(Side.DEBIT, "402", Decimal(amount)) for amount in amounts)
    document = replace(purchase(), coding=replace(purchase().coding, lines=lines))
    _head, *rows = sheets_of(workbook(document))["Dekrety"]
    assert [Decimal(repr(row[9])) for row in rows] == list(map(Decimal, amounts))


@pytest.mark.parametrize("what", TEXTS)
def test_hostile_texts_are_texts(what: str) -> None:
    document = with_text(TEXTS[what], purchase())
    (_head, row, _sum) = sheets_of(workbook(document))["VAT zakup"]
    (expected,) = (
        one for one in csv_tables(files_of(csv_set.EXPORTER, [document], frame()))["vat_zakup"][1:]
    )
    assert row[10] == expected[10].removeprefix("'")
    assert row[24] == expected[24].removeprefix("'")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@A1", "http://example.invalid", "12", "00012", "_x0041_", "a_x000D_b"]
)
def test_a_text_stays_the_very_text(text: str) -> None:
    content = workbook(changed(purchase(), number=text))
    assert sheets_of(content)["VAT zakup"][1][1] == text
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        pages = "".join(book.read(name).decode() for name in book.namelist())
    assert "<f>" not in pages
    assert "hyperlink" not in pages.replace("hyperlinkBase", "").lower() or "<hyperlink " not in pages


def test_a_number_of_256_characters_stays_whole() -> None:
    number = "FV/" + "9" * 253
    assert sheets_of(workbook(changed(purchase(), number=number)))["VAT zakup"][1][1] == number


def test_a_day_that_spreadsheets_disagree_about_is_a_text() -> None:
    document = changed(sale(), issue_date=date(1899, 12, 31))
    assert sheets_of(workbook(document))["VAT sprzedaż"][1][5] == "1899-12-31"


def test_a_full_sheet_goes_on_on_another_one() -> None:
    own, files = frame(), MemoryFiles()
    writer = WorkbookWriter(own, files, tables_of(own), most=2)
    for document in six_ledger()[:4]:
        piece = EXPORTER.prepare(document, own)
        assert piece is not None
        writer.add(piece)
    writer.close()
    found = sheets_of(files.only)
    assert [title for title in found if title.startswith("VAT sprz")] == ["VAT sprzedaż", "VAT sprzedaż 2"]
    first, second = found["VAT sprzedaż"], found["VAT sprzedaż 2"]
    assert first[0] == second[0]
    assert ([row[0] for row in first[1:]], [row[0] for row in second[1:]]) == ([1.0, 2.0], [3.0, ""])
    assert second[-1][1] == "Razem bez FP"
    assert second[-1][14] == 900.0
    assert len([title for title in found if title.startswith("Dekrety")]) == 6


def test_a_month_s_workbook_has_that_month_s_rows_alone() -> None:
    one = worked("Dostawca z metodą kasową (MK)")
    march = workbook(one.document, own=replace(one.frame, months=(Month(2026, 3),)))
    may = workbook(one.document, own=replace(one.frame, months=(Month(2026, 5),)))
    assert [len(sheets_of(content)["VAT zakup"]) for content in (march, may)] == [3, 3]
    assert [len(sheets_of(content)["Dekrety"]) for content in (march, may)] == [8, 1]
    assert EXPORTER.prepare(one.document, replace(one.frame, months=(Month(2026, 4),))) is None


def test_without_documents_the_sheets_are_there_all_the_same() -> None:
    assert {title: len(rows) for title, rows in sheets_of(workbook()).items()} == {
        "VAT sprzedaż": 1, "VAT zakup": 1, "Dekrety": 1,
    }  # fmt: skip


def test_a_firm_without_books_gets_one_sheet() -> None:
    own = frame(books=None)
    documents = list(map(uncoded, six_ledger()))
    (plain,) = files_of(csv_set.EXPORTER, documents, own).values()
    assert cells(workbook(*documents, own=own)) == {"Dokumenty": csv_table(plain)}


def test_a_second_run_is_byte_for_byte_the_first_but_for_its_time() -> None:
    first = workbook(*six_ledger())
    assert first == workbook(*six_ledger())
    later = workbook(*six_ledger(), own=frame(made=datetime(2026, 3, 1, 8, 0, tzinfo=UTC)))
    with zipfile.ZipFile(io.BytesIO(first)) as one, zipfile.ZipFile(io.BytesIO(later)) as other:
        assert one.namelist() == other.namelist()
        differ = [name for name in one.namelist() if one.read(name) != other.read(name)]
        assert one.testzip() is None
    assert differ == ["docProps/core.xml"]


def test_the_sums_of_the_example_s_kind_are_those_of_its_columns() -> None:
    assert [PURCHASES.columns[place].name for place in PURCHASES.sums][:3] == ["Netto", "VAT", "Brutto"]


@pytest.fixture
def profile(tmp_path: Path) -> str:
    """A fresh profile of LibreOffice."""
    if shutil.which("soffice") is None:
        pytest.skip("soffice is not installed")
    return f"-env:UserInstallation=file://{tmp_path / 'profile'}"


@pytest.mark.proof
def test_libreoffice_opens_it_and_reads_the_same_numbers(tmp_path: Path, profile: str) -> None:
    documents = [
        *six_ledger(),
        with_text(TEXTS["formula"], replace(purchase(), id=7)),
        with_text(TEXTS["at"], sale()),
    ]
    (tmp_path / "ledger.xlsx").write_bytes(workbook(*documents))
    options = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,false,false,false,false,-1"
    done = subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", options, "--outdir", str(tmp_path), "ledger.xlsx"],
        cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ours = csv_tables(files_of(csv_set.EXPORTER, documents, frame()))
    for table in tables_of(frame()):
        if table.id not in ours:
            continue
        read = csv_table((tmp_path / f"ledger-{table.title}.csv").read_bytes(), "utf-8")
        rows = [row for row in read[1:] if row[0]]
        names = [name.replace("'", "") for name in read[0]]
        assert names == ours[table.id][0]
        for mine, theirs in zip(ours[table.id][1:], rows, strict=True):
            assert [_plain(cell) for cell in mine] == [_plain(cell) for cell in theirs]


def _plain(cell: str) -> str:
    """Without what only one of the two writes: an apostrophe, a decimal comma, zeros behind it."""
    text = cell.removeprefix("'")
    number = text.replace(",", ".")
    return f"{float(number):.6f}" if re.fullmatch(r"-?\d+\.\d+|-?\d{1,9}", number) else text
