"""What can still be read of a damaged database, copied row by row into a new one; the rest is left out and counted.

A row that refers to what is gone goes with it. What people did comes over as far as its pages can be read; invoices
whose bytes are not those that KSeF sent do not, since KSeF has them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import errors
from blink_tui.buffer.health import is_as_received
from blink_tui.buffer.snapshot import Work, read_only
from blink_tui.i18n import N_, Message
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError

_WINDOW = 64
_LARGEST = 2**63 - 1
_DOCUMENTS = frozenset({"firm", "invoice_xml", "document", "document_role"})
"""Tables without which a document has to be fetched again."""
_TABLES = """
    SELECT t.name, t.wr FROM pragma_table_list t
    WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name
"""
_LONGER = """
    UPDATE chain SET length = e.seq, head = e.hash FROM (
        SELECT firm_id, seq, hash, row_number() OVER (PARTITION BY firm_id ORDER BY seq DESC) AS place FROM (
            SELECT firm_id, seq, hash FROM document_event UNION ALL SELECT firm_id, seq, hash FROM firm_event)
    ) e WHERE e.firm_id = chain.firm_id AND e.place = 1 AND e.seq > chain.length
"""
"""What is added later must not meet an entry that its chain does not tell of."""
_SCHEDULED = "INSERT OR IGNORE INTO schedule (firm_id, role) SELECT id, ? FROM firm"
"""Every firm has a schedule: without one nobody could fetch for it again."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What came over."""

    rows: int
    torn: tuple[str, ...]
    """Tables of which a page could not be read."""
    left_out: dict[str, int]
    """Rows that referred to what is gone, by table."""
    invoices: tuple[str, ...]
    """KSeF numbers whose bytes were damaged."""

    @property
    def documents_lost(self) -> bool:
        """Documents have to be fetched again."""
        return bool(self.invoices or _DOCUMENTS & {*self.torn, *self.left_out})


def salvage(damaged: Path, target: Path, work: Work) -> Salvaged:
    """Fill a new database of the newest schema with what can be read of a damaged one. Both are closed otherwise.

    Raises BlinkError: DAMAGED where its schema cannot be read or is not the newest, WORK_STOPPED.
    """
    with read_only(damaged) as source, closing(sqlite3.connect(target, isolation_level=None)) as new:
        _require_alike(source, new)
        new.execute("PRAGMA foreign_keys = OFF")
        new.execute("BEGIN")
        tables = new.execute(_TABLES).fetchall()
        rows, torn = 0, []
        for done, (table, without_rowid) in enumerate(tables):
            work.at("tables", done, len(tables))
            count, whole = _copied(source, new, table, without_rowid=bool(without_rowid))
            rows += count
            torn += [] if whole else [table]
        invoices = _without_damaged(new)
        left_out = _without_dangling(new, [table for table, _ in tables])
        new.execute(_LONGER)
        new.executemany(_SCHEDULED, [(role.value,) for role in Role])
        new.execute("INSERT INTO document_words (document_words) VALUES ('rebuild')")
        new.execute("COMMIT")
        return Salvaged(rows, tuple(torn), left_out, invoices)


def _require_alike(source: sqlite3.Connection, new: sqlite3.Connection) -> None:
    (known,) = new.execute("PRAGMA user_version").fetchone()
    try:
        (found,) = source.execute("PRAGMA user_version").fetchone()
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as error:
        what = Message(N_("not even its list of tables can be read"))
        raise BlinkError(errors.DAMAGED, cause=str(error), what=what) from error
    if found != known:
        what = Message(N_("it is of another version of the program, which has to take out what can be read"))
        raise BlinkError(errors.DAMAGED, cause=f"schema {found}, known {known}", what=what)


def _copied(
    source: sqlite3.Connection, new: sqlite3.Connection, table: str, *, without_rowid: bool
) -> tuple[int, bool]:
    """Rows that came over, and whether all could be read."""
    columns = [row[1] for row in new.execute(f'PRAGMA table_info("{table}")')]
    names = ", ".join(f'"{name}"' for name in columns)
    new.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own schema, here and below
    insert = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608
    read = _by_key(source, table, names) if without_rowid else _by_rowid(source, table, names)
    whole = True
    for rows in read:
        whole = whole and rows is not None
        for row in rows or ():
            with suppress(sqlite3.IntegrityError):  # a value that its column does not take was not written so
                new.execute(insert, row)
    (count,) = new.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
    return count, whole


_Rows = Iterator[list[tuple[object, ...]] | None]
"""Pieces of a table; None stands for what cannot be read."""


def _by_key(source: sqlite3.Connection, table: str, names: str) -> _Rows:
    """From the beginning as far as it goes, then from the end."""
    columns = [row for row in source.execute(f'PRAGMA table_info("{table}")') if row[5]]
    key = [row[1] for row in sorted(columns, key=lambda row: row[5])]
    for order in ("", " DESC"):
        by = ", ".join(f'"{name}"{order}' for name in key)
        rows, whole = _as_far(source, f'SELECT {names} FROM "{table}" ORDER BY {by}')  # noqa: S608
        yield rows
        if whole:
            return
        yield None


def _by_rowid(source: sqlite3.Connection, table: str, names: str) -> _Rows:
    """In small windows, each by itself, row by row where one has a bad page; as far as it goes where the end is bad."""
    text = f'SELECT {names} FROM "{table}" NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid'  # noqa: S608
    ends, whole = _as_far(source, f'SELECT max(rowid) FROM "{table}" NOT INDEXED')  # noqa: S608
    if not whole:
        yield _as_far(source, text, (0, _LARGEST))[0]
        yield None
        return
    last = ends[0][0]
    for first in range(1, (last if isinstance(last, int) else 0) + 1, _WINDOW):
        rows, whole = _as_far(source, text, (first, first + _WINDOW - 1))
        yield rows
        if not whole:
            yield None
            for rowid in range(first, first + _WINDOW):
                yield _as_far(source, text, (rowid, rowid))[0]


def _as_far(
    source: sqlite3.Connection, sql: str, values: tuple[int, ...] = ()
) -> tuple[list[tuple[object, ...]], bool]:
    """Rows until one cannot be read, and whether all could."""
    found = []
    try:
        for row in source.execute(sql, values):
            found.append(row)  # noqa: PERF402 - what was read before a bad page is kept
    except sqlite3.DatabaseError:
        return found, False
    return found, True


def _without_damaged(new: sqlite3.Connection) -> tuple[str, ...]:
    """Take out invoices whose bytes are not those that KSeF sent."""
    rows = new.execute("SELECT ksef_number, sha256, body, dictionary, size FROM invoice_xml")
    wrong = tuple(number for number, *kept in rows if not is_as_received(*kept))
    new.executemany("DELETE FROM invoice_xml WHERE ksef_number = ?", [(number,) for number in wrong])
    return wrong


def _without_dangling(new: sqlite3.Connection, tables: list[str]) -> dict[str, int]:
    """Take out rows that refer to what is gone, until none does."""
    statements = [(table, sql) for table in tables for sql in _dangling(new, table)]
    left_out: dict[str, int] = {}
    while True:
        before = sum(left_out.values())
        for table, sql in statements:
            count = new.execute(sql).rowcount
            if count:
                left_out[table] = left_out.get(table, 0) + count
        if sum(left_out.values()) == before:
            return left_out


def _dangling(new: sqlite3.Connection, table: str) -> Iterator[str]:
    """For each reference of a table, the statement that deletes rows whose other end is not there."""
    keys: dict[int, tuple[str, list[tuple[str, str]]]] = {}
    for number, _seq, parent, own, its, *_ in new.execute(f'PRAGMA foreign_key_list("{table}")'):
        keys.setdefault(number, (parent, []))[1].append((own, its))
    for parent, columns in keys.values():
        told = " AND ".join(f'"{table}"."{own}" IS NOT NULL' for own, _ in columns)
        same = " AND ".join(f'p."{its}" = "{table}"."{own}"' for own, its in columns)
        yield f'DELETE FROM "{table}" WHERE {told} AND NOT EXISTS (SELECT 1 FROM "{parent}" p WHERE {same})'  # noqa: S608
