"""The whole way at the keyboard in tmux: from the firms to a CSV file in the books' folder."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import ROOT, console

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
_PATIENCE = 30.0


class Tmux:
    """One window of a size on a private tmux server."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self._socket = str(folder / "tmux.sock")
        # a path of its own: the socket's name must stay short
        environment = f"PYTHONPATH={shlex.quote(str(ROOT))} LANG=C.UTF-8 TERM=tmux-256color"
        command = f"cd {shlex.quote(str(ROOT))} && {environment} {shlex.join(console(folder))}; echo EXIT $?; read x"
        self._run("new-session", "-d", "-s", "w", "-x", str(width), "-y", str(height), command)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        self._run("send-keys", "-t", "w", *keys)

    def type(self, text: str) -> None:
        self._run("send-keys", "-t", "w", "-l", text)

    def see(self, *wanted: str) -> str:
        end = time.monotonic() + _PATIENCE
        while True:
            shown = self._run("capture-pane", "-t", "w", "-p")
            if all(part in shown for part in wanted):
                return shown
            assert time.monotonic() < end, f"{wanted} not in\n{shown}"
            time.sleep(0.05)

    def kill(self) -> None:
        self._run("kill-server")


@pytest.fixture(params=[(80, 24), (120, 40)], ids=["80x24", "120x40"])
def tmux(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tmux]:
    window = Tmux(tmp_path, *request.param)
    yield window
    window.kill()


def test_from_the_firms_to_a_file(tmux: Tmux, tmp_path: Path) -> None:
    tmux.see("[1 Firms]", "Żółw", "1 800", "F1 Help")
    tmux.press("3")
    tmux.see("1/2 000", "Purchases", "FV/2026/")
    tmux.press("F7")
    tmux.see("words, numbers, NIP")
    tmux.type("zażółć 007")
    tmux.press("Enter")
    found = tmux.see('"zażółć 007"', "Zażółć Tra")
    count = int(re.search(r"1/(\d+) ", found).group(1))  # type: ignore[union-attr]
    assert 0 < count < 200
    tmux.press("+")
    tmux.see(f"{count} marked")
    tmux.press("F9")
    tmux.see(f"Approve {count} document")
    tmux.press("Enter")
    tmux.see("approved.")
    tmux.press("F5")
    tmux.see("KSeF is asked for: all firms.")
    tmux.press("2")
    tmux.see("25 documents", "ERROR: Stopped")
    tmux.press("4")
    tmux.see("approved document", "Gross")
    tmux.press("F10")
    tmux.see("Hand ", "over?")
    tmux.press("Enter")
    tmux.see("handed over:", "1 batch")
    assert len(list((tmp_path / "out").glob("*.csv"))) == 1
    tmux.press("C-q")
    tmux.see("EXIT 0")


def test_a_smaller_window_is_drawn_whole(tmux: Tmux) -> None:
    tmux.see("[1 Firms]", "Żółw")
    tmux.press("3")
    tmux.see("1/2 000")
    tmux._run("resize-window", "-t", "w", "-x", "70", "-y", "20")
    shown = tmux.see("Gross")
    assert all(len(line) <= 70 for line in shown.splitlines())
    tmux.press("C-q")
    tmux.see("EXIT 0")
