from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.latarnia import LATARNIA, Latarnia, LatarniaMessage
from blink_tui.ksef.transport import checked_base
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError, ExitCode
from tests.ksef.conftest import ManualClock
from tests.ksef.peer import Peer, Reply

MESSAGE = {
    "id": "m-1",
    "eventId": 7,
    "category": "MAINTENANCE",
    "type": "MAINTENANCE_ANNOUNCEMENT",
    "title": "Przerwa\u202e techniczna",
    "text": "W nocy\nz soboty na niedzielę.",
    "start": "2026-05-16T22:00:00Z",
    "end": "2026-05-17T04:00:00Z",
    "version": 1,
    "published": "2026-05-14T08:00:00Z",
}
TOLD = LatarniaMessage(
    id="m-1",
    category="MAINTENANCE",
    type="MAINTENANCE_ANNOUNCEMENT",
    title="Przerwa techniczna",
    text="W nocy z soboty na niedzielę.",
    start=Instant("2026-05-16T22:00:00Z"),
    end=Instant("2026-05-17T04:00:00Z"),
    published=Instant("2026-05-14T08:00:00Z"),
    event="7",
    version=1,
)


@pytest.fixture
async def latarnia(peer: Peer, clock: ManualClock) -> AsyncIterator[Latarnia]:
    async with Latarnia(peer.origin, clock=clock) as latarnia:
        yield latarnia


async def test_all_is_well(latarnia: Latarnia, peer: Peer) -> None:
    peer.on("GET //status", Reply(200, {"status": "AVAILABLE"}))
    status = await latarnia.status()
    assert (status.status, status.available, status.messages) == ("AVAILABLE", True, ())
    (asked,) = peer.requests
    assert "authorization" not in asked.headers
    assert asked.headers["user-agent"].startswith("blink-tui/")


@pytest.mark.parametrize("state", ["MAINTENANCE", "FAILURE", "TOTAL_FAILURE", "NOVELTY"])
async def test_something_is_the_matter(latarnia: Latarnia, peer: Peer, state: str) -> None:
    peer.on("GET //status", Reply(200, {"status": state, "messages": [MESSAGE, {"id": 7}, None]}))
    status = await latarnia.status()
    assert (status.status, status.available, status.messages) == (state, False, (TOLD,))


async def test_what_is_announced(latarnia: Latarnia, peer: Peer) -> None:
    bare = {"id": "m-2", "title": None, "end": None, "start": "soon"}
    peer.on("GET //messages", Reply(200, [MESSAGE, bare]))
    messages = await latarnia.messages()
    assert messages == (TOLD, LatarniaMessage("m-2", "", "", "", "", None, None, None))


@pytest.mark.parametrize(
    ("told", "event", "version"),
    [
        ({"eventId": 7, "version": 2}, "7", 2),
        ({"eventId": "E-7\u202e", "version": "2"}, "E-7", 2),
        ({"eventId": None, "version": None}, "", 0),
        ({"eventId": 0, "version": "second"}, "0", 0),
    ],
)
async def test_event_and_version_however_they_are_written(
    latarnia: Latarnia, peer: Peer, told: dict[str, object], event: str, version: int
) -> None:
    peer.on("GET //messages", Reply(200, [MESSAGE | told]))
    (message,) = await latarnia.messages()
    assert (message.event, message.version) == (event, version)


@pytest.mark.parametrize(
    "reply", [Reply(404), Reply(500), Reply(429), Reply(200, b"<html>"), Reply(200, {"status": None})]
)
async def test_a_status_service_that_says_nothing(latarnia: Latarnia, peer: Peer, reply: Reply) -> None:
    peer.on("GET //status", reply)
    with pytest.raises(BlinkError) as caught:
        await latarnia.status()
    assert caught.value.kind is errors.LATARNIA_SILENT
    assert caught.value.kind.exit_code is ExitCode.KSEF_UNAVAILABLE
    assert caught.value.cause


async def test_a_status_service_that_is_away(clock: ManualClock) -> None:
    async with Peer() as gone:
        address = gone.origin
    async with Latarnia(address, clock=clock) as latarnia:
        with pytest.raises(BlinkError) as caught:
            await latarnia.messages()
    assert caught.value.kind is errors.LATARNIA_SILENT


def test_addresses() -> None:
    for base in LATARNIA.values():
        assert checked_base(base).scheme == "https"
    with pytest.raises(BlinkError) as caught:
        Latarnia("http://example.com")
    assert caught.value.kind is errors.INSECURE_ADDRESS
