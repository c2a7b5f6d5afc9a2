"""What happened to documents: events chained by hash per firm, appended only inside the change they tell of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from blink_tui.buffer import chain
from blink_tui.buffer.database import Database
from blink_tui.buffer.records import DocumentEvent
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import sliced
from blink_tui.model.dates import Instant
from blink_tui.model.values import KsefNumber, Sha256

ENGINE = "blink-tui"
"""Who did what no person did."""

_PAGE = 1000
"""Events hashed or checked in one go, so that the event loop is free again after a few milliseconds."""


class Happening(NamedTuple):
    """One change of one document, not yet in the chain; a tuple, because there is one for every new document."""

    document_id: int
    ksef_number: KsefNumber
    sha256: Sha256
    what: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class ChainState:
    """A firm's chain: its length and last hash, and the first event that does not fit, if any."""

    length: int
    head: bytes
    broken_at: int | None


async def start(session: Session, firm_id: int, context_type: str, context_value: str) -> None:
    """Begin the chain of a new firm."""
    head = chain.genesis(context_type, context_value)
    await session.run("INSERT INTO chain (firm_id, length, head) VALUES (?, 0, ?)", (firm_id, head))


async def start_many(session: Session, firms: Sequence[tuple[int, str, str]]) -> None:
    """Begin the chains of new firms, each an id with the type and value of its context."""
    rows = [(firm_id, chain.genesis(type_, value)) for firm_id, type_, value in firms]
    await session.run_many("INSERT INTO chain (firm_id, length, head) VALUES (?, 0, ?)", rows)


_ADD = """
    INSERT INTO document_event (firm_id, seq, document_id, at, who, what, before, after, reason, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


async def append(
    session: Session,
    firm_id: int,
    happenings: Sequence[Happening],
    *,
    at: Instant,
    who: str,
    reason: str | None = None,
) -> bytes:
    """Add events to a firm's chain within the caller's transaction; returns the chain's new head."""
    end = await _end(session, firm_id)
    for some in sliced(happenings, _PAGE):
        rows, end = _linked(firm_id, end, some, at, who, reason)
        await session.run_many(_ADD, rows)
    await session.run("UPDATE chain SET length = ?, head = ? WHERE firm_id = ?", (*end, firm_id))
    return end[1]


async def append_all(
    session: Session,
    by_firm: Mapping[int, Sequence[Happening]],
    *,
    at: Instant,
    who: str,
    reason: str | None = None,
) -> None:
    """Add events to the chains of several firms, a few at each, in as many statements as for one firm."""
    ends = {
        firm_id: (length, head)
        for firm_id, length, head in await session.rows(
            "SELECT firm_id, length, head FROM chain WHERE firm_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(by_firm)),),
        )
    }
    added: list[Row] = []
    for firm_id in sorted(by_firm):
        rows, ends[firm_id] = _linked(firm_id, ends[firm_id], by_firm[firm_id], at, who, reason)
        added += rows
    await session.run_many(_ADD, added)
    await session.run_many(
        "UPDATE chain SET length = ?, head = ? WHERE firm_id = ?",
        [(*ends[firm_id], firm_id) for firm_id in by_firm],
    )


def _linked(
    firm_id: int,
    end: tuple[int, bytes],
    happenings: Sequence[Happening],
    at: Instant,
    who: str,
    reason: str | None,
) -> tuple[list[Row], tuple[int, bytes]]:
    """Rows of events that follow the end of a chain, and the chain's new end."""
    length, head = end
    contents = [(h.ksef_number, h.sha256, at, who, h.what, h.before, h.after, reason) for h in happenings]
    hashes = chain.linked(head, contents)
    rows: list[Row] = [
        (firm_id, seq, h.document_id, at, who, h.what, h.before, h.after, reason, link)
        for seq, (h, link) in enumerate(zip(happenings, hashes, strict=True), length + 1)
    ]
    return rows, (length + len(rows), hashes[-1] if hashes else head)


async def _end(session: Session, firm_id: int) -> tuple[int, bytes]:
    row = await session.row("SELECT length, head FROM chain WHERE firm_id = ?", (firm_id,))
    if row is None:
        raise LookupError(firm_id)
    return row[0], row[1]


class History:
    """Reads and proves the events of documents."""

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

    async def verify(self, firm_id: int) -> ChainState:
        """Compute a firm's chain again from its first event.

        `broken_at` is the first position that was changed, removed or added, the length plus one when events are
        missing at the end.
        """
        length, kept_head = await _end(self._database.reader, firm_id)
        head, seq = await self._genesis(firm_id), 0
        while page := await self._page(firm_id, seq):
            wrong = chain.first_wrong(head, page)
            if wrong is not None:
                return ChainState(length, kept_head, seq + wrong + 1)
            head, seq = page[-1][1], seq + len(page)
        return ChainState(length, kept_head, None if head == kept_head else seq + 1)

    async def _genesis(self, firm_id: int) -> bytes:
        row = await self._database.reader.row(
            "SELECT context_type, context_value FROM firm WHERE id = ?", (firm_id,)
        )
        if row is None:
            raise LookupError(firm_id)
        return chain.genesis(*row)

    async def _page(self, firm_id: int, after: int) -> list[tuple[chain.Content, bytes]]:
        rows = await self._database.reader.rows(
            "SELECT d.ksef_number, x.sha256, e.at, e.who, e.what, e.before, e.after, e.reason, e.hash"
            " FROM document_event e"
            " JOIN document d ON d.id = e.document_id JOIN invoice_xml x ON x.ksef_number = d.ksef_number"
            " WHERE e.firm_id = ? AND e.seq > ? ORDER BY e.seq LIMIT ?",
            (firm_id, after, _PAGE),
        )
        return [((row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]), row[8]) for row in rows]
