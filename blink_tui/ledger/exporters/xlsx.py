"""A workbook with a sheet for each table of the books, with real days and numbers (FORMATS 7).

xlsxwriter makes the workbook: sheets, heads, widths, styles, sums. The rows between head and sum are text that worker
processes have made already (`prepare`), put in where they belong (`packing`). Cell by cell in this process, as
xlsxwriter has it, 100,000 documents would keep one processor busy for 40 seconds.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from blink_tui.invoices import Depth
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Files, Frame, Kind, Piece, Setting, Span, Writer
from blink_tui.ledger.exporters.registers import tables_of
from blink_tui.ledger.packing import Member, join
from blink_tui.ledger.table_rows import NUMBER, Line, TablesWriter, day_of, piece_of, rendered
from blink_tui.ledger.tables import Cell, Row, Table
from blink_tui.ledger.tables import Kind as Cells
from blink_tui.ledger.texts import Texts
from blink_tui.model.values import from_minor

if TYPE_CHECKING:
    from xlsxwriter import Workbook  # type: ignore[import-untyped] # no stubs, as the two below
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

SHEET_ROWS = 1_048_576
"""Of a sheet, head and sum among them."""
_HEAD_AND_SUM = 2
_SHEET_BYTES = 3 << 30
"""Of a sheet's text: another one begins before it is more than a zip can tell."""
_HERE = "\0"
"""Stands in a line for the number of its row: no cleaned text holds it."""
_STYLES = {Cells.DAY: 1, Cells.MONEY: 2, Cells.RATE: 3}
"""Numbers of the styles (`_Formats`)."""
_SHAPES = {Cells.DAY: "yyyy-mm-dd", Cells.MONEY: "#,##0.00", Cells.RATE: "0.0000##"}
"""What they look like, in the order of their numbers."""
_EPOCH = 693_594
"""Ordinal of the day before the first one that spreadsheets count."""
_FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheets disagree about days, so they stand as text."""
_SPECIAL = re.compile("[&<>]|_x")
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What spreadsheets would read as an escaped character."""
_AT_ONCE = 1 << 18
"""Characters that are compressed together."""
_SUM, _SUM_BUT_RECEIPTS = "Razem", "Razem bez FP"
_END_OF_HEAD = "</row>"
_CHANGING = re.compile(r'<dimension [^>]*/>| tabSelected="1"')
"""What a sheet's head says of its rows and its place, and need not."""


class _Column(NamedTuple):
    """How a cell of a column begins, as text and as something else."""

    text: str
    other: str
    zero: bool
    """It tells zeros."""


def lines(place: int, table: Table, rows: Sequence[Row]) -> Iterator[Line]:
    """Rows of a table as its sheet has them, but for their numbers and those of the rows."""
    for row, parts in rendered(rows, _columns(table), _cell):
        sums = tuple([_in_grosze(row.cells[at]) for at in table.sums]) if row.counted else ()
        yield Line(place, day_of(table, row), "".join(parts), sums)


def _in_grosze(value: Cell) -> int:
    return int(value.scaleb(2)) if value and isinstance(value, Decimal) else 0


@lru_cache(maxsize=32)
def _columns(table: Table) -> tuple[_Column, ...]:
    found = []
    for place, column in enumerate(table.columns, 1):
        begin = f'<c r="{_letters(place)}{_HERE}"'
        style = f' s="{_STYLES[column.kind]}"' if column.kind in _STYLES else ""
        found.append(_Column(f'{begin} t="inlineStr"><is><t>', f"{begin}{style}><v>", column.zero))
    return tuple(found)


def _letters(place: int) -> str:
    """Name of a column, A being 0."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(65 + last)


def _cell(value: Cell, column: _Column) -> str:
    if not value:
        return f"{column.other}0</v></c>" if column.zero and value is not None else ""
    if isinstance(value, str):
        return f"{column.text}{_escaped(value) if _SPECIAL.search(value) else value}</t></is></c>"
    if isinstance(value, Decimal):
        return f"{column.other}{value:f}</v></c>"
    if value >= _FIRST_DAY:
        return f"{column.other}{value.toordinal() - _EPOCH}</v></c>"
    return f"{column.text}{value.isoformat()}</t></is></c>"


def _escaped(text: str) -> str:
    return _ESCAPE_LIKE.sub("_x005F_", escape(text))


class _Sheet:
    """One sheet; its head stands already."""

    def __init__(self, table: Table, title: str, head: str) -> None:
        self.table, self.title = table, title
        self.rows = 0
        self.last = True
        """The table goes on on no other sheet: its sums stand below."""
        self.member = Member("")
        self.member.write(head.encode())


class _Rows:
    """The sheets of one table: another one where a sheet is full."""

    def __init__(self, table: Table, most: int) -> None:
        self._table, self._most = table, most
        self._head = _head(table)
        self._number = 0
        self._some: list[str] = []
        self._length = 0
        self.sheets: list[_Sheet] = []
        self._begin()

    def put(self, text: str) -> None:
        """One more row."""
        sheet = self.sheets[-1]
        if sheet.rows == self._most or sheet.member.size > _SHEET_BYTES:
            self.close()
            sheet.last = False
            self._begin()
            sheet = self.sheets[-1]
        sheet.rows += 1
        self._number += 1
        row = str(sheet.rows + 1)
        whole = f'<row r="{row}"><c r="A{row}"><v>{self._number}</v></c>{text.replace(_HERE, row)}</row>'
        self._some.append(whole)
        self._length += len(whole)
        if self._length > _AT_ONCE:
            self.close()

    def close(self) -> None:
        """Hand on what is left."""
        self.sheets[-1].member.write("".join(self._some).encode())
        self._some.clear()
        self._length = 0

    def _begin(self) -> None:
        number = len(self.sheets) + 1
        title = self._table.title if number == 1 else f"{self._table.title} {number}"
        self.sheets.append(_Sheet(self._table, title, self._head))


class WorkbookWriter:
    """A workbook of tables, written when all rows are there."""

    def __init__(
        self, frame: Frame, files: Files, tables: Sequence[Table], *, part: str = "", most: int = 0
    ) -> None:
        """`most` rows stand on a sheet, as many as it can hold where it is 0."""
        self._frame, self._files, self._part = frame, files, part
        self._most = most or SHEET_ROWS - _HEAD_AND_SUM
        self._tables = tables
        self._opened: dict[Table, _Rows] = {}
        self._rows = TablesWriter(tables, self._open)

    def add(self, piece: Piece) -> None:
        """Take a document's rows."""
        self._rows.add(piece)

    def close(self) -> None:
        """Write the file."""
        self._rows.close()
        sums = dict(zip(self._tables, self._rows.sums, strict=True))
        sheets = [
            sheet for table in self._tables if table in self._opened for sheet in self._opened[table].sheets
        ]
        outlines = [
            _Outline(one.table, one.title, one.rows, sums[one.table] if one.last and one.rows else None)
            for one in sheets
        ]
        with self._files.create(self._part, ".xlsx") as out:
            join(self._members(_skeleton(outlines, self._frame), sheets), out)

    def _open(self, table: Table) -> _Rows:
        self._opened[table] = _Rows(table, self._most)
        return self._opened[table]

    def _members(self, skeleton: zipfile.ZipFile, sheets: Sequence[_Sheet]) -> Iterator[Member]:
        """All parts of the workbook in their order, the sheets with what stands behind their rows."""
        pages = {_page(number): (number, sheet) for number, sheet in enumerate(sheets, 1)}
        for name in skeleton.namelist():
            if name in pages:
                number, sheet = pages[name]
                member, content = sheet.member, _halves(skeleton, number)[1].encode()
                member.name = name
            else:
                member, content = Member(name), skeleton.read(name)
            member.write(content)
            yield member


class _Outline(NamedTuple):
    """A sheet without its rows."""

    table: Table
    title: str
    rows: int
    sums: Sequence[int] | None
    """In grosze; None where no sum stands below."""


def _page(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _halves(skeleton: zipfile.ZipFile, number: int) -> tuple[str, str]:
    """A sheet before its first row and after its last one; the first half is the same for all sheets of a table."""
    head, end, rest = skeleton.read(_page(number)).decode().partition(_END_OF_HEAD)
    return _CHANGING.sub("", head) + end, rest


@lru_cache(maxsize=32)
def _head(table: Table) -> str:
    """What stands before the first row of every sheet of a table."""
    return _halves(_skeleton([_Outline(table, table.title, 0, None)], None), 1)[0]


def _skeleton(outlines: Sequence[_Outline], frame: Frame | None) -> zipfile.ZipFile:
    """The workbook without its rows."""
    from xlsxwriter import Workbook

    content = io.BytesIO()
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with Workbook(content, options) as book:
        if frame is not None:
            created = frame.made.astimezone(UTC).replace(tzinfo=None)
            book.set_properties({"title": frame.name, "author": "blink-tui", "created": created})
        formats = _Formats(book)
        for one in outlines:
            _outline(book.add_worksheet(one.title), one, formats)
    return zipfile.ZipFile(content)


class _Formats:
    """Styles of a workbook, each with the number that it has in all of them."""

    def __init__(self, book: Workbook) -> None:
        self.cells: dict[Cells, Format] = {
            kind: book.add_format({"num_format": shape}) for kind, shape in _SHAPES.items()
        }
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.word = book.add_format({"bold": True, "top": 1})
        self.sum = book.add_format({"bold": True, "top": 1, "num_format": _SHAPES[Cells.MONEY]})
        for number, one in enumerate((*self.cells.values(), self.head, self.word, self.sum), 1):
            one.set_xf_index(number)


def _outline(page: Worksheet, one: _Outline, formats: _Formats) -> None:
    columns = one.table.columns
    page.set_column(0, 0, 7)
    page.write_string(0, 0, NUMBER, formats.head)
    for place, column in enumerate(columns, 1):
        page.set_column(place, place, column.width, formats.cells.get(column.kind))
        page.write_string(0, place, column.name, formats.head)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, one.rows, len(columns))
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    if one.sums and one.table.sums:
        below = one.rows + 1
        page.write_string(below, 1, _SUM_BUT_RECEIPTS if one.table.receipts else _SUM, formats.word)
        for place, amount in zip(one.table.sums, one.sums, strict=True):
            page.write_number(below, place + 1, float(from_minor(amount)), formats.sum)


class _Xlsx:
    id = "xlsx"
    name = "XLSX"
    kind = Kind.REPORT
    span = Span.EITHER
    needs_books = False
    settings: tuple[Setting, ...] = ()
    limits: Mapping[str, int] = {}

    def depth(self, frame: Frame) -> Depth:
        """No rows of invoices go."""
        return Depth.OUTLINE

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        return piece_of(document, frame, Texts(), lines, frame.months)

    def writer(self, frame: Frame, files: Files) -> Writer:
        return WorkbookWriter(frame, files, tables_of(frame))


EXPORTER: Exporter = _Xlsx()
