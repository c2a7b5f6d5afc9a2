"""A row for two firms in every table that the schema has, each text with the firm's mark in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from blink_tui.buffer.belongings import NOBODYS, WORDS, belongings
from blink_tui.buffer.session import Session
from blink_tui.buffer.sql import composed

MARKS = ("QZUXAJ", "VWKYBO")
"""Of the first and the second firm: letters that stand nowhere else."""
SHARED = "SHAREDNUMBER"
"""KSeF number of a document that both firms hold; its id is the firm's and 10."""
_SHARED_DOCUMENTS = 10


def tables(connection: sqlite3.Connection) -> list[str]:
    """Tables of firms, and those of nobody that hold nothing yet left out."""
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return [name for (name,) in rows if name not in NOBODYS and not name.startswith(WORDS)]


def fill(path: Path) -> None:
    """Whatever is a number is the firm's, whatever is a text has the firm's mark and its column's name."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, mark in enumerate(MARKS, 1):
            for table in tables(connection):
                columns = connection.execute(
                    "SELECT name, type FROM pragma_table_info(?)", (table,)
                ).fetchall()
                values = [_value(name, type_, number, mark) for name, type_ in columns]
                _insert(connection, table, values)
                if table == "document":
                    names = [name for name, _type in columns]
                    values[names.index("id")] = number + _SHARED_DOCUMENTS
                    values[names.index("ksef_number")] = SHARED
                    _insert(connection, table, values)
            connection.execute(
                f"INSERT INTO {WORDS} (rowid, text) SELECT document_id, text FROM document_search"
                " WHERE document_id = ?",
                (number,),
            )
        connection.execute("UPDATE firm SET (context_type, kind, first_day) = ('Nip', 'taxpayer', NULL)")
        connection.execute(
            "UPDATE erasing SET (at, who, reason, head, package) = ('', '', '', x'', NULL)"
        )  # stays
        connection.execute("INSERT INTO invoice_xml VALUES (?, x'', x'', 0, 0)", (SHARED,))


def _value(name: str, type_: str, number: int, mark: str) -> object:
    if type_ in ("INTEGER", "REAL"):
        return number
    return f"{mark} {name}".encode() if type_ == "BLOB" else f"{mark} {name}"


def _insert(connection: sqlite3.Connection, table: str, values: Sequence[object]) -> None:
    places = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} VALUES ({places})", values)


def dumped(path: Path, skipped: Sequence[str] = ()) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Every table with its rows."""
    with closing(sqlite3.connect(path)) as connection:
        for table in tables(connection):
            if table not in skipped:
                yield table, sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)


def bytes_of(path: Path) -> bytes:
    """Everything that SQLite's files hold."""
    files = (path, path.with_name(path.name + "-wal"))
    return b"".join(file.read_bytes() for file in files if file.exists())


async def rows_left(session: Session, firm_id: int) -> dict[str, int]:
    """How many rows of a firm each table holds; those without any are left out."""
    found: dict[str, int] = {}
    for name, one in (await belongings(session)).items():
        sql = composed("SELECT count(*) FROM {table} WHERE {whose}", table=name, whose=one.whose)
        row = await session.row(sql, (firm_id,))
        if row and row[0]:
            found[name] = row[0]
    return found
