"""Each way to fail: one sentence, its exit code, an unmoved checkpoint, and nothing lost."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cli.conftest import Blink, SandboxProcess


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--demo", "--no-limits") as running:
        yield running


def marks(blink: Blink) -> list[Any]:
    return [(firm["firm"], firm["complete_until"]) for firm in blink("status", "--json").json["firms"]]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_a_mistyped_token_is_refused_and_not_kept(blink: Blink, sandbox: SandboxProcess) -> None:
    nip, token = sandbox.firms[0]["nip"], sandbox.firms[0]["token"]
    spoilt = token[:-1] + ("0" if token[-1] != "0" else "1")
    blink("firm", "add", "--nip", nip, "--env", sandbox.url)
    ended = blink("credential", "add", "--firm", nip, "--token-stdin", stdin=spoilt, code=4)
    assert "mistyped" in ended.err
    assert spoilt not in ended.err
    assert blink("credential", "list", "--json").json == []


def test_a_token_of_another_firm_is_refused_before_any_request(blink: Blink, sandbox: SandboxProcess) -> None:
    first, second = sandbox.firms[:2]
    nowhere = f"http://127.0.0.1:{free_port()}/v2"
    blink("firm", "add", "--nip", first["nip"], "--env", nowhere)
    ended = blink("credential", "add", "--firm", first["nip"], "--token-stdin", stdin=second["token"], code=4)
    assert second["nip"] in ended.err


def test_without_a_token_a_firm_says_what_to_do(blink: Blink, sandbox: SandboxProcess) -> None:
    blink("firm", "add", "--nip", sandbox.firms[0]["nip"], "--env", sandbox.url)
    ended = blink("sync", "--json", code=4)
    assert ended.json["error"]["code"] == "no-credential"
    assert "blink credential add" in ended.json["error"]["message"]


@pytest.mark.proof
def test_an_unreachable_server_leaves_the_token_unchecked_and_the_mark_where_it_is(
    blink: Blink, sandbox: SandboxProcess
) -> None:
    nip, token = sandbox.firms[0]["nip"], sandbox.firms[0]["token"]
    nowhere = f"http://127.0.0.1:{free_port()}/v2"
    blink("firm", "add", "--nip", nip, "--env", nowhere)
    added = blink("credential", "add", "--firm", nip, "--token-stdin", "--json", stdin=token)
    assert added.json["state"] == "unchecked"
    assert "unchecked" in added.err
    failed = blink("sync", "--json", code=6)
    assert failed.json["error"]["code"] == "ksef-unreachable"
    assert marks(blink) == [(nip, None)]
    blink("firm", "edit", nip, "--env", sandbox.url)
    assert blink("sync", "--json").json["documents"]["new"] > 0


def test_some_firms_failing_do_not_hold_up_the_others(blink: Blink, sandbox: SandboxProcess) -> None:
    good, bad = sandbox.firms[:2]
    blink.add_firm(sandbox.url, good["nip"], good["token"])
    blink("firm", "add", "--nip", bad["nip"], "--env", sandbox.url)
    summary = blink("sync", "--json", code=3).json
    by_firm = {one["firm"]: one for one in summary["by_firm"]}
    assert by_firm[good["nip"]]["new"] > 0
    assert by_firm[good["nip"]]["errors"] == []
    assert by_firm[bad["nip"]]["errors"][0]["code"] == "no-credential"


def test_a_vault_without_its_passphrase_is_exit_code_8(blink: Blink, sandbox: SandboxProcess) -> None:
    nip, token = sandbox.firms[0]["nip"], sandbox.firms[0]["token"]
    blink.add_firm(sandbox.url, nip, token)
    (blink.home / "other").write_text("not the passphrase\n")
    wrong = blink("sync", code=8, BLINK_VAULT_PASSPHRASE_FILE=str(blink.home / "other"))
    assert "Traceback" not in wrong.err
    del blink.environment["BLINK_VAULT_PASSPHRASE_FILE"]
    assert blink("sync", "--json", code=8).json["error"]["code"] == "vault-locked"


@pytest.mark.proof
def test_a_folder_that_takes_no_file_marks_nothing(blink: Blink, sandbox: SandboxProcess) -> None:
    nip, token = sandbox.firms[0]["nip"], sandbox.firms[0]["token"]
    blink.add_firm(sandbox.url, nip, token)
    blink("sync", "--json")
    number = blink("doc", "list", "--json", "--limit", "1").json_lines[0]["ksef_number"]
    blink("doc", "approve", number)
    (blink.home / "file").write_text("in the way")
    ended = blink("export", "--format", "csv", "--out", str(blink.home / "file" / "sub"), "--json", code=1)
    assert ended.json["error"]["code"] == "folder-refused"
    assert blink("doc", "list", "--status", "approved", "--json").json_lines[0]["ksef_number"] == number
