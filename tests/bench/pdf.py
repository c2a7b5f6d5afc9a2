"""One page of PDF, and `blink doc pdf` over many documents in its own process: python -m tests.bench.pdf [COUNT]

Wanted: a page in 40 ms. Documents come from the generator of synthetic invoices, so no two pages are alike.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import perf_counter

from blink_tui.buffer import open_buffer
from blink_tui.cli.doc_files import TOGETHER
from blink_tui.invoices import read_invoice
from blink_tui.invoices.qr import QR_HOSTS
from blink_tui.invoices.render_pdf import Printed, render_pdf
from blink_tui.model.documents import Role
from blink_tui.sandbox.generator import Generator, Namer
from tests.bench.measure import MIB, peak_memory, row
from tests.buffer.factory import NIP, invoice

_PAGES = 100
_PAGE_TARGET = 40.0
"""Milliseconds."""


def main() -> None:
    """Print one line a measurement."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    xmls = _invoices(count)
    times = [_page(number, xml) for number, xml in enumerate(xmls[:_PAGES])]
    print(row(f"a document's PDF, median of {len(times)}", statistics.median(times), "ms", _PAGE_TARGET))
    print(row("the slowest of them", max(times), "ms"))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        asyncio.run(_store(home / "default" / "buffer.db", xmls))
        _command(home, count, "each its own file", "--out", str(home / "out"))
        asyncio.run(_store(home / "few" / "buffer.db", xmls[:TOGETHER]))
        few = min(count, TOGETHER)
        _command(home, few, "all in one file", "--one", "--out", str(home / "all.pdf"), profile="few")


def _invoices(count: int) -> list[bytes]:
    buyer = Namer(Random("buyer of printed invoices")).company()
    generator = Generator("printed invoices", [buyer], sales=0.0)
    made = []
    for place in range(count):
        generated = generator.invoice(date(2026, 9, 1) + timedelta(days=place % 60))
        generator.remember(generated)
        made.append(generated.xml)
    return made


def _page(number: int, xml: bytes) -> float:
    printed = Printed(
        invoice=read_invoice(xml),
        xml=xml,
        ksef_number=f"5265877635-20260901-{number:012X}-00",
        qr_host=QR_HOSTS["test"],
    )
    start = perf_counter()
    render_pdf([printed])
    return (perf_counter() - start) * 1000


async def _store(path: Path, xmls: list[bytes]) -> None:
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name="Biuro Przykładowe", env="test")
        items = [invoice(number, xml=xml) for number, xml in enumerate(xmls, 1)]
        await buffer.documents.store(firm, Role.BUYER, items)


def _command(home: Path, count: int, what: str, *words: str, profile: str = "default") -> None:
    environment = os.environ | {"BLINK_HOME": str(home), "BLINK_LANG": "en", "BLINK_PROFILE": profile}
    start = perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "blink_tui.cli", "doc", "pdf", "--firm", NIP, "--yes", *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with peak_memory(child.pid, every=0.2) as peak:
        code = child.wait()
    seconds = perf_counter() - start
    print(row(f"{count} documents, {what} (exit code {code})", seconds, "s"))
    print(row("  peak memory of its processes", peak.value / MIB, "MiB"))


if __name__ == "__main__":
    main()
