"""CSV as a Polish spreadsheet reads it: a file for each table of the books, one plain list without them (FORMATS 7)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal

from blink_tui.i18n import N_
from blink_tui.invoices import Depth
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Files, Frame, Kind, Piece, Setting, Span, Writer
from blink_tui.ledger.exporters.registers import tables_of
from blink_tui.ledger.table_rows import NUMBER, Line, TablesWriter, day_of, piece_of, rendered
from blink_tui.ledger.tables import Cell, Column, Row, Table
from blink_tui.ledger.tables import Kind as Cells
from blink_tui.ledger.texts import Texts
from blink_tui.model.text import guarded

UTF8, _CP1250 = "utf-8", "cp1250"
_CODECS = {UTF8: "utf-8-sig", _CP1250: _CP1250}
_END = "\r\n"


def decimal_comma(value: Decimal, places: int) -> str:
    """An exact number with at least so many decimals and no trailing zeros beyond them."""
    text = f"{value:f}"
    whole, _, fraction = text.partition(".")
    return f"{whole},{fraction.rstrip('0').ljust(places, '0')}" if places else whole


def _cell(value: Cell, column: Column) -> str:
    if not value:
        return decimal_comma(Decimal(0), 2) if column.zero and value is not None else ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, date):
        return value.isoformat()
    if column.kind is Cells.MONEY:
        return f"{value:.2f}".replace(".", ",")
    return decimal_comma(value, 4 if column.kind is Cells.RATE else 0)


def csv_line(cells: list[str]) -> str:
    """A record without its end, quoted where it has to be."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="").writerow(cells)
    return text.getvalue()


def lines(place: int, table: Table, rows: Sequence[Row]) -> Iterator[Line]:
    """Rows of a table as lines of its file, but for their numbers."""
    for row, parts in rendered(rows, table.columns, _cell):
        yield Line(place, day_of(table, row), csv_line(parts))


class CsvFile:
    """The file of one table."""

    def __init__(self, table: Table, files: Files, encoding: str, part: str | None = None) -> None:
        """`part` is the table's id where it is not told."""
        self._stack = ExitStack()
        raw = self._stack.enter_context(files.create(table.id if part is None else part, ".csv"))
        self._text = io.TextIOWrapper(raw, encoding=_CODECS[encoding], newline="")
        self._rows = 0
        self._text.write(csv_line([NUMBER, *(column.name for column in table.columns)]) + _END)

    def put(self, text: str) -> None:
        """One more line."""
        self._rows += 1
        self._text.write(f"{self._rows};{text}{_END}")

    def close(self) -> None:
        """There are no more."""
        self._text.flush()
        self._text.detach()
        self._stack.close()


class _CsvSet:
    id = "csv"
    name = "CSV"
    kind = Kind.LEDGER
    span = Span.EITHER
    needs_books = False
    settings: tuple[Setting, ...] = (
        Setting("encoding", N_("encoding of the files"), usual=UTF8, example=_CP1250, choices=tuple(_CODECS)),
    )
    limits: Mapping[str, int] = {}

    def depth(self, frame: Frame) -> Depth:
        """No rows of invoices go."""
        return Depth.OUTLINE

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        # handed over whole: its rows of other months would never come again
        return piece_of(document, frame, Texts(codec=_encoding(frame)), lines, ())

    def writer(self, frame: Frame, files: Files) -> Writer:
        encoding = _encoding(frame)
        return TablesWriter(tables_of(frame), lambda table: CsvFile(table, files, encoding))


def _encoding(frame: Frame) -> str:
    return frame.settings.get("encoding") or UTF8


EXPORTER: Exporter = _CsvSet()
