"""A buffer of a million documents in one minute: some thousand real ones, each copied some hundred times by SQL.

    python -m tests.bench.million FOLDER [--documents N] [--firms N]

The first ones are generated, stored, read and compared as everywhere; a copy differs from its model in number, dates
and amounts, and keeps parties, status, findings and the rest. Copies have no events: their history is empty. A buffer
that was made once is used again.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from blink_tui.buffer import open_buffer
from blink_tui.model.values import crc8
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.derive import derive_pending
from tests.bench.filling import fill

RARE_WORD = "kwiatonosz"
"""Ten of a million documents have it."""
_MODELS = 5000
_TODAY = date(2026, 11, 30)
_DAYS = 240
"""Copies are spread over so many days after those of their models, in the order of their ids, as a buffer grows."""
_NOT_COPIED = {"document_event", "batch_document"}


async def _models(path: Path, documents: int, firms: int) -> None:
    async with open_buffer(path) as buffer:
        await fill(buffer, documents, firms)
        await derive_pending(buffer, _TODAY)
        await compare_pending(buffer, _TODAY)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _tables_of_documents(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    names = [name for (name,) in found if name not in _NOT_COPIED]
    return [name for name in names if "document_id" in _columns(connection, name)]


@contextmanager
def _without_indexes(connection: sqlite3.Connection) -> Iterator[None]:
    """Built at the end, indexes cost a fifth of what keeping them costs."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    made = list(found)
    for name, _sql in made:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _name, sql in made:
        connection.execute(sql)


def _copy(connection: sqlite3.Connection, table: str, joined: str, changed: Mapping[str, str]) -> None:
    """Rows of a table once for each copy, with other values in some columns."""
    columns = _columns(connection, table)
    values = ", ".join(changed.get(column, f"o.{column}") for column in columns)
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM copy c JOIN {table} o ON {joined}"
    )


def _renumbered(number: str, copy: int) -> str:
    """A KSeF number of another document, with its check digits."""
    nip, day, serial, _crc = number.split("-")
    body = f"{nip}-{day}-{int(serial, 16) + (copy << 24):012X}"
    return f"{body}-{crc8(body.encode()):02X}"


_LATER = "iif({0} = '', '', date({0}, (c.number * {1} / {2}) || ' days') || substr({0}, 11))"


def _multiply(connection: sqlite3.Connection, documents: int) -> None:
    connection.create_function("renumbered", 2, _renumbered, deterministic=True)
    models, largest = connection.execute("SELECT count(*), max(id) FROM document").fetchone()
    connection.execute("CREATE TEMP TABLE copy (id INTEGER PRIMARY KEY, model INTEGER, number INTEGER)")
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)"
        " INSERT INTO copy SELECT ? + 1 + i, (SELECT id FROM document LIMIT 1) + i % ?, 1 + i / ? FROM n",
        (documents - models, largest, models, models),
    )
    with _without_indexes(connection):
        _copy_all(connection, -(-documents // models))


def _copy_all(connection: sqlite3.Connection, copies: int) -> None:
    number = "renumbered(o.ksef_number, c.number)"
    connection.execute("CREATE TEMP TABLE bytes AS SELECT DISTINCT d.ksef_number AS model, c.number"
                       " FROM copy c JOIN document d ON d.id = c.model")  # fmt: skip
    connection.execute("ALTER TABLE copy RENAME TO copies")
    connection.execute("ALTER TABLE bytes RENAME TO copy")
    _copy(connection, "invoice_xml", "o.ksef_number = c.model", {"ksef_number": number})
    connection.execute("DROP TABLE copy")
    connection.execute("ALTER TABLE copies RENAME TO copy")
    later = {
        column: _LATER.format(f"o.{column}", _DAYS, copies)
        for column in ("issue_date", "received_date", "received", "stored", "due_date")
    }
    for table in _tables_of_documents(connection):
        changed = {"document_id": "c.id", "ksef_number": number}
        if table == "document_search":
            changed["text"] = "o.text || ' ' || c.number || '/' || c.id"
        if table == "document_trait":
            changed["received_date"] = later["received_date"]
        _copy(connection, table, "o.document_id = c.model", changed)
    _copy(connection, "document", "o.id = c.model", {
        **later, "id": "c.id", "ksef_number": number,
        "invoice_number": "o.invoice_number || '/' || c.number",
        "gross": "o.gross + c.id % 99991", "net": "o.net + c.id % 99991",
        "gross_order": "iif(o.gross IS NULL, o.gross_order, o.gross + c.id % 99991)",
        "status": "CASE c.id % 10 WHEN 0 THEN 'fetched' WHEN 1 THEN 'approved' WHEN 2 THEN 'excluded'"
                  " WHEN 3 THEN 'coded' ELSE 'booked' END",
    })  # fmt: skip


def make(path: Path, documents: int, firms: int) -> None:
    """Fill a new file."""
    asyncio.run(_models(path, min(documents, _MODELS), firms))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in (
            "synchronous = OFF",
            "journal_mode = OFF",
            "cache_size = -400000",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        _multiply(connection, documents)
        connection.execute(
            f"UPDATE document_search SET text = text || ' {RARE_WORD}' WHERE document_id % 100000 = 7"
        )
        connection.execute("UPDATE firm SET accountant = iif(id % 5, 'anna', 'piotr') WHERE id % 2")
        connection.execute("UPDATE document SET status = 'queried' WHERE id % 20000 = 11")
        connection.execute("INSERT INTO document_words (document_words) VALUES ('rebuild')")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def filled(folder: Path, documents: int = 1_000_000, firms: int = 50) -> Path:
    """The file in a folder, made where it is missing."""
    path = folder / f"million-{documents}-{firms}" / "buffer.db"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        start, aside = time.perf_counter(), path.with_name("half-made.sqlite")
        for old in path.parent.glob("half-made*"):
            old.unlink()
        make(aside, documents, firms)
        aside.rename(path)
        size = path.stat().st_size / 1e6
        print(
            f"{documents:,} documents of {firms} firms made in {time.perf_counter() - start:.0f} s, {size:.0f} MB"
        )
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--firms", type=int, default=50)
    chosen = parser.parse_args()
    print(filled(chosen.folder, chosen.documents, chosen.firms))


if __name__ == "__main__":
    main()
