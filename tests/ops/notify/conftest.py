from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.vault import Vault
from tests.clocks import VirtualClock
from tests.ops.notify.making import Told, memory_vault

TUESDAY_NOON = datetime(2026, 10, 6, 10, 0, tzinfo=UTC)
"""Warsaw's."""


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(TUESDAY_NOON)


@pytest.fixture
async def buffer(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db", clock=clock) as opened:
        yield opened


@pytest.fixture
def vault() -> Vault:
    return memory_vault()


@pytest.fixture
def told() -> Told:
    return Told()
