from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer, schema
from blink_tui.buffer.database import open_database
from blink_tui.buffer.schema import migrate
from blink_tui.model.errors import BlinkError, ExitCode
from tests.buffer.factory import NIP


@pytest.fixture(autouse=True)
def _really_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not begun as copies, as in other tests."""
    monkeypatch.setattr(schema, "migrate", migrate)


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def refusal(path: Path, *, read_only: bool = False) -> BlinkError:
    with pytest.raises(BlinkError) as caught:
        async with open_buffer(path, read_only=read_only):
            pass
    return caught.value


async def test_an_empty_file_is_brought_to_the_newest_schema(path: Path) -> None:
    async with open_buffer(path):
        pass
    assert pragma(path, "user_version") == len(schema.scripts())
    assert pragma(path, "application_id") == schema.APPLICATION_ID
    assert pragma(path, "journal_mode") == "wal"


async def test_each_migration_runs_once_and_in_its_own_transaction(path: Path) -> None:
    two = [
        "CREATE TABLE a (x TEXT);",
        "CREATE TABLE b (x TEXT);\nCREATE TABLE a (y TEXT);",
    ]
    async with open_database(path, read_only=False) as database:
        with pytest.raises(sqlite3.OperationalError):
            await schema.migrate(database, two)
    assert pragma(path, "user_version") == 1
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, [two[0], "CREATE TABLE b (x TEXT);"])
        assert await database.reader.rows("SELECT * FROM b") == []
    assert pragma(path, "user_version") == 2


async def test_many_who_open_an_empty_file_at_once_all_succeed(path: Path) -> None:
    async def use(number: int) -> None:
        async with open_buffer(path) as buffer:
            await buffer.settings.set(str(number), "x")

    await asyncio.gather(*(use(number) for number in range(8)))
    async with open_buffer(path) as buffer:
        assert [await buffer.settings.get(str(number)) for number in range(8)] == ["x"] * 8


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_newer_schema_is_refused(path: Path, read_only: bool) -> None:
    async with open_buffer(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(schema.scripts()) + 1}")
    error = await refusal(path, read_only=read_only)
    assert (error.kind.code, error.kind.exit_code) == ("newer-schema", ExitCode.FAILED)


async def test_an_older_schema_is_not_changed_by_a_reader(path: Path) -> None:
    async with open_buffer(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 0")
    assert (await refusal(path, read_only=True)).kind.code == "older-schema"
    assert pragma(path, "user_version") == 0


async def test_a_file_that_is_no_database_is_damaged(path: Path) -> None:
    await asyncio.to_thread(path.parent.mkdir)
    await asyncio.to_thread(path.write_bytes, b"Faktura VAT" * 1000)
    for read_only in (False, True):
        error = await refusal(path, read_only=read_only)
        assert (error.kind.code, error.kind.exit_code) == ("buffer-damaged", ExitCode.FAILED)
    assert await asyncio.to_thread(path.read_bytes) == b"Faktura VAT" * 1000


async def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    assert (await refusal(path)).kind.code == "buffer-damaged"


async def test_a_missing_file_cannot_be_read(path: Path) -> None:
    assert (await refusal(path, read_only=True)).kind.code == "buffer-not-opened"
    assert not await asyncio.to_thread(path.exists)


async def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    error = await refusal(tmp_path)
    assert (error.kind.code, error.values["path"]) == ("buffer-not-opened", str(tmp_path))


async def test_a_read_only_buffer_reads_beside_a_writer_and_changes_nothing(path: Path) -> None:
    async with open_buffer(path) as buffer, open_buffer(path, read_only=True) as reader:
        await buffer.settings.set("a", "b")
        assert await reader.settings.get("a") == "b"
        with pytest.raises(BlinkError):
            await reader.settings.set("a", "c")
        assert await buffer.settings.get("a") == "b"


async def test_files_are_private_under_a_lax_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        async with open_buffer(path) as buffer:
            await buffer.firms.add(NIP, name="A", env="test")
            modes = [mode(Path(f"{path}{side}")) for side in ("", "-wal", "-shm")]
    finally:
        os.umask(before)
    assert modes == [0o600] * 3
    assert mode(path.parent) == 0o700


async def test_lax_permissions_of_an_old_file_are_narrowed(path: Path) -> None:
    async with open_buffer(path):
        pass
    await asyncio.to_thread(path.chmod, 0o644)
    async with open_buffer(path):
        pass
    assert mode(path) == 0o600
