"""A buffer of a million documents in a minute: rows as the two stages make them, written past the engine.

A few thousand generated invoices are repeated under new numbers, firms, days and amounts. The XML of a document is that
of its pattern, and the hashes of events are noise: what is measured here asks for neither.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from blink_tui.buffer import open_buffer
from blink_tui.buffer.deriving import PreparedDerived, prepare_derived
from blink_tui.buffer.preparing import INSERT, INSERT_XML, prepare
from blink_tui.buffer.records import Undecoded
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.firms import ContextType, Firm, NewFirm
from blink_tui.model.text import folded
from blink_tui.model.values import KsefNumber, Nip, crc8
from blink_tui.sandbox.generator import Generator, Namer
from blink_tui.sync.compare import COMPARED_VERSION
from blink_tui.sync.derive_work import DERIVED_VERSION, derived_row
from tests.bench.filling import stored

_PATTERNS = 3000
_CHUNK = 20_000
_DAYS = 330
_FIRST = date(2026, 1, 2)
_TODAY = date(2026, 11, 30)
_PEOPLE = ("anna", "bartek", "celina", "dorota", "")
_COLUMNS = [name.strip() for name in INSERT.split("(")[1].split(")")[0].split(",")]
_AT = {name: place for place, name in enumerate(name for name in _COLUMNS if name != "status")}
_LATER = ("id", "due_date", "problem", "vat_month", "attention", "derived_version", "compared", "status")
_STATUSES = ("booked",) * 60 + ("exported",) * 14 + ("approved",) * 8 + ("coded",) * 6 + ("fetched",) * 12
RARE_WORD = "qwertyk"
"""Stands in three documents."""
RARE_STATUS_EVERY = 20_000
"""Every so-manieth document is to be clarified."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The rows of one invoice as one firm's purchase or sale."""

    document: Sequence[Any]
    body: Sequence[Any]
    role: Role
    derived: PreparedDerived
    words: str


async def fill_fast(path: Path, documents: int, firms: int = 2000, seed: int = 5) -> None:
    """Make a buffer at a path; equal for equal arguments."""
    random = Random(seed)
    namer = Namer(random, ())
    companies = [namer.company() for _ in range(min(firms, 2000))]
    async with open_buffer(path) as buffer:
        made = await buffer.firms.add_many(list(_firms(random, namer, firms)))
    patterns = [*_patterns(made[0], companies, seed)]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;"
            "PRAGMA temp_store = MEMORY"
        )
        _people(connection, made, random)
        with _bare(connection):
            for start in range(0, documents, _CHUNK):
                connection.execute("BEGIN")
                _write(
                    connection,
                    patterns,
                    made,
                    range(start, min(start + _CHUNK, documents)),
                    random,
                    documents,
                )
                connection.execute("COMMIT")
        connection.execute("INSERT INTO document_words (document_words) VALUES ('rebuild')")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _firms(random: Random, namer: Namer, count: int) -> Iterator[NewFirm]:
    for number in range(count):
        nip = Nip(f"{6000000000 + number * 7919 % 999999999:010}")
        yield NewFirm(nip, ContextType.NIP, nip, f"{namer.company().name} {number}", "test")


def _people(connection: sqlite3.Connection, firms: Sequence[Firm], random: Random) -> None:
    connection.executemany(
        "UPDATE firm SET accountant = ?, labels = ? WHERE id = ?",
        [(random.choice(_PEOPLE), random.choice(("", "ryczalt", "kpir")), firm.id) for firm in firms],
    )


@contextmanager
def _bare(connection: sqlite3.Connection) -> Iterator[None]:
    """Without indexes, which are made again at the end: many times faster."""
    kept = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _sql in kept:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _name, sql in kept:
        connection.execute(sql)


def _patterns(firm: Firm, companies: Sequence[Any], seed: int) -> Iterator[_Pattern]:
    generator = Generator(seed, list(companies))
    for number in range(_PATTERNS):
        day = _FIRST + timedelta(days=number % 60)
        made = generator.invoice(day)
        body = f"{made.draft.seller.nip}-{day:%Y%m%d}-{number:012X}"
        key = KsefNumber(f"{body}-{crc8(body.encode()):02X}")
        item = stored(made, key, day, number)
        role = Role.SELLER if number % 4 == 0 else Role.BUYER
        ours = Nip(made.draft.seller.nip if role is Role.SELLER else made.draft.buyer.nip)
        prepared = prepare(firm, role, [item])
        (document,), (body_row,) = prepared.documents.values(), prepared.bodies.values()
        waiting = Undecoded(
            0, key, item.body, item.dictionary, document[_AT["direction"]], day.isoformat(), firm.id, ours,
            document[_AT["seller_value"]] or "",
        )  # fmt: skip
        row = derived_row(waiting, _TODAY)
        words = row.search.replace(folded(item.header.invoice_number), "").replace(key.lower(), "")
        yield _Pattern(
            document, body_row, role, prepare_derived([replace(row, links=())]), " ".join(words.split())
        )


def _write(
    connection: sqlite3.Connection,
    patterns: Sequence[_Pattern],
    firms: Sequence[Firm],
    numbers: range,
    random: Random,
    total: int,
) -> None:
    rows: dict[str, list[Sequence[Any]]] = {name: [] for name in _STATEMENTS}
    for number in numbers:
        pattern = patterns[random.randrange(len(patterns))]
        # a third of all documents belongs to the first twentieth of the firms
        few = max(1, len(firms) // 20) if random.random() < 0.33 else len(firms)
        firm = firms[random.randrange(few)]
        _rows(rows, pattern, firm, number, total, random)
    for name, statement in _STATEMENTS.items():
        connection.executemany(statement, rows[name])


_STATEMENTS = {
    "bodies": INSERT_XML,
    "documents": "INSERT INTO document (" + ", ".join((*_AT, *_LATER)) + ") VALUES ("
    + ", ".join("?" * (len(_AT) + len(_LATER))) + ")",
    "roles": "INSERT INTO document_role (document_id, role) VALUES (?, ?)",
    "searches": "INSERT INTO document_search (document_id, text) VALUES (?, ?)",
    "vat": "INSERT INTO document_vat (document_id, position, rate, net, vat, vat_pln) VALUES (?, ?, ?, ?, ?, ?)",
    "sentences": "INSERT OR IGNORE INTO sentence (text) VALUES (?)",
    "findings": "INSERT INTO document_finding (document_id, source, position, kind, severity, sentence_id, places,"
    " fields) VALUES (?, ?, ?, ?, ?, (SELECT id FROM sentence WHERE text = ?), ?, ?)",
    "traits": "INSERT INTO document_trait (firm_id, seller, received_date, document_id, ksef_number, kind, number_key,"
    " issued, term, gross, currency, text_key, accounts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "events": "INSERT INTO document_event (firm_id, seq, document_id, at, who, what, before, after, reason, hash)"
    " VALUES (?, ?, ?, ?, 'blink-tui', 'fetched', NULL, 'fetched', NULL, ?)",
}  # fmt: skip
"""In the order in which they are run."""


def _rows(
    rows: dict[str, list[Sequence[Any]]],
    pattern: _Pattern,
    firm: Firm,
    number: int,
    total: int,
    random: Random,
) -> None:
    """The rows of one document."""
    id_ = number + 1
    day = _FIRST + timedelta(days=number * _DAYS // total)
    issued = day - timedelta(days=random.choice((0, 0, 0, 1, 1, 2, 5, 30)))
    document = list(pattern.document)
    body = f"{document[_AT['seller_value']] or firm.nip}-{day:%Y%m%d}-{number:012X}"
    key = f"{body}-{crc8(body.encode()):02X}"
    invoice_number = f"{document[_AT['invoice_number']].split('/')[0]}/{number}/{day:%m/%Y}"
    received = Instant(f"{day}T{8 + number % 10:02}:{number % 60:02}:{number // 60 % 60:02}.1234567Z")
    gross = document[_AT["gross"]]
    if gross is not None:
        gross += random.randrange(-5000, 50000) if random.random() < 0.5 else 0
    mine = "seller" if pattern.role is Role.SELLER else "buyer"
    changed = {
        "firm_id": firm.id, "ksef_number": key, "invoice_number": invoice_number, "issue_date": issued.isoformat(),
        "received": received, "received_date": day.isoformat(), "stored": received, "gross": gross,
        f"{mine}_value": firm.nip, f"{mine}_name": firm.name,
    }  # fmt: skip
    if gross is not None:
        changed["gross_order"] = gross
    for name, value in changed.items():
        document[_AT[name]] = value
    _version, due, problem, month, attention, _id = pattern.derived.documents[0]
    status = "queried" if number % RARE_STATUS_EVERY == 7 else random.choice(_STATUSES)
    month = f"{day:%Y-%m}" if month else ""
    rows["bodies"].append((key, random.randbytes(32), *pattern.body[2:]))
    rows["documents"].append(
        (*document, id_, due, problem, month, attention, DERIVED_VERSION, COMPARED_VERSION, status)
    )
    rows["roles"].append((id_, pattern.role.value))
    rare = f" {RARE_WORD}" if number in (total // 7, total // 3, total // 2) else ""
    words = f"{folded(invoice_number)} {key.lower()} {pattern.words} {folded(firm.name)}{rare}"
    rows["searches"].append((id_, words))
    rows["vat"] += [(id_, *line[1:]) for line in pattern.derived.vat]
    rows["sentences"] += [(finding[5],) for finding in pattern.derived.findings]
    rows["findings"] += [(id_, *finding[1:]) for finding in pattern.derived.findings]
    for trait in pattern.derived.traits:
        rows["traits"].append((firm.id, trait[1], day.isoformat(), id_, key, *trait[5:]))
    rows["events"].append((firm.id, id_, id_, received, random.randbytes(32)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--firms", type=int, default=2000)
    chosen = parser.parse_args()
    start = time.perf_counter()
    asyncio.run(fill_fast(chosen.path, chosen.documents, chosen.firms))
    print(
        f"{chosen.documents} documents in {time.perf_counter() - start:.0f} s, {chosen.path.stat().st_size >> 20} MiB"
    )


if __name__ == "__main__":
    main()
