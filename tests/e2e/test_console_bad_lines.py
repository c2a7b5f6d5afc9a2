"""Bad lines, wrong bytes, crashes: each fault of a terminal ends, or does not end, the console as it should."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

import pytest

from blink_tui.tui.driver import PENDING_LIMIT
from tests.e2e.terminal import Terminal, console

pytestmark = [pytest.mark.proof, pytest.mark.alone]


def started(folder: Path, *options: str, width: int = 80, height: int = 24) -> Terminal:
    terminal = Terminal(console(folder, "--documents", "200", *options), width=width, height=height)
    terminal.see("Piekarnia", "F1 Help")
    terminal.until_quiet()
    return terminal


FoundT = TypeVar("FoundT")


def until(terminal: Terminal, found: Callable[[], FoundT]) -> FoundT:
    """Wait for something outside of the terminal, which is read meanwhile."""
    for _turn in range(600):
        with suppress(OSError, ValueError, KeyError):
            if answer := found():
                return answer
        terminal.read(0.05)
    pytest.fail(terminal.text)


def documents(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'buffer.sqlite'}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM document").fetchone()
    return int(count)


def last_mode(folder: Path) -> str:
    """The screen that the console's memory names."""
    kept = json.loads(next(folder.glob("console-*.json")).read_bytes())
    return str(kept["kept"]["app"]["mode"])


def test_a_byte_that_is_not_utf8_is_shown_and_does_not_end_it(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.send("5")
        terminal.see("1/200")
        terminal.send("/")
        terminal.see("words, numbers, NIP")
        terminal.send(b"\xb1")
        terminal.see("\ufffd", "not UTF-8")
        terminal.send("ł"[:0].encode() + "ł".encode()[:1])
        terminal.read(0.2)
        terminal.send("ł".encode()[1:])
        terminal.see("\ufffdł")
        terminal.send("\x11")
        assert terminal.ended() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (signal.SIGTERM, 143)])
def test_signals_end_it_with_their_code(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with started(tmp_path) as terminal:
        terminal.signal(number)
        assert terminal.ended(5) == code
        assert terminal.written.rstrip().endswith(b"\x1b[?1004l"), "the terminal is put right"
    with started(tmp_path) as terminal:
        terminal.send("5")
        terminal.see("Buffer]", "1/200")
        terminal.signal(number)
        assert terminal.ended(5) == code
    with Terminal(console(tmp_path)) as terminal:
        terminal.see("Buffer]", "1/200")
        assert b"Desk]" not in terminal.written, "one is where one was, at once"


def test_a_kill_leaves_where_one_was(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.send("5")
        terminal.see("Buffer]", "1/200")
        (kept,) = until(
            terminal, lambda: [path for path in tmp_path.glob("console-*.json") if path.is_file()]
        )
        until(terminal, lambda: json.loads(kept.read_bytes())["kept"]["app"]["mode"] == "buffer")
        terminal.signal(signal.SIGKILL)
        assert terminal.ended() == -signal.SIGKILL
    with Terminal(console(tmp_path)) as terminal:
        terminal.see("Buffer]", "1/200")


def test_a_lone_escape_is_a_key(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.send("5")
        terminal.see("Buffer]", "1/200")
        terminal.send("\x1b")
        terminal.see("Desk]", "Piekarnia")


def test_it_ends_in_the_midst_of_a_question_that_has_no_end(tmp_path: Path) -> None:
    with started(tmp_path, "--endless-scan") as terminal:
        terminal.send("4")
        terminal.see("[4Log]")
        terminal.until_quiet()
        terminal.send("\x11")
        assert terminal.ended(5) == 0


def test_a_vanished_terminal_ends_it_even_where_hangups_are_ignored(tmp_path: Path) -> None:
    command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *console(tmp_path, "--documents", "20")]
    with Terminal(command) as terminal:
        terminal.see("Piekarnia")
        terminal.close()
        assert terminal.ended(5) == 129


def test_a_terminal_that_stops_reading_gets_one_whole_screen_afterwards(tmp_path: Path) -> None:
    with started(tmp_path, width=120, height=40) as terminal:
        terminal.send("5")
        terminal.see("1/200", "KSeF number")
        terminal.send("\x1b[15~")
        terminal.see("KSeF is asked for")
        for turn in range(60):
            terminal.send("15"[turn % 2])
            terminal.stall(0.15)
        for _turn in range(40):  # the memory is written twice a second, and the last key has only just come
            if last_mode(tmp_path) == "buffer":
                break
            terminal.stall(0.15)
        assert documents(tmp_path) == 225, "the engine went on"
        assert last_mode(tmp_path) == "buffer", "the loop went on meanwhile"
        late = terminal.until_quiet(1.5)
        assert late < 2 * PENDING_LIMIT, "frames that nobody saw are dropped"
        terminal.see("1/200", "KSeF number", "F9 Approve")
        terminal.until_quiet(1.0)
        shown = terminal.text
        terminal.send("1")
        terminal.see("[1 Desk]")
        terminal.send("5")
        terminal.see("[5 Buffer]", "KSeF number")
        terminal.until_quiet()
        assert terminal.text == shown


def test_a_hangup_ends_it_while_the_terminal_is_stalled(tmp_path: Path) -> None:
    with started(tmp_path, width=120, height=40) as terminal:
        for _turn in range(100):
            terminal.send("15")
        terminal.signal(signal.SIGHUP)
        assert terminal.process.wait(timeout=8) == 129


@pytest.mark.parametrize("part", ["worker", "screen", "key"])
def test_a_crash_is_not_silent_and_shows_no_local_variable(tmp_path: Path, part: str) -> None:
    with started(tmp_path, "--crash", part) as terminal:
        terminal.send("4")
        if part == "key":
            terminal.see("[4Log]")
            terminal.send("\x1b[15~")
        assert terminal.ended(3) == 1
        assert b"SECRET" not in terminal.written
        assert b"error in the program" in terminal.written
    (log,) = tmp_path.glob("console-crash.log")
    assert log.stat().st_mode & 0o777 == 0o600
    assert f"a {part} failed" in log.read_text()
    assert "SECRET" not in log.read_text()


def test_a_locale_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    with Terminal(console(tmp_path, "--documents", "20"), env={"LC_ALL": "C"}) as terminal:
        assert terminal.ended() == 2
        assert "UTF-8" in terminal.text


def test_split_keys_are_keys(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.send("5")
        terminal.see("1/200")
        for part in ("\x1b", "[", "B"):
            terminal.send(part)
            terminal.read(0.2)
        terminal.see("2/200")
        assert not re.search(r"\[B", terminal.text)
