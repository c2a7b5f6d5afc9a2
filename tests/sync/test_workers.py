"""Worker processes: answers belong to their own call, and whatever ends a worker is told and leaves no trace."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from blink_tui.model.errors import BlinkError
from blink_tui.sync.errors import PACKAGE_DISAGREES
from blink_tui.sync.workers import Worker, warm_up

ROOT = Path(__file__).parents[2]


def numbers(first: int, count: int) -> Iterator[tuple[int, int]]:
    for number in range(first, first + count):
        yield os.getpid(), number


def failing(text: str) -> Iterator[str]:
    yield text
    raise BlinkError(PACKAGE_DISAGREES, cause=text)


def dying() -> Iterator[int]:
    yield os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    async with Worker() as started:
        yield started


async def test_calls_share_a_process_that_ends_with_the_worker() -> None:
    warm_up()
    async with Worker() as worker:
        worker.wake()
        first = [one async for one in worker.stream(numbers, 0, 3)]
        second = [one async for one in worker.stream(numbers, 7, 2)]
    assert [number for _, number in first + second] == [0, 1, 2, 7, 8]
    (pid,) = {pid for pid, _ in first + second}
    assert not psutil.pid_exists(pid)


async def test_what_a_call_left_unread_is_never_another_s(worker: Worker) -> None:
    async with aclosing(worker.stream(numbers, 0, 5)) as stream:
        async for _pid, number in stream:
            if number == 1:
                break
    assert [number async for _, number in worker.stream(numbers, 100, 2)] == [100, 101]


async def test_a_cancelled_call_leaves_the_next_one_its_own_answers(worker: Worker) -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async with aclosing(worker.stream(numbers, 0, 1_000_000)) as stream:
            async for _ in stream:
                begun.set()

    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [number async for _, number in worker.stream(numbers, 5, 1)] == [5]


async def test_an_error_there_is_raised_here_and_the_process_goes_on(worker: Worker) -> None:
    (pid, _), *_rest = [one async for one in worker.stream(numbers, 0, 1)]
    with pytest.raises(BlinkError) as raised:
        async for _ in worker.stream(failing, "why"):
            pass
    assert (raised.value.kind, raised.value.cause) == (PACKAGE_DISAGREES, "why")
    assert [one async for one in worker.stream(numbers, 0, 1)] == [(pid, 0)]


async def test_a_killed_process_is_told_and_replaced(worker: Worker) -> None:
    pids: list[int] = []

    async def read() -> None:
        async for pid in worker.stream(dying):
            pids.append(pid)  # noqa: PERF401 - the error comes in the midst

    with pytest.raises(BlinkError) as raised:
        await read()
    assert raised.value.kind.code == "worker-died"
    ((other, _),) = [one async for one in worker.stream(numbers, 0, 1)]
    assert pids != [other]
    assert not psutil.pid_exists(pids[0])


@pytest.mark.parametrize("folder", ["", "deep" * 30], ids=["usual", "too deep for a socket"])
def test_several_threads_at_once_start_workers_wherever_temporary_files_lie(
    tmp_path: Path, folder: str
) -> None:
    """As a console has it, whose standard error is no file; afterwards that is as it was."""
    (tmp_path / folder).mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", _SEVERAL], capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "TMPDIR": str(tmp_path / folder) if folder else "/tmp"}, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "[0, 1, 2] NoFile\n"), done.stderr


_SEVERAL = """
import asyncio, sys, threading
from blink_tui.sync.workers import Worker, warm_up

class NoFile:
    write = flush = lambda *_: None
    def fileno(self):
        return -1

async def counted():
    async with Worker() as worker:
        return [one async for one in worker.stream(range, 3)]

if __name__ == "__main__":
    sys.stderr = NoFile()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=warm_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(asyncio.run(counted()), type(sys.stderr).__name__)
"""
