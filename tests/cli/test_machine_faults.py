"""Faults of the machine: each a sentence with what to do, its exit code, and nothing missing once it is gone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accounts import ANNA, ENVIRONMENT, GROUP, STRANGER, as_account, python_of_accounts
from tests.cli.conftest import Blink, Ended, SandboxProcess
from tests.cli.test_disk_full import can_mount

HIDDEN = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--demo", "--no-limits") as running:
        yield running


def control(sandbox: SandboxProcess, what: str) -> str:
    return sandbox.url.removesuffix("/v2") + f"/_sandbox/{what}"


def held(sandbox: SandboxProcess, nip: str) -> set[str]:
    """Numbers of everything that the sandbox holds for a firm."""
    told = httpx.get(control(sandbox, "state"), params={"context": nip}, trust_env=False).json()
    shelves = told["contexts"][nip].values()
    return {one["ksefNumber"] for shelf in shelves for one in shelf["documents"]}


def listed(blink: Blink) -> list[str]:
    return [one["ksef_number"] for one in blink("doc", "list", "--json").json_lines]


def told(ended: Ended, check: str) -> list[dict[str, Any]]:
    """What the doctor found in one check."""
    return next(one["findings"] for one in ended.json["checks"] if one["check"] == check)


@pytest.mark.proof
@pytest.mark.parametrize("ahead", [3600, -3600])
def test_an_hour_off_lets_in_and_is_named(blink: Blink, sandbox: SandboxProcess, ahead: int) -> None:
    firm = sandbox.firms[0 if ahead > 0 else 1]
    httpx.post(control(sandbox, "clock"), json={"advance": ahead}, trust_env=False).raise_for_status()
    try:
        blink.add_firm(sandbox.url, firm["nip"], firm["token"])
        blink("sync", "--json")
        assert sorted(listed(blink)) == sorted(held(sandbox, firm["nip"]))
        (line,) = told(blink("doctor", "--json", code=1), "clock")
        assert line["level"] == "failure"
        assert ("60 min behind" if ahead > 0 else "60 min ahead") in line["sentence"]
        assert "timedatectl" in line["advice"]
    finally:
        httpx.post(control(sandbox, "clock"), json={"advance": -ahead}, trust_env=False)


@pytest.mark.proof
@pytest.mark.skipif(not can_mount(), reason="a network of its own needs root")
def test_without_dns_the_name_is_named(blink: Blink, sandbox: SandboxProcess) -> None:
    firm = sandbox.firms[0]
    for name in HIDDEN:
        blink.environment.pop(name, None)
    blink.add_firm(sandbox.url, firm["nip"], firm["token"])
    blink("firm", "edit", firm["nip"], "--env", "https://ksef.invalid/v2")
    nowhere = ["unshare", "--net", sys.executable, "-m", "blink_tui.cli"]
    failed = ended([*nowhere, "sync", "--json"], blink.environment)
    assert (failed.code, failed.json["error"]["code"]) == (6, "ksef-host-unknown")
    doctor = ended([*nowhere, "doctor", "--json"], blink.environment)
    assert doctor.code == 1
    (line,) = told(doctor, "network")
    assert "ksef.invalid" in line["sentence"]
    assert "DNS" in line["advice"]
    blink("firm", "edit", firm["nip"], "--env", sandbox.url)
    blink("sync", "--json")
    assert sorted(listed(blink)) == sorted(held(sandbox, firm["nip"]))


_READ_ONLY = """
set -e
mount --bind "$HOME/data" "$HOME/data"
mount -o remount,bind,ro "$HOME/data"
fails() { code=0; "$PYTHON" -m blink_tui.cli "$@" > "$HOME/$1.json" || code=$?; echo $code > "$HOME/$1.code"; }
fails sync --json
fails export --format csv --json
fails doctor --offline --json
"""


@pytest.mark.proof
@pytest.mark.skipif(not can_mount(), reason="a disk that can only be read needs root")
def test_a_read_only_disk_loses_nothing(blink: Blink, sandbox: SandboxProcess) -> None:
    firm = sandbox.firms[0]
    blink.add_firm(sandbox.url, firm["nip"], firm["token"])
    blink("sync", "--role", "seller")
    first = listed(blink)
    blink("doc", "approve", *first)
    environment = blink.environment | {"PYTHON": sys.executable}
    subprocess.run(["unshare", "--mount", "bash", "-c", _READ_ONLY], env=environment, check=True, timeout=120)

    def read(name: str) -> Any:
        return json.loads((blink.home / name).read_text())

    for command in ("sync", "export"):
        assert (blink.home / f"{command}.code").read_text() == "1\n"
        assert read(f"{command}.json")["error"]["code"] == "disk-read-only"
    assert (blink.home / "doctor.code").read_text() == "1\n"
    space = next(one for one in read("doctor.json")["checks"] if one["check"] == "space")
    assert any(
        line["level"] == "failure" and "only be read" in line["sentence"] for line in space["findings"]
    )
    blink("sync", "--json")
    assert sorted(listed(blink)) == sorted(held(sandbox, firm["nip"]))
    assert blink("export", "--format", "csv", "--json").json["documents"] == len(first) > 5


@pytest.fixture
def others_home() -> Iterator[Path]:
    """A home that belongs to Anna, on a way that everybody may go."""
    python_of_accounts()
    made = Path(tempfile.mkdtemp(prefix="blink-rights-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def ended(command: list[str], environment: dict[str, str], stdin: str = "") -> Ended:
    done = subprocess.run(
        command, input=stdin.encode(), capture_output=True, timeout=60, env=environment, check=False, cwd="/"
    )
    assert b"Traceback" not in done.stderr
    return Ended(done.returncode, done.stdout, done.stderr.decode())


class OfAccounts(Blink):
    """The program as accounts run it."""

    uid = ANNA

    def __call__(self, *words: str, stdin: str = "", code: int | None = 0, **environment: str) -> Ended:
        command = as_account(self.uid, [python_of_accounts(), "-m", "blink_tui.cli", *words])
        done = ended(command, self.environment | environment, stdin)
        assert code in (None, done.code), f"{words}: {done}"
        return done


@pytest.mark.proof
def test_wrong_rights_are_named_and_lose_nothing(others_home: Path, sandbox: SandboxProcess) -> None:
    blink, firm = OfAccounts(others_home), sandbox.firms[0]
    blink.environment |= ENVIRONMENT
    for path in (others_home, *others_home.rglob("*")):
        os.chown(path, ANNA, GROUP)
    blink.add_firm(sandbox.url, firm["nip"], firm["token"])
    profile = others_home / "data" / "default"
    vault, passphrase = profile / "vault.blink", others_home / "passphrase"

    def refused(code: int, *words: str) -> str:
        return str(blink(*words, "--json", code=code).json["error"]["code"])

    def failures(check: str) -> str:
        """What the doctor says of a check, with what to do."""
        lines = told(blink("doctor", "--offline", "--json", code=1), check)
        return " ".join(
            f"{line['sentence']} {line['advice']}" for line in lines if line["level"] == "failure"
        )

    blink.uid = STRANGER
    assert refused(1, "sync") == "buffer-not-allowed"
    assert refused(1, "export", "--format", "csv") == "buffer-not-allowed"
    assert f"sudo -u {ANNA}" in failures("files")
    blink.uid = ANNA
    profile.chmod(0o500)
    assert refused(1, "sync") == "read-only"
    assert f"chmod u=rwx {profile}" in failures("files")
    profile.chmod(0o700)
    os.chown(profile / "buffer.db", 0, 0)
    assert refused(1, "sync") == "buffer-not-allowed"
    assert "buffer.db" in failures("files")
    os.chown(profile / "buffer.db", ANNA, GROUP)
    os.chown(vault, 0, 0)
    assert refused(8, "sync") == "vault-locked"
    os.chown(vault, ANNA, GROUP)
    passphrase.chmod(0o644)
    assert f"chmod 600 {passphrase}" in failures("files")
    passphrase.chmod(0o600)
    vault.chmod(0o644)
    assert refused(8, "sync") == "vault-open-to-others"
    assert f"chmod 600 {vault}" in failures("files")
    vault.chmod(0o600)
    blink("sync")
    assert sorted(listed(blink)) == sorted(held(sandbox, firm["nip"]))
    assert blink("doctor", "--offline", "--json").json["level"] in ("ok", "note", "warning")
