"""What the Ministry says of KSeF, heard beside real passes: kept, told once, and never in their way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from blink_tui.ksef.latarnia import LATARNIA, latarnia_of
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import BlinkError
from blink_tui.model.events import (
    Event,
    LatarniaSilent,
    MaintenanceAnnounced,
    OutageBegan,
    OutageEnded,
    PassFinished,
)
from blink_tui.model.outages import Outage, OutageCategory, outage_of_document
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sync import lookout
from tests.sync.clocks import SandboxClock
from tests.sync.conftest import Office, fault, requests

NIGHT = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
"""22:00 in Warsaw, five hours before the clock is put back."""
LEARNED = (OutageBegan, OutageEnded, MaintenanceAnnounced, LatarniaSilent)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=0, firms=2, limits=False, export_delay=0.0, auth_delay=0.0)
    with running_sandbox(options, VirtualClock(NIGHT)) as running:
        yield running


def say(sandbox: RunningSandbox, status: str, **order: Any) -> None:
    """Let the Ministry say how KSeF is."""
    url = f"{sandbox.state.base}/_sandbox/latarnia"
    httpx.post(url, json={"status": status, **order}).raise_for_status()


async def learned(profile: Office) -> list[Event]:
    """What one more run told of KSeF's state; its passes did not mind."""
    before = len(profile.told)
    outcome = await profile.run()
    assert len(outcome.firms) == len(profile.firms)
    assert not outcome.failed
    return [event for event in profile.told[before:] if isinstance(event, LEARNED)]


async def kept(profile: Office) -> list[tuple[OutageCategory, str, str | None]]:
    return [(one.category, one.start, one.end) for one in await profile.buffer.outages.all()]


async def days(profile: Office, *wanted: date) -> list[bool]:
    """Whether a document issued offline on each of these days falls in an outage."""
    outages, env = await profile.buffer.outages.all(), profile.firms[0].env
    assert profile.clock is not None
    today = warsaw_day(instant_of(profile.clock.now()))
    found: list[Outage | None] = [
        outage_of_document(outages, env, day, offline=True, today=today) for day in wanted
    ]
    return [one is not None for one in found]


async def test_a_failure_over_the_night_of_the_clock_s_change_is_kept_and_told_once(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    env = profile.firms[0].env
    assert await learned(profile) == []
    assert (await profile.buffer.outages.states())[env].status == "AVAILABLE"

    clock.pass_by(hours=1, minutes=59)  # 23:59 in Warsaw
    begun = str(instant_of(clock.now()))
    say(sandbox, "FAILURE", title="Awaria\u202e KSeF", start=begun)
    (told,) = await learned(profile)
    assert isinstance(told, OutageBegan)
    assert (told.env, told.category, told.since, told.title) == (env, "FAILURE", begun, "Awaria KSeF")
    assert (await profile.buffer.outages.states())[env].status == "FAILURE"
    saturday, sunday, monday = (date(2026, 10, day) for day in (24, 25, 26))
    assert await days(profile, saturday, sunday) == [True, False]

    clock.pass_by(hours=2)
    assert await learned(profile) == []
    assert await kept(profile) == [(OutageCategory.FAILURE, begun, None)]
    assert await days(profile, saturday, sunday, monday) == [True, True, False]

    clock.pass_by(hours=23)  # 23:59 in Warsaw: the day had 25 hours
    over = str(instant_of(clock.now()))
    say(sandbox, "AVAILABLE", start=over)
    (told,) = await learned(profile)
    assert isinstance(told, OutageEnded)
    assert (told.since, told.until) == (begun, over)
    clock.pass_by(hours=30)
    assert await learned(profile) == []
    assert await kept(profile) == [(OutageCategory.FAILURE, begun, over)]
    assert await days(profile, saturday, sunday, monday) == [True, True, False]
    assert (await profile.buffer.outages.states())[env].status == "AVAILABLE"


async def test_maintenance_is_told_ahead_and_not_as_a_failure(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    start, end = "2026-10-31T23:00:00Z", "2026-11-01T04:00:00.1234567Z"
    say(sandbox, "MAINTENANCE", start=start, end=end)
    (told,) = await learned(profile)
    assert isinstance(told, MaintenanceAnnounced)
    assert await kept(profile) == [(OutageCategory.MAINTENANCE, start, end)]
    clock.pass_by(days=10)
    assert await learned(profile) == []


async def test_what_was_over_before_anybody_asked_is_told_as_over(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    say(sandbox, "TOTAL_FAILURE")
    clock.pass_by(hours=3)
    say(sandbox, "AVAILABLE")
    (told,) = await learned(profile)
    assert isinstance(told, OutageEnded)
    assert told.category == "TOTAL_FAILURE"


async def test_one_environment_is_asked_once_an_hour_however_many_runs(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    for minutes, asked in ((0, 1), (30, 1), (29, 1), (2, 2), (0, 2)):
        clock.pass_by(minutes=minutes)
        await learned(profile)
        assert len(requests(sandbox, "latarnia_status")) == asked
        assert len(requests(sandbox, "latarnia_messages")) == asked
    clock.off = -(clock.now() - NIGHT)  # a clock put back does not make it wait for the time to come again
    await learned(profile)
    assert len(requests(sandbox, "latarnia_status")) == 3


BROKEN = [
    {"do": "answer", "status": 500},
    {"do": "answer", "status": 404},
    {"do": "half-body"},
    {"do": "drop"},
    {"do": "silence"},
]


@pytest.mark.parametrize("wrong", BROKEN, ids=str)
@pytest.mark.parametrize("operation", ["latarnia_status", "latarnia_messages"])
async def test_a_broken_service_is_told_once_and_stops_nothing(
    profile: Office,
    sandbox: RunningSandbox,
    clock: SandboxClock,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    wrong: dict[str, Any],
) -> None:
    if wrong["do"] == "silence":
        monkeypatch.setattr(lookout, "PATIENCE", 1.0)
    say(sandbox, "FAILURE")
    fault(sandbox, operation=operation, times="always", **wrong)
    told = await learned(profile)
    assert [type(event) for event in told] == [OutageBegan, LatarniaSilent]  # the other answer was heard
    silent = told[-1]
    assert isinstance(silent, LatarniaSilent)
    assert silent.cause
    state = (await profile.buffer.outages.states())[profile.firms[0].env]
    assert state.silent
    assert state.status == (None if operation == "latarnia_status" else "FAILURE")
    for _hour in range(2):
        clock.pass_by(hours=2)
        assert await learned(profile) == []
    logged = [row.event for row in await profile.buffer.log.read()]
    assert sum(isinstance(event, LatarniaSilent) for event in logged) == 1

    monkeypatch.setattr(lookout, "PATIENCE", 60.0)
    sandbox.state.faults.clear()
    clock.pass_by(hours=2)
    assert await learned(profile) == []
    assert not (await profile.buffer.outages.states())[profile.firms[0].env].silent
    fault(sandbox, operation=operation, do="answer", status=500)
    clock.pass_by(hours=2)
    assert [type(event) for event in await learned(profile)] == [LatarniaSilent]


async def test_passes_end_while_the_service_hangs(
    profile: Office, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "PATIENCE", 3_600.0)
    fault(sandbox, do="silence", operation="latarnia_status", times="always")
    finished = asyncio.Event()

    class Heard(list[Event]):
        def append(self, event: Event) -> None:
            super().append(event)
            if sum(isinstance(one, PassFinished) for one in self) == len(profile.firms):
                finished.set()

    profile.told = Heard()
    run = asyncio.create_task(profile.run())
    await asyncio.wait_for(finished.wait(), 60)
    assert not run.done()
    assert {mark.firm_id for mark in await profile.buffer.marks.all()} == {firm.id for firm in profile.firms}
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


async def test_records_that_cannot_be_read_do_not_hide_the_others(
    profile: Office, sandbox: RunningSandbox
) -> None:
    say(sandbox, "FAILURE", start="2026-10-24T10:00:00Z")
    (good,) = sandbox.state.status.messages
    records: list[Any] = [
        None, 7, [], {"id": 7}, {**good, "id": "x", "type": ["FAILURE_END"]},
        {**good, "id": "y", "type": "FAILURE_PAUSE"}, {**good, "id": "z", "category": "NOVELTY"},
        {**good, "id": "a", "eventId": "77", "version": None, "end": "9999-12-31T23:59:59Z"},
        {**good, "id": "b", "eventId": {"n": 1}, "start": "0001-01-01T00:00:00+10:00"}, good,
    ]  # fmt: skip
    sandbox.state.status.messages = records
    sandbox.state.status.status = "UNHEARD\u202e\x1b[31m"  # type: ignore[assignment]
    told = await learned(profile)
    assert {type(event) for event in told} == {OutageBegan}
    events = {one.event: (one.start, one.end) for one in await profile.buffer.outages.all()}
    assert events["1"] == events["77"] == (good["start"], None)
    assert (await profile.buffer.outages.states())[profile.firms[0].env].status == "UNHEARD[31m"


@pytest.mark.parametrize("rubbish", ["rubbish", {"a": 1}, None, 7])
async def test_an_answer_of_another_shape_is_silence(
    profile: Office, sandbox: RunningSandbox, rubbish: Any
) -> None:
    sandbox.state.status.messages = rubbish
    (told,) = await learned(profile)
    assert isinstance(told, LatarniaSilent)


@pytest.mark.parametrize(
    ("env", "base"),
    [
        ("prod", LATARNIA["prod"]),
        ("test", LATARNIA["test"]),
        ("demo", None),
        ("https://api.ksef.mf.gov.pl/v2/", LATARNIA["prod"]),
        ("https://api-demo.ksef.mf.gov.pl/v2", None),
        ("http://127.0.0.1:8000/v2", "http://127.0.0.1:8000/latarnia"),
        ("https://localhost:8443/v2/", "https://localhost:8443/latarnia"),
        ("http://[::1]:8000/v2", "http://[::1]:8000/latarnia"),
        ("https://ksef.example.com/v2", None),
    ],
)
def test_which_service_tells_of_an_environment(env: str, base: str | None) -> None:
    assert latarnia_of(env) == base


def test_an_insecure_address_is_told_as_such() -> None:
    with pytest.raises(BlinkError):
        latarnia_of("http://ksef.example.com/v2")
