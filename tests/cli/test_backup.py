"""`blink backup` and `blink restore` from the command line: what works, what is refused, and disks that refuse."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.documents import Role
from blink_tui.ops import backup_file
from tests.accounts import ENVIRONMENT, PIOTR, as_account, office_folder, python_of_accounts
from tests.buffer.factory import NIP, invoice
from tests.cli.inside import Inside
from tests.cli.test_disk_full import can_mount

DOCUMENTS = 30


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_file, "_COST", {"n": 2**4, "r": 8, "p": 1})


async def _filled(path: Path) -> None:
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
        await buffer.documents.store(firm, Role.BUYER, [invoice(n) for n in range(DOCUMENTS)])


@pytest.fixture
def blink(tmp_path: Path) -> Inside:
    inside = Inside(tmp_path / "home")
    asyncio.run(_filled(inside.buffer_path))
    return inside


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "passphrase"
    path.write_text("correct horse\n")
    return str(path)


def test_there_and_back(blink: Inside, tmp_path: Path, secret: str) -> None:
    to = str(tmp_path / "to")
    made = blink("backup", "--to", to, "--encrypt", "--passphrase-file", secret, "--json").json
    assert (made["documents"], made["encrypted"], made["removed"]) == (DOCUMENTS, True, [])
    (chain,) = made["chains"]
    assert (chain["firm"], chain["entries"]) == (NIP, DOCUMENTS)
    assert [one["file"] for one in blink("backup", "list", "--in", to, "--json").json] == [made["file"]]
    assert "is whole" in blink("backup", "verify", made["file"], "--passphrase-file", secret).text
    done = blink("restore", made["file"], "--into", "other", "--passphrase-file", secret, "--json").json
    assert (done["profile"], done["hand_overs_known"]) == ("other", False)
    assert len(blink("--profile", "other", "doc", "list", "--json").json_lines) == DOCUMENTS
    blink("--profile", "other", "restore", "--confirm", "--reason", "it is a copy")
    assert "answered" in blink.failed("--profile", "other", "restore", "--confirm", "--reason", "again")


def test_wrong_words_are_refused_with_a_sentence_and_leave_nothing(
    blink: Inside, tmp_path: Path, secret: str
) -> None:
    file = blink(
        "backup", "--to", str(tmp_path / "x.blink-backup"), "--encrypt", "--passphrase-file", secret, "--json"
    )
    other = tmp_path / "other"
    other.write_text("wrong")
    path = file.json["file"]
    assert "encrypted" in blink.failed("restore", path, "--into", "new", code=8)
    assert "passphrase" in blink.failed("backup", "verify", path, "--passphrase-file", str(other), code=8)
    assert "holds something" in blink.failed("restore", path, "--passphrase-file", secret, code=1)
    assert "already" in blink.failed("backup", "--to", path, code=1)
    assert "no backup" in blink.failed("backup", "verify", secret)
    assert "no such file" in blink.failed("restore", str(tmp_path / "none"))
    assert "nobody to ask" in blink.failed("backup", "--encrypt")
    assert "--encrypt" in blink.failed("backup", "--passphrase-file", secret)
    assert "Name the backup" in blink.failed("restore")
    assert "--confirm" in blink.failed("restore", path, "--reason", "x")
    assert "without a file" in blink.failed("restore", path, "--confirm")
    assert "without a file" in blink.failed("restore", path, "--salvage")
    assert "no buffer" in blink.failed("--profile", "new", "restore", "--salvage")
    assert sorted(one.name for one in blink.home.iterdir()) == ["default"]


def test_a_damaged_buffer_is_refused_with_the_way_back(blink: Inside, tmp_path: Path) -> None:
    damaged = bytearray(blink.buffer_path.read_bytes())
    damaged[100:110] = bytes(10)
    for backed_up in (False, True):
        if backed_up:
            made = blink("backup", "--to", str(tmp_path / "to"), "--json").json
        whole = blink.buffer_path.read_bytes()
        blink.buffer_path.write_bytes(damaged)
        told = blink.failed("status", code=1)
        assert ("blink restore " + made["file"] + " --aside" if backed_up else "--salvage") in told
        if not backed_up:
            blink.buffer_path.write_bytes(whole)
    blink("restore", made["file"], "--aside")
    assert len(blink("doc", "list", "--json").json_lines) == DOCUMENTS


_SCRIPT = """
set -e
mkdir -p "$DISKS/full" "$DISKS/read" "$DISKS/home"
mount -t tmpfs -o size=16k tmpfs "$DISKS/full"
mount -t tmpfs -o ro tmpfs "$DISKS/read"
mount -t tmpfs -o size=2m tmpfs "$DISKS/home"
cp -r "$HOMES/default" "$DISKS/home/default"
blink() { "$PYTHON" -m blink_tui.cli --lang en "$@" || echo "code $?"; }
blink --home "$HOMES" backup --to "$DISKS/full"
blink --home "$HOMES" backup --to "$DISKS/read/here"
blink --home "$DISKS/home" backup --to "$HOMES/to"
blink --home "$DISKS/read" restore "$BACKUP"
find "$DISKS/full" "$DISKS/home/default" "$HOMES/to" -name '*backup*' -o -name '*.part'
echo end
"""


@pytest.mark.proof
@pytest.mark.skipif(not can_mount(), reason="a small disk can only be mounted by root")
def test_a_full_and_a_read_only_disk_are_told_and_nothing_half_is_left(blink: Inside, tmp_path: Path) -> None:
    made = blink("backup", "--to", str(tmp_path / "x.blink-backup"), "--json").json
    (blink.home / "default" / "last-backup.json").unlink()
    (blink.home / "to").mkdir()
    environment = dict(os.environ) | {
        "PYTHON": sys.executable,
        "DISKS": str(tmp_path / "disks"),
        "HOMES": str(blink.home),
        "BACKUP": made["file"],
    }
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", _SCRIPT],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split("\n") == ["code 1", "code 1", "code 1", "code 1", "end", ""], done
    told = [line for line in done.stderr.splitlines() if not line.startswith(" ")]
    sentences = ("disk is full", "can only be read", "disk is full", "can only be read")
    for sentence, line in zip(sentences, told, strict=True):
        assert sentence in line


def test_who_may_not_read_the_vault_is_told_whose_it_is_and_how_to_back_up_without_it() -> None:
    with office_folder() as office:
        asyncio.run(_filled(Inside(office).buffer_path))
        vault = office / "default" / "vault.blink"
        vault.write_bytes(b"sealed")
        vault.chmod(0o600)

        def piotr(*words: str) -> tuple[int, str]:
            command = [python_of_accounts(), "-m", "blink_tui.cli", "--home", str(office), "backup", *words]
            ended = subprocess.run(
                as_account(PIOTR, command),
                env=ENVIRONMENT,
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
            )
            return ended.returncode, ended.stdout + ended.stderr

        code, told = piotr()
        assert (code, "--without-vault" in told) == (8, True), told
        code, told = piotr("--without-vault")
        assert code == 0, told
