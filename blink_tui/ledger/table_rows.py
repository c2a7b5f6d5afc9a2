"""Rows of tables as text on their way into files: made in workers, put into order, handed to what writes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame, Piece
from blink_tui.ledger.exporters.registers import rows_of, tables_of
from blink_tui.ledger.scratch import scratch
from blink_tui.ledger.tables import Cell, Row, Table
from blink_tui.ledger.texts import Texts
from blink_tui.model.months import Month

NUMBER = "Lp"
"""Head of the first column of every table."""
_C = TypeVar("_C")


class Line(NamedTuple):
    """A row as its file will have it, but for its number."""

    table: int
    """Place among the tables of the export."""
    day: int
    """Ordinal of the day by which a dated table is ordered; 0 elsewhere."""
    text: str
    sums: tuple[int, ...] = ()
    """What it adds to the sums of its table, in grosze; empty where it adds nothing."""


class Sink(Protocol):
    """Where the rows of one table go."""

    def put(self, text: str) -> None:
        """One more row, below the others."""

    def close(self) -> None:
        """There are no more."""


def piece_of(
    document: LedgerDocument,
    frame: Frame,
    texts: Texts,
    lines_of: Callable[[int, Table, Sequence[Row]], Iterable[Line]],
    months: Collection[Month],
) -> Piece | None:
    """A document's lines in all tables; None where it has none.

    Nothing is told apart by a document's own number here: two sellers may use the same one.
    """
    tables = tables_of(frame)
    lines: list[Line] = []
    for place, rows in enumerate(rows_of(document, frame, texts, months)):
        if rows:
            lines += lines_of(place, tables[place], rows)
    if not lines:
        return None
    number = document.ksef_number or str(document.guid)
    return Piece(document.id, document.ksef_number, number, lines, texts.warnings)


def rendered(
    rows: Sequence[Row], columns: Sequence[_C], cell: Callable[[Cell, _C], str]
) -> Iterator[tuple[Row, list[str]]]:
    """Each row with its cells as text; what is the very same as in the row above is not made again."""
    above: tuple[Cell, ...] = ()
    parts: list[str] = []
    for row in rows:
        if above:
            parts = [
                part if value is before else cell(value, column)
                for value, before, part, column in zip(row.cells, above, parts, columns, strict=True)
            ]
        else:
            parts = [cell(value, column) for value, column in zip(row.cells, columns, strict=True)]
        above = row.cells
        yield row, parts


def day_of(table: Table, row: Row) -> int:
    """By what a row is ordered."""
    first = row.cells[0]
    return first.toordinal() if table.dated and isinstance(first, date) else 0


class TablesWriter:
    """Hands lines to the sinks of their tables; dated tables wait in a temporary file until all days are there."""

    def __init__(self, tables: Sequence[Table], open_sink: Callable[[Table], Sink]) -> None:
        self._tables = tables
        self._open_sink = open_sink
        self._sinks: dict[int, Sink] = {}
        self._waiting: dict[int, _Waiting] = {}
        self.sums: list[list[int]] = [[0] * len(table.sums) for table in tables]
        """Of each table, in grosze."""

    def add(self, piece: Piece) -> None:
        """Write a document's lines."""
        for place, day, text, sums in piece.body:
            if self._tables[place].dated:
                self._waiting_for(place).put(day, text)
            else:
                self._sink(place).put(text)
            if sums:
                total = self.sums[place]
                for position, amount in enumerate(sums):
                    total[position] += amount

    def close(self) -> None:
        """Write what waited, and the tables that have no rows but are there all the same."""
        for place, waiting in self._waiting.items():
            sink = self._sink(place)
            for text in waiting.in_order():
                sink.put(text)
        for place, table in enumerate(self._tables):
            if table.always:
                self._sink(place)
        for _place, sink in sorted(self._sinks.items()):
            sink.close()

    def _waiting_for(self, place: int) -> _Waiting:
        if place not in self._waiting:
            self._waiting[place] = _Waiting()
        return self._waiting[place]

    def _sink(self, place: int) -> Sink:
        if place not in self._sinks:
            self._sinks[place] = self._open_sink(self._tables[place])
        return self._sinks[place]


class _Waiting:
    """Rows that are put into the order of their days, those of one day as they came."""

    def __init__(self) -> None:
        self._file = scratch(self)
        self._places: list[tuple[int, int, int]] = []
        self._end = 0

    def put(self, day: int, text: str) -> None:
        content = text.encode()
        self._file.write(content)
        self._places.append((day, self._end, len(content)))
        self._end += len(content)

    def in_order(self) -> Iterator[str]:
        for _day, begin, length in sorted(self._places):
            self._file.seek(begin)
            yield self._file.read(length).decode()
