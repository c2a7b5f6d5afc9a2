"""What tables of books say, read back from CSV and from workbooks by libraries that did not write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from python_calamine import CalamineWorkbook

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Frame
from blink_tui.ledger.writing import write
from tests.ledger.memory import MemoryFiles

Table = list[list[str]]
"""Head and rows, as text."""


def files_of(exporter: Exporter, documents: Iterable[LedgerDocument], frame: Frame) -> dict[str, bytes]:
    """What an exporter writes."""
    files = MemoryFiles()
    write(exporter, documents, frame, files)
    return files.written


def written_together(
    exporter: Exporter, documents: Sequence[tuple[LedgerDocument, Frame]]
) -> dict[str, bytes]:
    """What an exporter writes of documents whose books are of one kind, but not of one firm."""
    files = MemoryFiles()
    writer = exporter.writer(documents[0][1], files)
    for document, frame in documents:
        piece = exporter.prepare(document, frame)
        if piece is not None:
            writer.add(piece)
    writer.close()
    return files.written


def csv_table(content: bytes, encoding: str = "utf-8-sig") -> Table:
    """A CSV with semicolons."""
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=";", strict=True))


def csv_tables(files: Mapping[str, bytes], encoding: str = "utf-8-sig") -> dict[str, Table]:
    """All of a set, by the names of their files."""
    return {name.removesuffix(".csv"): csv_table(content, encoding) for name, content in files.items()}


def rows_of(table: Table) -> list[dict[str, str]]:
    """Rows by the names of their columns."""
    head, *rows = table
    return [dict(zip(head, row, strict=True)) for row in rows]


def sheets_of(content: bytes) -> Mapping[str, Sequence[Sequence[object]]]:
    """Cells of a workbook as they are, by the titles of the sheets."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def as_csv_has_it(cell: object, column: str) -> str:
    """A cell of a workbook as text in the form of our CSV."""
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, float):
        return str(cell)
    if column in ("Lp", "% odliczenia"):
        return str(int(cell))
    places = 4 if column == "Kurs" else 2
    return f"{Decimal(repr(cell)):.{places}f}".replace(".", ",")
