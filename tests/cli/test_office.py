"""An office at the command line: its certificate, its clients found and imported, ends of access, settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from tests.cli.access_cases import DAYS, OFFICE, permissions, seal
from tests.cli.conftest import Blink
from tests.ksef.certs import key, key_file, pem

pytestmark = pytest.mark.proof  # some fifty processes


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxOptions(documents=30, firms=3, auth_delay=0)) as running:
        yield running


@pytest.fixture
def nips(sandbox: RunningSandbox) -> Iterator[list[str]]:
    """The sandbox's firms, who granted nothing."""
    nips = sorted(firm.nip for firm in sandbox.firms)
    yield nips
    for nip in nips:
        permissions(sandbox, nip)


def files(folder: Path, days: int = 100) -> tuple[str, ...]:
    """Options that name the office's certificate, which ends in so many days."""
    ends = datetime.now(UTC).replace(hour=12) + timedelta(days=days)
    cert, key_path = folder / f"office-{days}.crt", folder / "office.key"
    cert.write_bytes(pem(seal(OFFICE, days=(DAYS[0], ends)).certificate))
    key_path.write_bytes(key_file(key("P-256")))
    return ("--cert", str(cert), "--key", str(key_path))


def office(blink: Blink, sandbox: RunningSandbox, *words: str) -> None:
    blink("firm", "add", "--nip", OFFICE, "--env", sandbox.url)
    blink("credential", "add", "--firm", OFFICE, *words)


def test_clients_are_found_added_and_fetched(
    blink: Blink, sandbox: RunningSandbox, nips: list[str], tmp_path: Path
) -> None:
    office(blink, sandbox, *files(tmp_path))
    assert blink("firm", "discover", "--json").json["contexts"] == []
    for nip in nips:
        permissions(sandbox, nip, "InvoiceRead")
    found = blink("firm", "discover", "--firm", OFFICE, "--ignore", nips[2], "--json").json
    assert (found["office"], found["new"], found["added"]) == (OFFICE, nips, [])
    states = {one["context"]["value"]: one["state"] for one in found["contexts"]}
    assert states == {nips[0]: "offered", nips[1]: "offered", nips[2]: "ignored"}
    assert "--add-all" in blink("firm", "discover").text
    told = blink("log", "--json").json_lines
    assert [(one["event"], one["firm"], one["count"]) for one in told] == [("contexts-found", OFFICE, 3)]
    one = blink("firm", "discover", "--add", nips[0], "--json").json
    assert one["added"] == [nips[0]]
    rest = blink("firm", "discover", "--add-all", "--json").json
    assert rest["added"] == [nips[1]]
    (credential,) = blink("credential", "list", "--json").json
    assert set(credential["firms"]) == {OFFICE, nips[0], nips[1]}
    summary = blink("sync", "--firm", nips[0], "--firm", nips[1], "--json").json
    assert all(firm["new"] > 0 for firm in summary["by_firm"])
    permissions(sandbox, nips[0])
    assert blink("firm", "discover", "--json").json["withdrawn"] == [nips[0]]
    assert "cofnięta" in blink("firm", "discover", BLINK_LANG="pl").text


def test_what_nobody_granted_cannot_be_added(
    blink: Blink, sandbox: RunningSandbox, nips: list[str], tmp_path: Path
) -> None:
    office(blink, sandbox, *files(tmp_path))
    permissions(sandbox, nips[0], "InvoiceRead")
    ended = blink("firm", "discover", "--add", nips[0], "--add", "9999999999", "--json", code=2)
    assert ended.json["error"]["code"] == "not-granted"
    assert len(blink("firm", "list", "--json").json) == 1


def test_which_firm_is_the_office_is_asked_where_it_is_not_clear(blink: Blink) -> None:
    assert blink("firm", "discover", "--json", code=2).json["error"]["code"] == "no-office"


def test_one_certificate_for_all_that_have_no_access(
    blink: Blink, sandbox: RunningSandbox, nips: list[str], tmp_path: Path
) -> None:
    for nip in nips:
        blink("firm", "add", "--nip", nip, "--env", sandbox.url)
    permissions(sandbox, nips[0], "InvoiceRead")
    words = ("credential", "add", "--all", *files(tmp_path), "--json")
    partly = blink(*words, code=3)
    assert partly.json["firms"] == [nips[0]]
    assert {one["firm"] for one in partly.json["refused"]} == set(nips[1:])
    for nip in nips[1:]:
        permissions(sandbox, nip, "InvoiceRead")
    assert len(blink(*words).json["firms"]) == 3
    assert blink(*words, code=2).json["error"]["code"] == "all-have-access"
    assert blink("credential", "add", *files(tmp_path), "--json", code=2).json["error"]["code"] == "usage"


def test_a_replaced_access_stays_listed_and_takes_over_when_the_new_one_goes(
    blink: Blink, sandbox: RunningSandbox, nips: list[str], tmp_path: Path
) -> None:
    token = next(firm.token for firm in sandbox.firms if firm.nip == nips[0])
    blink.add_firm(sandbox.url, nips[0], token)
    permissions(sandbox, nips[0], "InvoiceRead")
    new = blink("credential", "add", "--firm", nips[0], *files(tmp_path), "--json").json
    old, listed = blink("credential", "list", "--json").json
    assert (listed["id"], listed["kind"]) == (new["id"], "certificate")
    blink("sync", "--json")
    gone = blink("credential", "remove", str(new["id"]), "--json").json
    assert gone == {
        "removed": new["id"],
        "logged_out": 1,
        "remaining": [{"firm": nips[0], "credential": old["id"]}],
    }
    last = blink("credential", "remove", str(old["id"]))
    assert "has no access any more" in last.text
    assert blink("sync", "--json", code=4).json["error"]["code"] == "no-credential"


def test_the_end_of_an_access_is_shown_where_it_is_looked_at(
    blink: Blink, sandbox: RunningSandbox, nips: list[str], tmp_path: Path
) -> None:
    token = next(firm.token for firm in sandbox.firms if firm.nip == nips[0])
    blink.add_firm(sandbox.url, nips[0], token)
    office(blink, sandbox, *files(tmp_path, days=5))
    certain = {one["kind"]: one for one in blink("credential", "list", "--json").json}
    assert certain["certificate"]["days_left"] in (4, 5)  # Warsaw's day may be one ahead of UTC's
    assert certain["token"]["expires"] == "2026-12-31"
    assert "days left: " in blink("credential", "list").text
    checked = blink("credential", "check", "--firm", OFFICE)
    assert "Renew it before that" in checked.text
    blink("config", "set", "tokens.end", "none")
    (row,) = blink("credential", "check", "--firm", nips[0], "--json").json
    assert (row["ok"], row["expires"], row["days_left"]) == (True, None, None)


def test_settings_are_listed_changed_and_refused_in_words(blink: Blink) -> None:
    (first,) = (one for one in blink("config", "list", "--json").json if one["key"] == "tokens.end")
    assert (first["value"], first["default"]) == ("2026-12-31", "2026-12-31")
    assert blink("config", "set", "tokens.end", "2027-06-30", "--json").json["value"] == "2027-06-30"
    assert blink("config", "get", "tokens.end").text == "2027-06-30\n"
    assert "tokens.end" in blink("config", "list").text
    for wrong in ("30.06.2027", "soon", "2000-01-01", "20270630"):
        ended = blink("config", "set", "tokens.end", wrong, "--json", code=2)
        assert ended.json["error"]["code"] == "bad-setting"
        assert wrong in ended.json["error"]["message"]
    assert blink("config", "get", "tokens.end").text == "2027-06-30\n"
    assert blink("config", "get", "nothing", "--json", code=2).json["error"]["code"] == "unknown-setting"


def test_three_thousand_firms_come_from_a_list_and_names_later(blink: Blink, tmp_path: Path) -> None:
    lines = [f"{number:010};Firma {number}" for number in range(3_000)]
    file = tmp_path / "firmy.csv"
    file.write_bytes("\r\n".join(["NIP;Nazwa", *lines]).encode("cp1250"))
    tried = blink("firm", "import", str(file), "--dry-run", "--json").json
    assert (tried["rows"], tried["added"], tried["dry_run"]) == (3_000, 3_000, True)
    assert blink("firm", "list", "--json").json == []
    added = blink("firm", "import", str(file))
    assert "Added: 3000" in added.text
    assert added.err.count("check digit") == 20
    assert len(blink("firm", "list", "--json").json) == 3_000
    file.write_text("nip;name;kind\n0000000007;Siódma;\n0000000008;=1+1;branch\n0000009999;Nowa;\n")
    again = blink("firm", "import", str(file), "--json").json
    assert (again["added"], again["updated"], again["unchanged"]) == (1, 0, 2)
    third = blink("firm", "import", str(file), "--update", "--json").json
    assert (third["added"], third["updated"], third["unchanged"]) == (0, 2, 1)
    firms = {firm["nip"]: firm for firm in blink("firm", "list", "--json").json}
    assert firms["0000000007"]["name"] == "Siódma"
    assert (firms["0000000008"]["name"], firms["0000000008"]["kind"]) == ("=1+1", "branch")
    assert "left as they are: 3" in blink("firm", "import", str(file)).text


def test_a_list_with_one_bad_line_adds_nothing(blink: Blink, tmp_path: Path) -> None:
    file = tmp_path / "firmy.csv"
    file.write_text("nip;nazwa\n5265877635;A\n12;B\n5265877635;C\n")
    ended = blink("firm", "import", str(file), "--json", code=2)
    assert ended.json["error"]["code"] == "bad-list"
    assert [problem["line"] for problem in ended.json["problems"]] == [3, 4]
    assert "Wiersz 3" in blink("firm", "import", str(file), code=2, BLINK_LANG="pl").err
    assert blink("firm", "list", "--json").json == []
