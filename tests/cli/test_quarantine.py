"""What KSeF's own accounts disagree on: shown with both hashes, and let go on by a person alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Blink, SandboxProcess


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--demo", "--no-limits") as running:
        yield running


@pytest.mark.proof
def test_a_document_in_quarantine_waits_for_a_person(blink: Blink, sandbox: SandboxProcess) -> None:
    known = sandbox.firms[1]
    nip = known["nip"]
    blink.add_firm(sandbox.url, nip, known["token"])
    blink("schedule", "set", "--role", "all", "--every", "never")
    blink("schedule", "set", "--role", "buyer", "--every", "15")
    control = sandbox.url.removesuffix("/v2") + "/_sandbox/faults"
    httpx.post(control, json={"do": "other-hash", "times": "always"}).raise_for_status()
    for _time in range(2):
        seen = blink("sync", "--role", "buyer", "--json", code=1).json
        assert seen["error"]["code"] == "package-disagrees"
    assert "in quarantine" not in blink("status").text
    assert blink("sync", "--role", "buyer", "--json", code=1).json["error"]["code"] == "quarantined"

    (firm,) = blink("status", "--json").json["firms"]
    (one,) = firm["quarantine"]
    number = one["subject"]
    assert (one["role"], one["times"], one["quarantined"], one["accepted_by"]) == ("buyer", 3, True, None)
    assert len(one["listed"]) == len(one["found"]) == 64
    assert one["listed"] != one["found"]
    told = blink("status").text
    assert all(
        part in told for part in (number, one["listed"], one["found"], "blink doc accept", "quarantine")
    )
    put_off = blink("schedule", "list", "--json").json["firms"][0]["roles"]
    assert [role["role"] for role in put_off if role["not_before"]] == ["buyer"]
    assert "Nothing is due" in blink("sync", "--due").text

    wrong = blink(
        "doc", "accept", "5265877635-20250826-0100001AF629-AF", "--firm", nip, "--reason", "x", code=2
    )
    assert number in wrong.err
    both = ("doc", "accept", number, "X", "--firm", nip, "--reason", "x")
    assert blink(*both, "--json", code=2).json["error"]["code"] == "not-in-dispute"
    assert "empty" in blink("doc", "accept", number, "--firm", nip, "--reason", " ", code=2).err
    assert blink("status", "--json").json["firms"][0]["quarantine"] == [one]

    accepted = blink("doc", "accept", number, "--firm", nip, "--reason", "told the Ministry", "--json").json
    assert accepted["accepted"][0] | {"accepted_by": "?"} == {
        "subject": number, "role": "buyer", "listed": one["listed"], "found": one["found"],
        "accepted_by": "?", "reason": "told the Ministry",
    }  # fmt: skip
    again = blink("doc", "accept", number, "--firm", nip, "--reason", "once more").text
    assert one["listed"] in again
    assert "told the Ministry" in again
    roles = blink("schedule", "list", "--json").json["firms"][0]["roles"]
    assert not any(role["not_before"] for role in roles)
    after = blink("sync", "--role", "buyer", "--json").json
    assert after["documents"]["new"] > 0
    (firm,) = blink("status", "--json").json["firms"]
    assert firm["complete_until"] is not None
    assert blink("doc", "show", number).text
