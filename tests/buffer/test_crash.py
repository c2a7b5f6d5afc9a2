"""A kill at any moment loses nothing and doubles nothing; two processes share one file."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from tests.buffer import crashing
from tests.buffer.factory import NIP, instant, invoice, ksef_number
from tests.buffer.test_firms import CHECKOUT

KILLS = 10


def child(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.buffer.crashing", str(path)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_at_random(path: Path, rng: random.Random) -> int:
    """Kill a child somewhere within its first steps; returns the last chunk that it saw committed."""
    with child(path) as process:
        assert process.stdout is not None
        last = 0
        for _ in range(rng.randint(1, 5)):
            last = int(process.stdout.readline())
        try:
            process.wait(rng.random() * 0.02)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read().split("\n")
        return max([last, *(int(line) for line in rest[:-1])])


async def test_after_a_kill_the_mark_is_never_ahead_of_the_documents(path: Path) -> None:
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
    rng = random.Random(7)
    for _ in range(KILLS):
        seen = await asyncio.to_thread(kill_at_random, path, rng)
        async with open_buffer(path) as buffer:
            mark = await buffer.marks.get(firm.id, Role.BUYER)
            total = await buffer.documents.total()
            assert mark is not None
            chunk = total // crashing.CHUNK
            assert total == chunk * crashing.CHUNK
            assert mark.until == instant(chunk)
            assert chunk >= seen
            assert await buffer.documents.xml(ksef_number((chunk + 1) * crashing.CHUNK - 1))
            state = await buffer.history.verify(firm.id)
            assert (state.length, state.broken_at) == (total, None)


async def test_two_processes_write_one_file(buffer: Buffer, firm: Firm, path: Path) -> None:
    with child(path) as process:
        assert process.stdout is not None
        token = await buffer.change_token()
        await asyncio.to_thread(process.stdout.readline)
        assert await buffer.change_token() != token
        mine = [invoice(10**6 + number) for number in range(50)]
        for item in mine:
            await buffer.documents.store(firm, Role.SELLER, [item])
        await asyncio.to_thread(process.stdout.readline)
        process.kill()
    numbers = [item.header.ksef_number for item in mine]
    assert all([await buffer.documents.find(number, firm.id) for number in numbers])
    state = await buffer.history.verify(firm.id)
    assert (state.length, state.broken_at) == (await buffer.documents.total(), None)


async def test_both_store_the_same_documents_and_each_is_there_once(
    buffer: Buffer, firm: Firm, path: Path
) -> None:
    items = [invoice(number) for number in range(40)]
    async with open_buffer(path) as other:
        results = await asyncio.gather(
            *(
                side.documents.store(firm, Role.BUYER, items[n : n + 8])
                for n in range(0, 40, 4)
                for side in (buffer, other)
            )
        )
    assert sum(result.new for result in results) == 40
    assert await buffer.documents.total() == 40
