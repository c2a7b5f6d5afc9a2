from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import AddressWindow
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.ksef.limiter import Limiter
from blink_tui.model.clock import Clock
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


@pytest.fixture
def book(tmp_path: Path) -> Iterator[LimitBook]:
    with LimitBook(tmp_path / "limits.db") as book:
        yield book


@pytest.fixture
def window(tmp_path: Path) -> Iterator[AddressWindow]:
    with AddressWindow(tmp_path / "test.window", "test") as window:
        yield window


@pytest.fixture
def limiter(clock: Clock, book: LimitBook, window: AddressWindow) -> Limiter:
    return Limiter(clock, book, window)
