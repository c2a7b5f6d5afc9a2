"""The commands on a real sandbox: what scripts rely on (DESIGN, "The command line")."""

from __future__ import annotations

import csv
import io
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blink_tui.cli.help_texts import ORDER
from blink_tui.cli.output import table
from tests.cli.conftest import Blink, SandboxProcess
from tests.cli.inside import BlinkInside


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--demo", "--no-limits") as running:
        yield running


@pytest.fixture(scope="module")
def office(sandbox: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Blink:
    """A home with the first two firms of the demo, fetched once."""
    blink = BlinkInside(tmp_path_factory.mktemp("home"))
    for firm in sandbox.firms[:2]:
        blink.add_firm(sandbox.url, firm["nip"], firm["token"], "--name", firm["name"])
    assert blink("sync", "--json").json["documents"]["new"] > 0
    return blink


def documents(blink: Blink, *words: str) -> list[dict[str, Any]]:
    return blink("doc", "list", "--json", *words).json_lines


def test_firms_are_listed_with_their_environment(office: Blink, sandbox: SandboxProcess) -> None:
    listed = office("firm", "list", "--json").json
    assert {firm["nip"] for firm in listed} == {firm["nip"] for firm in sandbox.firms[:2]}
    assert {firm["env"] for firm in listed} == {sandbox.url}
    assert "INSECURE" in office("firm", "list").text
    assert "INSECURE" in office("status").text
    assert "NIEBEZPIECZNE" in office("status", BLINK_LANG="pl").text
    assert "INSECURE" in office("sync", "--firm", listed[0]["nip"]).err


def test_a_firm_moved_to_another_address_keeps_its_mark(office: Blink, sandbox: SandboxProcess) -> None:
    nip = sandbox.firms[0]["nip"]
    before = office("status", "--firm", nip, "--json").json["firms"][0]
    office("firm", "edit", nip, "--env", "https://example.invalid/v2")
    moved = office("status", "--firm", nip, "--json").json["firms"][0]
    office("firm", "edit", nip, "--env", sandbox.url)
    assert moved["env"] == "https://example.invalid/v2"
    assert (moved["complete_until"], moved["documents"]) == (before["complete_until"], before["documents"])
    assert office("sync", "--firm", nip, "--json").json["documents"]["new"] == 0


def test_a_credential_is_listed_without_its_secret(office: Blink, sandbox: SandboxProcess) -> None:
    ended = office("credential", "list", "--json")
    secrets = [firm["token"].rpartition("|")[2] for firm in sandbox.firms]
    assert [one["state"] for one in ended.json] == ["accepted", "accepted"]
    assert not any(secret in ended.text for secret in secrets)


def test_no_file_of_the_profile_holds_a_token(office: Blink, sandbox: SandboxProcess) -> None:
    secrets = [firm["token"].rpartition("|")[2].encode() for firm in sandbox.firms]
    for path in (office.home / "data").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def test_the_log_tells_what_the_engine_did(office: Blink) -> None:
    names = [line["event"] for line in office("log", "--json", "--limit", "1000").json_lines]
    assert {"pass-started", "logged-in", "export-requested", "documents-stored", "mark-moved"} <= set(names)


def test_lists_are_filtered_and_limited(office: Blink) -> None:
    everything = documents(office)
    purchases = documents(office, "--direction", "purchase")
    assert 0 < len(purchases) < len(everything)
    assert {one["direction"] for one in purchases} == {"purchase"}
    assert len(documents(office, "--limit", "3")) == 3
    seller = purchases[0]["seller"]["name"]
    found = documents(office, "--filter", seller.lower())
    assert any(one["ksef_number"] == purchases[0]["ksef_number"] for one in found)
    tsv = office("doc", "list", "--format", "tsv", "--limit", "2").text.splitlines()
    assert [line.count("\t") for line in tsv] == [9, 9]


def test_a_document_is_shown_with_lines_and_vat(office: Blink) -> None:
    one = documents(office, "--direction", "purchase", "--limit", "1")[0]
    text = office("doc", "show", one["ksef_number"], "--firm", one["firm"]).text
    assert one["ksef_number"] in text
    assert one["invoice_number"] in text
    assert "Rate" in text


def test_approved_documents_are_handed_over_once(office: Blink, tmp_path: Path) -> None:
    chosen = documents(office, "--status", "fetched", "--direction", "purchase", "--limit", "3")
    for one in chosen:
        office("doc", "approve", one["ksef_number"], "--firm", one["firm"])
    planned = office("export", "--format", "csv", "--dry-run", "--json").json
    assert planned["documents"] == 3
    assert len(documents(office, "--status", "approved")) == 3
    made = office("export", "--format", "csv", "--out", str(tmp_path), "--json").json
    assert made["documents"] == 3
    handed_over: set[str] = set()
    for batch in made["firms"]:
        (file,) = batch["files"]
        content = Path(file).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) == batch["documents"]
        handed_over |= {row["Numer KSeF"] for row in rows}
    assert handed_over == {one["ksef_number"] for one in chosen}
    assert len(documents(office, "--status", "exported")) == 3
    again = office("export", "--format", "csv", "--out", str(tmp_path), "--json").json
    assert again == {"documents": 0, "dry_run": False, "firms": [], "failures": []}
    assert office("export", "list", "--json").json[0]["files"][0]["sha256"]


def test_what_is_handed_over_is_not_approved_again(office: Blink) -> None:
    for one in documents(office, "--status", "exported"):
        failure = office("doc", "approve", one["ksef_number"], "--firm", one["firm"], "--json", code=1).json
        assert set(failure["error"]) == {"code", "message", "firm", "cause", "trace_id"}


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("firm", "add", "--nip", "123"), "ten digits"),
        (("firm", "add", "--nip", "5265877635", "--env", "http://example.com"), "environment"),
        (("firm", "edit", "1111111111"), "--env, --name, --from, --accountant or --label"),
        (("firm", "edit", "1111111111", "--name", "x"), "not known"),
        (("sync", "--role", "boss"), "--role"),
        (("doc", "show", "FV/1"), "not a KSeF number"),
        (("doc", "show", "5265877635-20250826-0100001AF629-AF"), "no document"),
        (("export", "--format", "wordperfect"), "csv"),
        (("export", "--format", "csv", "--month", "2026-13"), "2026-01"),
        (("credential", "add", "--firm", "1111111111", "--token-stdin"), "not known"),
        (("dance",), "not understood"),
        (("sync", "--fast"), "--fast"),
        (("doc", "xml"), "name documents by number"),
        (("--profile", "../x", "status"), "--profile"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(blink: Blink, words: tuple[str, ...], part: str) -> None:
    ended = blink(*words, code=2)
    assert part.lower() in ended.err.lower()
    assert "Traceback" not in ended.err


def test_a_usage_error_is_json_where_json_was_asked_for(blink: Blink) -> None:
    assert blink("sync", "--json", code=2).json["error"]["code"] == "no-firms"
    assert blink("sync", "--json", "--fast", code=2).json["error"]["code"] == "usage"


def test_a_usage_error_names_what_was_typed_and_the_help_of_its_command(blink: Blink) -> None:
    message = blink("export", "show", "abc", "--json", code=2).json["error"]["message"]
    assert "BATCH" in message
    assert "blink export show --help" in message
    assert "nie folder" in blink("--lang", "pl", "export", "--out", __file__, "--json", code=2).text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("periods",), "Nie ma polecenia 'periods'. Może chodzi o: 'period'?"),
        (("status", "now"), "zbędne słowa: now"),
        (("status", "--firm"), "Po --firm trzeba podać wartość."),
        (("status", "--json=1"), "--json nie przyjmuje wartości."),
    ],
)
def test_what_the_parser_says_is_told_in_polish(blink: Blink, words: tuple[str, ...], told: str) -> None:
    assert told in blink("--lang", "pl", *words, code=2).err


def test_without_a_terminal_the_bare_command_prints_help(blink: Blink) -> None:
    told = blink(code=2).text
    known = [name for part in ORDER for name in part]
    assert [line.split()[0] for line in told.splitlines()[-len(known) :]] == known
    assert "Show this message" not in told
    assert "Install completion" not in told


def test_a_wide_table_is_broken_between_words_and_never_within_a_number() -> None:
    head, number = ("Firm", "Why", "Document"), "5265877635-20250826-0100001AF629-AF"
    told = table(head, [("Alfa", "a reason that is too long for its line", number)], 70).splitlines()
    assert max(len(line) for line in told) <= 70
    assert number in told[2]
    assert " ".join(line[6:33].strip() for line in told[2:]) == "a reason that is too long for its line"
    assert len(table(head, [("Alfa", "a reason", number)], 20).splitlines()) == 4


def test_an_empty_token_is_refused(blink: Blink) -> None:
    blink("firm", "add", "--nip", "5265877635", "--env", "test")
    assert "empty" in blink("credential", "add", "--firm", "5265877635", "--token-stdin", code=2).err


def test_the_first_ctrl_c_ends_a_question_for_a_secret(tmp_path: Path) -> None:
    blink = Blink(tmp_path)
    BlinkInside(tmp_path)("firm", "add", "--nip", "5265877635", "--env", "test")
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "blink_tui.cli", "credential", "add", "--firm", "5265877635"]
    with os.fdopen(ours, "rb"), os.fdopen(theirs, "rb") as terminal:
        child = subprocess.Popen(
            words, env=blink.environment, stdin=terminal, stderr=subprocess.PIPE, start_new_session=True
        )
        assert child.stderr is not None
        shown = b""
        while b"(not shown)" not in shown:
            letter = child.stderr.read(1)
            assert letter
            shown += letter
        child.send_signal(signal.SIGINT)
        try:
            assert child.wait(20) == 130
        finally:
            child.kill()
            child.communicate()


def test_polish_is_the_default_language(blink: Blink) -> None:
    del blink.environment["BLINK_LANG"]
    assert "Nie ma jeszcze firm" in blink("firm", "list").text
    assert "No firms yet" in blink("--lang", "en", "firm", "list").text


def test_completeness_is_proven_against_ksef_s_own_list(office: Blink) -> None:
    proof = office("reconcile", "--json").json["firms"]
    assert all(firm["equal"] and firm["fetched"] == 0 for firm in proof)
    assert sum(role["listed"] for firm in proof for role in firm["roles"]) >= len(documents(office))
    assert "equal" in office("reconcile", "--month", "2026-11").text
