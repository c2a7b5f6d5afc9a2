"""A folder of generated invoices of one buyer whose XML has a wanted size on average; sums agree as in all others."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from blink_tui.sandbox.generator import Generated, Generator, Namer
from blink_tui.sandbox.generator.amounts import Line, total, vat_table
from blink_tui.sandbox.generator.fa3 import write
from blink_tui.sandbox.generator.layout import STYLES

_POOL = 5_000
"""Latest lines from which longer invoices take theirs: enough that a package shrinks as those of many sellers do."""
_MOST_LINES = 300


def write_invoices(folder: Path, count: int, total_bytes: int) -> str:
    """Fill a folder with invoices and return their buyer's NIP; all are dated today or a few days before."""
    buyer = Namer(Random("buyer of long invoices")).company()
    generator = Generator("long invoices", [buyer], sales=0.0)
    random = Random("lengths")
    pool: deque[Line] = deque(maxlen=_POOL)
    today = datetime.now(UTC).date()
    left = total_bytes
    for place in range(count):
        generated = generator.invoice(today - timedelta(days=random.randint(1, 9)))
        pool.extend(line for line in generated.draft.lines if not line.before)
        wanted = left // (count - place)
        xml = _longer(generated, wanted, pool, random)
        generator.remember(generated)
        left -= len(xml)
        (folder / f"{place:05d}.xml").write_bytes(xml)
    return buyer.nip


def _longer(generated: Generated, wanted: int, pool: deque[Line], random: Random) -> bytes:
    """The invoice with so many more lines that it has about the wanted size; corrections and advances stay."""
    draft = generated.draft
    if len(generated.xml) >= wanted or draft.kind != "VAT" or draft.currency != "PLN" or not draft.lines:
        return generated.xml
    one_more = len(generated.xml) // (len(draft.lines) + 6)  # a rough guess that the next invoices make good
    more = min(random.randrange(2 * (wanted - len(generated.xml)) // one_more + 1), _MOST_LINES)
    start = random.randrange(len(pool))
    lines = (*draft.lines, *islice(pool, start, start + more))
    table = tuple(vat_table(lines))
    style = STYLES[random.randrange(len(STYLES))]
    return write(replace(draft, lines=lines, table=table, total=total(list(table))), style)
