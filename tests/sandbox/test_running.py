"""The process: what it prints, how it ends; and the log of requests."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from blink_tui.sandbox import SandboxOptions, running_sandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import Connect, Start

_END_SECONDS = 30


@contextmanager
def child(options: str) -> Iterator[subprocess.Popen[str]]:
    """A sandbox as a process, killed at the end if it still runs."""
    code = f"from blink_tui.sandbox import *; serve(SandboxOptions({options}))"
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    """What the process says once it answers."""
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_json_line_then_signal_ends_it_cleanly(number: signal.Signals) -> None:
    with child("json=True, documents=5, firms=2") as process:
        announced = json.loads(first_line(process))
        assert set(announced) == {"url", "firms"}
        assert [set(firm) for firm in announced["firms"]] == [{"nip", "name", "token"}] * 2
        assert httpx.post(f"{announced['url']}/auth/challenge").status_code == 200
        process.send_signal(number)
        rest, errors = process.communicate(timeout=_END_SECONDS)
        assert (process.returncode, rest, errors) == (0, "", "")


def test_end_of_stdin_ends_it_when_asked() -> None:
    with child("json=True, documents=5, exit_with_parent=True") as process:
        first_line(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=_END_SECONDS) == 0


def test_text_for_people_names_address_firms_and_tokens() -> None:
    with child("documents=5, firms=1") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip() for _ in range(6)]
        assert "http://127.0.0.1:" in lines[0]
        nip = lines[2][:10]
        assert nip.isdigit()
        assert f"|nip-{nip}|" in lines[3]


def test_left_out_files_are_told_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "odd.xml").write_text("<odd/>")
    with child(f"json=True, invoices=__import__('pathlib').Path({str(tmp_path)!r})") as process:
        assert json.loads(first_line(process))["firms"] == []
        process.terminate()
        _, errors = process.communicate(timeout=_END_SECONDS)
        assert "odd.xml" in errors


def test_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = SandboxOptions(port=taken.getsockname()[1], documents=1)
        with pytest.raises(OSError, match="in use"), running_sandbox(options):
            pass


def test_every_request_is_in_the_log(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    caller.http.headers["User-Agent"] = "prober/1"
    caller.login(sandbox.firms[0])
    answer = caller.query(pageSize=20)
    caller.http.get("/nowhere")
    caller.http.put("/auth/challenge")
    link = caller.ready(caller.order()[0].json()["referenceNumber"])["package"]["parts"][0]["url"]
    httpx.get(link, headers={"Authorization": "Bearer leaked", "User-Agent": "leaky"})
    log = caller.control("GET", "requests").json()
    rows = log["requests"]
    assert log["total"] == len(rows)
    by_path = {row["path"]: row for row in rows}
    query = by_path["/v2/invoices/query/metadata"]
    assert query == {
        "number": query["number"],
        "at": "2026-03-31T12:00:00.000000+00:00",
        "method": "POST",
        "path": "/v2/invoices/query/metadata",
        "query": "pageSize=20",
        "operation": "query_metadata",
        "user_agent": "prober/1",
        "context": sandbox.firms[0].nip,
        "bearer": True,
        "fault": None,
        "status": 200,
        "body_size": len(answer.content),
    }
    assert by_path["/v2/nowhere"]["status"] == 404
    assert by_path["/v2/auth/challenge"]["status"] == 405
    part = by_path[httpx.URL(link).path]
    assert (part["bearer"], part["user_agent"], part["context"]) == (True, "leaky", None)
    assert "/_sandbox/requests" not in by_path


def test_system_warning_is_echoed(caller: Caller) -> None:
    answer = caller.http.get("/rate-limits", headers={"X-Test-System-Warning": "[1]: zmiana"})
    assert answer.headers["X-System-Warning"] == "[1]: zmiana"
