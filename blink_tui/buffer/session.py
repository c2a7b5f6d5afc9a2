"""Statements on one connection, with SQLite's and the disk's refusals turned into sentences."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import aiosqlite

from blink_tui.buffer import errors
from blink_tui.buffer.opening import not_opened
from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError, ErrorKind

Row = tuple[Any, ...]

_KINDS: dict[int, ErrorKind] = {
    sqlite3.SQLITE_FULL: errors.DISK_FULL,
    sqlite3.SQLITE_IOERR: errors.DISK_FULL,
    sqlite3.SQLITE_CORRUPT: errors.DAMAGED,
    sqlite3.SQLITE_NOTADB: errors.DAMAGED,
    sqlite3.SQLITE_BUSY: errors.BUSY,
    sqlite3.SQLITE_LOCKED: errors.BUSY,
    sqlite3.SQLITE_INTERRUPT: errors.STOPPED,
    sqlite3.SQLITE_CANTOPEN: errors.NOT_OPENED,
    sqlite3.SQLITE_READONLY: errors.NOT_OPENED,
    sqlite3.SQLITE_PERM: errors.NOT_OPENED,
}
_WHOLE_KINDS: dict[int, ErrorKind] = {
    # Rows are asked for before something is added to them; only a firm's erasing takes any away.
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: errors.ERASED_MEANWHILE,
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what a user can cure into `BlinkError`; everything else is a bug and passes."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        kind = _WHOLE_KINDS.get(code) or _KINDS.get(code & 0xFF)
        if kind is None:
            raise
        if kind is errors.NOT_OPENED:
            raise not_opened(path, error) from error
        what = Message(N_("the file cannot be read as a database"))
        raise BlinkError(kind, cause=str(error), path=str(path), what=what) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise BlinkError(errors.DISK_FULL, cause=str(error), path=str(path)) from error
        raise not_opened(path, error) from error


class Session:
    """Statements on one connection; errors come translated."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self.connection = connection
        self._path = path

    async def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """All rows of a statement; it is complete when this returns."""
        with translated(self._path):
            return list(cast("Iterable[Row]", await self.connection.execute_fetchall(sql, values)))

    async def row(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        """The first row, or None."""
        found = await self.rows(sql, values)
        return found[0] if found else None

    async def run(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """A statement without an answer."""
        await self.rows(sql, values)

    async def interrupt(self) -> None:
        """Stop the statement that runs, if one does."""
        await self.connection.interrupt()

    async def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for many rows, in the connection's thread."""
        if not rows:
            return
        with translated(self._path):
            await self.connection.executemany(sql, rows)
