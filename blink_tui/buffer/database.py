"""Connections and transactions: the one place that opens the database file, and all that is SQLite's own in doing so.

A connection's thread is no daemon, so one left open would keep the interpreter alive for ever: `open_database` is a
context manager and closes all of them whatever happens.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite

from blink_tui.buffer import errors
from blink_tui.buffer.frozen import FrozenSession, frozen
from blink_tui.buffer.session import Row, Session, translated
from blink_tui.model.errors import BlinkError
from blink_tui.model.modes import close_to_others, make_folder
from blink_tui.model.text import folded
from blink_tui.model.unwritable import unwritable

OLDEST_SQLITE = (3, 37)
"""STRICT tables came with it."""

_BUSY_SECONDS = 15.0
_IMPATIENT_SECONDS = 0.25
_INTERRUPTION_SECONDS = 0.005
_BUSY_TIMEOUT = "PRAGMA busy_timeout = {:.0f}"
_WRITER = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA wal_autocheckpoint = 8000;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;
"""
_READER = """
    PRAGMA query_only = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
"""


class Database:
    """A writer whose transactions follow one another, a reader, and a reader whose long scans can be stopped."""

    def __init__(
        self,
        path: Path,
        writer: aiosqlite.Connection,
        reader: Session,
        scanner: Session,
        *,
        read_only: bool = False,
    ) -> None:
        """`read_only` refuses every change."""
        self.path = path
        self.read_only = read_only
        self._writer = writer
        self._scanner = scanner
        self._writing = asyncio.Lock()
        self._scanning = asyncio.Lock()
        self._scan: asyncio.Task[list[Row]] | None = None
        self.reader = reader
        self.changes = 0
        """Transactions committed through this object."""

    @asynccontextmanager
    async def transaction(
        self, *, durable: bool = True, erasing: bool = False, patient: bool = True
    ) -> AsyncIterator[Session]:
        """Write: all of it is durable when the block ends, none of it if the block raises or is cancelled.

        Cancelled while it is committed, it ends as if it had not been, and the task's next wait is cancelled instead:
        nobody takes for undone what is kept, and removes the files of it.
        Statements of a connection run in the order they were asked for, so a rollback that is itself cancelled
        still comes before the next transaction begins. One that is not `durable` survives a kill, but a power cut only
        once a later one is durable: it holds up other writers for less than half as long. One that is `erasing` writes
        zeros over what it deletes, and looks at no foreign keys: whoever erases knows the order. One that is not
        `patient` waits a moment for other writers, not 15 seconds. Raises BlinkError (READ_ONLY, BUSY).
        """
        session = Session(self._writer, self.path)
        if self.read_only:
            raise unwritable(self.path)
        async with self._writing:
            try:
                if not durable:
                    await session.run("PRAGMA synchronous = NORMAL")
                if erasing:
                    await session.run("PRAGMA foreign_keys = OFF")
                    await session.run("PRAGMA secure_delete = ON")
                if not patient:
                    await session.run(_BUSY_TIMEOUT.format(_IMPATIENT_SECONDS * 1000))
                await session.run("BEGIN IMMEDIATE")
                yield session
                await to_its_end(session.run("COMMIT"))
            except BaseException:
                await self._writer.rollback()
                raise
            finally:
                if erasing:
                    await session.run("PRAGMA foreign_keys = ON")
                if not durable:
                    await session.run("PRAGMA synchronous = FULL")
                if not patient:
                    await session.run(_BUSY_TIMEOUT.format(_BUSY_SECONDS * 1000))
            self.changes += 1

    async def scan(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """A read that may take long: one at a time, stopped by `interrupt` or by cancelling the caller.

        Raises BlinkError(STOPPED) when interrupted.
        """
        async with self._scanning:
            self._scan = asyncio.create_task(self._scanner.rows(sql, values))
            try:
                return await asyncio.shield(self._scan)
            except asyncio.CancelledError:
                await self.interrupt()
                raise

    async def interrupt(self) -> None:
        """Stop the running scan, if there is one; it has ended when this returns.

        SQLite forgets an interruption that comes before the statement has begun in its thread, so it is repeated.
        """
        scan = self._scan
        while scan is not None and not scan.done():
            await self._scanner.interrupt()
            await asyncio.wait({scan}, timeout=_INTERRUPTION_SECONDS)
        if scan is not None and not scan.cancelled():
            scan.exception()  # looked at, though nobody may be waiting for it any more

    async def data_version(self) -> int:
        """Changes when any other connection, of this process or another, has committed."""
        row = await self.reader.row("PRAGMA data_version")
        return int(row[0]) if row else 0


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for something that cannot be taken back; whoever cancels meanwhile is heard at the next wait."""
    ending, cancelled = asyncio.ensure_future(work), False
    while not ending.done():
        try:
            await asyncio.wait({ending})
        except asyncio.CancelledError:
            cancelled = True
    await ending
    task = asyncio.current_task()
    if cancelled and task is not None:
        task.uncancel()  # it counts once, were it heard twice
        task.cancel()


@asynccontextmanager
async def open_database(path: Path, *, read_only: bool) -> AsyncIterator[Database]:
    """The database file with private permissions, made empty where it is missing; its schema is not looked at.

    Raises BlinkError (DAMAGED, NOT_OPENED, DISK_FULL, BUSY, OLD_SQLITE).
    """
    _require_sqlite()
    if not read_only:
        with translated(path):
            await asyncio.to_thread(_make_private, path)
    async with AsyncExitStack() as stack:
        if read_only:
            reader, scanner = await _reader(stack, path), await _reader(stack, path)
            yield Database(path, reader.connection, reader, scanner, read_only=True)
            return
        writer = await _connected(stack, path, "mode=rw", _WRITER)
        plain = [Session(await _connected(stack, path, "mode=rw", _READER), path) for _ in range(2)]
        yield Database(path, writer, *plain)


async def _reader(stack: AsyncExitStack, path: Path) -> FrozenSession:
    """A session that writes nothing, were it beside the file."""

    async def connected(stamp: object) -> aiosqlite.Connection:
        return await _connected(stack, path, "mode=ro" if stamp is None else "mode=ro&immutable=1", _READER)

    with translated(path):
        stamp = frozen(path)
    return FrozenSession(await connected(stamp), path, stamp, connected)


async def _connected(stack: AsyncExitStack, path: Path, how: str, pragmas: str) -> aiosqlite.Connection:
    with translated(path):
        connection = await stack.enter_async_context(
            aiosqlite.connect(
                f"file:{quote(str(path))}?{how}",
                uri=True,
                isolation_level=None,
                timeout=_BUSY_SECONDS,
            )
        )
        await connection.create_function("folded", 1, folded, deterministic=True)
        for pragma in pragmas.split(";"):
            await connection.execute_fetchall(pragma)
        return connection


def _require_sqlite() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise BlinkError(errors.OLD_SQLITE, found=sqlite3.sqlite_version, needed=needed)


def _make_private(path: Path) -> None:
    """The file, made where it is missing, for whom its folder is; SQLite gives its side files the file's own mode."""
    make_folder(path.parent)
    if not path.exists():
        _make_file(path)
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with suppress(FileNotFoundError):
            close_to_others(name, path.parent)


def _make_file(path: Path) -> None:
    """An empty database that has its journal mode before it has its name.

    Processes that opened one file and changed its mode at once would refuse one another at once, without waiting.
    """
    descriptor, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    os.close(descriptor)
    try:
        with closing(sqlite3.connect(name)) as connection:
            connection.execute("PRAGMA page_size = 8192")
            connection.execute("PRAGMA journal_mode = WAL")
        close_to_others(Path(name), path.parent)
        with suppress(FileExistsError):  # another process was faster
            path.hardlink_to(name)
    finally:
        Path(name).unlink()
