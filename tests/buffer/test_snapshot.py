"""Copies of the database: one moment of it while others write, and one before the schema changes."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer, schema, snapshot
from blink_tui.buffer.database import open_database
from blink_tui.buffer.snapshot import WITHOUT_COPY, Work, copies_before_migration, holding
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from tests.buffer.factory import invoice


async def test_a_copy_is_of_one_moment_though_somebody_writes_at_each_of_its_steps(
    buffer: Buffer, firm: Firm, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_PAGES", 5)
    await buffer.documents.store(firm, Role.BUYER, [invoice(n) for n in range(50)])
    steps = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as other:

        def write(_stage: str, _done: int, _total: int) -> None:
            nonlocal steps
            steps += 1
            assert steps < 1000, "it begins anew whenever somebody writes"
            other.execute("INSERT INTO setting (key, value) VALUES (?, ?)", (f"k{steps}", "x" * 9000))

        snapshot.snapshot(path, tmp_path / "copy", Work(write))
    assert steps > 10
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*) FROM setting").fetchone() == (0,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert holding(tmp_path / "copy").documents == 50
    assert [one for one in names(tmp_path) if one.startswith("copy")] == ["copy"]
    assert mode(tmp_path / "copy") == 0o600


def test_a_copy_that_is_stopped_leaves_nothing(
    path: Path, buffer: Buffer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_PAGES", 5)
    work = Work(lambda *_: work.stop())
    with pytest.raises(BlinkError) as stopped:
        snapshot.snapshot(path, tmp_path / "copy", work)
    assert stopped.value.kind.code == "work-stopped"
    assert not list(tmp_path.glob("copy*"))


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def old(path: Path, version: int) -> None:
    """A database as an older program left it."""
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, schema.scripts()[:version])
        async with database.transaction() as session:
            await session.run("INSERT INTO setting (key, value) VALUES ('mine', ?)", (str(version),))


async def test_the_database_is_copied_before_its_schema_changes_and_two_copies_stay(path: Path) -> None:
    for version in (10, 12, 14):
        await asyncio.to_thread(path.unlink, missing_ok=True)
        await old(path, version)
        async with open_buffer(path):
            pass
    copies = copies_before_migration(path)
    assert [one.name for one in copies] == ["buffer.db.before-0013", "buffer.db.before-0015"]
    with closing(sqlite3.connect(copies[-1])) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (14,)
        assert copy.execute("SELECT value FROM setting WHERE key = 'mine'").fetchone() == ("14",)
    async with open_buffer(path):
        assert copies_before_migration(path) == copies


async def test_the_copy_of_an_older_database_in_the_place_of_a_newer_one_stays(path: Path) -> None:
    for version in (14, 16, 10):
        await asyncio.to_thread(path.unlink, missing_ok=True)
        await old(path, version)
        async with open_buffer(path):
            pass
    names = [one.name for one in copies_before_migration(path)]
    assert names == ["buffer.db.before-0011", "buffer.db.before-0017"]


async def test_a_new_database_is_not_copied(path: Path) -> None:
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, schema.scripts())
    assert copies_before_migration(path) == []


async def test_without_room_for_the_copy_nothing_changes_unless_it_is_told_to(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await old(path, 14)
    usage = shutil.disk_usage(path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=100))
    with pytest.raises(BlinkError) as refused:
        async with open_buffer(path):
            pass
    assert refused.value.kind.code == "no-room-to-migrate"
    assert (snapshot.schema_version(path), copies_before_migration(path)) == (14, [])
    monkeypatch.setenv(WITHOUT_COPY, "1")
    async with open_buffer(path):
        pass
    assert (snapshot.schema_version(path), copies_before_migration(path)) == (len(schema.scripts()), [])


async def test_a_copy_is_of_the_old_schema_though_another_process_was_faster(path: Path) -> None:
    await old(path, 14)
    async with open_buffer(path):
        pass
    (copy,) = copies_before_migration(path)
    before = await asyncio.to_thread(copy.read_bytes)
    assert snapshot.copy_before_migration(path, 14) == copy
    assert await asyncio.to_thread(copy.read_bytes) == before
    assert not [one for one in names(path.parent) if one.endswith(".part")]
