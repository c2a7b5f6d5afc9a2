"""Failures are kept once for each environment, and what is new in them is told once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.dates import Instant
from blink_tui.model.outages import Outage, OutageCategory, SystemState

OPEN = Outage("prod", "7", OutageCategory.FAILURE, Instant("2026-11-10T08:00:00.1234567Z"), None, "Awaria")
OTHER = replace(OPEN, event="8", category=OutageCategory.MAINTENANCE, end=Instant("2026-11-12T08:00:00Z"))
ENDED = replace(OPEN, end=Instant("2026-11-10T09:00:00+01:00"))
AT, LATER = Instant("2026-11-10T10:00:00Z"), Instant("2026-11-10T11:00:00Z")


async def test_what_is_kept_is_there_as_it_was_told(path: Path) -> None:
    async with open_buffer(path) as buffer:
        assert await buffer.outages.keep("prod", [OPEN, OTHER]) == {OPEN, OTHER}
    async with open_buffer(path) as buffer:
        assert await buffer.outages.all() == [OPEN, OTHER]


async def test_the_same_once_more_is_nothing_new(buffer: Buffer) -> None:
    await buffer.outages.keep("prod", [OPEN, OTHER])
    assert await buffer.outages.keep("prod", [OPEN, OTHER]) == set()
    assert await buffer.outages.keep("prod", []) == set()
    assert await buffer.outages.all() == [OPEN, OTHER]


@pytest.mark.parametrize(
    "changed",
    [
        ENDED,
        replace(OPEN, title="Awaria usunięta"),
        replace(OPEN, category=OutageCategory.TOTAL_FAILURE),
        replace(OPEN, start=Instant("2026-11-10T07:00:00Z")),
    ],
)
async def test_a_change_takes_the_place_of_what_was_kept(buffer: Buffer, changed: Outage) -> None:
    await buffer.outages.keep("prod", [OPEN, OTHER])
    assert await buffer.outages.keep("prod", [changed, OTHER]) == {changed}
    assert await buffer.outages.all() == [changed, OTHER]
    assert await buffer.outages.keep("prod", [OPEN]) == {OPEN}
    assert await buffer.outages.all() == [OPEN, OTHER]


async def test_an_event_of_another_environment_is_another_one(buffer: Buffer) -> None:
    await buffer.outages.keep("prod", [OPEN])
    elsewhere = replace(ENDED, env="test")
    assert await buffer.outages.keep("test", [elsewhere]) == {elsewhere}
    assert await buffer.outages.all() == [OPEN, elsewhere]


async def test_of_two_processes_that_learn_the_same_one_gets_it(path: Path) -> None:
    async with open_buffer(path) as one, open_buffer(path) as other:
        got = await asyncio.gather(*(each.outages.keep("prod", [OPEN, OTHER]) for each in (one, other)))
        assert sorted(map(len, got)) == [0, 2]
        silent = (each.outages.note_asked("prod", AT, None, silent=True) for each in (one, other))
        assert sorted(await asyncio.gather(*silent)) == [False, True]


async def test_the_last_status_stays_while_nobody_tells_another(buffer: Buffer) -> None:
    assert await buffer.outages.asked("prod") is None
    assert await buffer.outages.states() == {}
    assert not await buffer.outages.note_asked("prod", AT, "FAILURE", silent=False)
    assert await buffer.outages.note_asked("prod", LATER, None, silent=True)
    assert await buffer.outages.asked("prod") == LATER
    assert await buffer.outages.asked("test") is None
    assert await buffer.outages.states() == {"prod": SystemState("prod", LATER, "FAILURE", AT, silent=True)}


async def test_silence_is_news_once_until_it_ends(buffer: Buffer) -> None:
    news = [
        await buffer.outages.note_asked("prod", AT, None, silent=silent)
        for silent in (True, True, False, False, True, True)
    ]
    assert news == [True, False, False, False, True, False]
