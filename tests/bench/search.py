"""What a filter takes at a million documents, count and first page together: python -m tests.bench.search

Wanted on a quiet core: a rare word 50 ms, what an index knows 100 ms. Without `--buffer FILE` one is made first.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

from blink_tui.buffer import SORTS, Buffer, GridFilter, Sort, open_buffer
from blink_tui.model.filtering import parse_filter
from tests.bench.measure import row
from tests.bench.million import RARE_WORD, filled

_TODAY = date(2026, 11, 30)
_PAGE = 128
_QUESTIONS: tuple[tuple[str, str, float], ...] = (
    ("everything", "", 100),
    ("a rare word", RARE_WORD, 50),
    ("a word that is nowhere", "xyzzyxq", 50),
    ("a common word", "hurtownia", 100),
    ("two common words", "hurtownia uslugi", 100),
    ("a common and a rare word", f"hurtownia {RARE_WORD}", 50),
    ("two letters", "qw", 100),
    ("not a common word", "-hurtownia", 100),
    ("status, a common one", "status:pobrany", 100),
    ("status, a rare one", "status:do-wyjaśnienia", 100),
    ("amounts, most of them", "kwota:>1000", 100),
    ("amounts, few", "kwota:1000..1001", 100),
    ("one month of issue", "data:2026-03", 100),
    ("the last week of receipt", "wpływ-od:7d", 100),
    ("a month of VAT", "miesiąc:2026-03", 100),
    ("currency", "waluta:EUR", 100),
    ("kind", "typ:ZAL", 100),
    ("accountant", "opiekun:anna", 100),
    ("accountant and status", "opiekun:anna status:pobrany", 100),
    ("a firm by its name", "firma:piekarnia", 100),
    ("finding, a common one", "uwaga:correction", 100),
    ("finding, a rare one", "uwaga:sale-date-late", 100),
    ("severity", "uwaga:tak", 100),
    ("NIP", "nip:{nip}", 100),
    ("account", "konto:{account}", 100),
    ("unreadable", "nieczytelne:tak", 100),
    ("five at once", "opiekun:anna kierunek:zakup data:2026-03 kwota:>1000 waluta:EUR", 100),
    ("five and a common word", "opiekun:anna kierunek:zakup data:2026-03 kwota:>1000 hurtownia", 100),
)


async def measure(path: Path, sort: Sort) -> None:
    """Ask everything of a buffer, each question thrice of a grid that remembers nothing of it."""
    async with open_buffer(path) as buffer:
        known = await _known(buffer)
        for what, text, target in _QUESTIONS:
            query = parse_filter(text.format(**known), today=_TODAY, who="anna")
            took, pages, count = [], [], 0
            for attempt in range(3):
                chosen = GridFilter(query=query, max_id=await buffer.grid.max_id() + attempt)
                start = time.perf_counter()
                count = await buffer.grid.count(chosen)
                page = await buffer.grid.first(chosen, sort, True, _PAGE)
                took.append(time.perf_counter() - start)
                start = time.perf_counter()
                if page:
                    await buffer.grid.after(chosen, sort, True, page[-1].key, _PAGE)
                pages.append(time.perf_counter() - start)
            print(row(f"{what} ({count})", median(took) * 1000, "ms", target))
            print(row("    another page", median(pages) * 1000, "ms", target))


async def _known(buffer: Buffer) -> dict[str, str]:
    """A NIP and an account that stand in it."""
    rows = await buffer.grid.first(GridFilter(), "received_date", True, 50)
    nip = next(one.party_nip for one in rows if one.direction == "purchase" and one.party_nip)
    (accounts,) = await buffer._database.reader.row(
        "SELECT accounts FROM document_trait WHERE accounts <> '' LIMIT 1"
    ) or ("0",)
    return {"nip": nip, "account": accounts.split()[0]}


async def _run(path: Path | None, documents: int, sort: Sort) -> None:
    if path is not None:
        await measure(path, sort)
        return
    with tempfile.TemporaryDirectory(prefix="blink-search-") as folder:
        await measure(await asyncio.to_thread(filled, Path(folder), documents), sort)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buffer", type=Path)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--sort", choices=SORTS, default="received_date")
    chosen = parser.parse_args()
    asyncio.run(_run(chosen.buffer, chosen.documents, chosen.sort))


if __name__ == "__main__":
    main()
