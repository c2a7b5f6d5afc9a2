"""Which firms a new turn takes, beside those that go on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.firms import Firm
from blink_tui.sync.agenda import Agenda
from blink_tui.sync.attendant import LOOK_EVERY
from blink_tui.sync.course import Course
from blink_tui.sync.engine import SyncEngine
from blink_tui.sync.turns import BREATH, HOLDS_UP, MOST, MOST_DUE, Turn, Turns, to_begin
from blink_tui.vault import Vault
from tests.clocks import VirtualClock
from tests.sync.test_agenda import FIRM

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
A, B, C = (replace(FIRM, id=number) for number in (1, 2, 3))


@pytest.fixture
def task() -> Iterator[asyncio.Task[None]]:
    """One that nobody looks at here."""
    loop = asyncio.new_event_loop()
    made: asyncio.Task[None] = loop.create_task(asyncio.sleep(0))
    yield made
    loop.run_until_complete(made)
    loop.close()


def _turn(
    task: asyncio.Task[None],
    age: timedelta,
    *,
    waiting: tuple[Firm, ...] = (),
    running: tuple[Firm, ...] = (),
) -> Turn:
    course = Course({firm.id for firm in waiting})
    course.running |= {firm.id for firm in running}
    return Turn(NOW - age, course, task)


def test_what_is_due_begins_where_nothing_goes_on() -> None:
    assert to_begin(Agenda(due=(A, B)), [], {}, NOW) == [A, B]


def test_what_stayed_due_though_it_was_run_waits_for_the_next_look() -> None:
    agenda = Agenda(due=(A, B))
    assert to_begin(agenda, [], {A.id: NOW - SECOND}, NOW) == [B]
    assert to_begin(agenda, [], {A.id: NOW - LOOK_EVERY}, NOW) == [A, B]
    assert to_begin(agenda, [], {A.id: NOW + timedelta(days=1)}, NOW) == [A, B]  # a clock that was wrong


def test_a_turn_that_was_just_begun_is_waited_for_and_a_long_one_is_not(task: asyncio.Task[None]) -> None:
    agenda = Agenda(due=(A, B, C))
    assert to_begin(agenda, [_turn(task, SECOND, running=(A,))], {}, NOW) == []
    long = _turn(task, HOLDS_UP, running=(A,), waiting=(B,))
    assert to_begin(agenda, [long], {}, NOW) == [C]
    assert to_begin(agenda, [long] * MOST_DUE, {}, NOW) == []


def test_what_a_person_wants_begins_at_once_even_where_it_waits_in_a_turn(task: asyncio.Task[None]) -> None:
    agenda = Agenda(due=(A, B, C), wanted={A.id: NOW, B.id: NOW})
    fresh = _turn(task, SECOND, running=(A,), waiting=(B,))
    assert to_begin(agenda, [fresh], {}, NOW) == [B]
    assert to_begin(agenda, [fresh] * (MOST - 1), {}, NOW) == [B]
    assert to_begin(agenda, [fresh] * MOST, {}, NOW) == []


def test_a_wish_that_a_turn_took_is_not_taken_again_and_a_newer_one_is(task: asyncio.Task[None]) -> None:
    fresh = _turn(task, SECOND)
    taken = {A.id: NOW}
    assert to_begin(Agenda(due=(A,), wanted={A.id: NOW}), [fresh], taken, NOW) == []
    assert to_begin(Agenda(due=(A,), wanted={A.id: NOW + SECOND}), [fresh], taken, NOW + SECOND) == [A]


async def test_the_schedule_is_looked_at_when_something_announces_it(tmp_path: Path, vault: Vault) -> None:
    clock = VirtualClock(NOW)
    async with open_buffer(tmp_path / "buffer.db", clock=clock) as buffer:
        turns = Turns(buffer, SyncEngine(buffer, vault, tmp_path, clock=clock), clock, vault)
        await turns.advance()
        await asyncio.gather(*(turn.task for turn in turns._turns))
        assert (await turns.advance()).ended == 1

        async def looks(seconds: float) -> bool:
            return await turns._is_to_look(NOW + seconds * SECOND)

        async def begins_at(seconds: float) -> bool:
            return await looks(seconds) and not await looks(seconds - 1)

        assert not await looks(3600)
        assert await looks(-1)  # the clock was set back
        turns._agenda = Agenda(next_at=NOW + 10 * SECOND)
        assert await begins_at(10)
        turns._agenda = Agenda(next_at=NOW)
        assert await begins_at(BREATH.total_seconds())
        turns._agenda, turns._unsettled = Agenda(), True
        assert await begins_at(LOOK_EVERY.total_seconds())
        turns._unsettled, turns._after_turn = False, True
        assert await begins_at(BREATH.total_seconds())
        turns._after_turn, turns._agenda = False, Agenda(wanted={A.id: NOW})
        going = asyncio.create_task(asyncio.sleep(0))
        course = Course()
        turns._turns = [Turn(NOW, course, going)]
        with course.firm(A.id):
            assert not await looks(3600)
        assert await begins_at(BREATH.total_seconds())
        await turns.stop()
