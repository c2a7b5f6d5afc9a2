"""A fault in mid-work ends the process at once with its code: an open connection must not hold it for ever."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Blink

_DRIVER = """
import sys, time
from blink_tui.buffer import firms, grid, batches, documents, log, settings, credentials
def boom(*_args, **_kwargs):
    open(sys.argv[1], "w").write(str(time.time()))
    secret_in_a_local = "hunter2-hunter2"
    raise RuntimeError("boom")
for owner, name in [
    (firms.Firms, "list"), (firms.Firms, "find"), (firms.Firms, "add"), (grid.Grid, "first"),
    (batches.Batches, "list"), (documents.Documents, "find"), (log.FetchLog, "read"),
    (settings.Settings, "get"), (credentials.Credentials, "list"),
]:
    setattr(owner, name, boom)
sys.argv[1:], moment = sys.argv[2:], sys.argv[1]
sys.argv.insert(1, moment)
from blink_tui.cli import main
main(sys.argv[2:])
"""
NUMBER = "5265877635-20250826-0100001AF629-AF"
_FEW = [
    ("firm", "list"),
    ("sync",),
    ("schedule", "run"),
    ("doc", "list"),
    ("demo", "--headless"),
]
_REST = [
    ("firm", "add", "--nip", "5265877635"),
    ("firm", "edit", "5265877635", "--name", "x"),
    ("credential", "list"),
    ("credential", "check"),
    ("sync", "--due"),
    ("schedule", "list"),
    ("reconcile",),
    ("status",),
    ("log",),
    ("doc", "show", NUMBER),
    ("doc", "xml", NUMBER),
    ("doc", "approve", NUMBER),
    ("doc", "accept", NUMBER, "--firm", "5265877635", "--reason", "x"),
    ("export", "--format", "csv"),
    ("export", "list"),
]


@pytest.mark.parametrize(
    "words",
    [*_FEW, *(pytest.param(words, marks=[pytest.mark.proof, pytest.mark.alone]) for words in _REST)],
    ids=map(" ".join, [*_FEW, *_REST]),
)
def test_a_fault_ends_the_command(blink: Blink, tmp_path: Path, words: tuple[str, ...]) -> None:
    moment = tmp_path / "moment"
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER, str(moment), *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=blink.environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    lasted = time.time() - float(moment.read_text())
    assert done.returncode == 1, done
    assert "fault of its own" in done.stderr
    assert "Traceback" not in done.stderr
    reports = list(blink.home.rglob("crash.log"))
    assert len(reports) == 1
    assert "boom" in reports[0].read_text()
    assert "hunter2" not in reports[0].read_text().replace('secret_in_a_local = "hunter2-hunter2"', "")
    assert reports[0].stat().st_mode & 0o777 == 0o600
    assert lasted < 2
