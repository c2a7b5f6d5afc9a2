"""10,000 documents of firms with books proposed, as the engine does after they came: python -m tests.bench.proposing

Wanted on two quiet cores: 10 s, the longest stall of the loop 50 ms. Then all of them again, as after a changed rule.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle
from pathlib import Path

import psutil

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.books import BookKind, Books, CodingLevel, ExchangeRate, VatKind, VatStatus
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.derive import derive_pending
from blink_tui.sync.proposing import propose_pending
from tests.bench.filling import fill
from tests.bench.measure import longest_stall, row, tree_seconds

_TODAY = date(2026, 11, 30)
_WANTED_SECONDS, _WANTED_DOCUMENTS = 10.0, 10_000
_MONTHLY = (VatStatus(date(2026, 1, 1), VatKind.MONTHLY),)
_BOOKS = tuple(
    Books(kind=kind, level=level, vat=_MONTHLY)
    for kind, level in (
        (BookKind.LEDGER, CodingLevel.FULL),
        (BookKind.KPIR, CodingLevel.DESCRIPTION),
        (BookKind.LUMP_SUM, CodingLevel.DESCRIPTION),
    )
)


async def measure(documents: int) -> None:
    """Fill a buffer, read and compare it, give every firm books, propose everything twice."""
    with tempfile.TemporaryDirectory(prefix="blink-proposing-") as folder:
        async with open_buffer(Path(folder) / "buffer.db") as buffer:
            await fill(buffer, documents)
            await derive_pending(buffer, _TODAY)
            await compare_pending(buffer, _TODAY)
            await _keep_books(buffer)
            count = await buffer.codings.count_to_propose()
            await _round(buffer, "proposed for the first time", count)
            await buffer.codings.propose_again()
            await _round(buffer, "proposed again", count)


async def _keep_books(buffer: Buffer) -> None:
    """Books of every kind by turns, and a year of exchange rates."""
    for firm, books in zip(await buffer.firms.list(), cycle(_BOOKS), strict=False):
        await buffer.books.save(firm.id, books, who="bench", version=None)
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(330)]
    await buffer.rates.keep(
        ExchangeRate(currency, day, rate, f"{place:03}/A/NBP/2026")
        for currency, rate in (("EUR", Decimal("4.2500")), ("USD", Decimal("3.8000")))
        for place, day in enumerate(days, 1)
        if day.weekday() < 5
    )


async def _round(buffer: Buffer, what: str, count: int) -> None:
    this = psutil.Process()
    before = tree_seconds(this)
    async with longest_stall() as stall:
        start = time.perf_counter()
        proposed, coded = await propose_pending(buffer, _TODAY)
        seconds = time.perf_counter() - start
    print(f"{proposed} of {count} documents proposed, {coded} coded by a rule")
    print(row(what, seconds, "s", _WANTED_SECONDS * count / _WANTED_DOCUMENTS))
    print(row("  processor time, with what reads beside", tree_seconds(this) - before, "s"))
    print(row("  longest stall of the loop", stall.value * 1000, "ms", 50))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=_WANTED_DOCUMENTS)
    asyncio.run(measure(parser.parse_args().documents))


if __name__ == "__main__":
    main()
