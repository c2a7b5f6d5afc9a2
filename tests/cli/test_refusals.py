"""Each way to be refused by KSeF says in words which it is and what to do, end to end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sync.clients import KsefClients
from blink_tui.vault import Vault, choose_source, open_vault
from tests.cli.access_cases import (
    EXPECTED,
    OFFICE,
    Expected,
    World,
    permissions,
    profile_folder,
    seal,
)
from tests.cli.conftest import Blink
from tests.ksef.certs import key, key_file, pem

pytestmark = pytest.mark.proof  # some sixty processes
ROWS = dict(enumerate(EXPECTED))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=40, firms=len(EXPECTED) + 1, auth_delay=0)
    with running_sandbox(options) as running:
        yield running


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxOptions(documents=1, firms=1, seed=77)) as running:
        yield running


def vault_of(blink: Blink) -> Vault:
    path = profile_folder(blink.home) / "vault.blink"
    path.parent.mkdir(parents=True, exist_ok=True)
    source = choose_source(path, passphrase_file=blink.home / "passphrase")
    return open_vault(path, source, create=True)


@pytest.fixture(scope="module")
def home(
    sandbox: RunningSandbox, elsewhere: RunningSandbox, tmp_path_factory: pytest.TempPathFactory
) -> Blink:
    """A profile with a firm for every case; the last firm of the sandbox has none."""
    blink = Blink(tmp_path_factory.mktemp("home"))

    async def prepared() -> None:
        folder = profile_folder(blink.home)
        async with open_buffer(folder / "buffer.db") as buffer, KsefClients(folder / "work") as clients:
            world = World(buffer, vault_of(blink), clients, sandbox, elsewhere)
            for place, expected in ROWS.items():
                await expected.case(world, sandbox.firms[place + 1].nip)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLINK_LIMITS_DIR", str(blink.home / "limits"))
        asyncio.run(prepared())
    return blink


@pytest.fixture(scope="module")
def checks(home: Blink) -> dict[str, dict[str, Any]]:
    """What `blink credential check` says of every firm, by language and firm; the second time it knows them."""
    english = home("credential", "check", "--json", code=4).json
    polish = home("credential", "check", "--json", code=4, BLINK_LANG="pl").json
    return {
        language: {row["firm"]: row for row in rows} for language, rows in (("en", english), ("pl", polish))
    }


@pytest.mark.parametrize(("place", "expected"), ROWS.items(), ids=[row.case.__name__ for row in EXPECTED])
def test_a_refusal_names_its_case_the_firm_and_the_way_on(
    checks: dict[str, dict[str, Any]], sandbox: RunningSandbox, place: int, expected: Expected
) -> None:
    nip = sandbox.firms[place + 1].nip
    for language, way_on in (("en", expected.english), ("pl", expected.polish)):
        row = checks[language][nip]
        assert row["ok"] is False
        error = row["error"]
        assert (error["code"], error["firm"]) == (expected.code, nip)
        assert way_on in error["message"]
        assert "{" not in error["message"]
        assert nip in error["message"] or "certificate" in expected.code


def test_the_list_shows_what_was_refused(
    checks: dict[str, dict[str, Any]], home: Blink, sandbox: RunningSandbox
) -> None:
    listed = home("credential", "list", "--json").json
    told = {use["firm"]: use for one in listed for use in one["by_firm"]}
    for place, expected in ROWS.items():
        nip = sandbox.firms[place + 1].nip
        if expected.code != "no-credential":
            assert (told[nip]["state"], told[nip]["problem"]) == ("refused", expected.code)


def test_one_firm_alone_ends_with_the_code_for_refused_access(
    checks: dict[str, dict[str, Any]], home: Blink, sandbox: RunningSandbox
) -> None:
    nip = sandbox.firms[1].nip
    ended = home("credential", "check", "--firm", nip, code=4)
    assert ended.text.startswith(f"{nip}: ")


def test_a_right_granted_after_the_login_takes_one_more_login(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    blink, nip = Blink(tmp_path), sandbox.firms[0].nip
    cert, key_path = tmp_path / "office.crt", tmp_path / "office.key"
    cert.write_bytes(pem(seal(OFFICE).certificate))
    key_path.write_bytes(key_file(key("P-256")))
    blink("firm", "add", "--nip", nip, "--env", sandbox.url)
    permissions(sandbox, nip, "InvoiceRead")
    words = ("credential", "add", "--firm", nip, "--cert", str(cert), "--key", str(key_path), "--json")
    assert blink(*words).json["state"] == "accepted"
    permissions(sandbox, nip)
    permissions(sandbox, nip, "InvoiceWrite")
    assert blink("sync", "--json", code=4).json["error"]["code"] == "right-withdrawn"
    permissions(sandbox, nip, "InvoiceRead")
    before = logins(sandbox)
    assert blink("sync", "--json").json["documents"]["total"] > 0
    assert logins(sandbox) == before + 1


def logins(sandbox: RunningSandbox) -> int:
    return sum(row["path"].endswith("/auth/xades-signature") for row in sandbox.state.journal.rows())
