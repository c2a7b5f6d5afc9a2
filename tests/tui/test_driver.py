"""The output thread on a real pty: nothing is lost while the terminal reads, frames are dropped while it does not."""

from __future__ import annotations

import contextlib
import os
import pty
import threading
import tty

import pytest

from blink_tui.tui.driver import PENDING_LIMIT, Output, WrongBytes
from tests.tui.conftest import OpenDesk

FRAME = "x" * 16_000


@pytest.fixture
def terminal() -> object:
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, slave
    for number in (master, slave):
        with contextlib.suppress(OSError):
            os.close(number)


def reader(master: int, wanted: bytes) -> tuple[threading.Thread, bytearray]:
    """Read a terminal until something has come."""
    got = bytearray()

    def read() -> None:
        while wanted not in got:
            got.extend(os.read(master, 65536))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread, got


def test_all_is_written_in_order_while_the_terminal_reads(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    output = Output(slave, repaint=pytest.fail, gone=pytest.fail)
    output.start()
    thread, got = reader(master, b"END")
    for number in range(100):
        output.write(f"<{number}>zażółć")
    output.write("END")
    thread.join(10)
    output.stop(5)
    assert got.decode() == "".join(f"<{number}>zażółć" for number in range(100)) + "END"


def test_a_stalled_terminal_blocks_nobody_and_is_repainted_once(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    repainted = threading.Semaphore(0)
    output = Output(slave, repaint=repainted.release, gone=pytest.fail)
    output.start()
    for _turn in range(1000):
        output.write(FRAME)
    assert not repainted.acquire(blocking=False)
    thread, got = reader(master, b"WHOLE")
    assert repainted.acquire(timeout=10)
    output.write("WHOLE")
    thread.join(10)
    output.stop(5)
    assert len(got) < 2 * PENDING_LIMIT < 1000 * len(FRAME)
    assert not repainted.acquire(blocking=False)


def test_a_single_frame_larger_than_the_limit_is_written(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    output = Output(slave, repaint=pytest.fail, gone=pytest.fail)
    output.start()
    thread, got = reader(master, b"END")
    output.write("y" * (2 * PENDING_LIMIT) + "END")
    thread.join(10)
    assert len(got) == 2 * PENDING_LIMIT + 3


def test_what_restores_the_terminal_is_kept_after_a_stall(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    output = Output(slave, repaint=lambda: None, gone=pytest.fail)
    output.start()
    for _turn in range(100):
        output.write(FRAME)
    output.keep_all()
    output.write("\x1b[?1049l")
    thread, got = reader(master, b"\x1b[?1049l")
    thread.join(10)
    assert got.endswith(b"\x1b[?2026l\x1b[?1049l")


def test_a_closed_terminal_is_told(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    gone = threading.Event()
    output = Output(slave, repaint=pytest.fail, gone=gone.set)
    output.start()
    os.close(master)
    output.write("x")
    assert gone.wait(10)


async def test_wrong_bytes_are_told_of_once(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        for _turn in range(3):
            desk.app.post_message(WrongBytes())
        await desk.see("not UTF-8")
        await desk.pilot.pause()
        assert sum("not UTF-8" in told.message for told in desk.app._notifications) == 1
