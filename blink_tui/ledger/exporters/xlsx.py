"""A workbook with a sheet for each table of the books, with real days and numbers (FORMATS 7).

xlsxwriter makes the workbook: sheets, heads, widths, styles, sums. The rows between head and sum are text that worker
processes have made already (`prepare`), and are put in where they belong: cell by cell in this process, a firm's
100,000 documents would take xlsxwriter more than a minute.
"""

from __future__ import annotations

import gzip
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Files, Frame, Kind, Piece, Span, Writer
from blink_tui.ledger.exporters.csv_set import NUMBER
from blink_tui.ledger.exporters.registers import tables_of
from blink_tui.ledger.table_rows import Line, TablesWriter, day_of, piece_of
from blink_tui.ledger.tables import Cell, Row, Table
from blink_tui.ledger.tables import Kind as Cells
from blink_tui.ledger.texts import Texts
from blink_tui.model.values import from_minor

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SHEET_ROWS = 1_048_576
"""Of a sheet, head and sum among them."""
_KEPT_FOR_HEAD_AND_SUM = 2
_HERE = "\0"
"""Stands in a line for the number of its row: no cleaned text holds it."""
_STYLES = {Cells.DAY: 1, Cells.MONEY: 2, Cells.RATE: 3}
"""Numbers of the styles: xlsxwriter counts them as the columns of the first sheet come to use them."""
_SHAPES = {Cells.DAY: "yyyy-mm-dd", Cells.MONEY: "#,##0.00", Cells.RATE: "0.0000##"}
_EPOCH = 693_594
"""Ordinal of the day before the first one that spreadsheets count."""
_FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheets disagree about days, so they stand as text."""
_SPECIAL = re.compile("[&<>]|_x")
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What spreadsheets would read as an escaped character."""
_AT_ONCE = 1 << 18
_LEVEL = 1
"""Of compression: the rows are so alike that more work saves little."""
_SUM = "Razem"
_SUM_BUT_RECEIPTS = "Razem bez FP"


def line(place: int, table: Table, row: Row) -> Line:
    """A row of a table as its sheet has it, but for its number and that of its row."""
    parts = []
    for value, (text, other, zero) in zip(row.cells, _columns(table), strict=True):
        if not value:
            if zero and value is not None:
                parts.append(f"{other}0</v></c>")
        elif isinstance(value, str):
            parts.append(f"{text}{_escaped(value) if _SPECIAL.search(value) else value}</t></is></c>")
        elif isinstance(value, Decimal):
            parts.append(f"{other}{value:f}</v></c>")
        elif value >= _FIRST_DAY:
            parts.append(f"{other}{value.toordinal() - _EPOCH}</v></c>")
        else:
            parts.append(f"{text}{value.isoformat()}</t></is></c>")
    sums = tuple([_in_grosze(row.cells[at]) for at in table.sums]) if row.counted else ()
    return Line(place, day_of(table, row), "".join(parts), sums)


def _in_grosze(value: Cell) -> int:
    return int(value.scaleb(2)) if isinstance(value, Decimal) else 0


@lru_cache(maxsize=32)
def _columns(table: Table) -> tuple[tuple[str, str, bool], ...]:
    """How a cell of each column begins as text and as something else; whether it tells zeros."""
    begins = [f'<c r="{_letters(place)}{_HERE}"' for place in range(1, len(table.columns) + 1)]
    return tuple(
        (
            f'{begin} t="inlineStr"><is><t>',
            f'{begin} s="{_STYLES[column.kind]}"><v>' if column.kind in _STYLES else f"{begin}><v>",
            column.zero,
        )
        for begin, column in zip(begins, table.columns, strict=True)
    )


def _letters(place: int) -> str:
    """Name of a column, A being 0."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(65 + last)


def _escaped(text: str) -> str:
    return _ESCAPE_LIKE.sub("_x005F_", escape(text))


@dataclass(slots=True)
class _Sheet:
    """Rows of one sheet, compressed in a temporary file."""

    table: Table
    title: str
    file: IO[bytes]
    rows: int = 0
    last: bool = True
    """The table goes on on no other sheet: its sums stand below."""


class _Rows:
    """The sheets of one table: a new one where a sheet is full."""

    def __init__(self, table: Table, temporary: ExitStack, most: int) -> None:
        self._table, self._temporary, self._most = table, temporary, most
        self._number = 0
        self._some: list[str] = []
        self._size = 0
        self.sheets: list[_Sheet] = []
        self._begin()

    def put(self, text: str) -> None:
        sheet = self.sheets[-1]
        if sheet.rows == self._most:
            sheet.last = False
            self.close()
            self._begin()
            sheet = self.sheets[-1]
        sheet.rows += 1
        self._number += 1
        row = str(sheet.rows + 1)
        whole = f'<row r="{row}"><c r="A{row}"><v>{self._number}</v></c>{text.replace(_HERE, row)}</row>'
        self._some.append(whole)
        self._size += len(whole)
        if self._size > _AT_ONCE:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._packed.close()

    def _begin(self) -> None:
        file = self._temporary.enter_context(tempfile.TemporaryFile())
        number = len(self.sheets) + 1
        title = self._table.title if number == 1 else f"{self._table.title} {number}"
        self.sheets.append(_Sheet(self._table, title, file))
        self._packed = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0)

    def _flush(self) -> None:
        self._packed.write("".join(self._some).encode())
        self._some.clear()
        self._size = 0


class WorkbookWriter:
    """A workbook of tables, written when all rows are there."""

    def __init__(
        self, frame: Frame, files: Files, tables: Sequence[Table], part: str = "", most: int = 0
    ) -> None:
        self._frame, self._files, self._part = frame, files, part
        self._most = most or SHEET_ROWS - _KEPT_FOR_HEAD_AND_SUM
        self._temporary = ExitStack()
        self._tables = tables
        self._opened: dict[str, _Rows] = {}
        self._rows = TablesWriter(tables, self._open)

    def add(self, piece: Piece) -> None:
        """Take a document's rows."""
        self._rows.add(piece)

    def close(self) -> None:
        """Write the file."""
        with self._temporary:
            self._rows.close()
            sums = dict(zip((table.id for table in self._tables), self._rows.sums, strict=True))
            ordered = [self._opened[table.id] for table in self._tables if table.id in self._opened]
            sheets = [sheet for rows in ordered for sheet in rows.sheets]
            with self._files.create(self._part, ".xlsx") as out:
                _assemble(_skeleton(sheets, sums, self._frame), sheets, out)

    def _open(self, table: Table) -> _Rows:
        self._opened[table.id] = _Rows(table, self._temporary, self._most)
        return self._opened[table.id]


def _skeleton(sheets: Sequence[_Sheet], sums: Mapping[str, Sequence[int]], frame: Frame) -> bytes:
    """The workbook without its rows."""
    from xlsxwriter import Workbook

    content = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with Workbook(content, options) as book:
        book.set_properties(
            {"title": frame.name, "author": "blink-tui", "created": frame.made.replace(tzinfo=None)}
        )
        formats = _Formats(book)
        for sheet in sheets:
            _outline(book.add_worksheet(sheet.title), sheet, sums[sheet.table.id], formats)
    return content.getvalue()


class _Formats:
    """Styles of a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.cells: dict[Cells, Format] = {
            kind: book.add_format({"num_format": shape}) for kind, shape in _SHAPES.items()
        }
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.word = book.add_format({"bold": True, "top": 1})
        self.sum = book.add_format({"bold": True, "top": 1, "num_format": _SHAPES[Cells.MONEY]})


def _outline(page: Worksheet, sheet: _Sheet, sums: Sequence[int], formats: _Formats) -> None:
    columns = sheet.table.columns
    page.set_column(0, 0, 7)
    page.write_string(0, 0, NUMBER, formats.head)
    for place, column in enumerate(columns, 1):
        page.set_column(place, place, column.width, formats.cells.get(column.kind))
        page.write_string(0, place, column.name, formats.head)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, sheet.rows, len(columns))
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    if sheet.last and sheet.table.sums and sheet.rows:
        below = sheet.rows + 1
        page.write_string(
            below, 1, _SUM_BUT_RECEIPTS if sheet.table.id == "vat_sprzedaz" else _SUM, formats.word
        )
        for place, amount in zip(sheet.table.sums, sums, strict=True):
            page.write_number(below, place + 1, float(from_minor(amount)), formats.sum)


def _assemble(skeleton: bytes, sheets: Sequence[_Sheet], out: Any) -> None:
    """Put the rows of each sheet behind its head; every time the same bytes."""
    pages = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, 1)}
    with (
        zipfile.ZipFile(io.BytesIO(skeleton)) as made,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as whole,
    ):
        for name in made.namelist():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            with whole.open(member, "w", force_zip64=name in pages) as part:
                for content in _member(made.read(name), pages.get(name)):
                    part.write(content)


def _member(content: bytes, sheet: _Sheet | None) -> Iterator[bytes]:
    if sheet is None:
        yield content
        return
    end = b"</row>"
    head, _, rest = content.partition(end)
    yield head + end
    sheet.file.seek(0)
    with gzip.GzipFile(fileobj=sheet.file) as rows:
        while some := rows.read(_AT_ONCE):
            yield some
    yield rest


class _Xlsx:
    id = "xlsx"
    name = "XLSX"
    kind = Kind.REPORT
    span = Span.EITHER
    needs_books = False
    settings = ()
    limits: Mapping[str, int] = {}

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        return piece_of(document, frame, Texts(), line)

    def writer(self, frame: Frame, files: Files) -> Writer:
        return WorkbookWriter(frame, files, tables_of(frame))


EXPORTER: Exporter = _Xlsx()
