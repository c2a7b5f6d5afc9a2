"""Requests and limits of each context, remembered past the process: the book behind the limiter's windows.

A file of its own beside the buffer: its writes need not survive a power cut, only a kill, and must not wait for a
large transaction of the buffer. Every process of the profile writes into it.

Moments are readings of the steady clock (`model.clock`). What an earlier boot wrote is carried over when the book is
opened: nothing that it asked was asked later than this boot began, which is the clock's zero, so the windows run from
there at the latest. The wall clock has no say in it: between two boots it is most likely to be wrong.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from blink_tui.buffer import errors
from blink_tui.buffer.session import translated
from blink_tui.model.errors import BlinkError
from blink_tui.model.machine import boot_id
from blink_tui.model.modes import close_to_others, make_folder, open_private
from blink_tui.model.ports import BookTicket, Full, Standing

_VERSION = 2
_TABLES = """
DROP TABLE IF EXISTS boot;
DROP TABLE IF EXISTS request;
DROP TABLE IF EXISTS context;
DROP TABLE IF EXISTS parked;
CREATE TABLE boot (id TEXT NOT NULL) STRICT;
INSERT INTO boot VALUES ('');
CREATE TABLE request (
    context TEXT NOT NULL,
    counter TEXT NOT NULL,
    number INTEGER NOT NULL,
    frees REAL NOT NULL, -- moment from which its windows run: the response, or the latest it can come
    PRIMARY KEY (context, counter, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE context (
    name TEXT PRIMARY KEY,
    parked_until REAL NOT NULL DEFAULT 0,
    parked_for REAL NOT NULL DEFAULT 0, -- seconds, which is the most that another boot waits
    limits TEXT NOT NULL DEFAULT '',
    read_at REAL NOT NULL DEFAULT 0, -- by the wall clock
    read_steady REAL NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
"""
_CARRIED_OVER = (
    "UPDATE request SET frees = min(0, frees - :passed)",
    "DELETE FROM request WHERE frees <= -:kept",
    "UPDATE context SET parked_until = min(parked_for, parked_until - :passed),"
    " read_steady = min(0, read_steady - :passed)",
)
_LONGEST_ANSWER = 90.0
"""Seconds after which a request counts as answered whose process was killed before the answer came."""
_KEPT = 3600.0
"""Length of the longest window."""
_IMPOSSIBLE = 2 * _LONGEST_ANSWER
"""A moment so many seconds further ahead than this boot writes them is another boot's."""

_TRIES, _PAUSE_SECONDS = 50, 0.02
_MAKING = threading.Lock()
"""Held until a new file is closed again: no connection of another thread is on it before."""


class LimitBook:
    """Implements model.ports.LimitBook on a SQLite file; a request costs some tens of microseconds. Use as `with`.

    Raises BlinkError when the file cannot be used; one that a power cut has damaged is begun anew.
    """

    def __init__(self, path: Path | None, boot: str | None = None) -> None:
        """A path of None keeps the book in memory, for one process that will not come back."""
        self._path = path
        self._name = path or Path(":memory:")
        self._boot = boot_id() if boot is None else boot

    def __enter__(self) -> Self:
        with translated(self._name):
            if self._path is not None:
                make_folder(self._path.parent)
                _make_private(self._path)
        try:
            self._connection = self._opened()
        except BlinkError as error:
            if error.kind is not errors.DAMAGED:
                raise
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
            self._connection = self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def standing(self, context: str, now: float) -> Standing:
        """Until when a context is parked, and its limits."""
        standing = self._standing(context)
        if standing.parked_until > now + standing.parked_for + _IMPOSSIBLE:
            with translated(self._name), self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                self._carry_over()
            standing = self._standing(context)
        return standing

    def take(
        self, context: str, counter: str, windows: Sequence[tuple[float, int]], now: float
    ) -> BookTicket | Full:
        """Count one more request, if every window (seconds, requests) has room: its ticket."""
        with translated(self._name), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            latest = self._latest(context, counter)
            if latest and latest[0][0] > now + _LONGEST_ANSWER + _IMPOSSIBLE:
                self._carry_over()
                latest = self._latest(context, counter)
            full = _full([frees for frees, _number in latest], windows, now)
            if full is not None:
                return full
            if latest and latest[-1][0] <= now - _KEPT:
                self._connection.execute(
                    "DELETE FROM request WHERE context = ? AND counter = ? AND frees <= ?",
                    (context, counter, now - _KEPT),
                )
            number = max((number for _frees, number in latest), default=0) + 1
            self._connection.execute(
                "INSERT INTO request VALUES (?, ?, ?, ?)", (context, counter, number, now + _LONGEST_ANSWER)
            )
        return BookTicket(context, counter, number)

    def answered(self, ticket: BookTicket, moment: float) -> None:
        """The response has come: the windows of the request run from here."""
        with translated(self._name):
            self._connection.execute(
                "UPDATE request SET frees = ? WHERE context = ? AND counter = ? AND number = ?",
                (moment, *ticket),
            )

    def park(self, context: str, now: float, seconds: float) -> None:
        """Ask nothing for a context for so long; a shorter time does not shorten a longer one."""
        with translated(self._name):
            self._connection.execute(
                "INSERT INTO context (name, parked_until, parked_for) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
                " SET parked_until = excluded.parked_until, parked_for = excluded.parked_for"
                " WHERE excluded.parked_until > parked_until",
                (context, now + seconds, seconds),
            )

    def learn(self, context: str, limits: str, read_at: float, now: float) -> None:
        """Put down the limits that KSeF told, as a text; `read_at` is the time by the clock that may be set."""
        with translated(self._name):
            self._connection.execute(
                "INSERT INTO context (name, limits, read_at, read_steady) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET limits = excluded.limits, read_at = excluded.read_at,"
                " read_steady = excluded.read_steady",
                (context, limits, read_at, now),
            )

    def requests(self, context: str, since: float) -> dict[str, list[float]]:
        """For each counter, when its requests were answered after a moment; in the future: not answered yet."""
        found: dict[str, list[float]] = {}
        with translated(self._name):
            for counter, frees in self._connection.execute(
                "SELECT counter, frees FROM request WHERE context = ? AND frees > ?", (context, since)
            ):
                found.setdefault(counter, []).append(frees)
        return found

    def made(self, since: float) -> dict[str, int]:
        """How many requests of all contexts were answered after a moment, or are not answered yet, by counter."""
        with translated(self._name):
            rows = self._connection.execute(
                "SELECT counter, count(*) FROM request WHERE frees > ? GROUP BY counter", (since,)
            )
            return dict(rows.fetchall())

    def forget(self, context: str) -> None:
        """Nothing is asked for a context any more: its rows go, and their bytes with them."""
        with translated(self._name):
            self._connection.execute("PRAGMA secure_delete = ON")
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.execute("DELETE FROM request WHERE context = ?", (context,))
                self._connection.execute("DELETE FROM context WHERE name = ?", (context,))
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _opened(self) -> sqlite3.Connection:
        """A connection to the file, its tables made and an earlier boot's moments carried over."""
        with translated(self._name):
            connection = self._connection = sqlite3.connect(
                self._path or ":memory:", isolation_level=None, timeout=10, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute("PRAGMA page_size = 1024")  # each write copies whole pages
                _use_wal(connection)
                with connection:
                    connection.execute("BEGIN IMMEDIATE")
                    self._prepare()
            except BaseException:
                connection.close()
                raise
            return connection

    def _prepare(self) -> None:
        found = str(self._connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if found != "ok":
            raise BlinkError(errors.DAMAGED, cause=found, path=str(self._name), what=self._name)
        if self._connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            for statement in _TABLES.split(";\n"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")
        if self._connection.execute("SELECT id FROM boot").fetchone()[0] != self._boot:
            self._carry_over()

    def _carry_over(self) -> None:
        """Translate another boot's moments, within a transaction.

        That boot went on at least until the last request known of it was sent, so all its moments are as much older.
        """
        latest = self._connection.execute("SELECT max(frees) FROM request").fetchone()[0] or 0.0
        values = {"passed": max(0.0, latest - _LONGEST_ANSWER), "kept": _KEPT}
        for statement in _CARRIED_OVER:
            self._connection.execute(statement, values)
        self._connection.execute("UPDATE boot SET id = ?", (self._boot,))

    def _standing(self, context: str) -> Standing:
        with translated(self._name):
            row = self._connection.execute(
                "SELECT parked_until, parked_for, limits, read_at, read_steady FROM context WHERE name = ?",
                (context,),
            ).fetchone()
        return Standing(*row) if row else Standing()

    def _latest(self, context: str, counter: str) -> list[tuple[float, int]]:
        """Moments and numbers of a counter's requests, the latest first."""
        return sorted(
            self._connection.execute(
                "SELECT frees, number FROM request WHERE context = ? AND counter = ?", (context, counter)
            ),
            reverse=True,
        )


def _make_private(path: Path) -> None:
    """The file, made where it is missing, for whom its folder is.

    One that is there is not opened: closing it would let go of the locks of every connection that this process has to
    it, and another process would take the write-ahead log away from under them.
    """
    with _MAKING:
        try:
            os.close(open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            close_to_others(path, path.parent)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turn a file's journal into a write-ahead log; SQLite does not wait by itself for others that do the same."""
    for tries_left in reversed(range(_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:
                raise
        time.sleep(_PAUSE_SECONDS)


def _full(latest: Sequence[float], windows: Sequence[tuple[float, int]], now: float) -> Full | None:
    """Why there is no room in windows over moments, the latest first; None when there is."""
    decisive = [(latest[most - 1], length) for length, most in windows if len(latest) >= most]
    return max(
        (
            Full(now + length, running=True) if moment > now else Full(moment + length, running=False)
            for moment, length in decisive
            if moment + length > now
        ),
        default=None,
    )
