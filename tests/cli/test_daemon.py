"""The real `blink daemon`: its streams, its signals, its exit codes; stopped and killed at any moment."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from blink_tui.model.dates import instant_of
from blink_tui.model.secret import Secret
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.vault import PassphraseSource, open_vault
from tests.cli.conftest import Blink
from tests.sync.histories import books

SECONDS = 60.0
STOPS_WITHIN = 5.0
"""Seconds; what is promised for a stop at any moment."""
_CLOSED = (
    "import os, sys; [os.close(number) for number in range(3)];"
    " os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""Starts Python with what follows, and with every standard stream closed."""
_SIGNALLED = (
    "import os, signal; from blink_tui.cli import daemon, main; run = daemon.options.run;"
    " daemon.options.run = lambda work: (os.kill(os.getpid(), signal.SIGHUP), run(work)); main()"
)
"""`blink` that gets SIGHUP between its start and its loop's."""
_DAEMON = ("-m", "blink_tui.cli", "daemon")


@pytest.fixture
def home(tmp_path: Path) -> Blink:
    """A process of its own for each command."""
    return Blink(tmp_path)


def _start(home: Blink, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *words],
        env=home.environment | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _profile(home: Blink) -> Path:
    return home.home / "data" / "default"


@contextmanager
def _manager(home: Blink) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(home.home / "notify"))
        listening.settimeout(SECONDS)
        yield listening


def _heard(manager: socket.socket, wanted: str) -> None:
    while not manager.recv(8192).decode().startswith(wanted):
        pass


def test_it_needs_no_stream_tells_its_manager_refuses_a_second_and_stops_when_told(home: Blink) -> None:
    with _manager(home) as manager:
        told = {"NOTIFY_SOCKET": str(home.home / "notify"), "WATCHDOG_USEC": "300000"}
        process = _start(home, "-c", _CLOSED, *_DAEMON, **told)
        try:
            _heard(manager, "READY=1")
            second = home("daemon", "--json", code=7).json["error"]
            assert second["code"] == "daemon-runs"
            assert f"PID {process.pid}" in second["message"]
            process.send_signal(signal.SIGHUP)
            _heard(manager, "RELOADING=1\nMONOTONIC_USEC=")
            _heard(manager, "READY=1")
            _heard(manager, "WATCHDOG=1")
            process.send_signal(signal.SIGINT)
            _heard(manager, "STOPPING=1")
            assert process.wait(STOPS_WITHIN) == 0
        finally:
            process.kill()
            process.communicate()


def test_a_locked_vault_ends_it_with_the_way_out_and_an_early_word_to_read_anew_does_not(home: Blink) -> None:
    _profile(home).mkdir(parents=True)
    source = PassphraseSource(lambda: Secret("sesame"))
    open_vault(_profile(home) / "vault.blink", source, create=True)
    del home.environment["BLINK_VAULT_PASSPHRASE_FILE"]
    process = _start(home, "-c", _SIGNALLED, "daemon", "--json")
    out, _err = process.communicate(timeout=SECONDS)
    assert process.returncode == 8
    assert "BLINK_VAULT_PASSPHRASE_FILE" in json.loads(out)["error"]["message"]


# Stopped and killed at any moment


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    """Enough documents for packages, and no limits that a person would have to wait for."""
    options = SandboxOptions(documents=1500, firms=3, limits=False, auth_delay=0.0, export_delay=0.3)
    with running_sandbox(options) as running:
        yield running


def _office(home: Blink, sandbox: RunningSandbox) -> None:
    for firm in sandbox.firms:
        home.add_firm(sandbox.url, firm.nip, firm.token)


def _change(home: Blink, sql: str, *values: Any) -> None:
    books.change(_profile(home) / "buffer.db", sql, *values)


def _rows(home: Blink, sql: str) -> list[tuple[Any, ...]]:
    return books.rows(_profile(home) / "buffer.db", sql)


def _want_everything(home: Blink) -> None:
    """A pass over every firm, whatever was asked before; an order of unknown outcome is not waited out."""
    _change(home, "UPDATE pending_export SET asked_at = '2026-02-02T00:00:00Z' WHERE reference IS NULL")
    _change(home, "UPDATE schedule SET wanted = ?", instant_of(datetime.now(UTC)))


def _until(process: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
    """Wait for something that a daemon does."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            pytest.fail(f"it ended: {process.communicate()}")


def _works(home: Blink) -> bool:
    return bool(_rows(home, "SELECT 1 FROM lease WHERE holder <> ''"))


def _check_books(home: Blink, sandbox: RunningSandbox) -> None:
    """Everything that KSeF has, once."""
    buffer, state = _profile(home) / "buffer.db", sandbox.state
    home("sync", "--json")
    assert not books.apart(buffer, state, 0)
    assert list(books.faults_of(buffer, state.documents.by_number)) == []
    assert _rows(home, "SELECT iv FROM pending_export") == []


@pytest.mark.proof
@pytest.mark.alone
def test_a_stop_at_any_moment_is_quick_leaves_no_process_and_loses_nothing(
    home: Blink, sandbox: RunningSandbox
) -> None:
    chance = random.Random(8)
    _office(home, sandbox)
    for _stop in range(6):
        _want_everything(home)
        process = _start(home, *_DAEMON)
        try:
            _until(process, lambda: _works(home))
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, 2.0))
            below = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(chance.choice([signal.SIGTERM, signal.SIGINT]))
            assert process.wait(STOPS_WITHIN) == 0
            assert psutil.wait_procs(below, STOPS_WITHIN)[1] == []
            assert _rows(home, "SELECT holder FROM lease WHERE holder <> ''") == []
            assert _rows(home, "SELECT holder FROM presence WHERE kind = 'daemon'") == []
            assert list((_profile(home) / "work").glob("*-*/")) == []
        finally:
            process.kill()
            process.communicate()
    _want_everything(home)
    _check_books(home, sandbox)


@pytest.mark.proof
@pytest.mark.alone
def test_what_a_killed_one_held_is_taken_over_at_once(home: Blink, sandbox: RunningSandbox) -> None:
    _office(home, sandbox)
    _want_everything(home)
    for _kill in range(2):
        process = _start(home, *_DAEMON)
        _until(process, lambda: _works(home))
        below = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
        assert psutil.wait_procs(below, STOPS_WITHIN)[1] == []
        assert _works(home)
        _want_everything(home)
    process = _start(home, *_DAEMON)
    mine = f"/{process.pid}/"
    _until(process, lambda: any(mine in holder for (holder,) in _rows(home, "SELECT holder FROM lease")))
    _until(process, lambda: not _works(home))
    process.terminate()
    process.communicate()
    assert process.returncode == 0
    _want_everything(home)
    _check_books(home, sandbox)
