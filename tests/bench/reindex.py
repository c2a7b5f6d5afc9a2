"""100,000 documents read and compared anew, as `blink reindex` does: python -m tests.bench.reindex [--documents N]

Wanted on two quiet cores: 30 s, the longest stall of the loop 50 ms. Prints the share of each half.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import date
from pathlib import Path

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.derive import derive_pending
from tests.bench.filling import fill
from tests.bench.measure import longest_stall, row

_TODAY = date(2026, 11, 30)
_WANTED_SECONDS, _WANTED_DOCUMENTS = 30.0, 100_000


async def measure(documents: int) -> None:
    """Fill a buffer, read it once, then once more."""
    with tempfile.TemporaryDirectory(prefix="blink-reindex-") as folder:
        async with open_buffer(Path(folder) / "buffer.db") as buffer:
            start = time.perf_counter()
            await fill(buffer, documents)
            total = await buffer.documents.total()
            print(f"{total} documents of {len(await buffer.firms.list())} firms made and stored in "
                  f"{time.perf_counter() - start:.0f} s")  # fmt: skip
            await _round(buffer, total, "read and compared for the first time")
            await buffer.derived.read_again()
            await _round(buffer, total, "read and compared again")
            counts = sorted((await buffer.findings.counts()).items(), key=lambda one: -one[1])
            print(", ".join(f"{kind} {count}" for kind, count in counts))


async def _round(buffer: Buffer, total: int, what: str) -> None:
    async with longest_stall() as stall:
        start = time.perf_counter()
        await derive_pending(buffer, _TODAY)
        read = time.perf_counter() - start
        await compare_pending(buffer, _TODAY)
        both = time.perf_counter() - start
    print(row(f"{what}: reading", read, "s"))
    print(row(f"{what}: comparing", both - read, "s"))
    print(row(f"{what}: both", both, "s", _WANTED_SECONDS * total / _WANTED_DOCUMENTS))
    print(row("  longest stall of the loop", stall.value * 1000, "ms", 50))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=_WANTED_DOCUMENTS)
    asyncio.run(measure(parser.parse_args().documents))


if __name__ == "__main__":
    main()
