"""Never a 429 of our own making: slots by sliding windows, on a clock that tests move."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import AddressTicket, AddressWindow
from blink_tui.ksef.errors import LIMITS, AskedToWaitError
from blink_tui.ksef.limiter import DOCUMENTED, Limiter
from blink_tui.ksef.operations import CHALLENGE, EXPORT, EXPORT_STATUS, METADATA, Context

FIRM, OTHER_FIRM = Context("Nip", "1111111111"), Context("Nip", "2222222222")


class HandClock:
    """Time passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def limiter(clock: HandClock) -> Iterator[Limiter]:
    with LimitBook(None) as book, AddressWindow(None) as window:
        yield Limiter(clock, book, window)


async def _asked(limiter: Limiter, clock: HandClock, context: Context, seconds: float = 0.0) -> datetime:
    async with limiter.slot(METADATA, context):
        start = clock.now()
        clock.moment += timedelta(seconds=seconds)
    return start


async def test_no_second_holds_more_requests_than_documented(limiter: Limiter, clock: HandClock) -> None:
    starts = [await _asked(limiter, clock, FIRM) for _ in range(16)]
    for start in starts:
        assert sum(start <= other < start + timedelta(seconds=1) for other in starts) <= 8


async def test_a_slot_frees_one_window_after_the_response(limiter: Limiter, clock: HandClock) -> None:
    for _ in range(8):
        await _asked(limiter, clock, FIRM)
    slow = clock.moment
    async with limiter.slot(EXPORT, FIRM):
        clock.moment += timedelta(seconds=0.9)
    ninth = await _asked(limiter, clock, FIRM, 0.5)
    assert ninth >= slow + timedelta(seconds=1)


async def test_what_would_wait_long_is_refused_with_the_time_it_takes(
    limiter: Limiter, clock: HandClock
) -> None:
    for _ in range(DOCUMENTED["invoiceMetadata"][timedelta(minutes=1)]):
        await _asked(limiter, clock, FIRM)
    with pytest.raises(AskedToWaitError) as refusal:
        await _asked(limiter, clock, FIRM)
    assert refusal.value.kind is LIMITS
    assert 50 <= refusal.value.retry_after <= 60
    clock.moment += timedelta(seconds=refusal.value.retry_after)
    await _asked(limiter, clock, FIRM)


async def test_firms_and_operations_have_windows_of_their_own(limiter: Limiter, clock: HandClock) -> None:
    begun = clock.moment
    for _ in range(8):
        await _asked(limiter, clock, FIRM)
        await _asked(limiter, clock, OTHER_FIRM)
        async with limiter.slot(EXPORT_STATUS, FIRM):
            pass
    assert clock.moment == begun


async def test_the_address_has_one_window_for_all(limiter: Limiter, clock: HandClock) -> None:
    begun = clock.moment
    for number in range(76):
        async with limiter.slot(METADATA, Context("Nip", f"{number:010}")):
            pass
    assert clock.moment >= begun + timedelta(seconds=1)


async def test_logins_share_the_anonymous_window(limiter: Limiter, clock: HandClock) -> None:
    begun = clock.moment
    for _ in range(61):
        async with limiter.slot(CHALLENGE, FIRM):
            pass
    assert clock.moment >= begun + timedelta(seconds=1)


async def test_retry_after_parks_the_firm_whole_and_no_other(limiter: Limiter, clock: HandClock) -> None:
    with pytest.raises(AskedToWaitError):
        async with limiter.slot(METADATA, FIRM):
            raise AskedToWaitError(LIMITS, 2680)
    with pytest.raises(AskedToWaitError) as refusal:
        await _asked(limiter, clock, FIRM)
    assert refusal.value.retry_after == 2680
    await _asked(limiter, clock, OTHER_FIRM)
    clock.moment += timedelta(seconds=2680)
    await _asked(limiter, clock, FIRM)


async def test_requests_under_way_hold_their_slots_until_they_are_answered(
    limiter: Limiter, clock: HandClock
) -> None:
    answer = asyncio.Event()
    running = 0

    async def ask() -> None:
        nonlocal running
        async with limiter.slot(METADATA, FIRM):
            running += 1
            await answer.wait()

    tasks = [asyncio.create_task(ask()) for _ in range(9)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert running == 8
    answer.set()
    await asyncio.gather(*tasks)
    assert running == 9


async def test_a_process_that_comes_back_remembers_what_it_asked(tmp_path: Path, clock: HandClock) -> None:
    for _ in range(2):
        with LimitBook(tmp_path / "limits.db") as book, AddressWindow(None) as window:
            limiter = Limiter(clock, book, window)
            for _ in range(8):
                await _asked(limiter, clock, FIRM)
    with LimitBook(tmp_path / "limits.db") as book, AddressWindow(None) as window:
        with pytest.raises(AskedToWaitError) as refusal:
            await _asked(Limiter(clock, book, window), clock, FIRM)
        assert 50 <= refusal.value.retry_after <= 60


async def test_parking_outlives_the_process(tmp_path: Path, clock: HandClock) -> None:
    with (
        LimitBook(tmp_path / "limits.db") as book,
        AddressWindow(None) as window,
        pytest.raises(AskedToWaitError),
    ):
        async with Limiter(clock, book, window).slot(METADATA, FIRM):
            raise AskedToWaitError(LIMITS, 3565)
    with LimitBook(tmp_path / "limits.db") as book, AddressWindow(None) as window:
        with pytest.raises(AskedToWaitError) as refusal:
            await _asked(Limiter(clock, book, window), clock, FIRM)
        assert refusal.value.retry_after == 3565


async def test_a_request_whose_process_was_killed_counts_for_a_while(
    tmp_path: Path, clock: HandClock
) -> None:
    limits = DOCUMENTED["invoiceMetadata"]
    with LimitBook(tmp_path / "limits.db") as book:
        for _ in range(8):
            assert isinstance(book.take("c", limits, clock.now()), int)
    with LimitBook(tmp_path / "limits.db") as book:
        assert book.take("c", limits, clock.now()) is None
        clock.moment += timedelta(seconds=95)
        assert isinstance(book.take("c", limits, clock.now()), int)


def test_two_processes_share_the_window_of_their_address(tmp_path: Path, clock: HandClock) -> None:
    path = tmp_path / "window.slots"
    with AddressWindow(path) as one, AddressWindow(path) as other:
        tickets = [(one, other)[number % 2].take(("address",), clock.now()) for number in range(75)]
        assert all(isinstance(ticket, AddressTicket) for ticket in tickets)
        assert one.take(("address",), clock.now()) is None
        ticket = tickets[0]
        assert isinstance(ticket, AddressTicket)
        other.answered(ticket, clock.now())
        clock.moment += timedelta(seconds=0.5)
        assert one.take(("address",), clock.now()) == pytest.approx(0.5)
        clock.moment += timedelta(seconds=0.6)
        assert isinstance(one.take(("address",), clock.now()), AddressTicket)


def test_a_spoilt_window_file_holds_up_nothing(tmp_path: Path, clock: HandClock) -> None:
    path = tmp_path / "window.slots"
    path.write_bytes(b"\xff" * 7)
    with AddressWindow(path) as window:
        assert isinstance(window.take(("address", "anonymous"), clock.now()), AddressTicket)
    path.write_bytes(struct.pack("<135d", *[1e300] * 135))
    with AddressWindow(path) as window:
        assert isinstance(window.take(("address",), clock.now()), AddressTicket)
