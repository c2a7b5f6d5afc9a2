"""The schedule on the command line: what is set is kept, what cannot be is told and changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blink_tui.model.clock import SystemClock
from tests.cli.conftest import Blink, SandboxProcess
from tests.cli.inside import BlinkInside
from tests.sync.test_leases import holder_of


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--demo", "--no-limits") as running:
        yield running


@pytest.fixture
def nip(blink: Blink, sandbox: SandboxProcess) -> str:
    """A firm with its token, never fetched."""
    known = sandbox.firms[1]
    blink.add_firm(sandbox.url, known["nip"], known["token"], "--name", known["name"])
    return known["nip"]


def listed(blink: Blink, nip: str) -> dict[str, Any]:
    told = blink("schedule", "list", "--firm", nip, "--json").json
    assert told["name"] == "Businesslink"
    (firm,) = told["firms"]
    return {role["role"]: role for role in firm["roles"]} | {"paused": firm["paused"]}


def database(blink: Blink) -> Path:
    return blink.home / "data" / "default" / "buffer.db"


def test_the_schedule_is_listed_as_it_stands(blink: Blink, nip: str) -> None:
    roles = listed(blink, nip)
    assert (roles["buyer"]["every"], roles["buyer"]["usual"], roles["buyer"]["last_asked"]) == (
        15,
        True,
        None,
    )
    assert roles["authorized"]["every"] == "nightly"
    assert roles["buyer"]["next_due"] is not None
    text = blink("schedule", "list").text
    assert "Businesslink" in text
    assert "every 15 min (usual)" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_an_interval_is_set_for_a_role_and_taken_back(blink: Blink, nip: str) -> None:
    blink("schedule", "set", "--firm", nip, "--role", "buyer", "--every", "45")
    blink("schedule", "set", "--role", "authorized", "--every", "never")
    roles = listed(blink, nip)
    assert (roles["buyer"]["every"], roles["buyer"]["usual"]) == (45, False)
    assert (roles["authorized"]["every"], roles["authorized"]["next_due"]) == ("never", None)
    assert roles["seller"]["every"] == 15
    ended = blink("schedule", "set", "--every", "usual", "--json")
    assert {role["usual"] for role in ended.json["firms"][0]["roles"]} == {True}


def test_nothing_is_set_where_one_firm_cannot(blink: Blink, nip: str) -> None:
    blink("schedule", "set", "--every", "1")  # a sandbox is the user's own
    blink("firm", "add", "--nip", "5265877635", "--env", "prod")
    ended = blink("schedule", "set", "--every", "14", code=2)
    assert "15 minutes" in ended.err
    assert "5265877635" in ended.err
    assert listed(blink, nip)["buyer"]["every"] == 1
    blink("schedule", "set", "--every", "15")
    blink("firm", "add", "--nip", "5265877635", "--internal-id", "5265877635-00001", "--env", "prod")
    ended = blink("schedule", "set", "--role", "buyer", "--every", "30", code=2)
    assert "unit" in ended.err
    assert listed(blink, nip)["buyer"]["every"] == 15


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Blink:
    """A home with one firm that was never fetched."""
    blink = BlinkInside(tmp_path_factory.mktemp("home"))
    blink("firm", "add", "--nip", "5265877635", "--env", "test")
    return blink


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("set", "--every", "often"), "nightly"),
        (("set", "--every", "0"), "nightly"),
        (("set", "--every", "1441"), "nightly"),
        (("set",), "--every"),
        (("set", "--every", "30", "--firm", "1111111111"), "not known"),
        (("pause",), "--yes"),
        (("run", "--firm", "1111111111"), "not known"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(plain: Blink, words: tuple[str, ...], part: str) -> None:
    ended = plain("schedule", *words, code=2)
    assert part in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.proof
def test_a_pause_holds_until_it_is_undone(blink: Blink, nip: str) -> None:
    assert blink("schedule", "pause", "--firm", nip, "--json").json == {
        "paused": True, "firms": [nip], "changed": 1,
    }  # fmt: skip
    assert listed(blink, nip)["paused"]
    assert "Nothing is due" in blink("sync", "--due").text
    refused = blink("schedule", "run", "--firm", nip, code=2)
    assert "--undo" in refused.err
    assert "paused" in blink("status").text
    assert blink("schedule", "pause", "--yes", "--undo", "--json").json["changed"] == 1
    assert blink("sync", "--due", "--json").json["documents"]["new"] > 0


def test_sync_due_does_what_is_due_once(blink: Blink, nip: str) -> None:
    first = blink("sync", "--due", "--json")
    assert first.json["by_firm"][0]["errors"] == []
    events = [json.loads(line) for line in first.err.splitlines()]
    assert {"pass-started", "logged-in", "pass-finished"} <= {event["event"] for event in events}
    assert {event["firm"] for event in events} <= {nip, None}
    logged = blink("log", "--json", "--limit", "1000").json_lines
    shapes = {event["event"]: list(event) for event in events}
    assert {line["event"]: list(line) for line in logged}.items() <= shapes.items()
    again = blink("sync", "--due")
    assert "the next is due" in again.text
    assert blink("sync", "--due", "--json").json["firms"] == 0
    del blink.environment["BLINK_VAULT_PASSPHRASE_FILE"]  # nothing is due, so no secret is needed
    blink("sync", "--due")


def test_a_firm_without_access_is_not_due(blink: Blink) -> None:
    blink("firm", "add", "--nip", "5265877635", "--env", "test")
    assert "nothing will be" in blink("sync", "--due").text
    assert "no access registered" in blink("schedule", "list").text


@pytest.mark.proof
def test_run_asks_at_once_whatever_the_schedule_says(blink: Blink, nip: str) -> None:
    blink("sync")
    before = listed(blink, nip)["authorized"]["last_asked"]
    blink("schedule", "set", "--role", "buyer", "--every", "never")
    told = blink("schedule", "run", "--firm", nip, "--json").json
    assert (told["firms"], told["left_to_another"]) == (1, {})
    after = listed(blink, nip)
    assert after["authorized"]["last_asked"] > before
    assert after["buyer"]["last_asked"] < after["authorized"]["last_asked"]


@pytest.mark.proof
def test_run_leaves_a_wish_where_another_process_works(blink: Blink, nip: str) -> None:
    blink = Blink(blink.home)  # this process is the other one
    blink("schedule", "list")
    until = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}.000000000"
    with closing(sqlite3.connect(database(blink), isolation_level=None)) as rows:
        for role in ("seller", "buyer", "third_party", "authorized"):
            held = (role, holder_of(os.getpid()), until, SystemClock().steady() + 3600)
            rows.execute("INSERT INTO lease VALUES (1, ?, ?, ?, ?)", held)
    told = blink("schedule", "run", "--json").json
    assert told["left_to_another"] == {nip: ["authorized", "buyer", "seller", "third_party"]}
    assert "takes the wish" in blink("schedule", "run").text
    assert "Another process" in blink("sync", "--due").text
    with closing(sqlite3.connect(database(blink), isolation_level=None)) as rows:
        rows.execute("DELETE FROM lease")
    assert blink("sync", "--due", "--json").json["documents"]["new"] > 0
