"""What a person asks of KSeF beside the caller's loop: its answer, its failure, its end when nobody waits."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.values import Nip
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.errands import Errands


@pytest.fixture
def errands(tmp_path: Path) -> Errands:
    return Errands(tmp_path / "buffer.db", tmp_path / "work")


async def test_it_runs_in_a_thread_of_its_own_on_the_same_buffer(errands: Errands) -> None:
    async def add(buffer: Buffer, _clients: KsefClients) -> tuple[str, str]:
        firm = await buffer.firms.add(Nip("5265877635"), name="Alfa", env="test")
        return firm.name, threading.current_thread().name

    assert await errands.run(add) == ("Alfa", "blink-errand")


async def test_what_it_raises_is_raised(errands: Errands) -> None:
    async def fail(_buffer: Buffer, _clients: KsefClients) -> None:
        raise BlinkError(USAGE, problem="no")

    with pytest.raises(BlinkError, match="no"):
        await errands.run(fail)


async def test_a_buffer_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "buffer.db").mkdir()

    async def nothing(_buffer: Buffer, _clients: KsefClients) -> None:
        return

    with pytest.raises(BlinkError):
        await Errands(tmp_path / "buffer.db", tmp_path / "work").run(nothing)


async def test_cancelling_the_caller_ends_it(errands: Errands) -> None:
    began, ended = threading.Event(), threading.Event()

    async def hang(_buffer: Buffer, _clients: KsefClients) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    caller = asyncio.create_task(errands.run(hang))
    assert await asyncio.to_thread(began.wait, 20)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await asyncio.to_thread(ended.wait, 20)
