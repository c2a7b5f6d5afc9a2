from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.model.firms import Firm
from tests.buffer.factory import NIP, StillClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "buffer.db"


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def buffer(path: Path, clock: StillClock) -> AsyncIterator[Buffer]:
    async with open_buffer(path, clock=clock) as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    return await buffer.firms.add(NIP, name="Biuro Przykładowe", env="test")


@pytest.fixture
def book(path: Path) -> Iterator[LimitBook]:
    with LimitBook(path, "boot") as book:
        yield book
