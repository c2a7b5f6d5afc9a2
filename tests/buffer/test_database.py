from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite
import pytest

from blink_tui.buffer.database import Database, open_database
from blink_tui.buffer.frozen import FrozenSession
from blink_tui.model.errors import BlinkError
from tests.buffer.test_firms import CHECKOUT


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with open_database(path, read_only=False) as opened:
        async with opened.transaction() as session:
            await session.run("CREATE TABLE t (x INTEGER)")
        yield opened


async def stored(database: Database) -> list[int]:
    return [row[0] for row in await database.reader.rows("SELECT x FROM t ORDER BY x")]


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            await session.run("INSERT INTO t VALUES (1)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await stored(database) == []
    assert database.changes == 1


async def test_a_cancelled_transaction_leaves_nothing_and_the_next_one_works(database: Database) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with database.transaction() as session:
            await session.run("INSERT INTO t VALUES (1)")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transaction() as session:
        await session.run("INSERT INTO t VALUES (2)")
    assert await stored(database) == [2]


async def test_a_transaction_cancelled_while_it_waits_for_another_process_does_not_stay_open(
    database: Database, path: Path
) -> None:
    async with open_database(path, read_only=False) as other:
        async with other.transaction() as theirs:
            task = asyncio.create_task(_insert(database, 1))
            await asyncio.sleep(0)  # it runs until it waits for its BEGIN
            await theirs.run("INSERT INTO t VALUES (5)")
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _insert(other, 6)
    assert await stored(database) == [5, 6]


async def _insert(database: Database, value: int) -> None:
    async with database.transaction() as session:
        await session.run("INSERT INTO t VALUES (?)", (value,))


async def test_transactions_of_many_tasks_follow_one_another(database: Database) -> None:
    async def add(value: int) -> None:
        async with database.transaction() as session:
            row = await session.row("SELECT count(*) FROM t")
            await asyncio.sleep(0)
            assert row is not None
            await session.run("INSERT INTO t VALUES (?)", (row[0],))

    await asyncio.gather(*(add(value) for value in range(20)))
    assert await stored(database) == list(range(20))


ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


async def test_a_long_scan_is_interrupted(database: Database) -> None:
    task = asyncio.create_task(database.scan(ENDLESS))
    await asyncio.sleep(0)
    await asyncio.wait_for(database.interrupt(), 20)
    with pytest.raises(BlinkError) as caught:
        await task
    assert caught.value.kind.code == "search-stopped"
    await database.interrupt()
    assert await database.scan("SELECT 1") == [(1,)]


@pytest.mark.parametrize("steps", [1, 2, 5, 200])
async def test_a_cancelled_scan_frees_the_connection(database: Database, steps: int) -> None:
    """However far it had come: not yet begun in its thread, or well under way."""
    task = asyncio.create_task(database.scan(ENDLESS))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.wait_for(database.scan("SELECT 1"), 20) == [(1,)]


async def test_a_write_through_a_reader_is_refused(database: Database) -> None:
    with pytest.raises(BlinkError):
        await database.reader.run("INSERT INTO t VALUES (1)")


async def test_other_errors_of_sqlite_are_bugs_and_pass(database: Database) -> None:
    import sqlite3

    with pytest.raises(sqlite3.OperationalError):
        await database.reader.rows("SELECT nothing")


LEAVE = """
import asyncio, sys
from pathlib import Path
from blink_tui.buffer import open_buffer

async def raising(path):
    async with open_buffer(path) as buffer:
        await buffer.settings.set("a", "b")
        raise RuntimeError("in mid-work")

async def in_a_transaction(path):
    async with open_buffer(path) as buffer:
        async with buffer._database.transaction():
            raise KeyboardInterrupt

async def abandoning(path):
    opened = open_buffer(path)
    await opened.__aenter__()
    raise RuntimeError("never closed")

async def exiting(path):
    async with open_buffer(path):
        sys.exit(3)

asyncio.run(globals()[sys.argv[1]](Path(sys.argv[2])))
"""


@pytest.mark.parametrize("way", ["raising", "in_a_transaction", "abandoning", "exiting"])
def test_an_exception_in_mid_work_ends_the_process(path: Path, way: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVE, way, str(path)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert done.returncode != 0


def test_worker_processes_load_no_database(tmp_path: Path) -> None:
    code = (
        "import sys, blink_tui.buffer, blink_tui.buffer.xml_codec, blink_tui.buffer.records;"
        "print([m for m in ('aiosqlite', 'sqlite3', 'asyncio', 'cryptography') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


async def test_a_file_that_changed_is_read_by_one_new_connection_and_the_old_one_is_closed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "frozen.db"

    async def connected(_stamp: object) -> aiosqlite.Connection:
        return await aiosqlite.connect(path)

    before = await connected(None)
    session = FrozenSession(before, path, (0, 0, 0), connected)
    assert await session.rows("SELECT 7") == [(7,)]
    assert session.connection is not before
    with pytest.raises(ValueError, match="no active connection"):
        await before.execute("SELECT 7")
    await session.connection.close()
