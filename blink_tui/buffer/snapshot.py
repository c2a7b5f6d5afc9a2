"""A copy of the whole database while others write: one moment of it, without holding a writer up and without an end.

A reader keeps its transaction open, so every step of SQLite's own backup copies the same moment; without it the copy
would begin anew whenever somebody commits.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from blink_tui.buffer import errors
from blink_tui.buffer.session import translated
from blink_tui.model.durable import aside_of, sync_folders
from blink_tui.model.errors import BlinkError
from blink_tui.model.modes import open_private

P = ParamSpec("P")
T = TypeVar("T")

WITHOUT_COPY = "BLINK_MIGRATE_WITHOUT_COPY"
"""Variable that lets a database be changed to a new schema without a copy of the old one; `1` switches it on."""

_PAGES = 1000
_BUSY_SECONDS = 15.0
_COPIES_KEPT = 2
_COUNTS = """
    SELECT (SELECT count(*) FROM firm), (SELECT count(*) FROM document), (SELECT count(*) FROM invoice_xml),
        (SELECT coalesce(sum(length), 0) FROM chain), (SELECT count(*) FROM batch)
"""
_CHAINS = """
    SELECT f.context_value, f.env, c.length, c.head FROM chain c JOIN firm f ON f.id = c.firm_id ORDER BY f.id
"""
_STEPS = 20_000
"""SQLite's instructions between two looks at whether to stop."""


class Work:
    """Long work in a thread: it tells how far it is, and stops when it is told to."""

    def __init__(self, told: Callable[[str, int, int], None] | None = None) -> None:
        """`told` hears, in the thread, which stage is done how far, of how much."""
        self._told = told
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let it end at the next occasion; may be called from any thread."""
        self._stopped.set()

    def at(self, stage: str, done: int, total: int) -> None:
        """Tell how far it is. Raises BlinkError(WORK_STOPPED)."""
        if self._told is not None:
            self._told(stage, done, total)
        self.go_on()

    def go_on(self) -> None:
        """Raises BlinkError(WORK_STOPPED)."""
        if self._stopped.is_set():
            raise BlinkError(errors.WORK_STOPPED)

    def watch(self, connection: sqlite3.Connection) -> None:
        """Let long statements of a connection be stopped too; they end with SQLite's `interrupted`."""
        connection.set_progress_handler(self._stopped.is_set, _STEPS)

    async def run(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """The function in a thread; cancelled, it stops and has ended when this raises."""
        task = asyncio.ensure_future(asyncio.to_thread(function, *args, **named))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # looked at: nobody waits for it any more
            raise


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own that only reads, for work off the loop. Raises BlinkError as `open_database` does."""
    with translated(path):
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=_BUSY_SECONDS
        )
        with closing(connection):
            yield connection


def snapshot(source: Path, target: Path, work: Work) -> None:
    """Copy a database as it is at one moment into a new file of one piece, which only the account may read.

    Raises BlinkError: DAMAGED, NOT_OPENED, DISK_FULL, BUSY, WORK_STOPPED; then the target is gone.
    """
    try:
        with read_only(source) as reader:
            os.close(open_private(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            with closing(sqlite3.connect(target, isolation_level=None)) as writer:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # the moment
                reader.backup(
                    writer,
                    pages=_PAGES,
                    progress=lambda _status, left, total: work.at("copy", total - left, total),
                )
                writer.execute("PRAGMA journal_mode = DELETE")
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def schema_version(path: Path) -> int:
    """Number of the schema of a database file. Raises BlinkError."""
    with read_only(path) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@dataclass(frozen=True, slots=True)
class FirmChain:
    """The end of a firm's chain of events: whoever has it can prove all that was before it."""

    firm: str
    """NIP or internal id."""
    env: str
    length: int
    head: str
    """In hexadecimal."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a database file holds, in numbers."""

    schema: int
    firms: int
    documents: int
    invoices: int
    events: int
    batches: int
    chains: tuple[FirmChain, ...]


def holding(path: Path) -> Holding:
    """Count what a copy holds. Raises BlinkError."""
    with read_only(path) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        firms, documents, invoices, events, batches = connection.execute(_COUNTS).fetchone()
        chains = tuple(
            FirmChain(firm, env, length, head.hex())
            for firm, env, length, head in connection.execute(_CHAINS)
        )
        return Holding(version, firms, documents, invoices, events, batches, chains)


# Before the schema changes


def copy_before_migration(path: Path, version: int) -> Path | None:
    """Keep the database beside itself as it is before it gets a newer schema, and the last two such copies.

    None where the variable says that there shall be none. Raises BlinkError(NO_ROOM_TO_MIGRATE), or as `snapshot`.
    """
    if os.environ.get(WITHOUT_COPY) == "1":
        return None
    target = path.with_name(f"{path.name}.before-{version + 1:04}")
    aside = aside_of(target)
    with translated(path):
        size = sum(part.stat().st_size for part in _parts(path) if part.exists())
        if shutil.disk_usage(path.parent).free < size:
            raise BlinkError(errors.NO_ROOM_TO_MIGRATE, folder=path.parent, variable=WITHOUT_COPY)
        aside.unlink(missing_ok=True)
    try:
        snapshot(path, aside, Work())
    except BlinkError as error:
        if error.kind is errors.DISK_FULL:
            raise BlinkError(
                errors.NO_ROOM_TO_MIGRATE, cause=error.cause, folder=path.parent, variable=WITHOUT_COPY
            ) from error
        raise
    if schema_version(aside) != version:  # another process was faster, and kept its copy
        aside.unlink()
        return target if target.exists() else None
    with translated(path):
        _durable(aside)
        aside.replace(target)
        sync_folders({path.parent})
    _forget_older(path, target)
    return target


def copies_before_migration(path: Path) -> list[Path]:
    """Copies beside a database, the oldest schema first."""
    return sorted(path.parent.glob(f"{path.name}.before-[0-9][0-9][0-9][0-9]"))


def _forget_older(path: Path, new: Path) -> None:
    """An older database may have been put in the place of a newer one: its copy is the new one all the same."""
    others = [one for one in copies_before_migration(path) if one != new]
    for old in others[: 1 - _COPIES_KEPT]:
        with suppress(OSError):
            old.unlink()


def _parts(path: Path) -> tuple[Path, Path]:
    return path, path.with_name(f"{path.name}-wal")


def _durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
