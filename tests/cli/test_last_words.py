"""Faults that nobody expected are told without secrets: on stderr, in the crash report, in the fetch log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.events import PassFailed
from blink_tui.model.secret import Secret
from blink_tui.sync.events import EventSink
from tests.cli.conftest import Blink

VALUE = "na-pewno-tajne-haslo"
_FAULTS = """
import asyncio, gc, logging, sys, threading
from blink_tui.model.secret import Secret
held = Secret(sys.argv[1])
from blink_tui.cli import app, main

class Talks:
    def __del__(self): raise RuntimeError("destructor " + sys.argv[1])

async def forgets():
    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

async def fails(): raise RuntimeError("task " + sys.argv[1])

def faults(words):
    thread = threading.Thread(target=lambda: [][held.reveal_text()])
    thread.start()
    thread.join()
    logging.getLogger("httpx").warning("GET https://h/part?sig=sigsig1 %s", held.reveal_text())
    asyncio.run(forgets())
    Talks()
    raise RuntimeError("main " + held.reveal_text())

app.run = faults
main([])
"""
_CRASH = """
import sys
from blink_tui.model.secret import Secret
held = Secret(sys.argv[1])
from blink_tui.buffer import firms
from blink_tui.cli import main
async def boom(*_args, **_kwargs): raise RuntimeError("crash " + held.reveal_text())
firms.Firms.list = boom
main(["firm", "list"])
"""


def _ended(blink: Blink, script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, VALUE]
    return subprocess.run(command, capture_output=True, text=True, env=blink.environment, check=False)


def test_python_says_no_secret_by_itself(blink: Blink) -> None:
    told = _ended(blink, _FAULTS)
    assert told.returncode == 1
    assert VALUE not in told.stderr + told.stdout
    assert "sigsig1" not in told.stderr
    for words in ("TypeError", "destructor ***", "task ***", "main ***", "sig=***"):
        assert words in told.stderr


def test_a_crash_report_has_no_secret(blink: Blink) -> None:
    told = _ended(blink, _CRASH)
    report = next(blink.home.rglob("crash.log")).read_text()
    assert "RuntimeError: crash ***" in report
    assert VALUE not in report + told.stderr


def test_a_crash_report_that_cannot_be_written_is_printed(blink: Blink, tmp_path: Path) -> None:
    (tmp_path / "crashes").write_text("no folder")
    blink.environment["BLINK_HOME"] = str(tmp_path)
    told = _ended(blink, _CRASH)
    assert told.returncode == 1
    assert "RuntimeError: crash ***" in told.stderr
    assert "cannot be written" in told.stderr.splitlines()[-2]
    assert VALUE not in told.stderr


@pytest.mark.parametrize("cause", [f"GET https://h/part?sig=sigsig1 {VALUE}", None])
async def test_the_fetch_log_keeps_no_secret(tmp_path: Path, cause: str | None) -> None:
    secret = Secret(VALUE)
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        sink = EventSink(buffer, None)
        sink.tell(PassFailed(run="r", code="x", problem="p", cause=cause))
        await sink.flush()
        row = (await buffer.log.read())[0].event
    assert isinstance(row, PassFailed)
    assert row.cause == (cause and "GET https://h/part?sig=*** ***")
    assert secret
