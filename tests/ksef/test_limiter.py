"""Never a 429 of our own making: slots by sliding windows, on a clock that tests move."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef import errors
from blink_tui.ksef.address_window import AddressTicket, AddressWindow
from blink_tui.ksef.errors import AskedToWaitError
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.operations import (
    CHALLENGE,
    EXPORT_STATUS,
    METADATA,
    OWN_TOKEN,
    TOKENS,
    Context,
    Operation,
)
from blink_tui.model.errors import BlinkError, ErrorKind
from tests.clocks import START, VirtualClock
from tests.ksef.limiting import FIRM, LATER, OTHER_FIRM, ask, refused, send


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


async def settled(*tasks: asyncio.Task[None]) -> int:
    """How many tasks have ended when the loop has gone round a few times."""
    for _ in range(20):
        await asyncio.sleep(0)
    return sum(task.done() for task in tasks)


# Windows of a context


async def test_a_second_holds_as_many_requests_as_documented_and_not_one_more(
    limiter: Limiter, clock: VirtualClock
) -> None:
    sent = [await ask(limiter, clock) for _ in range(9)]
    assert sent == [5000.0] * 8 + [5001.0]


async def test_a_slot_frees_one_window_after_the_response(limiter: Limiter, clock: VirtualClock) -> None:
    for _ in range(7):
        await ask(limiter, clock)
    await ask(limiter, clock, seconds=0.75)
    assert [await ask(limiter, clock) for _ in range(8)] == [5001.0] * 7 + [5001.75]


async def test_what_would_wait_long_is_refused_with_the_whole_seconds_that_it_takes(
    limiter: Limiter, clock: VirtualClock
) -> None:
    for _ in range(16):
        await ask(limiter, clock)
    assert clock.steady() == 5001.0
    assert await refused(limiter) == 59
    clock.advance(0.25)
    assert await refused(limiter) == 59
    clock.advance(58.75)
    assert [await ask(limiter, clock) for _ in range(4)] == [5060.0] * 4
    assert await refused(limiter) == 3540


@pytest.mark.parametrize(("ahead", "waits"), [(5.0, True), (5.0625, False)])
async def test_patience_is_five_seconds(
    limiter: Limiter, clock: VirtualClock, *, ahead: float, waits: bool
) -> None:
    for _ in range(16):
        await ask(limiter, clock)
    clock.advance(5060.0 - ahead - clock.steady())
    if waits:
        assert await ask(limiter, clock) == 5060.0
        assert clock.slept[-1] == ahead
    else:
        assert await refused(limiter) == 6
        assert len(clock.slept) == 1


async def test_firms_environments_and_operations_have_windows_of_their_own(
    limiter: Limiter, clock: VirtualClock, book: LimitBook, tmp_path: Path
) -> None:
    with AddressWindow(tmp_path / "demo.window", "demo") as window:
        elsewhere = Limiter(clock, book, window)
        for _ in range(8):
            await ask(limiter, clock)
            await ask(limiter, clock, context=OTHER_FIRM)
            await ask(limiter, clock, context=Context("InternalId", FIRM.value))
            await ask(limiter, clock, EXPORT_STATUS)
            await ask(elsewhere, clock)
    assert clock.slept == []


async def test_operations_of_a_group_share_a_counter_but_the_others_have_one_each(
    limiter: Limiter, clock: VirtualClock
) -> None:
    one, two = (Operation(name, "GET", f"/{name}", "collectiveIdentifier") for name in ("one", "two"))
    for _ in range(10):
        for operation in (OWN_TOKEN, TOKENS, one, two):
            await ask(limiter, clock, operation)
    assert clock.slept == []
    for operation in (one, two, OWN_TOKEN, TOKENS):
        assert await ask(limiter, clock, operation) == 5001.0


async def test_requests_under_way_hold_their_slots_until_they_are_answered(
    limiter: Limiter, clock: VirtualClock
) -> None:
    answer = asyncio.Event()

    async def request() -> None:
        async with limiter.slot(METADATA, FIRM):
            await answer.wait()

    tasks = [asyncio.create_task(request()) for _ in range(8)]
    await settled(*tasks)
    ninth = asyncio.create_task(request())
    assert await settled(*tasks, ninth) == 0
    answer.set()
    await asyncio.gather(*tasks, ninth)
    assert clock.steady() > 5001.0


async def test_an_answer_that_does_not_come_ends_the_patience_of_who_waits_for_it(
    limiter: Limiter, clock: VirtualClock, book: LimitBook
) -> None:
    for _ in range(8):
        book.take("test|Nip|1111111111", "invoiceMetadata", ((1.0, 8),), clock.steady())
    assert await refused(limiter) == 1
    assert clock.slept == [0.25] * 17  # until a second's window could no longer be over in time


async def test_a_window_that_is_long_is_not_waited_for_though_an_answer_is_on_its_way(
    limiter: Limiter, clock: VirtualClock, book: LimitBook
) -> None:
    for _ in range(16):
        book.take("test|Nip|1111111111", "invoiceMetadata", ((60.0, 16),), clock.steady())
    assert await refused(limiter) == 60
    assert clock.slept == []


@pytest.mark.parametrize(
    ("kind", "late"),
    [
        (errors.TIMED_OUT, 10.0),
        (errors.EXPORT_UNCERTAIN, 10.0),
        (errors.UNREACHABLE, 0.0),
        (errors.CONNECTION_LOST, 0.0),
        (errors.DOCUMENT_UNKNOWN, 0.0),
    ],
)
async def test_what_was_given_up_may_still_arrive(
    limiter: Limiter, clock: VirtualClock, book: LimitBook, kind: ErrorKind, late: float
) -> None:
    with pytest.raises(BlinkError) as caught:
        await _failing(limiter, clock, kind)
    assert caught.value.kind is kind
    assert book.requests("test|Nip|1111111111", 0.0) == {"invoiceMetadata": [5030.0 + late]}


async def _failing(limiter: Limiter, clock: VirtualClock, kind: ErrorKind) -> None:
    async with limiter.slot(METADATA, FIRM):
        clock.advance(30)
        raise BlinkError(kind)


async def test_a_cancelled_request_may_still_arrive(
    limiter: Limiter, clock: VirtualClock, book: LimitBook, window: AddressWindow
) -> None:
    async def request() -> None:
        async with limiter.slot(METADATA, FIRM):
            await asyncio.Event().wait()

    task = asyncio.create_task(request())
    await settled(task)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert book.requests("test|Nip|1111111111", 0.0) == {"invoiceMetadata": [5010.0]}
    assert window.take({"global": 1}, 5010.5) == (5011.0, False)


async def test_a_process_that_comes_back_remembers_what_it_asked(tmp_path: Path, clock: VirtualClock) -> None:
    for _ in range(2):
        with LimitBook(tmp_path / "limits.db") as book, AddressWindow(None) as window:
            limiter = Limiter(clock, book, window)
            for _ in range(8):
                await ask(limiter, clock)
    with LimitBook(tmp_path / "limits.db") as book, AddressWindow(None) as window:
        assert await refused(Limiter(clock, book, window)) == 59


@pytest.mark.parametrize("jump", [-LATER, LATER])
async def test_setting_the_wall_clock_neither_frees_nor_holds_a_slot(
    limiter: Limiter, clock: VirtualClock, jump: timedelta
) -> None:
    for _ in range(16):
        await ask(limiter, clock)
    clock.set_wall(START + jump)
    assert await refused(limiter) == 59
    clock.advance(59)
    assert await ask(limiter, clock) == 5060.0


# The address


async def test_the_address_has_one_window_for_all(limiter: Limiter, clock: VirtualClock) -> None:
    sent = [await ask(limiter, clock, context=Context("Nip", f"{number:010}")) for number in range(76)]
    assert sent == [5000.0] * 75 + [5001.0]


async def test_logins_share_a_window_of_their_own_and_count_in_the_common_one(
    limiter: Limiter, clock: VirtualClock
) -> None:
    assert [await ask(limiter, clock, CHALLENGE) for _ in range(61)] == [5000.0] * 60 + [5001.0]
    for number in range(74):
        await ask(limiter, clock, context=Context("Nip", f"{number:010}"))
    assert clock.steady() == 5001.0
    assert await ask(limiter, clock, CHALLENGE) == 5002.0


async def test_full_windows_of_logins_hold_up_nothing_else(
    limiter: Limiter, clock: VirtualClock, window: AddressWindow
) -> None:
    for _ in range(60):
        assert isinstance(window.take({"anonymous": 60}, clock.steady()), AddressTicket)
    login = asyncio.create_task(send(limiter, CHALLENGE))
    await settled(login)
    await ask(limiter, clock)
    assert not login.done()
    with pytest.raises(AskedToWaitError):
        await login


async def test_a_line_is_waited_through_as_long_as_it_moves(limiter: Limiter, clock: VirtualClock) -> None:
    contexts = [Context("Nip", f"{number:010}") for number in range(75 * 8)]
    await asyncio.gather(*(send(limiter, context=context) for context in contexts))
    assert clock.steady() == 5007.0


async def test_a_line_that_does_not_move_is_given_up_by_all(
    limiter: Limiter, clock: VirtualClock, window: AddressWindow
) -> None:
    for _ in range(75):
        window.take({"global": 75}, clock.steady())
    waiting = [
        asyncio.create_task(send(limiter, context=Context("Nip", f"{number:010}"))) for number in range(9)
    ]
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [error.retry_after for error in answers if isinstance(error, AskedToWaitError)] == [1] * 9
    assert clock.steady() == 5004.25


async def test_nothing_is_held_at_the_address_by_who_waits_for_the_context(
    limiter: Limiter, clock: VirtualClock, window: AddressWindow
) -> None:
    for _ in range(16):
        await ask(limiter, clock)
    clock.advance(10)
    await refused(limiter)
    for _ in range(75):
        assert isinstance(window.take({"global": 75}, clock.steady()), AddressTicket)


async def test_a_book_that_cannot_be_used_lets_nothing_through_and_holds_nothing(
    limiter: Limiter, book: LimitBook, window: AddressWindow, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "limits.db")) as other:
        other.execute("DROP TABLE request")
    with pytest.raises(sqlite3.OperationalError):
        await send(limiter)
    assert isinstance(window.take({"global": 1}, 5000.0), AddressTicket)
