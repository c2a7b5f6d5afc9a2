"""100,000 documents exported, seconds and memory of all processes: python -m tests.bench.exporting [--formats wapro …]

Wanted on two quiet cores, for each format: 20 s, 200 MB (proportional set size, of this process and its workers).
Documents are made by the generator and coded by the shipped rules, a few hundred of them; the others are copies with
numbers of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import psutil

from blink_tui.buffer import Buffer, GridFilter, open_buffer
from blink_tui.buffer.decisions import Every
from blink_tui.buffer.sql import sliced
from blink_tui.buffer.xml_codec import compress, decompress
from blink_tui.ledger.formats import exporters
from blink_tui.model.books import BookKind, Books, CodingLevel, VatKind, VatStatus
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.firms import Firm
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.derive import derive_pending
from blink_tui.sync.proposing import propose_pending
from tests.bench.filling import fill
from tests.bench.measure import MIB, peak_memory, row, tree_seconds

_TODAY = date(2026, 11, 30)
_WANTED_SECONDS, _WANTED_MIB = 20.0, 200.0
_ALL = 100_000
_MODELS = 400
_WHO = "bench"
_BOOKS = Books(
    kind=BookKind.LEDGER,
    level=CodingLevel.FULL,
    program="wapro",
    vat=(VatStatus(date(2026, 1, 1), VatKind.MONTHLY),),
)
_SETTINGS = {
    "full_name": "BLINK DEMO SP. Z O.O.", "email": "ksiegowosc@example.com", "tax_office": "1471",
    "city": "Warszawa", "postal_code": "00-001", "street": "Testowa 1",
}  # fmt: skip
_COPIED = ("document", "coding", "document_vat", "register_amount")


async def measure(documents: int, formats: list[str], folder: Path) -> None:
    """Fill a buffer, then export all of it in each format; the one that marks comes last."""
    path = folder / "buffer.db"
    async with open_buffer(path) as buffer:
        firm = await _models(buffer)
        await _copies(buffer, firm, documents)
    for form in sorted(formats, key=lambda name: name == _BOOKS.program):
        _round(path, form, documents, folder / form)


async def _models(buffer: Buffer) -> Firm:
    """Some documents, coded and approved."""
    await fill(buffer, _MODELS, firms=1)
    (firm,) = await buffer.firms.list()
    await buffer.books.save(firm.id, _BOOKS, who=_WHO, version=None)
    await buffer.export_settings.save(firm.id, "", _SETTINGS, who=_WHO)
    await buffer.export_settings.save(
        firm.id, "optima", {"source_id": "BLINK", "target_id": "KSIEG"}, who=_WHO
    )
    await derive_pending(buffer, _TODAY)
    await compare_pending(buffer, _TODAY)
    await propose_pending(buffer, _TODAY)
    for action in (Action.CODE, Action.APPROVE):
        await buffer.decisions.decide(Every(GridFilter()), Decision(action), who=_WHO)
    return firm


async def _copies(buffer: Buffer, firm: Firm, wanted: int) -> None:
    """Approved documents until there are so many; all copies are of one month, as a JPK is."""
    database = buffer._database
    models = await database.reader.rows(
        "SELECT d.id, d.ksef_number, d.invoice_number, x.body, x.dictionary FROM document d"
        " JOIN invoice_xml x ON x.ksef_number = d.ksef_number WHERE d.status = 'approved' AND d.vat_month = '2026-02'"
        " ORDER BY d.id"
    )
    (newest,) = (await database.reader.rows("SELECT max(id) FROM document"))[0]
    columns = {
        table: [row[1] for row in await database.reader.rows(f"PRAGMA table_info({table})")]
        for table in _COPIED
    }
    xmls = {row[0]: decompress(row[3], row[4]) for row in models}
    for some in sliced(range(wanted - len(models)), 1000):
        pairs, invoices = [], []
        for number in some:
            id_, ksef_number, name, _body, _dictionary = models[number % len(models)]
            copy = f"{ksef_number[:20]}F{number:011X}{ksef_number[-3:]}"
            own = f"K/{number}"
            xml = xmls[id_].replace(f">{name}<".encode(), f">{own}<".encode())
            invoices.append((copy, os.urandom(32), *compress(xml), len(xml)))
            pairs.append((id_, newest + 1 + number, copy, own))
        async with database.transaction() as session:
            await session.run_many(
                "INSERT INTO invoice_xml (ksef_number, sha256, body, dictionary, size) VALUES (?, ?, ?, ?, ?)",
                invoices,
            )
            for table in _COPIED:
                await session.run(_copy(table, columns[table]), (json.dumps(pairs),))


def _copy(table: str, columns: list[str]) -> str:
    own = {"document_id": "p.value ->> 1"}
    if table == "document":
        own = {"id": "p.value ->> 1", "ksef_number": "p.value ->> 2", "invoice_number": "p.value ->> 3"}
    key = "id" if table == "document" else "document_id"
    return (
        f"INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(own.get(name, f't.{name}') for name in columns)}"
        f" FROM json_each(?) p CROSS JOIN {table} t ON t.{key} = p.value ->> 0"
    )


def _round(path: Path, form: str, documents: int, folder: Path) -> None:
    """Export in a process of its own, so that only what exports is counted."""
    command = [
        sys.executable,
        "-c",
        _CHILD,
        str(path),
        form,
        str(folder),
        "2026-02" if form.startswith("jpk") else "",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        with peak_memory(child.pid, every=0.25) as peak:
            told = json.loads(child.stdout.readline())
            cpu = tree_seconds(psutil.Process(child.pid))
        child.stdin.close()
    wanted = _WANTED_SECONDS if documents == _ALL else None
    print(
        f"{form}: {told['documents']} documents, {told['files']} files, {told['size'] / MIB:.0f} MB,"
        f" {told['refused']} refused"
    )
    print(row(f"  {form}", told["seconds"] - told["marking"], "s", wanted))
    print(row("  marking and recording the batch", told["marking"], "s"))
    print(row("  processor time of all processes", cpu, "s"))
    print(row("  peak memory of all processes (PSS)", peak.value / MIB, "MB", _WANTED_MIB))


_CHILD = """
import asyncio, json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from blink_tui.buffer import open_buffer
from blink_tui.buffer.batches import Batches
from blink_tui.model.months import Month
from blink_tui.sync.exporting import Wanted, export

marking, begin = [0.0], Batches.begin

async def timed(*args, **kwargs):
    start = time.perf_counter()
    try:
        return await begin(*args, **kwargs)
    finally:
        marking[0] += time.perf_counter() - start

Batches.begin = timed

async def main():
    async with open_buffer(Path(sys.argv[1])) as buffer:
        (firm,) = await buffer.firms.list()
        months = (Month.parse(sys.argv[4]),) if sys.argv[4] else ()
        start = time.perf_counter()
        wanted = Wanted(format=sys.argv[2], months=months)
        made = await export(buffer, firm, wanted, Path(sys.argv[3]), who="bench", now=datetime.now(UTC))
        seconds = time.perf_counter() - start
    size = sum(path.stat().st_size for path in made.files)
    print(json.dumps({"documents": made.documents, "files": len(made.files), "size": size, "seconds": seconds,
                      "refused": len(made.refused), "marking": marking[0]}), flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=_ALL)
    parser.add_argument("--formats", nargs="*", default=["xlsx", "jpk_v7m", "wapro"])
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="blink-exporting-") as folder:
        asyncio.run(measure(parsed.documents, [f for f in parsed.formats if f in exporters()], Path(folder)))


if __name__ == "__main__":
    main()
