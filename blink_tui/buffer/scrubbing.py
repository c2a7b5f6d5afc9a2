"""Bytes of what was deleted leave the file: it is written anew, and the write-ahead log is emptied.

Zeros over deleted rows are not enough: when SQLite divides a page it leaves copies of rows behind in what is then free.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from blink_tui.buffer import errors
from blink_tui.buffer.session import translated
from blink_tui.model.errors import BlinkError

QUICK = 200 * 1024 * 1024
"""Bytes of a file that is written anew in the few seconds for which other writers wait (`database._BUSY_SECONDS`)."""
_WAIT_SECONDS = 15.0


def size_of(path: Path) -> int:
    """Bytes that would be written. Raises BlinkError."""
    with translated(path):
        return path.stat().st_size


async def scrub(path: Path) -> None:
    """Write the file anew; readers go on, writers wait until it is done.

    Raises BlinkError: BUSY where another process reads or writes for too long, DISK_FULL for want of room for a
    second copy. What the file holds is not touched by either.
    """
    await asyncio.to_thread(_scrub, path)


def _scrub(path: Path) -> None:
    with (
        translated(path),
        closing(sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("VACUUM")
        busy, _pages, _done = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise BlinkError(errors.BUSY)
