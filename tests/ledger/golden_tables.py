"""How golden files tell what is in tables and journals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blink_tui.ledger.exporters import beancount, csv_set, hledger
from tests.ledger.golden import Golden
from tests.ledger.sheets import csv_tables, rows_of

_SAME = frozenset({"Lp", "Numer KSeF", "Oznaczenie", "Adres", "Waluta", "Kontrahent", "Kontrahent NIP"})
"""Columns that tell nothing of a document that its title and other columns do not."""


def _tables(files: Mapping[str, bytes]) -> Iterator[str]:
    """Each row on a line: what is not blank, under its column's name, and not as in the row above."""
    for name, table in csv_tables(files).items():
        above: dict[str, str] = {}
        for row in rows_of(table):
            told = {column: cell for column, cell in row.items() if cell and column not in _SAME}
            cells = (f"{column} {cell}" for column, cell in told.items() if above.get(column) != cell)
            yield f"  {name}: " + "; ".join(cells)
            above = told


def _journal(files: Mapping[str, bytes]) -> Iterator[str]:
    """The entry, without what is declared above it."""
    (content,) = files.values()
    entry = content.decode().rpartition("\n\n")[2] if content.count(b"\n\n") > 1 else ""
    yield from (f"  {line}" for line in entry.splitlines() if "ksef:" not in line and line)


TABLES = {
    "tables": Golden(csv_set.EXPORTER, _tables),
    "hledger": Golden(hledger.EXPORTER, _journal, full_books_only=True),
    "beancount": Golden(beancount.EXPORTER, _journal, full_books_only=True),
}
