"""History beside the forward mark: long firsts, ranges that a person asks for, nights, one number, past the mark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from blink_tui.model.dates import Instant, datetime_of, instant_key, instant_of, start_of_warsaw_day
from blink_tui.model.documents import Role
from blink_tui.model.events import HistoryMoved, MarkMoved
from blink_tui.model.marks import Mark
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sync.engine import Wish
from tests.sync.clocks import SandboxClock
from tests.sync.conftest import Office, arrive, fault, requests

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FORWARD = start_of_warsaw_day(date(2026, 10, 1))
JANUARY = date(2026, 1, 1)
BUYER = Wish((Role.BUYER,))
DUE = Wish((Role.BUYER,), due=True)


@pytest.fixture(params=["[]", "()"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[RunningSandbox]:
    """A year of documents: ten in January, then one in each month, on the first instant of the ranges among them."""
    options = SandboxOptions(
        documents=10, firms=1, sales=0, export_delay=0.0, auth_delay=0.0, bounds=request.param
    )
    with running_sandbox(options, VirtualClock(START)) as running:
        clock = running.state.clock
        for month in range(2, 12):
            clock.advance(
                (datetime(2026, month, 3, tzinfo=UTC) - SandboxClock(running).now()).total_seconds()
            )
            arrive(running, 1)
        clock.advance((NOW - SandboxClock(running).now()).total_seconds())
        yield running


async def begin_on(profile: Office, day: date) -> None:
    (firm,) = profile.firms
    profile.firms = [await profile.buffer.firms.edit(firm.id, firm.version, first_day=day)]


async def run(profile: Office, wish: Wish) -> None:
    outcome = await profile.run(wish=wish)
    assert not outcome.failed


async def held(profile: Office) -> int:
    return len(await profile.documents(profile.firms[0]))


async def mark(profile: Office) -> Mark:
    (found,) = await profile.buffer.marks.all()
    return found


async def ranges(profile: Office) -> list[tuple[Instant, Instant]]:
    return [(one.since, one.until) for one in await profile.buffer.ranges.all()]


async def test_a_first_fetch_begins_with_the_previous_month(profile: Office) -> None:
    await run(profile, BUYER)
    assert (await mark(profile)).since == FORWARD
    assert await held(profile) == 2
    assert await ranges(profile) == []


async def test_an_early_first_day_brings_new_documents_first_and_history_at_night(
    profile: Office, clock: SandboxClock
) -> None:
    await begin_on(profile, JANUARY)
    await run(profile, DUE)
    assert await held(profile) == 2
    assert (await mark(profile)).since == FORWARD
    first = start_of_warsaw_day(JANUARY)
    assert await ranges(profile) == [(first, FORWARD)]
    clock.pass_by(minutes=23)
    await run(profile, DUE)
    assert await held(profile) == 2
    clock.pass_by(hours=9)
    await run(profile, DUE)
    assert await held(profile) == 20
    assert await ranges(profile) == []
    assert (await mark(profile)).since == first
    windows = [event for event in profile.told if isinstance(event, HistoryMoved)]
    assert len(windows) == 4
    assert all(
        datetime_of(Instant(one.until)) - datetime_of(Instant(one.since)) <= timedelta(days=91)
        for one in windows
    )


async def test_a_person_need_not_wait_for_the_night(profile: Office) -> None:
    await begin_on(profile, JANUARY)
    await run(profile, BUYER)
    assert await held(profile) == 20
    moved = [event for event in profile.told if isinstance(event, MarkMoved | HistoryMoved)]
    assert isinstance(moved[0], MarkMoved)


async def test_history_that_broke_off_goes_on_where_it_was(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await begin_on(profile, JANUARY)
    fault(sandbox, "answer", operation="order_export", status=429, retry_after=60, skip=2)
    outcome = await profile.run(wish=BUYER)
    assert [error.kind.code for error in outcome.failed[0].errors] == ["ksef-limits"]
    (one,) = await profile.buffer.ranges.all()
    assert instant_key(one.since) < instant_key(one.reached) < instant_key(one.until)
    clock.pass_by(days=30)  # into another month
    before = len(requests(sandbox, "order_export"))
    await run(profile, BUYER)
    assert len(requests(sandbox, "order_export")) == before + 3
    assert await held(profile) == 20
    assert (await mark(profile)).since == start_of_warsaw_day(JANUARY)


async def test_a_first_day_that_is_set_earlier_later_on_adds_what_lies_before(profile: Office) -> None:
    await begin_on(profile, date(2026, 9, 1))
    await run(profile, BUYER)
    assert await held(profile) == 3
    until = (await mark(profile)).until
    await begin_on(profile, date(2026, 5, 1))
    await run(profile, BUYER)
    assert await held(profile) == 7
    after = await mark(profile)
    assert after.since == start_of_warsaw_day(date(2026, 5, 1))
    assert instant_key(after.until) >= instant_key(until)


async def test_since_reads_again_and_never_moves_a_mark_back(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await run(profile, BUYER)
    before = await mark(profile)
    await run(profile, Wish((Role.BUYER,), since=start_of_warsaw_day(date(2026, 6, 1))))
    assert await held(profile) == 6
    after = await mark(profile)
    assert after.since == start_of_warsaw_day(date(2026, 6, 1))
    assert instant_key(after.until) >= instant_key(before.until)
    clock.pass_by(hours=2)
    orders = len(requests(sandbox, "order_export"))
    await run(profile, Wish((Role.BUYER,), since=start_of_warsaw_day(date(2026, 11, 1))))
    assert len(requests(sandbox, "order_export")) == orders + 1
    assert await ranges(profile) == []
    assert (await mark(profile)).since == after.since
    assert await held(profile) == 6


async def test_history_that_is_not_ready_is_told_to_a_person_and_not_to_the_schedule(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await begin_on(profile, JANUARY)
    fault(sandbox, "hang", seconds=50_000, skip=1)
    outcome = await profile.run(wish=BUYER)
    assert [error.kind.code for error in outcome.failed[0].errors] == ["export-stuck"]
    assert await held(profile) == 2
    clock.pass_by(hours=9)
    await run(profile, DUE)
    assert len(await ranges(profile)) == 1
    clock.pass_by(hours=6)
    await run(profile, BUYER)
    assert await held(profile) == 20


async def test_since_on_a_new_firm_is_its_first_fetch(profile: Office) -> None:
    await run(profile, Wish((Role.BUYER,), since=start_of_warsaw_day(date(2026, 4, 1))))
    assert await held(profile) == 8
    assert (await mark(profile)).since == start_of_warsaw_day(date(2026, 4, 1))


async def test_a_firm_that_slept_for_months_catches_up_in_windows(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await run(profile, BUYER)
    clock.pass_by(days=250)
    arrive(sandbox, 1)
    clock.pass_by(minutes=3)
    await run(profile, BUYER)
    assert await held(profile) == 3
    assert datetime_of((await mark(profile)).until) > clock.now() - timedelta(minutes=3)


async def test_a_clock_that_is_wrong_by_months_asks_no_window_that_ksef_refuses(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    clock.off = timedelta(days=300)
    await run(profile, BUYER)
    assert await held(profile) == 2
    assert (await mark(profile)).since == FORWARD
    clock.off = timedelta(days=-300)
    clock.pass_by(days=120)
    arrive(sandbox, 1)
    clock.pass_by(minutes=3)
    await profile.run(wish=BUYER)
    clock.pass_by(minutes=3)
    await run(profile, BUYER)
    assert await held(profile) == 3


async def test_past_the_mark_the_newest_come_at_once_and_the_mark_stays_ksefs(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await run(profile, BUYER)
    clock.pass_by(minutes=10)
    numbers = arrive(sandbox, 3)
    clock.pass_by(seconds=1)
    await run(profile, BUYER)
    assert await held(profile) == 2
    await run(profile, Wish((Role.BUYER,), beyond_mark=True))
    assert set(numbers) <= {one.ksef_number for one in await profile.documents(profile.firms[0])}
    high_water = datetime_of((await mark(profile)).until)
    assert high_water < clock.now() - timedelta(seconds=110)
    (late,) = arrive(sandbox, 1, stored=f"{instant_of(clock.now() - timedelta(seconds=60))}")
    clock.pass_by(minutes=4)
    await run(profile, BUYER)
    documents = [one.ksef_number for one in await profile.documents(profile.firms[0])]
    assert late in documents
    assert len(documents) == len(set(documents)) == 6
