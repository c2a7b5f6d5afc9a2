from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from blink_tui.ksef.client import KsefClient, Session
from blink_tui.model.secret import Secret
from tests.ksef.old_server import NIP, TOKEN, open_login
from tests.ksef.peer import Peer


class ManualClock:
    """Stands still but for sleeps, which pass at once and are remembered."""

    def __init__(self) -> None:
        self.present = datetime(2026, 5, 14, 12, 0, 0, 123000, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.present

    def steady(self) -> float:
        return self.present.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.present += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def peer(clock: ManualClock) -> AsyncIterator[Peer]:
    async with Peer() as peer:
        open_login(peer, clock.now())
        yield peer


@pytest.fixture
async def client(peer: Peer, clock: ManualClock) -> AsyncIterator[KsefClient]:
    async with KsefClient(peer.url, clock=clock) as client:
        yield client


@pytest.fixture
async def session(client: KsefClient) -> Session:
    return await client.login("Nip", NIP, Secret(TOKEN))
