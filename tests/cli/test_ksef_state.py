"""`blink status` says what is the matter with KSeF, in the words of whoever reads it, and nothing when nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Blink, SandboxProcess


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--demo", "--no-limits", "--latarnia", "TOTAL_FAILURE") as running:
        yield running


def system(blink: Blink) -> Any:
    (told,) = blink("status", "--json").json["ksef"]
    return told


def about_ksef(blink: Blink, language: str = "en") -> list[str]:
    told = blink("status", COLUMNS="200", BLINK_LANG=language).text
    return [line for line in told.splitlines() if "KSeF (" in line]


def test_a_pass_that_finds_ksef_away_leaves_the_reason(blink: Blink, sandbox: SandboxProcess) -> None:
    firm = sandbox.firms[0]
    blink.add_firm(sandbox.url, firm["nip"], firm["token"])
    assert blink("status", "--json").json["ksef"] == []
    assert about_ksef(blink) == []

    control = sandbox.url.removesuffix("/v2") + "/_sandbox/faults"
    away = {"do": "answer", "operation": "token_login", "status": 503, "times": "always"}
    httpx.post(control, json=away).raise_for_status()
    blink("sync", "--role", "buyer", code=6)

    told = system(blink)
    assert (told["env"], told["status"], told["answers"]) == (sandbox.url, "TOTAL_FAILURE", True)
    assert told["told_at"] == told["asked_at"]
    (line,) = about_ksef(blink)
    assert line.startswith(f"! KSeF ({sandbox.url}): total failure, the Ministry said at 20")
    (line,) = about_ksef(blink, "pl")
    assert line.startswith(f"! KSeF ({sandbox.url}): awaria całkowita – według Ministerstwa, stan na 20")
    assert "total failure since" in blink("log").text


@pytest.mark.proof
def test_nothing_is_said_while_nothing_is_the_matter(blink: Blink, start_sandbox: Callable[..., Any]) -> None:
    with start_sandbox("--demo", "--no-limits") as sandbox:
        firm = sandbox.firms[0]
        blink.add_firm(sandbox.url, firm["nip"], firm["token"])
        blink("sync", "--role", "buyer")
        assert system(blink)["status"] == "AVAILABLE"
        assert about_ksef(blink) == []
