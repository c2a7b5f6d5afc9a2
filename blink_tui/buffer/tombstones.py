"""What is left of erased firms: who erased which, when and why, chained by hash so that none is removed unseen.

The firm itself is kept as a slow salted hash of its context. Whoever knows a NIP can ask whether it was erased, and
prove it; nobody reads the NIP of a sole trader, who is a natural person, out of the row.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass

import msgspec

from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, places
from blink_tui.i18n import N_, Message
from blink_tui.model.dates import Instant

_GENESIS = hashlib.sha256(b"blink-tui erased firms").digest()
_COST, _BLOCK = 2**14, 8
"""Of scrypt: 50 ms and 16 MB for each firm that is asked for, years for all NIPs."""
_COLUMNS = "seq, firm_id, salt, subject, at, who, reason, protocol, package, documents, length, head, hash"
_ALL = composed("SELECT {columns} FROM erased ORDER BY seq", columns=_COLUMNS)
_ADD = composed(
    "INSERT INTO erased ({columns}) VALUES ({places})",
    columns=_COLUMNS,
    places=places(_COLUMNS.count(",") + 1),
)
_encode = msgspec.json.Encoder().encode

_BROKEN = N_(
    "Entry {seq} of the erased firms does not follow from those before it: it was changed, or one is missing."
)
_ENDS = N_("The list of erased firms ends otherwise than it was written: entries are missing at its end.")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An erased firm."""

    seq: int
    """From 1, in the order of erasing."""
    at: Instant
    who: str
    reason: str
    protocol: int | None
    """Number of the protocol by which its documents were handed over; None: their time was over."""
    package: bytes | None
    """SHA-256 of what was handed over."""
    documents: int
    length: int
    """Entries of its chain."""
    head: bytes
    """The last of them: whoever has an entry's hash on paper can compare it."""
    hash: bytes
    """Of this entry and all before it."""


class Tombstones:
    """Of all firms that were ever erased from the profile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Tombstone]:
        """In the order of erasing."""
        return [_tombstone(row) for row in await self._rows()]

    async def of(self, context_type: str, context_value: str) -> list[Tombstone]:
        """Those of a context; 50 ms for each firm that was ever erased."""
        rows = await self._rows()
        return await asyncio.to_thread(_matching, rows, context_type, context_value)

    async def wrong(self) -> Message | None:
        """What is not as it was written; None where all is."""
        rows = await self._rows()
        end = await self._database.reader.row("SELECT length, head FROM erased_end")
        return first_wrong(rows, (end[0], end[1]) if end else (0, b""))

    async def unscrubbed(self) -> int:
        """How many erased firms may have left bytes in free places of the file."""
        row = await self._database.reader.row(
            "SELECT count(*) FROM erased WHERE seq > coalesce((SELECT scrubbed FROM erased_end), 0)"
        )
        return int(row[0]) if row else 0

    async def scrubbed(self, seq: int) -> None:
        """The file was written anew since the erasing of these."""
        async with self._database.transaction() as session:
            await session.run("UPDATE erased_end SET scrubbed = max(scrubbed, ?)", (seq,))

    async def _rows(self) -> list[Row]:
        return await self._database.reader.rows(_ALL)


async def append(session: Session, firm_id: int, context: tuple[str, str], values: Row) -> Tombstone:
    """Put an erased firm into the list, within the caller's transaction; `values` begin with `at`."""
    row = await session.row("SELECT length, head FROM erased_end")
    length, head = row or (0, b"")
    salt = os.urandom(16)
    subject = await asyncio.to_thread(_subject, salt, *context)
    content = (length + 1, firm_id, salt, subject, *values)
    link = _linked(head or _GENESIS, content)
    await session.run(_ADD, (*content, link))
    await session.run("UPDATE erased_end SET length = ?, head = ?", (length + 1, link))
    return _tombstone((*content, link))


def first_wrong(rows: list[Row], end: tuple[int, bytes]) -> Message | None:
    """What of a list of erased firms does not follow, or does not end as it was written."""
    head = b""
    for place, row in enumerate(rows, 1):
        if row[0] != place or row[-1] != _linked(head or _GENESIS, row[:-1]):
            return Message(_BROKEN, {"seq": place})
        head = row[-1]
    return None if (len(rows), head) == end else Message(_ENDS)


def _linked(head: bytes, content: Row) -> bytes:
    plain = [value.hex() if isinstance(value, bytes) else value for value in content]
    return hashlib.sha256(head + _encode(plain)).digest()


def _subject(salt: bytes, context_type: str, context_value: str) -> bytes:
    return hashlib.scrypt(_encode([context_type, context_value]), salt=salt, n=_COST, r=_BLOCK, p=1, dklen=32)


def _matching(rows: list[Row], context_type: str, context_value: str) -> list[Tombstone]:
    return [_tombstone(row) for row in rows if _subject(row[2], context_type, context_value) == row[3]]


def _tombstone(row: Row) -> Tombstone:
    seq, _firm, _salt, _mark, at, who, reason, protocol, package, documents, length, head, link = row
    return Tombstone(seq, at, who, reason, protocol, package, documents, length, head, link)
