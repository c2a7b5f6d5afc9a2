"""Whether the database is whole: a look at every start that costs a millisecond, and one at every byte that matters.

What is found is named as closely as it can be told: the table and page, the row, or the document.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import errors
from blink_tui.buffer.session import Session
from blink_tui.buffer.snapshot import Work, read_only
from blink_tui.buffer.xml_codec import decompress
from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError

MOST = 100
"""Damages told; more of them change nothing about what is to be done."""

_AT_ONCE = 500
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TREE = re.compile(r"(?:On tree page|Tree) (\d+)")
_ENDS = """
    SELECT (SELECT min(rowid) FROM invoice_xml), (SELECT max(rowid) FROM invoice_xml),
        (SELECT min(id) FROM document), (SELECT max(id) FROM document), (SELECT max(id) FROM fetch_log),
        (SELECT sum(length) FROM chain)
"""
"""The outermost pages of the largest tables."""
_BODIES = """
    SELECT rowid, ksef_number, sha256, body, dictionary, size FROM invoice_xml WHERE rowid > ? ORDER BY rowid LIMIT ?
"""
_TABLES = """
    SELECT rootpage, CASE WHEN type = 'index' THEN tbl_name || ' (' || name || ')' ELSE name END
    FROM sqlite_schema WHERE rootpage > 0
"""
_NAMES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
ENDS_OF_CHAINS = """
    SELECT f.context_value FROM chain c JOIN firm f ON f.id = c.firm_id WHERE c.length > 0 AND c.head IS NOT coalesce(
        (SELECT e.hash FROM document_event e WHERE e.firm_id = c.firm_id AND e.seq = c.length),
        (SELECT e.hash FROM firm_event e WHERE e.firm_id = c.firm_id AND e.seq = c.length))
"""
"""Contexts of firms whose chain does not end with the hash that was kept for its end."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was written."""

    message: Message
    document: str | None = None
    """KSeF number of the document whose bytes it is about."""

    def __str__(self) -> str:
        return str(self.message)


async def quick(session: Session) -> None:
    """What can be seen at every start: the header, the schema, and the ends of the largest tables.

    SQLite itself refuses a file that is shorter than its header says. Raises BlinkError(DAMAGED).
    """
    await session.rows("SELECT name, sql FROM sqlite_schema")
    await session.row(_ENDS)


def whole(path: Path, work: Work, *, thorough: bool = True) -> list[Damage]:
    """Every page, every reference, and the bytes of every invoice against its SHA-256; the first hundred damages.

    `thorough` compares indexes with their tables, too, which takes several times as long. It is read in short pieces,
    so that nobody who writes is held up for long; call it in a thread. Raises BlinkError: WORK_STOPPED, and what
    `read_only` raises for a file that is no database.
    """
    found: list[Damage] = []
    with read_only(path) as connection:
        work.watch(connection)
        for check in (
            _pages(connection, thorough=thorough),
            _references(connection),
            _bodies(connection, work),
        ):
            with _going_on(connection, found, work):
                for damage in check:
                    found.append(damage)
                    if len(found) >= MOST:
                        return found
        with _going_on(connection, found, work):
            found += [
                Damage(
                    Message(
                        N_("The chain of events of firm {firm} ends otherwise than it was written"),
                        {"firm": firm},
                    )
                )
                for (firm,) in connection.execute(ENDS_OF_CHAINS)
            ]
    return found


@contextmanager
def _going_on(connection: sqlite3.Connection, found: list[Damage], work: Work) -> Iterator[None]:
    """A page that cannot be read ends one check and not the next."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        work.go_on()
        if error.sqlite_errorcode & 0xFF not in _CORRUPT:
            raise
        found += [one for one in _unreadable(connection) if one not in found]


def _unreadable(connection: sqlite3.Connection) -> list[Damage]:
    """Tables that cannot be read to their end."""
    found = []
    try:
        tables = [row[0] for row in connection.execute(_NAMES)]
    except sqlite3.DatabaseError:
        tables = []
    for table in tables:
        try:
            connection.execute(f'SELECT count(*) FROM "{table}" NOT INDEXED').fetchone()  # noqa: S608 - a name of ours
        except sqlite3.DatabaseError:
            found.append(Damage(Message(N_("A page of table {table} cannot be read"), {"table": table})))
    return found or [Damage(Message(N_("A page of the database cannot be read")))]


def _pages(connection: sqlite3.Connection, *, thorough: bool) -> Iterator[Damage]:
    tables = dict(connection.execute(_TABLES))
    check = "integrity_check" if thorough else "quick_check"
    for (line,) in connection.execute(f"PRAGMA {check}({MOST})"):
        if line == "ok":
            return
        for one in line.splitlines():
            if not one.startswith("***"):
                yield Damage(_page(one, tables))


def _page(line: str, tables: Mapping[int, str]) -> Message:
    """SQLite's own sentence, with the name of the table where it gives a number."""
    tree = _TREE.match(line)
    table = tables.get(int(tree[1])) if tree else None
    if table is None:
        return Message(N_("The database: {what}"), {"what": line})
    return Message(N_("Table {table}: {what}"), {"table": table, "what": line})


def _references(connection: sqlite3.Connection) -> Iterator[Damage]:
    for table, row, parent, _key in connection.execute("PRAGMA foreign_key_check"):
        yield Damage(
            Message(
                N_("Row {row} of table {table} refers to what table {parent} does not have"),
                {"row": row if row is not None else "–", "table": table, "parent": parent},
            )
        )


def _bodies(connection: sqlite3.Connection, work: Work) -> Iterator[Damage]:
    (total,) = connection.execute("SELECT max(rowid) FROM invoice_xml").fetchone()
    last = 0
    while rows := connection.execute(_BODIES, (last, _AT_ONCE)).fetchall():
        for _row, number, sha256, body, dictionary, size in rows:
            if not is_as_received(sha256, body, dictionary, size):
                text = N_("Document {ksef_number}: its bytes are not those that KSeF sent")
                yield Damage(Message(text, {"ksef_number": number}), number)
        last = rows[-1][0]
        work.at("documents", last, total)


def is_as_received(sha256: bytes, body: bytes, dictionary: int, size: int) -> bool:
    """Whether the stored bytes of an invoice unpack to what KSeF sent."""
    try:
        xml = decompress(body, dictionary)
    except BlinkError:
        return False
    return len(xml) == size and hashlib.sha256(xml).digest() == sha256


def damaged(found: list[Damage]) -> BlinkError:
    """The error that names the first damage and counts the others."""
    first = found[0].message
    if len(found) == 1:
        return BlinkError(errors.DAMAGED, what=first)
    what = Message(N_("{first}, and {more} more"), {"first": first, "more": len(found) - 1})
    return BlinkError(errors.DAMAGED, what=what, cause="; ".join(str(one) for one in found[1:6]))
