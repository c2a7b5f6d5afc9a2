"""Medians of reading and rendering one invoice: python -m tests.bench.readers [FILE]

Wanted on a quiet core: header and VAT table of a 6 kB FA(3) 0.12 ms, everything 0.35 ms, a page of PDF 40 ms.
"""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

from blink_tui.invoices import Depth, read_invoice
from blink_tui.invoices.checks import Context, check
from blink_tui.invoices.render_html import render_html
from blink_tui.invoices.render_pdf import Printed, render_pdf
from blink_tui.invoices.render_text import render_text
from blink_tui.invoices.xml import parse
from blink_tui.resources import resource_dir
from tests.invoices.documents import faktura, line

_WANTED_BYTES = 6000
_ROUNDS = 2000


def median_ms(work: Callable[[], object], rounds: int = _ROUNDS) -> tuple[float, float]:
    """Median and least time of a call, in milliseconds; garbage collection as in the program."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) * 1000)
    return statistics.median(times), min(times)


def six_kilobytes() -> Path:
    """The shipped invoice with rows that is nearest to 6 kB."""
    with_rows = (
        path for path in resource_dir("sample_data").rglob("*.xml") if b"<FaWiersz>" in path.read_bytes()
    )
    return min(with_rows, key=lambda path: abs(path.stat().st_size - _WANTED_BYTES))


def main() -> None:
    """Print one line a measurement."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else six_kilobytes()
    xml = path.read_bytes()
    invoice = read_invoice(xml)
    context = Context(today=date(2026, 3, 31), firm_nip=invoice.buyer.nip)
    print(f"{path.name}: {len(xml)} bytes, {len(invoice.lines)} rows, {invoice.form} {invoice.kind}")
    printed = Printed(
        invoice=invoice, xml=xml, ksef_number="5265877635-20250826-0100001AF629-AF", qr_host="https://h"
    )
    for name, work, rounds in (
        ("XML alone", lambda: parse(xml), _ROUNDS),
        ("header and VAT table", lambda: read_invoice(xml, Depth.HEADER), _ROUNDS),
        ("everything", lambda: read_invoice(xml), _ROUNDS),
        ("checks", lambda: check(invoice, context), _ROUNDS),
        ("text", lambda: render_text(invoice), 200),
        ("HTML", lambda: render_html(invoice), 200),
        ("PDF", lambda: render_pdf([printed]), 30),
    ):
        middle, least = median_ms(work, rounds)
        print(f"{name:22} median {middle:8.3f} ms   least {least:8.3f} ms")
    _many_lines()


def _many_lines() -> None:
    xml = faktura(lines="".join(line(number) for number in range(100_000))).encode()
    gc.collect()
    start = process_time()
    rows = len(read_invoice(xml).lines)
    print(f"{rows} rows in {len(xml) / 1e6:.0f} MB     {process_time() - start:.2f} s of processor")


if __name__ == "__main__":
    main()
