"""Reads and proves the chains of events: what happened to documents and firms, and whether anybody touched it since."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

from blink_tui.buffer import chain, closing_pages, history, meanwhile, sealed
from blink_tui.buffer.database import Database
from blink_tui.buffer.records import Document, DocumentEvent
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.i18n import N_, Message
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean
from blink_tui.model.values import KsefNumber

_AT_ONCE = 1000
"""Entries hashed or told in one go, so that the event loop is free again after a few milliseconds."""
_ENTRIES = """
    SELECT e.seq, e.document_id, d.ksef_number, x.sha256, e.at, e.who, e.what, e.before, e.after, e.reason, e.hash
    FROM document_event e LEFT JOIN document d ON d.id = e.document_id
        LEFT JOIN invoice_xml x ON x.ksef_number = d.ksef_number
    WHERE e.firm_id = ?1 AND {which}
    UNION ALL
    SELECT e.seq, NULL, NULL, NULL, e.at, e.who, e.what, e.before, e.after, e.reason, e.hash
    FROM firm_event e WHERE e.firm_id = ?1 AND {which}
    ORDER BY 1
"""
_OF_CODING = """
    SELECT e.seq, d.id, d.ksef_number, NULL, e.at, e.who, e.what, e.before, e.after, e.reason, e.hash
    FROM document d JOIN document_event e ON e.document_id = d.id
    WHERE d.id = ?
    ORDER BY e.after = 'coded' OR e.what = 'coding' AND e.reason IS NOT NULL DESC, e.seq DESC LIMIT 1
"""
_OTHERWISE = """
    SELECT d.id, d.ksef_number FROM document d WHERE d.firm_id = ? AND d.status IS NOT (
        SELECT e.after FROM document_event e INDEXED BY document_event_by_document
        WHERE e.document_id = d.id AND e.what IN ('fetched', 'status', 'undo')
        ORDER BY e.firm_id DESC, e.seq DESC LIMIT 1
    ) ORDER BY d.id LIMIT 1
"""
"""The first document that has another status than the last change of it says: one statement, so one moment."""
_OF_STATUS = """
    SELECT e.seq, d.id, d.ksef_number, NULL, e.at, e.who, e.what, e.before, e.after, e.reason, e.hash
    FROM document d JOIN document_event e ON e.document_id = d.id
    WHERE d.id = ? AND e.what IN ('fetched', 'status', 'undo') ORDER BY e.firm_id DESC, e.seq DESC LIMIT 1
"""
_WITHIN = "e.seq BETWEEN ?2 AND ?3"
_BEYOND = "(e.seq < 1 OR e.seq > (SELECT length FROM chain c WHERE c.firm_id = ?1))"
_PRINTED = """
    SELECT chain_head FROM batch WHERE firm_id = ?1 UNION SELECT chain_head FROM month_lock WHERE firm_id = ?1
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a firm's chain."""

    seq: int
    """Position in the firm's chain, from 1."""
    document_id: int | None
    """None for an event of the firm itself."""
    ksef_number: KsefNumber | None
    at: Instant
    who: str
    what: str
    before: str | None
    after: str
    reason: str | None
    hash: bytes


class Touched(StrEnum):
    """What was done to a chain."""

    CHANGED = "changed"
    """The entry does not follow from what stands before it: it was changed or moved, or one before it is gone."""
    MISSING = "missing"
    """There is no such entry."""
    ADDED = "added"
    """The entry stands where none was written."""
    END = "end"
    """All entries follow, to another end than the one that was written with the last of them."""
    PRINTED = "printed"
    """A batch or a closed month has a head that the chain never had."""
    CODING = "coding"
    """A document's coding, or its rows in the registers, are not those that the entry tells of."""
    STATUS = "status"
    """A document has another status than the entry gave it."""
    STRANGE_DOCUMENT = "strange-document"
    """There is a document that no entry tells of."""
    PAGE = "page"
    """The closing page that the entry tells of is gone or was changed."""
    STRANGE_PAGE = "strange-page"
    """There is a closing page that no entry tells of."""


_SENTENCES = {
    Touched.CHANGED: N_("Entry {seq} does not follow from those before it: {entry}."),
    Touched.MISSING: N_("Entry {seq} is missing."),
    Touched.ADDED: N_("Entry {seq} was put in: {entry}."),
    Touched.END: N_("The chain of {seq} entries ends otherwise than it was written."),
    Touched.CODING: N_("The coding is not the one that entry {seq} tells of: {entry}."),
    Touched.STATUS: N_("The document's status is not the one that entry {seq} gave it: {entry}."),
    Touched.STRANGE_DOCUMENT: N_("There is a document that no entry of the chain tells of: {ksef_number}."),
    Touched.PAGE: N_("The closing page that entry {seq} tells of is gone or was changed: {entry}."),
    Touched.STRANGE_PAGE: N_("There is a closing page that no entry of the chain tells of."),
    Touched.PRINTED: N_("A batch or a closed month was written after an entry that the chain no longer has."),
}
_ENTRY = N_("{at}, {who}, {what}, document {ksef_number}: {before} → {after}")
_ENTRY_OF_FIRM = N_("{at}, {who}, {what}: {before} → {after}")
_SHOWN = 60
"""Letters of what an entry says; codings and books are long."""


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain is not as it was written."""

    touched: Touched
    seq: int
    entry: Entry | None = None
    """What stands there now."""
    ksef_number: KsefNumber | None = None
    """The document that no entry tells of."""

    @property
    def message(self) -> Message:
        """The sentence that names it."""
        values = {"seq": self.seq, "entry": _told(self.entry), "ksef_number": self.ksef_number}
        return Message(_SENTENCES[self.touched], values)


def _told(entry: Entry | None) -> Message | str:
    if entry is None:
        return ""
    values = {
        "at": entry.at,
        "who": entry.who,
        "what": entry.what,
        "before": clean(entry.before or "–")[:_SHOWN],
        "after": clean(entry.after or "–")[:_SHOWN],
        "ksef_number": entry.ksef_number or "–",
    }
    return Message(_ENTRY_OF_FIRM if entry.document_id is None else _ENTRY, values)


@dataclass(frozen=True, slots=True)
class ChainState:
    """A firm's chain: its length and last hash, and the first place that does not fit, if any."""

    length: int
    head: bytes
    broken: Break | None

    @property
    def broken_at(self) -> int | None:
        """Position of that place; the length plus one where only the end does not fit."""
        return None if self.broken is None else self.broken.seq


class History:
    """By document and by firm."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_document(self, document_id: int) -> list[DocumentEvent]:
        """Everything that happened to a document, oldest first."""
        rows = await self._database.reader.rows(
            "SELECT seq, document_id, at, who, what, before, after, reason, hash FROM document_event"
            " WHERE document_id = ? ORDER BY firm_id, seq",
            (document_id,),
        )
        return [DocumentEvent(*row) for row in rows]

    async def changed(self, document: Document, *, but: str) -> BlinkError | None:
        """CHANGED_MEANWHILE with who did it, where the last thing that happened to a document was not by `but`."""
        events = await self.of_document(document.id)
        if not events or events[-1].who == but:
            return None
        return await meanwhile.of_document(self._database.reader, document.id, document.ksef_number)

    async def head(self, firm_id: int) -> bytes:
        """Last hash of a firm's chain: whoever knows it can prove all that was before it."""
        return (await history.end(self._database.reader, firm_id))[1]

    async def length(self, firm_id: int) -> int:
        """How many entries a firm's chain has."""
        return (await history.end(self._database.reader, firm_id))[0]

    async def export(self, firm_id: int) -> AsyncIterator[Entry]:
        """All entries of a firm in their order, for an inspection, read a thousand at a time."""
        length, _head = await history.end(self._database.reader, firm_id)
        for first in range(1, length + 1, _AT_ONCE):
            for row in await self._rows(_WITHIN, firm_id, first, min(first + _AT_ONCE - 1, length)):
                yield _entry(row)

    async def verify(self, firm_id: int) -> ChainState:
        """Compute a firm's chain again from its first entry and name the first that was touched.

        Then the statuses and codings that hold and the closing pages are compared with the entries that tell of them.
        """
        length, kept = await history.end(self._database.reader, firm_id)
        head = await self._genesis(firm_id)
        printed = {row[0] for row in await self._database.reader.rows(_PRINTED, (firm_id,))} - {head}
        for first in range(1, length + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, length)
            rows = await self._rows(_WITHIN, firm_id, first, last)
            broken = _first_wrong(head, rows, first, last)
            if broken is not None:
                return ChainState(length, kept, broken)
            head = rows[-1][-1]
            printed.difference_update(row[-1] for row in rows)
        return ChainState(length, kept, await self._after_all(firm_id, length, head == kept, printed))

    async def _after_all(self, firm_id: int, length: int, ends: bool, printed: set[bytes]) -> Break | None:
        beyond = await self._rows(_BEYOND, firm_id)
        if beyond:
            return Break(Touched.ADDED, beyond[0][0], _entry(beyond[0]))
        if not ends:
            return Break(Touched.END, length + 1)
        grown = set() if not printed else await self._since(firm_id, length)
        if printed - grown:
            return Break(Touched.PRINTED, length + 1)
        otherwise = await self._database.scan(_OTHERWISE, (firm_id,))
        if otherwise:
            return await self._standing(length, *otherwise[0])
        return await self._bodies(firm_id, length)

    async def _bodies(self, firm_id: int, length: int) -> Break | None:
        """Codings and closing pages, which the chain tells of by their digests."""
        document_id = await sealed.touched(self._database, firm_id)
        if document_id is not None:
            return await self._coded(document_id)
        page = await closing_pages.first_wrong(self._database.reader, firm_id)
        return await self._signed(firm_id, length, page.seq) if page is not None else None

    async def _standing(self, length: int, document_id: int, number: KsefNumber) -> Break:
        """The last change of a document's status, which it does not agree with; or that there was none at all."""
        rows = await self._database.reader.rows(_OF_STATUS, (document_id,))
        if not rows:
            return Break(Touched.STRANGE_DOCUMENT, length + 1, ksef_number=number)
        return Break(Touched.STATUS, rows[0][0], _entry(rows[0]))

    async def _signed(self, firm_id: int, length: int, seq: int | None) -> Break:
        """The entry whose closing page is not the one that was signed, or that there is a page without any."""
        if seq is None:
            return Break(Touched.STRANGE_PAGE, length + 1)
        return Break(Touched.PAGE, seq, _entry((await self._rows(_WITHIN, firm_id, seq, seq))[0]))

    async def _coded(self, document_id: int) -> Break:
        """The last entry that a document was coded by, which its coding does not agree with."""
        rows = await self._database.reader.rows(_OF_CODING, (document_id,))
        return Break(Touched.CODING, rows[0][0], _entry(rows[0]))

    async def _since(self, firm_id: int, length: int) -> set[bytes]:
        """Hashes that were added while the chain was read."""
        now, _head = await history.end(self._database.reader, firm_id)
        return {row[-1] for row in await self._rows(_WITHIN, firm_id, length + 1, now)}

    async def _genesis(self, firm_id: int) -> bytes:
        row = await self._database.reader.row(
            "SELECT context_type, context_value FROM firm WHERE id = ?", (firm_id,)
        )
        if row is None:
            raise LookupError(firm_id)
        return chain.genesis(*row)

    async def _rows(self, which: str, *values: int) -> list[Row]:
        return await self._database.reader.rows(composed(_ENTRIES, which=which), values)


def _first_wrong(head: bytes, rows: list[Row], first: int, last: int) -> Break | None:
    """The first of these entries that is not the one of its place, or does not follow."""
    links = [(_content(row), row[-1]) for row in rows]
    wrong = chain.first_wrong(head, links)
    for place, row in enumerate(rows[: len(rows) if wrong is None else wrong], first):
        if row[0] > place:
            return Break(Touched.MISSING, place)
        if row[0] < place:
            return Break(Touched.ADDED, row[0], _entry(row))
    if wrong is not None:
        row, place = rows[wrong], first + wrong
        if row[0] > place:
            return Break(Touched.MISSING, place)
        return Break(Touched.CHANGED, row[0], _entry(row))
    return Break(Touched.MISSING, first + len(rows)) if len(rows) <= last - first else None


def _content(row: Row) -> chain.Content:
    _seq, document_id, number, sha256, at, who, what, before, after, reason, _hash = row
    if document_id is None:
        return at, who, what, before, after, reason
    return number, sha256, at, who, what, before, after, reason


def _entry(row: Row) -> Entry:
    seq, document_id, number, _sha256, at, who, what, before, after, reason, link = row
    return Entry(seq, document_id, number, at, who, what, before, after, reason, link)
