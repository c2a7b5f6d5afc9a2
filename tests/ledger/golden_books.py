"""Golden files of the worked documents in tables and journals, beside those of `golden_text`.

`python -m tests.ledger.golden_books` writes them anew; read the difference before it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from blink_tui.i18n import set_language
from blink_tui.ledger.exporter import Exporter
from blink_tui.ledger.exporters import beancount, csv_set, hledger
from blink_tui.model.books import BookKind
from tests.ledger.golden_text import FOLDER
from tests.ledger.sheets import csv_tables, rows_of, written_together
from tests.ledger.worked import worked_documents

_SAME = frozenset({"Lp", "Numer KSeF", "Oznaczenie", "Adres", "Waluta", "Kontrahent", "Kontrahent NIP"})
"""Columns that tell nothing of a document that its title and other columns do not."""


def text_of(name: str) -> str:
    """The golden text of a format, as it is now."""
    exporter, journal, shown = FORMATS[name]
    set_language("pl")
    parts = []
    for title, document, frame in worked_documents():
        assert frame.books is not None
        if journal and frame.books.kind is not BookKind.LEDGER:
            continue
        files = written_together(exporter, [(document, frame)])
        piece = exporter.prepare(document, frame)
        told = [f"  uwaga: {one.message}" for one in piece.warnings] if piece else []
        parts.append("\n".join([f"{document.id}. {title}", *shown(files), *told]))
    return "\n\n".join(parts) + "\n"


def _tables(files: dict[str, bytes]) -> Iterator[str]:
    """Each row on a line: what is not blank, under its column's name, and not as in the row above."""
    for name, table in csv_tables(files).items():
        above: dict[str, str] = {}
        for row in rows_of(table):
            told = {column: cell for column, cell in row.items() if cell and column not in _SAME}
            cells = (f"{column} {cell}" for column, cell in told.items() if above.get(column) != cell)
            yield f"  {name}: " + "; ".join(cells)
            above = told


def _journal(files: dict[str, bytes]) -> Iterator[str]:
    """The entry, without what is declared above it."""
    (content,) = files.values()
    entry = content.decode().rpartition("\n\n")[2] if content.count(b"\n\n") > 1 else ""
    yield from (f"  {line}" for line in entry.splitlines() if "ksef:" not in line and line)


FORMATS: dict[str, tuple[Exporter, bool, Callable[[dict[str, bytes]], Iterator[str]]]] = {
    "tables": (csv_set.EXPORTER, False, _tables),
    "hledger": (hledger.EXPORTER, True, _journal),
    "beancount": (beancount.EXPORTER, True, _journal),
}


if __name__ == "__main__":
    for name in FORMATS:
        (FOLDER / f"{name}.txt").write_text(text_of(name), encoding="utf-8")
