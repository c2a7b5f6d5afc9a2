"""What is not restored, and that it leaves everything as it was."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.presence import Kind
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.backup import make
from blink_tui.ops.restore import way_back
from tests.buffer.factory import NIP
from tests.ops.test_restore import back, buffer, paths, to
from tests.sync.exporting import NOW, approved, refused, statuses

__all__ = ["buffer", "paths", "to"]
A = Status.APPROVED


async def test_a_profile_that_holds_something_is_left_alone_or_moved_aside(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    firm = await approved(buffer, 2)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    there = ProfilePaths("there", tmp_path / "there")
    async with open_buffer(there.buffer_path) as other:
        await other.firms.add(NIP, name="B", env="test")
    there.vault_path.write_bytes(b"mine")
    before = there.buffer_path.read_bytes()
    error = await refused(back(file, there))
    assert (error.kind.code, there.buffer_path.read_bytes() == before) == ("profile-not-empty", True)
    moved_to = (await back(file, there, aside=True)).moved_to
    assert moved_to is not None
    assert {one.name for one in moved_to.iterdir()} >= {"buffer.db", "vault.blink"}
    assert (moved_to / "buffer.db").read_bytes() == before
    assert (await back(file, there, aside=True)).moved_to == moved_to.with_name(moved_to.name + "-2")
    assert (moved_to / "buffer.db").read_bytes() == before
    async with open_buffer(there.buffer_path) as restored:
        assert await statuses(restored, firm) == [A] * 2


async def test_a_profile_that_a_program_has_open_is_left_alone_though_its_file_was_deleted(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    there = ProfilePaths("there", tmp_path / "there")
    async with open_buffer(there.buffer_path):
        pass
    script = "import sys; file = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(  # noqa: ASYNC220 - it only has to be there
        [sys.executable, "-c", script, str(there.buffer_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        await asyncio.to_thread(other.stdout.readline)
        for deleted in (False, True):
            if deleted:
                there.buffer_path.unlink()
            error = await refused(back(file, there, aside=True))
            assert (error.kind.code, int(error.kind.exit_code)) == ("profile-in-use", 7)
            assert str(other.pid) in str(error)
        other.communicate()
    await back(file, there)


async def test_a_profile_that_another_account_works_with_is_left_alone(
    buffer: Buffer, paths: ProfilePaths, to: Path
) -> None:
    await buffer.presence.beat("elsewhere/boot/4711/9", Kind.DAEMON, "keeper")
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    error = await refused(back(file, paths, aside=True))
    assert (error.kind.code, "4711" in str(error)) == ("profile-in-use", True)


async def test_what_fails_leaves_nothing_behind(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await approved(buffer, 2)
    paths.vault_path.write_bytes(b"sealed")
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    new = ProfilePaths("new", tmp_path / "home" / "new")
    torn = tmp_path / "torn.blink-backup"
    torn.write_bytes(file.read_bytes()[:-9])
    for path, code in (
        (torn, "backup-damaged"),
        (paths.buffer_path, "not-a-backup"),
        (to / "none", "backup-unreadable"),
    ):
        assert (await refused(back(path, new))).kind.code == code
        assert not (tmp_path / "home").exists()

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    (there := ProfilePaths("there", tmp_path / "there")).folder.mkdir()
    there.vault_path.write_bytes(b"mine")
    monkeypatch.setattr("blink_tui.ops.restore._write", full)
    monkeypatch.setattr("blink_tui.ops.restore.sync_folders", full)
    error = await refused(back(file, there, aside=True))
    assert error.kind.code == "file-not-written"
    assert there.vault_path.read_bytes() == b"mine"


async def test_a_newer_schema_is_named(buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path) -> None:
    async with buffer._database.transaction() as session:
        await session.run("PRAGMA user_version = 900")
    with pytest.raises(BlinkError) as newer:
        await make(buffer, paths, to, now=NOW)
    assert newer.value.kind.code == "newer-schema"


def test_a_damaged_buffer_s_error_names_the_newest_backup(paths: ProfilePaths) -> None:
    from blink_tui.buffer.errors import BUSY, DAMAGED

    damaged = BlinkError(DAMAGED, what="page 3")
    assert "No backup of it is known" in str(way_back(damaged, paths))
    busy = BlinkError(BUSY)
    assert way_back(busy, paths) is busy
