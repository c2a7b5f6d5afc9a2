"""The shape of the database by number: one SQL script a version, each run in its own transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from importlib.resources import files

from blink_tui.buffer import errors
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Session
from blink_tui.buffer.snapshot import copy_before_migration
from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError

APPLICATION_ID = 0x626C6E6B
"""`blnk` in the file's header: tells the buffer from any other SQLite file."""


def scripts() -> list[str]:
    """The shipped migrations in order; the number of the first is 1."""
    folder = files("blink_tui.buffer").joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [folder.joinpath(name).read_text(encoding="utf-8") for name in names]


async def migrate(database: Database, migrations: Sequence[str]) -> None:
    """Bring the database to the newest version, however many processes try it at once.

    One that is older and holds anything is copied first (`snapshot.copy_before_migration`).
    Raises BlinkError: NEWER_SCHEMA, DAMAGED when it is a database of another program, NO_ROOM_TO_MIGRATE.
    """
    if 0 < (version := await _version(database.reader, len(migrations))) < len(migrations):
        await asyncio.to_thread(copy_before_migration, database.path, version)
    while await _version(database.reader, len(migrations)) < len(migrations):
        async with database.transaction() as session:
            version = await _version(session, len(migrations))
            if version < len(migrations):
                for statement in _statements(migrations[version]):
                    await session.run(statement)
                await session.run(f"PRAGMA application_id = {APPLICATION_ID}")
                await session.run(f"PRAGMA user_version = {version + 1}")


async def require_current(database: Database, latest: int) -> None:
    """Accept only the newest version. Raises BlinkError: NEWER_SCHEMA, OLDER_SCHEMA, DAMAGED."""
    if await _version(database.reader, latest) < latest:
        raise BlinkError(errors.OLDER_SCHEMA)


async def version_of(database: Database) -> int:
    """The number that stands in the file now."""
    row = await database.reader.row("PRAGMA user_version")
    return int(row[0]) if row else 0


async def _version(session: Session, latest: int) -> int:
    """Number of the last migration that ran; 0 for an empty file."""
    row = await session.row(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)"
        " FROM pragma_user_version, pragma_application_id"
    )
    version, application, tables = row or (0, 0, 0)
    if application != APPLICATION_ID and (application or version or tables):
        raise BlinkError(errors.DAMAGED, what=Message(N_("the file belongs to another program")))
    if version > latest:
        raise BlinkError(errors.NEWER_SCHEMA, cause=f"schema {version}, known {latest}")
    return int(version)


def _statements(script: str) -> Iterator[str]:
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
