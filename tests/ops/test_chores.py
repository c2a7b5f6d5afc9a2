"""Chores: done in due time, by one process, and one that fails hinders no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.chores import CHORE_BROKE, RETRY, Chore, Surroundings, run_due
from blink_tui.sync.leases import holder_name
from tests.clocks import VirtualClock

FAILS = ErrorKind("fails", ExitCode.FAILED, "{problem}")


def _chore(name: str, every: timedelta | None, told: list[str], *, fails: bool = False) -> Chore:
    async def interval(_around: Surroundings) -> timedelta | None:
        return every

    async def run(_around: Surroundings) -> None:
        told.append(name)
        if fails:
            raise BlinkError(FAILS, problem="no")

    return Chore(name, interval, run)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def around(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[Surroundings]:
    paths = ProfilePaths("default", tmp_path)
    async with open_buffer(paths.buffer_path, clock=clock) as buffer:
        yield Surroundings(paths, buffer, None, clock)


async def test_what_is_due_is_done_and_what_is_not_waits(around: Surroundings, clock: VirtualClock) -> None:
    told: list[str] = []
    chores = [
        _chore("hourly", timedelta(hours=1), told),
        _chore("daily", timedelta(days=1), told),
        _chore("off", None, told),
    ]
    done = await run_due(chores, around)
    assert told == ["hourly", "daily"]
    assert done.next_at == clock.now() + timedelta(hours=1)
    await run_due(chores, around)
    clock.advance(3600)
    await run_due(chores, around)
    assert told == ["hourly", "daily", "hourly"]


async def test_one_that_fails_hinders_no_other_and_comes_again_sooner(
    around: Surroundings, clock: VirtualClock
) -> None:
    told: list[str] = []
    chores = [_chore("bad", timedelta(days=1), told, fails=True), _chore("good", timedelta(days=1), told)]
    done = await run_due(chores, around)
    assert [(name, error.kind.code) for name, error in done.failures] == [("bad", "fails")]
    assert done.next_at == clock.now() + RETRY
    states = await around.buffer.chores.all()
    assert (states["bad"].problem, states["bad"].done_at) == ("fails", None)
    assert (states["good"].problem, states["good"].done_at) == (None, instant_of(clock.now()))
    clock.advance(RETRY.total_seconds())
    await run_due(chores, around)
    assert told == ["bad", "good", "bad"]


async def test_a_fault_of_the_program_is_a_failure_that_hinders_no_other_chore(
    around: Surroundings, clock: VirtualClock
) -> None:
    told: list[str] = []

    async def daily(_around: Surroundings) -> timedelta:
        return timedelta(days=1)

    async def breaks(_around: Surroundings) -> None:
        told.append("broken")
        raise ZeroDivisionError

    chores = [Chore("broken", daily, breaks), _chore("good", timedelta(days=1), told)]
    done = await run_due(chores, around)
    assert [(name, error.kind, error.cause) for name, error in done.failures] == [
        ("broken", CHORE_BROKE, "ZeroDivisionError")
    ]
    assert (await around.buffer.chores.all())["broken"].problem == CHORE_BROKE.code
    clock.advance(RETRY.total_seconds())
    await run_due(chores, around)
    assert told == ["broken", "good", "broken"]


async def test_no_two_do_one_chore_at_once(around: Surroundings) -> None:
    told: list[str] = []
    chores = [_chore("slow", timedelta(hours=1), told)]
    await asyncio.gather(*(run_due(chores, around) for _ in range(8)))
    assert told == ["slow"]


async def test_what_a_dead_process_began_is_done_again(around: Surroundings, clock: VirtualClock) -> None:
    told: list[str] = []
    machine = holder_name().rpartition("/")[0].rpartition("/")[0]
    assert await around.buffer.chores.take("left", None, f"{machine}/1/0", instant_of(clock.now()))
    assert await around.buffer.chores.take("held", None, holder_name(), instant_of(clock.now()))
    clock.advance(RETRY.total_seconds())
    await run_due([_chore(name, timedelta(days=1), told) for name in ("left", "held")], around)
    assert told == ["left"]


async def test_a_clock_that_was_wrong_stops_nothing(around: Surroundings, clock: VirtualClock) -> None:
    told: list[str] = []
    chores = [_chore("hourly", timedelta(hours=1), told)]
    clock.advance(86400 * 365)
    await run_due(chores, around)
    clock.advance(-86400 * 365)
    await run_due(chores, around)
    assert told == ["hourly", "hourly"]
