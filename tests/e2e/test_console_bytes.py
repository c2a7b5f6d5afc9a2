"""Bytes on the wire: what an SSH line has to carry for a key, for a held key, for events that pour in, for nothing."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.buffer.presence import Kind
from blink_tui.model.events import DocumentsStored, PassFinished, PassStarted
from blink_tui.sync.leases import holder_name
from tests.e2e.terminal import Terminal, console

pytestmark = [pytest.mark.proof, pytest.mark.alone]

SCREENS = "1234567890"
DOWN = "\x1b[B"
A_MOVE = 450
A_SECOND = 30_000
SIZES = [(80, 24), (120, 40)]
NAMES = ["80x24", "120x40"]


@contextmanager
def opened(folder: Path, width: int, height: int) -> Iterator[Terminal]:
    with Terminal(console(folder), width=width, height=height) as terminal:
        terminal.see("Piekarnia", "F1 Help")
        terminal.until_quiet(1.0)
        yield terminal


@pytest.fixture(params=SIZES, ids=NAMES)
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    with opened(tmp_path, *request.param) as terminal:
        yield terminal


def at_documents(terminal: Terminal) -> None:
    terminal.send("5")
    terminal.see("1/2 000")
    terminal.until_quiet(1.0)


@contextmanager
def beside(work: Callable[[Path, threading.Event], Coroutine[Any, Any, None]], path: Path) -> Iterator[None]:
    """While inside, something writes into the buffer."""
    ended = threading.Event()
    working = threading.Thread(target=lambda: asyncio.run(work(path, ended)))
    working.start()
    try:
        yield
    finally:
        ended.set()
        working.join()


async def _beat(path: Path, ended: threading.Event) -> None:
    """A colleague who goes from document to document."""
    async with open_buffer(path) as buffer:
        for number in itertools.count(1_000_000):
            if ended.is_set():
                return
            await buffer.presence.beat(holder_name(), Kind.CONSOLE, "ewa", number)
            await asyncio.to_thread(ended.wait, 0.5)


def test_screens_at_rest_send_nothing_whoever_works_beside_them(tmp_path: Path) -> None:
    """On both sizes at once: what the one sends while the other is read waits in its line."""
    folders = [tmp_path / name for name in NAMES]
    for folder in folders:
        folder.mkdir()
    with opened(folders[0], *SIZES[0]) as narrow, opened(folders[1], *SIZES[1]) as wide:
        for screen in SCREENS:
            for terminal in (narrow, wide):
                terminal.send(screen)
                terminal.see(f"[{screen}")
            for terminal in (narrow, wide):
                terminal.until_quiet(1.0)
            with beside(_beat, folders[0] / "buffer.sqlite"), beside(_beat, folders[1] / "buffer.sqlite"):
                assert narrow.read(5.0) + wide.read(0.1) == 0, f"screen {screen}"


def test_a_waiting_line_to_type_in_sends_nothing(terminal: Terminal) -> None:
    at_documents(terminal)
    terminal.send("/")
    terminal.until_quiet(1.0)
    assert terminal.read(5.0) == 0


def test_a_cursor_move_is_two_rows(terminal: Terminal) -> None:
    at_documents(terminal)
    moves = []
    for _turn in range(5):
        moves.append(terminal.ask(DOWN).bytes)
        terminal.until_quiet()
    assert 0 < min(moves) <= max(moves) <= A_MOVE, moves


def test_a_held_key_leaves_room_on_the_line(terminal: Terminal) -> None:
    at_documents(terminal)
    seconds, sent = 3.0, 0
    for _turn in range(int(seconds * 30)):
        due = time.monotonic() + 1 / 30
        terminal.send(DOWN)
        while (left := due - time.monotonic()) > 0:
            sent += terminal.read(left)
    sent += terminal.until_quiet()
    assert "91/2 000" in terminal.text
    assert sent / seconds <= A_SECOND


async def _pour(path: Path, ended: threading.Event) -> None:
    """Events of many passes, some hundred a second, in a few transactions each second, as an engine writes them."""
    async with open_buffer(path) as buffer:
        firms = await buffer.firms.list()
        for number in itertools.count():
            if ended.is_set():
                return
            firm, run = firms[number % len(firms)].id, f"run-{number}"
            await buffer.log.append([
                PassStarted(run=run, firm_id=firm),
                *(DocumentsStored(run=run, firm_id=firm, role="buyer", seen=9, new=9) for _turn in range(30)),
                PassFinished(run=run, firm_id=firm, new=270),
            ])  # fmt: skip
            await asyncio.to_thread(ended.wait, 0.1)


def test_a_log_into_which_events_pour_leaves_room_on_the_line(terminal: Terminal, tmp_path: Path) -> None:
    terminal.send("4")
    terminal.see("[4")
    terminal.until_quiet(1.0)
    with beside(_pour, tmp_path / "buffer.sqlite"):
        terminal.see("270 new")
        seconds, sent, end = 5.0, 0, time.monotonic() + 5.0
        while (left := end - time.monotonic()) > 0:
            sent += terminal.read(left)
    assert 500 < sent / seconds <= A_SECOND
