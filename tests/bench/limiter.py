"""What a slot costs, and how near to KSeF's 75 requests a second of an address one process comes.

Prints microseconds of work for a slot beside its parts, then requests a second against their bound: a slot frees one
second after its answer, so answers that take 50 ms lower it to 75 in 1.05 seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import AddressTicket, AddressWindow
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.operations import METADATA, Context
from blink_tui.ksef.rates import DOCUMENTED, windows_of
from blink_tui.model.clock import SystemClock
from blink_tui.model.ports import BookTicket
from tests.bench.measure import row
from tests.clocks import VirtualClock

_ADDRESS = 75
_WINDOWS = windows_of(DOCUMENTED["invoiceMetadata"], keep_reserve=True)


def _microseconds(times: int, work: Callable[[int], object]) -> float:
    """The processor's time for a call, in the quickest of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for number in range(times):
            work(number)
        best = min(best, (time.process_time() - start) / times)
    return best * 1e6


def parts(folder: Path, firms: int) -> None:
    """The book with an hour of requests of all firms, and the address's file."""
    with LimitBook(folder / "parts.db") as book, AddressWindow(folder / "parts.window") as window:
        for _ in range(8):
            for firm in range(firms):
                book.take(f"api.ksef.mf.gov.pl|Nip|{firm:010}", "invoiceMetadata", (), 0.0)
        now = [90.0]

        def in_book(number: int) -> None:
            now[0] += 0.02
            ticket = book.take(
                f"api.ksef.mf.gov.pl|Nip|{number % firms:010}", "invoiceMetadata", _WINDOWS, now[0]
            )
            if isinstance(ticket, BookTicket):
                book.answered(ticket, now[0])

        def in_file(_number: int) -> None:
            now[0] += 0.02
            ticket = window.take({"global": _ADDRESS}, now[0])
            assert isinstance(ticket, AddressTicket)
            window.answered(ticket, now[0])

        print(row(f"book: take and answered, {firms} firms", _microseconds(firms, in_book), "us"))
        print(row("address file: take and answered", _microseconds(2000, in_file), "us"))
        print(row("book: standing", _microseconds(2000, lambda number: book.standing("x", now[0])), "us"))


async def whole(folder: Path, firms: int) -> None:
    """A slot that finds room everywhere, for one firm after the other."""
    clock = VirtualClock()
    with LimitBook(folder / "whole.db") as book, AddressWindow(folder / "whole.window") as window:
        limiter = Limiter(clock, book, window)
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            for firm in range(firms):
                clock.advance(0.02)
                async with limiter.slot(METADATA, Context("Nip", f"{firm:010}")):
                    pass
            best = min(best, (time.process_time() - start) / firms)
    print(row(f"slot, {firms} firms one after the other", best * 1e6, "us"))


async def rate(folder: Path, requests: int, concurrency: int, answer: float) -> None:
    """Requests a second after the first burst, and the processor's share."""
    name = f"{answer}"
    sent: list[float] = []
    with LimitBook(folder / f"{name}.db") as book, AddressWindow(folder / f"{name}.window") as window:
        limiter = Limiter(SystemClock(), book, window)
        firms = iter(range(requests))

        async def worker() -> None:
            for firm in firms:
                async with limiter.slot(METADATA, Context("Nip", f"{firm:010}")):
                    sent.append(time.perf_counter())
                    if answer:
                        await asyncio.sleep(answer)

        cpu = time.process_time()
        await asyncio.gather(*(worker() for _ in range(concurrency)))
        cpu = time.process_time() - cpu
    reached = (requests - _ADDRESS) / (sent[-1] - sent[_ADDRESS - 1])
    bound = _ADDRESS / (1 + answer)
    print(row(f"requests/s with answers after {answer * 1000:.0f} ms (bound {bound:.1f})", reached, "/s"))
    print(row("  bound over reached", bound / reached, "", 1.15))
    print(row("  processor's time for a request", cpu / requests * 1e6, "us"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=2000)
    parser.add_argument("--requests", type=int, default=750)
    parser.add_argument("--concurrency", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parts(Path(folder), options.firms)
        asyncio.run(whole(Path(folder), options.firms))
        for answer in (0.0, 0.05):
            asyncio.run(rate(Path(folder), options.requests, options.concurrency, answer))


if __name__ == "__main__":
    main()
