"""The real program in tmux: `blink demo` fetches from its simulated KSeF, one document goes on into a CSV file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.tmux import Tmux, needs_tmux

pytestmark = [pytest.mark.proof, pytest.mark.alone, needs_tmux]

_START_SECONDS = 60.0
"""A sandbox, the firms' logins and the first packages, on a machine that is busy with other tests."""


def test_a_document_goes_from_ksef_to_a_file(tmp_path: Path) -> None:
    home, blink_home = tmp_path / "home", tmp_path / "blink"
    home.mkdir()
    env = {"HOME": str(home), "BLINK_HOME": str(blink_home)}
    command = [sys.executable, "-m", "blink_tui.cli", "--lang", "en", "demo"]
    with Tmux(tmp_path, command, width=80, height=24, env=env) as tmux:
        tmux.see("Desk]", "6 firms", "documents to decide on", seconds=_START_SECONDS)
        tmux.press("4")
        tmux.see("following the newest", " new: ")
        _read_by_the_engine(env)
        tmux.press("5")
        tmux.see("Buffer]", "> + ")
        tmux.press("F8")
        tmux.see("-type:KOR")
        tmux.type("fv firm:pszczolkiewicz")
        tmux.press("Enter")
        tmux.see("pszczolkiewicz · 1/", "> + ")
        tmux.press("Enter")
        opened = tmux.see("[Summary]", "+ fetched", "Total", "Esc Close")
        number = opened.splitlines()[0].strip()
        ksef_number = re.search(r"KSeF number +(\S{35})", opened)
        assert ksef_number is not None
        tmux.press("F9")
        tmux.see("Approve 1 document?", number)
        tmux.press("Enter")
        tmux.see("1 document approved.")
        tmux.press("8")
        tmux.see("1 approved document waits")
        tmux.press("F10")
        tmux.see("Hand over?", "1 document")
        tmux.press("F10")
        tmux.see("1 document handed over:", "1 batch", "0 approved documents wait")
        tmux.press("C-q")
        tmux.see("EXIT 0")
    (file,) = blink_home.glob("demo/export/*.csv")
    _heads, document = file.read_text(encoding="utf-8-sig").splitlines()
    assert ksef_number[1] in document
    assert number in document


def _read_by_the_engine(env: dict[str, str]) -> None:
    """Wait until every document's content was read: filters go by it, and on the screen the line has soon gone by."""
    log = [sys.executable, "-m", "blink_tui.cli", "--profile", "demo", "--lang", "en", "log"]
    end = time.monotonic() + _START_SECONDS
    while " 0 unreadable" not in (told := subprocess.check_output(log, text=True, env=os.environ | env)):
        assert time.monotonic() < end, told
