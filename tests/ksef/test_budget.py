"""What is left to ask, told without asking; and limits that are read once and in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import AddressWindow
from blink_tui.ksef.budget import Budget, Left
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.ksef.errors import LIMITS, AskedToWaitError
from blink_tui.ksef.limiter import Limiter, ensure_limits
from blink_tui.ksef.operations import METADATA, OWN_TOKEN, REFRESH, TOKENS, Context, Operation
from blink_tui.ksef.rates import RateLimit
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from tests.clocks import START, VirtualClock
from tests.ksef.old_server import NIP, TOKEN, open_login
from tests.ksef.peer import Peer, Reply

FIRM = Context("Nip", NIP)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def limiter(clock: VirtualClock, book: LimitBook) -> Limiter:
    return Limiter(clock, book, AddressWindow(None, "test"))


async def ask(limiter: Limiter, operation: Operation = METADATA, context: Context = FIRM) -> None:
    async with limiter.slot(operation, context):
        pass


async def test_an_unknown_context_has_all_that_is_documented(limiter: Limiter) -> None:
    remaining = limiter.left(FIRM)
    assert Budget(limiter._clock, limiter._book, "test").left(FIRM) == remaining
    assert remaining.parked_until is None
    assert remaining.groups == {
        "invoiceMetadata": Left(8, 16, 20),
        "invoiceExport": Left(8, 16, 20),
        "invoiceExportStatus": Left(10, 60, 600),
        "invoiceDownload": Left(8, 16, 64),
        "collectiveIdentifier": Left(20, 120, 240),
        "other": Left(10, 30, 120),
    }
    assert list(remaining.groups) == sorted(remaining.groups)


async def test_each_window_has_left_what_was_not_asked_in_it(limiter: Limiter, clock: VirtualClock) -> None:
    for pause in (60.0, 1.0, 0.0):
        await ask(limiter)
        clock.advance(pause)
    assert limiter.left(FIRM).groups["invoiceMetadata"] == Left(7, 14, 17)
    clock.advance(0.9375)
    assert limiter.left(FIRM).groups["invoiceMetadata"] == Left(7, 14, 17)
    clock.advance(0.0625)
    assert limiter.left(FIRM).groups["invoiceMetadata"] == Left(8, 14, 17)
    async with limiter.slot(METADATA, FIRM):
        clock.advance(3.0)
        assert limiter.left(FIRM).groups["invoiceMetadata"] == Left(7, 13, 16)
    assert limiter.left(Context("InternalId", NIP)).groups["invoiceMetadata"] == Left(8, 16, 20)


async def test_looking_takes_nothing(limiter: Limiter) -> None:
    for _ in range(30):
        limiter.left(FIRM)
    assert limiter.left(FIRM).groups["invoiceMetadata"].now == 8


async def test_of_the_others_the_operation_that_was_asked_most_is_told(limiter: Limiter) -> None:
    for operation in (TOKENS, TOKENS, OWN_TOKEN, REFRESH):
        await ask(limiter, operation)
    assert limiter.left(FIRM).groups["other"] == Left(8, 28, 118)


async def test_the_book_alone_tells_a_user_s_and_a_schedule_s_part(
    limiter: Limiter, clock: VirtualClock, tmp_path: Path
) -> None:
    limiter.learn(FIRM, {"invoiceMetadata": RateLimit(None, 3, 8), "newGroup": RateLimit(None, None, None)})
    for _ in range(3):
        await ask(limiter)
    with LimitBook(tmp_path / "limits.db") as book:
        all_of_it, without_reserve, elsewhere = (
            Budget(clock, book, environment, keep_reserve=keep).left(FIRM).groups
            for environment, keep in (("test", False), ("test", True), ("demo", False))
        )
    assert all_of_it["invoiceMetadata"] == Left(None, 0, 5)
    assert without_reserve["invoiceMetadata"] == Left(None, 0, 3)
    assert all_of_it["newGroup"] == Left(None, None, None)
    assert elsewhere["invoiceMetadata"] == Left(8, 16, 20)
    limiter.learn(FIRM, {"invoiceMetadata": RateLimit(2, 2, 2)})
    assert limiter.left(FIRM).groups["invoiceMetadata"] == Left(0, 0, 0)


def test_what_can_go_at_once_is_what_the_tightest_window_has() -> None:
    assert Left(8, 3, 5).now == 3
    assert Left(None, None, 5).now == 5
    assert Left(None, None, None).now is None


async def test_parking_is_told_by_the_clock_on_the_wall(limiter: Limiter, clock: VirtualClock) -> None:
    with pytest.raises(AskedToWaitError):
        async with limiter.slot(METADATA, FIRM):
            raise AskedToWaitError(LIMITS, 600)
    clock.advance(100)
    assert limiter.left(FIRM).parked_until == START + timedelta(seconds=600)
    clock.set_wall(START + timedelta(hours=3))
    assert limiter.left(FIRM).parked_until == START + timedelta(hours=3, seconds=500)
    clock.advance(500)
    assert limiter.left(FIRM).parked_until is None


async def test_parking_is_told_to_its_last_moment(limiter: Limiter, clock: VirtualClock) -> None:
    with pytest.raises(AskedToWaitError):
        async with limiter.slot(METADATA, FIRM):
            raise AskedToWaitError(LIMITS, 600)
    clock.advance(599.5)
    assert limiter.left(FIRM).parked_until == START + timedelta(seconds=600)


def test_what_was_asked_in_a_group_of_which_nothing_is_told_any_more_counts(
    limiter: Limiter, clock: VirtualClock, book: LimitBook
) -> None:
    book.take(f"test|Nip|{NIP}", "newGroup", (), clock.steady())
    assert limiter.left(FIRM).groups["newGroup"] == Left(9, 29, 119)


# Reading the limits


@pytest.fixture
async def peer(clock: VirtualClock) -> AsyncIterator[Peer]:
    async with Peer() as peer:
        open_login(peer, clock.now())
        yield peer


@pytest.fixture
async def session(peer: Peer, clock: VirtualClock, limiter: Limiter) -> AsyncIterator[Session]:
    async with KsefClient(peer.url, clock=clock, gate=limiter) as client:
        yield await client.login("Nip", NIP, Secret(TOKEN))


def asked_for_limits(peer: Peer) -> int:
    return len(peer.asked("GET /rate-limits"))


async def test_limits_are_read_once_until_they_may_have_changed(
    peer: Peer, session: Session, limiter: Limiter, clock: VirtualClock
) -> None:
    told = {"invoiceMetadata": {"perSecond": 1, "perMinute": 2, "perHour": -1}}
    peer.on("GET /rate-limits", Reply(200, told))
    assert limiter.limits_are_stale(FIRM)
    await asyncio.gather(*(ensure_limits(session, limiter) for _ in range(5)))
    assert asked_for_limits(peer) == 1
    assert not limiter.limits_are_stale(FIRM)
    assert limiter.limits_are_stale(Context("InternalId", NIP))
    assert limiter.left(FIRM).groups["invoiceMetadata"] == Left(1, 2, None)
    clock.set_wall(START + timedelta(hours=6, minutes=59))
    await ensure_limits(session, limiter)
    assert asked_for_limits(peer) == 1
    clock.set_wall(START + timedelta(hours=7))
    assert limiter.limits_are_stale(FIRM)
    await ensure_limits(session, limiter)
    assert asked_for_limits(peer) == 2


async def test_a_clock_that_is_set_back_does_not_make_limits_last(
    limiter: Limiter, clock: VirtualClock
) -> None:
    limiter.learn(FIRM, {})
    clock.advance(6.5 * 3600)
    clock.set_wall(START)
    assert not limiter.limits_are_stale(FIRM)
    clock.advance(0.5 * 3600)
    assert limiter.limits_are_stale(FIRM)


async def test_an_answer_that_cannot_be_read_leaves_the_documented_limits(
    peer: Peer, session: Session, limiter: Limiter
) -> None:
    peer.on("GET /rate-limits", Reply(200, []))
    await ensure_limits(session, limiter)
    assert not limiter.limits_are_stale(FIRM)
    assert limiter.left(FIRM).groups["invoiceMetadata"].per_hour == 20


async def test_limits_that_are_refused_stay_unread(peer: Peer, session: Session, limiter: Limiter) -> None:
    peer.on("GET /rate-limits", Reply(403, {}))
    with pytest.raises(BlinkError):
        await ensure_limits(session, limiter)
    assert limiter.limits_are_stale(FIRM)
