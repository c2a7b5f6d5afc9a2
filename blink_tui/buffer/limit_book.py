"""Requests of each context, remembered past the process: the book behind the limiter's windows.

A file of its own beside the buffer: its writes need not survive a power cut, only a kill, and must not wait for a
large transaction of the buffer. Every process of the profile writes into it.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

_SCHEMA = """
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY,
    counter TEXT NOT NULL,
    frees REAL NOT NULL -- moment from which its window runs: the response, or the latest it can come
) STRICT;
CREATE INDEX IF NOT EXISTS request_by_counter ON request (counter, frees);
CREATE TABLE IF NOT EXISTS parked (context TEXT PRIMARY KEY, until REAL NOT NULL) STRICT, WITHOUT ROWID;
"""
_LONGEST_ANSWER = timedelta(seconds=90)
"""A request whose answer never came, because its process was killed, counts as answered after so long."""
_KEPT = timedelta(hours=1)


class LimitBook:
    """Implements model.ports.LimitBook on a SQLite file; calls take some tens of microseconds. Use as `with`."""

    def __init__(self, path: Path | None) -> None:
        """A path of None keeps the book in memory, for one process that will not come back."""
        self._path = path

    def __enter__(self) -> Self:
        if self._path is not None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
        self._connection = sqlite3.connect(
            self._path or ":memory:", isolation_level=None, timeout=10, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_SCHEMA)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def take(self, counter: str, limits: Mapping[timedelta, int], now: datetime) -> int | datetime | None:
        """Count one more request, if every window has room: its ticket. Else the moment at which there will be
        room, or None when that depends on an answer still to come.
        """
        moment = now.timestamp()
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            free = max((self._free_at(counter, *limit, moment) for limit in limits.items()), default=moment)
            if free > moment:
                return None if free == math.inf else datetime.fromtimestamp(free, UTC)
            self._connection.execute("DELETE FROM request WHERE frees < ?", (moment - _KEPT.total_seconds(),))
            cursor = self._connection.execute(
                "INSERT INTO request (counter, frees) VALUES (?, ?)",
                (counter, moment + _LONGEST_ANSWER.total_seconds()),
            )
            return int(cursor.lastrowid or 0)

    def answered(self, ticket: int, now: datetime) -> None:
        """The response has come: its windows run from here."""
        self._connection.execute("UPDATE request SET frees = ? WHERE id = ?", (now.timestamp(), ticket))

    def park(self, context: str, until: datetime) -> None:
        """Ask nothing for a context before an instant; an earlier one does not shorten what holds."""
        self._connection.execute(
            "INSERT INTO parked VALUES (?, ?)"
            " ON CONFLICT (context) DO UPDATE SET until = max(until, excluded.until)",
            (context, until.timestamp()),
        )

    def parked(self, context: str) -> datetime | None:
        """Until when nothing may be asked for a context; None when nothing holds it."""
        row = self._connection.execute("SELECT until FROM parked WHERE context = ?", (context,)).fetchone()
        return datetime.fromtimestamp(row[0], UTC) if row else None

    def left(self, counter: str, length: timedelta, most: int, now: datetime) -> int:
        """How many requests a window still has."""
        since = now.timestamp() - length.total_seconds()
        row = self._connection.execute(
            "SELECT count(*) FROM request WHERE counter = ? AND frees > ?", (counter, since)
        ).fetchone()
        return max(0, most - int(row[0]))

    def _free_at(self, counter: str, length: timedelta, most: int, moment: float) -> float:
        """When the window has room: now, when the request that makes it full has left it, or infinity while that
        request is not answered.
        """
        seconds = length.total_seconds()
        row = self._connection.execute(
            "SELECT frees FROM request WHERE counter = ? AND frees > ? ORDER BY frees DESC LIMIT 1 OFFSET ?",
            (counter, moment - seconds, most - 1),
        ).fetchone()
        if row is None:
            return moment
        return math.inf if row[0] > moment else float(row[0]) + seconds
