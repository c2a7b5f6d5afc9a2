"""Parking, and what KSeF tells of its limits: nothing is sent before its time, whoever waits."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import AddressWindow
from blink_tui.ksef.errors import LIMITS, SERVER_PAUSED, AskedToWaitError
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.operations import (
    CHALLENGE,
    EXPORT,
    EXPORT_STATUS,
    METADATA,
    OWN_TOKEN,
    REFRESH,
    TOKENS,
    Context,
    Operation,
)
from blink_tui.ksef.rates import RateLimit
from tests.clocks import START, VirtualClock
from tests.ksef.limiting import FIRM, LATER, OTHER_FIRM, ask, refused, send


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


async def told_to_wait(
    limiter: Limiter, seconds: int, operation: Operation = METADATA, context: Context = FIRM
) -> None:
    """A request that KSeF refuses for a while."""
    with pytest.raises(AskedToWaitError):
        async with limiter.slot(operation, context):
            raise AskedToWaitError(LIMITS, seconds)


async def test_retry_after_parks_the_firm_whole_and_no_other(limiter: Limiter, clock: VirtualClock) -> None:
    await told_to_wait(limiter, 2680)
    for operation in (METADATA, EXPORT_STATUS, OWN_TOKEN, REFRESH, CHALLENGE):
        assert await refused(limiter, operation) == 2680
        await ask(limiter, clock, operation, OTHER_FIRM)
    await ask(limiter, clock, context=Context("InternalId", FIRM.value))
    clock.advance(2674.5)
    assert await refused(limiter) == 6
    clock.advance(0.5)
    assert await ask(limiter, clock) == 7680.0


async def test_a_shorter_time_does_not_shorten_a_longer_one(limiter: Limiter, clock: VirtualClock) -> None:
    async def sent_before_and_refused_after() -> None:
        async with limiter.slot(EXPORT, FIRM):
            await told_to_wait(limiter, 100)
            clock.advance(10)
            raise AskedToWaitError(LIMITS, 5)

    with pytest.raises(AskedToWaitError):
        await sent_before_and_refused_after()
    assert await refused(limiter) == 90


async def test_parking_is_seen_by_whoever_was_already_waiting(
    limiter: Limiter, clock: VirtualClock, book: LimitBook
) -> None:
    for _ in range(8):
        await ask(limiter, clock)
    waiting = asyncio.create_task(send(limiter))
    await asyncio.sleep(0)
    book.park("test|Nip|1111111111", clock.steady(), 100)
    with pytest.raises(AskedToWaitError) as refusal:
        await waiting
    assert refusal.value.retry_after == 100


async def test_a_server_that_asks_to_be_left_alone_parks_too(limiter: Limiter) -> None:
    with pytest.raises(AskedToWaitError):
        async with limiter.slot(METADATA, FIRM):
            raise AskedToWaitError(SERVER_PAUSED, 600)
    assert await refused(limiter) == 600


async def test_a_refused_login_parks_logins_of_the_address_and_nothing_else(
    limiter: Limiter, clock: VirtualClock, tmp_path: Path, window: AddressWindow
) -> None:
    await told_to_wait(limiter, 30, CHALLENGE)
    assert await refused(limiter, REFRESH, OTHER_FIRM) == 30
    await ask(limiter, clock)
    with LimitBook(tmp_path / "other-profile.db") as book:
        assert await refused(Limiter(clock, book, window), CHALLENGE) == 30
    clock.advance(30)
    assert await ask(limiter, clock, CHALLENGE) == 5030.0


async def test_parking_outlives_the_process_to_the_second(tmp_path: Path, clock: VirtualClock) -> None:
    with LimitBook(tmp_path / "limits.db") as book, AddressWindow(None) as window:
        await told_to_wait(Limiter(clock, book, window), 3565)
    clock.advance(1000)
    clock.set_wall(START - LATER)
    with LimitBook(tmp_path / "limits.db") as book, AddressWindow(None) as window:
        assert await refused(Limiter(clock, book, window)) == 2565


async def test_a_short_parking_is_slept_through_at_once(limiter: Limiter, clock: VirtualClock) -> None:
    await told_to_wait(limiter, 2)
    assert await ask(limiter, clock) == 5002.0
    assert clock.slept == [2.0]


async def test_a_refused_request_has_arrived(limiter: Limiter, book: LimitBook) -> None:
    await told_to_wait(limiter, 2)
    assert book.requests("test|Nip|1111111111", 0.0) == {"invoiceMetadata": [5000.0]}


async def test_a_refusal_names_the_firm_and_the_operation(limiter: Limiter) -> None:
    await told_to_wait(limiter, 2680)
    with pytest.raises(AskedToWaitError) as refusal:
        await send(limiter, EXPORT)
    assert (refusal.value.firm, refusal.value.cause) == (FIRM.value, EXPORT.name)


async def test_a_book_that_cannot_be_written_does_not_hide_what_ksef_said(
    limiter: Limiter, book: LimitBook, tmp_path: Path
) -> None:
    book._connection.execute("PRAGMA busy_timeout = 1")  # instead of ten seconds
    other = sqlite3.connect(tmp_path / "limits.db", isolation_level=None)
    with pytest.raises(AskedToWaitError) as refusal:
        await _refused_after(limiter, METADATA, lambda: other.execute("BEGIN IMMEDIATE"))
    other.close()
    assert refusal.value.retry_after == 77


async def test_a_window_that_cannot_be_written_does_not_hide_what_ksef_said(
    limiter: Limiter, window: AddressWindow, tmp_path: Path
) -> None:
    read_only = os.open(tmp_path / "test.window", os.O_RDONLY)
    with pytest.raises(AskedToWaitError) as refusal:
        await _refused_after(limiter, CHALLENGE, lambda: os.dup2(read_only, window._file))
    os.close(read_only)
    assert refusal.value.retry_after == 77


async def _refused_after(limiter: Limiter, operation: Operation, happening: Callable[[], object]) -> None:
    """A request that KSeF refuses for 77 seconds, and what happens here meanwhile."""
    async with limiter.slot(operation, FIRM):
        happening()
        raise AskedToWaitError(LIMITS, 77)


# What KSeF tells


async def test_lower_limits_are_obeyed_from_when_they_are_told_and_outlive_the_process(
    limiter: Limiter, clock: VirtualClock, tmp_path: Path, window: AddressWindow
) -> None:
    for _ in range(4):
        await ask(limiter, clock)
    limiter.learn(FIRM, {"invoiceMetadata": RateLimit(2, 5, None), "other": RateLimit(1, 30, 120)})
    assert await ask(limiter, clock) == 5001.0
    assert await refused(limiter) == 59
    assert [await ask(limiter, clock, TOKENS) for _ in range(2)] == [5001.0, 5002.0]
    with LimitBook(tmp_path / "limits.db") as book:
        assert await refused(Limiter(clock, book, window)) == 58
    assert [await ask(limiter, clock, context=OTHER_FIRM) for _ in range(8)] == [5002.0] * 8


async def test_higher_limits_hold_until_they_may_have_been_lowered(
    limiter: Limiter, clock: VirtualClock
) -> None:
    limiter.learn(FIRM, {"invoiceMetadata": RateLimit(100, 200, None)})
    assert [await ask(limiter, clock) for _ in range(40)] == [5000.0] * 40
    clock.set_wall(START + timedelta(hours=7))
    assert await refused(limiter) == 3600


async def test_a_lower_global_limit_narrows_the_address_for_that_context_alone(
    limiter: Limiter, clock: VirtualClock
) -> None:
    limiter.learn(FIRM, {"global": RateLimit(3, None, None), "anonymous": RateLimit(1, None, None)})
    limiter.learn(OTHER_FIRM, {"global": RateLimit(1000, None, None)})
    for _ in range(3):
        await ask(limiter, clock, EXPORT_STATUS, OTHER_FIRM)
    assert await ask(limiter, clock, EXPORT_STATUS) == 5001.0
    assert [await ask(limiter, clock, REFRESH) for _ in range(3)] == [5001.0, 5002.0, 5003.0]
    clock.advance(10)
    contexts = [Context("Nip", f"{number:010}") for number in range(75)]
    for context in contexts:
        await ask(limiter, clock, context=context)
    assert await ask(limiter, clock, context=OTHER_FIRM) == 5014.0


async def test_no_limit_is_no_limit(limiter: Limiter, clock: VirtualClock) -> None:
    nothing = RateLimit(None, None, None)
    limiter.learn(FIRM, {"invoiceMetadata": nothing, "global": nothing})
    assert [await ask(limiter, clock) for _ in range(75)] == [5000.0] * 75
    assert await ask(limiter, clock) == 5001.0  # the address's window never grows


async def test_a_scheduled_pass_leaves_the_user_his_part_of_the_hour(
    limiter: Limiter, clock: VirtualClock, book: LimitBook, window: AddressWindow
) -> None:
    scheduled = Limiter(clock, book, window, keep_reserve=True)
    for _ in range(15):
        await ask(scheduled, clock)
        clock.advance(10)
    assert await refused(scheduled) == 3450
    for _ in range(5):
        await ask(limiter, clock)
    assert await refused(limiter) == 3450
    clock.advance(60)
    assert await refused(limiter) == 3390
