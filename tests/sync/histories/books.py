"""What a buffer's file says, read with nothing of the program's, and compared with what a sandbox holds."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from blink_tui.buffer.xml_codec import decompress
from blink_tui.sandbox.documents import Document
from blink_tui.sandbox.state import Sandbox

SUBJECTS = {
    "seller": "Subject1",
    "buyer": "Subject2",
    "third_party": "Subject3",
    "authorized": "SubjectAuthorized",
}
FirmRole = tuple[str, str]
"""NIP and role."""


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a statement on a buffer's file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def held(path: Path) -> dict[FirmRole, dict[str, bytes]]:
    """Numbers and hashes by firm and role."""
    sql = (
        "SELECT f.nip, r.role, d.ksef_number, x.sha256 FROM document d JOIN firm f ON f.id = d.firm_id"
        " JOIN document_role r ON r.document_id = d.id JOIN invoice_xml x ON x.ksef_number = d.ksef_number"
    )
    found: dict[FirmRole, dict[str, bytes]] = {}
    for nip, role, number, sha256 in rows(path, sql):
        found.setdefault((nip, role), {})[number] = sha256
    return found


def seen(sandbox: Sandbox, nip: str, role: str) -> list[Document]:
    """Everything that a firm sees in a role, by storage."""
    return sandbox.documents.shelf(("Nip", nip), SUBJECTS[role]).all()


def apart(path: Path, sandbox: Sandbox, start: int) -> dict[FirmRole, set[str]]:
    """Numbers that only one of the two has, or with another hash, since an instant in ticks."""
    here = held(path)
    found = {}
    for nip in [firm.nip for firm in sandbox.firms]:
        for role in SUBJECTS:
            there = {
                one.ksef_number: one.sha256 for one in seen(sandbox, nip, role) if one.stamps.stored >= start
            }
            differing = there.items() ^ here.get((nip, role), {}).items()
            if differing:
                found[nip, role] = {number for number, _ in differing}
    return found


def faults_of(path: Path, documents: Mapping[str, Document]) -> Iterator[str]:
    """What is wrong with a buffer by itself: doubled documents or events, other bytes, a damaged file."""
    if rows(path, "PRAGMA integrity_check") != [("ok",)]:
        yield "integrity"
    twice = "SELECT firm_id, ksef_number FROM document GROUP BY 1, 2 HAVING count(*) > 1"
    yield from (f"doubled: {row}" for row in rows(path, twice))
    events = (
        "SELECT d.ksef_number, (SELECT count(*) FROM document_event e WHERE e.document_id = d.id"
        " AND e.what = 'fetched') AS times FROM document d WHERE times <> 1"
    )
    yield from (f"events `fetched`: {row}" for row in rows(path, events))
    for number, body, dictionary in rows(path, "SELECT ksef_number, body, dictionary FROM invoice_xml"):
        if hashlib.sha256(decompress(body, dictionary)).digest() != documents[number].sha256:
            yield f"other bytes: {number}"


def change(path: Path, sql: str, *values: object) -> None:
    """One statement that changes a buffer's file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, values)
