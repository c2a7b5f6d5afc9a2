"""`blink export` into an encrypted zip, and into the folder that a firm's ledger watches."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from pathlib import Path

import pytest
import pyzipper  # type: ignore[import-untyped] # no stubs

from blink_tui.buffer import open_buffer
from blink_tui.model.documents import Role, Status
from tests.buffer.factory import NIP, invoice
from tests.cli.inside import Inside, ended_inside
from tests.sync.test_paying import xml

PASSWORD = "correct horse 7!"
EXPORT = ("export", "--firm", NIP)


@pytest.fixture
def run(tmp_path: Path) -> Inside:
    inside = Inside(tmp_path / "home")
    inside("firm", "add", "--nip", NIP, "--env", "test")

    async def fill() -> None:
        async with open_buffer(inside.buffer_path) as buffer:
            (firm,) = await buffer.firms.list()
            await buffer.documents.store(firm, Role.BUYER, [invoice(one, xml=xml(one)) for one in (1, 2)])
            await buffer.documents.change_status([1, 2], Status.APPROVED, who="anna")

    asyncio.run(fill())
    return inside


def test_a_zip_opens_with_its_password_and_holds_what_plain_files_would(run: Inside, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\nanother line\n")
    out, plain = tmp_path / "out", tmp_path / "plain"
    run(*EXPORT, "--zip", "--password-file", str(secret), "--out", str(out))
    (path,) = out.iterdir()
    assert path.suffix == ".zip"
    run("export", "again", "1", "--out", str(plain))
    with pyzipper.AESZipFile(path) as read:
        read.setpassword(PASSWORD.encode())
        inside = {info.filename: read.read(info) for info in read.infolist()}
    assert inside == {one.name: one.read_bytes() for one in plain.iterdir()}
    assert inside
    run("export", "cancel", "1", "--reason", "próba", "--not-imported")
    assert [one.suffix for one in out.iterdir()] == [".anulowany"]


def test_a_password_comes_from_stdin_and_never_from_the_command_line(run: Inside, tmp_path: Path) -> None:
    words = ["--home", str(run.home), "--lang", "en", *EXPORT, "--zip", "--out", str(tmp_path / "out")]
    assert ended_inside([*words, "--password-file", "-"], f"{PASSWORD}\n").code == 0
    (path,) = (tmp_path / "out").iterdir()
    with pyzipper.AESZipFile(path) as read:
        assert read.read(read.infolist()[0], pwd=PASSWORD.encode())


def test_bad_passwords_are_told_in_a_sentence(run: Inside, tmp_path: Path) -> None:
    short = tmp_path / "password"
    short.write_text("short")
    assert "8 characters" in run.failed(*EXPORT, "--zip", "--password-file", str(short))
    assert "--password-file" in run.failed(*EXPORT, "--zip")
    assert "--zip" in run.failed(*EXPORT, "--password-file", str(short))
    assert "cannot be read" in run.failed(*EXPORT, "--zip", "--password-file", str(tmp_path / "none"))
    assert len(run("doc", "list", "--status", "approved", "--json").json_lines) == 2


def test_a_firms_ledger_takes_its_files_from_the_folder_it_named(run: Inside, tmp_path: Path) -> None:
    watched = tmp_path / "watched"
    settings = ("export", "settings", "--firm", NIP, "--set")
    assert "not there" in run.failed(*settings, f"folder={watched}", code=1)
    assert "own folder" in run.failed(*settings, f"folder={run.home / 'default'}", code=1)
    watched.mkdir()
    run(*settings, f"folder={watched}")
    watched.rename(tmp_path / "away")
    assert "not there" in run.failed(*EXPORT, code=1)
    (tmp_path / "away").rename(watched)
    run(*EXPORT)
    assert len(list(watched.iterdir())) >= 1
    assert len(run("doc", "list", "--status", "exported", "--json").json_lines) == 2


def test_a_consumer_that_takes_files_at_once_gets_each_of_them_whole_and_once(
    run: Inside, tmp_path: Path
) -> None:
    watched, taken, done = tmp_path / "watched", list[tuple[str, str]](), threading.Event()
    watched.mkdir()

    def consume() -> None:
        while not done.wait(0.001) or any(watched.iterdir()):
            for path in watched.glob("[!.]*"):
                taken.append((path.name, hashlib.sha256(path.read_bytes()).hexdigest()))
                path.unlink()

    consumer = threading.Thread(target=consume)
    consumer.start()
    try:
        run("export", "settings", "--firm", NIP, "--set", f"folder={watched}")
        run(*EXPORT)
        again = run(*EXPORT, "--json").json
    finally:
        done.set()
        consumer.join()
    assert again["documents"] == 0
    batch = run("export", "show", "1", "--json").json
    assert sorted(taken) == sorted((Path(one["file"]).name, one["sha256"]) for one in batch["files"])
    assert batch["state"] == "placed"
