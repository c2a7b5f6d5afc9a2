"""What a doctor asks of the buffer: quick looks, each one statement, that nobody else needs."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from blink_tui.buffer.database import Database
from blink_tui.buffer.health import ENDS_OF_CHAINS

_WATCHED = """
    SELECT DISTINCT value FROM export_setting WHERE format = '' AND name = 'folder' AND value <> '' ORDER BY 1
"""
_SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
_RECENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Growth:
    """How large the file is and how fast it grows."""

    size: int
    """Bytes."""
    a_day: float
    """Bytes a day, by the documents that KSeF received in the last 30 days."""


def sqlite_version() -> str:
    """Version of SQLite that this process uses."""
    return sqlite3.sqlite_version


class Diagnosis:
    """Looks that hold up nobody: they read, and what takes too long is stopped."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def damages(self, seconds: float) -> list[str] | None:
        """What SQLite finds wrong with the file, in its words, at most five; None where so many seconds are too few."""
        try:
            async with asyncio.timeout(seconds):
                rows = await self._database.scan("PRAGMA quick_check(5)")
        except TimeoutError:
            return None
        return [text for (text,) in rows if text != "ok"]

    async def loose_ends(self) -> list[str]:
        """Contexts of firms whose chain of events does not end with the hash that was kept for its end."""
        return [row[0] for row in await self._database.reader.rows(ENDS_OF_CHAINS)]

    async def holders(self) -> dict[str, int]:
        """Who holds leases, whether it lives or not, with how many each."""
        rows = await self._database.reader.rows(
            "SELECT holder, count(*) FROM lease WHERE holder <> '' GROUP BY holder"
        )
        return dict(rows)

    async def watched_folders(self) -> list[str]:
        """Folders from which ledger programs take their files, as firms named them."""
        return [row[0] for row in await self._database.reader.rows(_WATCHED)]

    async def growth(self, today: date) -> Growth:
        """By the documents that are there; none, where there are none yet."""
        size = await self._database.reader.row(_SIZE)
        counted = await self._database.reader.row(
            "SELECT count(*), count(*) FILTER (WHERE received_date >= ?) FROM document",
            ((today - timedelta(days=_RECENT_DAYS)).isoformat(),),
        )
        bytes_ = int(size[0]) if size else 0
        documents, recent = counted or (0, 0)
        return Growth(bytes_, bytes_ / documents * recent / _RECENT_DAYS if documents else 0.0)
