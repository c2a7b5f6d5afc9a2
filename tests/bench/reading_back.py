"""100,000 rows of books against 100,000 documents: python -m tests.bench.reading_back [--documents N]

Wanted on two quiet cores: read, matched and booked in 20 s, compared in 10 s, 200 MB (this process), the longest stall
of the loop 50 ms. One row in ten has no number of KSeF's and becomes a question; one in a hundred an unknown one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

import psutil

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.sql import sliced
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.values import crc8
from blink_tui.sync.reading_back import compare_books, import_books, measured
from tests.bench.measure import MIB, longest_stall, peak_memory, row, tree_seconds
from tests.ledger.books_xml import NIP, Row, v7
from tests.sync.buying import SELLER, Books, Paper

_ALL = 100_000
_WANTED_SECONDS, _WANTED_COMPARED, _WANTED_MIB = 20.0, 10.0, 200.0
_MODEL = "SELECT id, ksef_number FROM document LIMIT 1"


async def measure(documents: int, folder: Path) -> None:
    """Fill a buffer, then read its books back, once more, and compare them."""
    async with open_buffer(folder / "buffer.db") as buffer:
        books = Books(buffer)
        firm = await books.firm(NIP)
        await books.get(firm, Paper(number="FV/0"))
        await books.settle()
        await _copies(buffer, documents)
        path = folder / "jpk.xml"
        path.write_bytes(v7([_row(number) for number in range(documents)]))
        print(f"{documents} documents; {path.stat().st_size / MIB:.0f} MB of books")
        await _round(buffer, firm, path, documents, "read, matched and booked")
        await _round(buffer, firm, path, documents, "read once more")


def _numbers(number: int) -> str:
    body = f"{SELLER}-20260901-{0xF00000000000 + number:012X}"
    return f"{body}-{crc8(body.encode()):02X}"


def _row(number: int) -> Row:
    if number % 10 == 0:
        return Row(number=f"K/{number + 1}", mark="BFK")
    return Row(number=f"K/{number + 1}", ksef=_numbers(number if number % 100 else number + _ALL * 10))


async def _copies(buffer: Buffer, documents: int) -> None:
    """Copies of the one document there is, each with numbers of its own."""
    database = buffer._database
    ((model, _number),) = await database.reader.rows(_MODEL)
    columns = {
        table: [found[1] for found in await database.reader.rows(f"PRAGMA table_info({table})")]
        for table in ("document", "document_trait")
    }
    for some in sliced(range(documents), 5_000):
        places = [(model + 1 + number, _numbers(number), f"K/{number + 1}") for number in some]
        async with database.transaction() as session:
            await session.run_many(
                "INSERT INTO invoice_xml SELECT ?, ?, body, dictionary, size FROM invoice_xml LIMIT 1",
                [(number, os.urandom(32)) for _id, number, _name in places],
            )
            for table, key, own in (
                ("document", "id", {"invoice_number": "p.value ->> 2"}),
                ("document_trait", "document_id", {"number_key": "lower(p.value ->> 2)"}),
            ):
                own |= {key: "p.value ->> 0", "ksef_number": "p.value ->> 1"}
                chosen = ", ".join(own.get(name, f"t.{name}") for name in columns[table])
                await session.run(
                    f"INSERT INTO {table} SELECT {chosen} FROM json_each(?) p, {table} t WHERE t.{key} = {model}",
                    (json.dumps(places),),
                )


async def _round(buffer: Buffer, firm: Firm, path: Path, documents: int, what: str) -> None:
    scale = documents / _ALL
    this = psutil.Process()
    before = tree_seconds(this)
    with peak_memory(this.pid, every=0.1) as peak:
        async with longest_stall() as stall:
            start = time.perf_counter()
            about = await asyncio.to_thread(measured, path)
            done = await import_books(buffer, firm, path, about.sha256, who="bench")
            seconds = time.perf_counter() - start
            start = time.perf_counter()
            compared = await compare_books(buffer, firm, (Month(2026, 9), Month(2026, 9)))
            after = time.perf_counter() - start
    print(f"{what}: {done.rows} rows, {done.booked} documents booked, {len(compared.findings)} findings")
    print(row("  importing, with its comparison", seconds, "s", _WANTED_SECONDS * scale))
    print(row("  processor time of both", tree_seconds(this) - before, "s"))
    print(row("  comparing", after, "s", _WANTED_COMPARED * scale))
    print(row("  peak memory (PSS)", peak.value / MIB, "MB", _WANTED_MIB))
    print(row("  longest stall of the loop", stall.value * 1000, "ms", 50))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=_ALL)
    with tempfile.TemporaryDirectory(prefix="blink-books-") as folder:
        asyncio.run(measure(parser.parse_args().documents, Path(folder)))


if __name__ == "__main__":
    main()
