"""A firm goes out of the buffer with everything of it, in short transactions that a kill or a person may interrupt.

The first one takes the firm's chain away: from then on nothing can be added to its documents, by any process. The last
one puts the firm into the list of erased ones. Foreign keys are off meanwhile: without an index for each of them a
document would cost a reading of whole tables; the order of the steps and a test stand in for them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from blink_tui.buffer import errors, history, search_text, tombstones
from blink_tui.buffer.belongings import WORDS, Belonging, belongings, deleted, some_deleted
from blink_tui.buffer.database import Database
from blink_tui.buffer.pace import Pace
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.buffer.tombstones import Tombstone
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm

_LAST = frozenset({"firm", "erasing", "lease", "schedule", "chain", "credential", "credential_firm"})
"""Tables that go with the firm itself: what shows that it is there, and that somebody is at work on it."""
_FIRST = (
    "seller_account",
    "collective_member",
    "collective",
    "decision",
    "batch_file",
    "payment",
    "book_row",
    "book_sum",
    "lost_document",
)
"""Tables whose rows are found by other ones, which therefore go later."""
_FOUND_AT_ONCE = 1_000
"""Rows of them in one go: finding them takes longer than erasing them."""
_ENDED = "SELECT at, who, reason, protocol, package, documents, length, head FROM erasing WHERE firm_id = ?"
_MENTIONS = """
    SELECT id FROM fetch_log WHERE id BETWEEN ?1 AND ?2 AND (
        instr(payload, ?3) OR instr(payload, ?4) OR firm_id IS NULL AND length(?5) > 5 AND instr(payload, ?5)
    )
"""
"""A short name would stand in many a sentence that is not about the firm."""
_MERGED_PAGES = 64
_LOG_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Erasing:
    """The erasing of a firm as it was begun."""

    firm_id: int
    at: Instant
    who: str
    documents: int
    left: int
    """Documents that are still there."""


class Eraser:
    """Erases firms."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begun(self, firm_id: int) -> Erasing | None:
        """The erasing that was begun and not ended, if any."""
        row = await self._database.reader.row(
            "SELECT at, who, documents, (SELECT count(*) FROM document WHERE firm_id = ?1) FROM erasing"
            " WHERE firm_id = ?1",
            (firm_id,),
        )
        return Erasing(firm_id, *row) if row else None

    async def files(self, firm_id: int) -> list[str]:
        """Where files that were handed over to the books or to a bank were put."""
        rows = await self._database.reader.rows(
            "SELECT f.file FROM batch b JOIN batch_file f ON f.batch_id = b.id WHERE b.firm_id = ?1"
            " UNION SELECT file FROM payment_batch WHERE firm_id = ?1",
            (firm_id,),
        )
        return [row[0] for row in rows]

    async def shared(self, firm_id: int) -> int:
        """Documents that another firm holds, too: their XML stays."""
        row = await self._database.reader.row(
            "SELECT count(*) FROM document d WHERE d.firm_id = ?1 AND EXISTS"
            " (SELECT 1 FROM document o WHERE o.ksef_number = d.ksef_number AND o.firm_id <> ?1)",
            (firm_id,),
        )
        return int(row[0]) if row else 0

    async def named_by_others(self, nip: str) -> int:
        """Documents of other firms that name a NIP as seller or buyer."""
        row = await self._database.reader.row(
            "SELECT count(*) FROM document d JOIN firm f ON f.id = d.firm_id"
            " WHERE ?1 IN (d.seller_value, d.buyer_value) AND f.nip <> ?1",
            (nip,),
        )
        return int(row[0]) if row else 0

    async def holds(self, firm_id: int, document_id: int) -> bool:
        """Whether a document is the firm's."""
        sql = "SELECT 1 FROM document WHERE id = ? AND firm_id = ?"
        return await self._database.reader.row(sql, (document_id, firm_id)) is not None

    async def own_credentials(self, firm_id: int) -> list[str]:
        """Names in the vault of what logs in for this firm and no other."""
        one = (await belongings(self._database.reader))["credential"]
        sql = composed("SELECT vault_name FROM credential WHERE {whose}", whose=one.whose)
        return [row[0] for row in await self._database.reader.rows(sql, (firm_id,))]

    async def all_begun(self) -> frozenset[int]:
        """Firms whose erasing was begun and not ended."""
        return frozenset(row[0] for row in await self._database.reader.rows("SELECT firm_id FROM erasing"))

    async def begin(
        self,
        firm_id: int,
        seen: bytes,
        *,
        who: str,
        reason: str,
        protocol: int | None = None,
        package: bytes | None = None,
    ) -> None:
        """Take the firm's chain away and put down how it ended; its documents are for reading from here on.

        `seen` is the head of the chain by which it was decided. Raises BlinkError(CHANGED_MEANWHILE), and
        ERASED_MEANWHILE where it was begun before.
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction(erasing=True) as session:
            length, head = await history.end(session, firm_id)
            if head != seen:
                what = await session.row("SELECT name FROM firm WHERE id = ?", (firm_id,))
                raise BlinkError(errors.CHANGED_MEANWHILE, what=what[0] if what else str(firm_id))
            await session.run(
                "INSERT INTO erasing (firm_id, at, who, reason, protocol, package, documents, length, head)"
                " SELECT ?1, ?2, ?3, ?4, ?5, ?6, count(*), ?7, ?8 FROM document WHERE firm_id = ?1",
                (firm_id, at, who, reason, protocol, package, length, head),
            )
            await session.run("DELETE FROM chain WHERE firm_id = ?", (firm_id,))
            await session.run(
                "UPDATE firm SET enabled = 0, paused = 1, version = version + 1 WHERE id = ?", (firm_id,)
            )

    async def documents(self, firm_id: int) -> AsyncIterator[int]:
        """Erase rows and documents; how many documents went in each step. Documents that others hold stay theirs."""
        tables = await belongings(self._database.reader)
        await self._rows_of_firm(firm_id, tables)
        with_documents = [
            one for one in tables.values() if one.by_document and one.table != "document_search"
        ]
        pace, last = Pace(), 0
        while True:
            gone = await self._some(firm_id, last, pace, with_documents)
            if not gone:
                break
            last = gone[-1][0]
            yield len(gone)
            await pace.rest()
        await self._rows_of_firm(firm_id, tables)  # what was derived meanwhile of documents that are gone now

    async def _some(self, firm_id: int, last: int, pace: Pace, tables: list[Belonging]) -> list[Row]:
        """Erase the next documents with all that is theirs."""
        async with self._database.transaction(erasing=True, durable=False) as session:
            pace.begin()
            rows = await session.rows(
                "SELECT id, ksef_number FROM document WHERE firm_id = ? AND id > ? ORDER BY id LIMIT ?",
                (firm_id, last, pace.size),
            )
            ids = json.dumps([row[0] for row in rows])
            await search_text.forget(session, ids)
            for one in tables:
                await session.run(deleted(one, "document_id IN (SELECT value FROM json_each(?))"), (ids,))
            await session.run("DELETE FROM document WHERE id IN (SELECT value FROM json_each(?))", (ids,))
            await session.run(
                "DELETE FROM invoice_xml WHERE ksef_number IN (SELECT value FROM json_each(?)) AND NOT EXISTS"
                " (SELECT 1 FROM document d WHERE d.ksef_number = invoice_xml.ksef_number)",
                (json.dumps([row[1] for row in rows]),),
            )
        pace.end(len(rows))
        return rows

    async def _rows_of_firm(self, firm_id: int, tables: dict[str, Belonging]) -> None:
        """Erase what is the firm's and not one document's."""
        later = [
            name
            for name, one in tables.items()
            if not one.by_document and name not in (*_FIRST, *_LAST, "document", "invoice_xml")
        ]
        for name in (*_FIRST, *later):
            one, pace = tables[name], Pace()
            sql = some_deleted(one)
            while True:
                size = _FOUND_AT_ONCE if name in _FIRST else pace.size
                async with self._database.transaction(erasing=True, durable=False) as session:
                    pace.begin()
                    gone = len(await session.rows(sql, (firm_id, size)))
                pace.end(gone)
                if gone < size:
                    break
                await pace.rest()

    async def mentions(self, firm: Firm) -> None:
        """Erase entries of the fetch log that name the firm without being its own."""
        ends = await self._database.reader.row("SELECT min(id), max(id) FROM fetch_log")
        if ends is None or ends[0] is None:
            return
        name = json.dumps(firm.name, ensure_ascii=False)[1:-1]
        for first in range(ends[0], ends[1] + 1, _LOG_AT_ONCE):
            span = (first, first + _LOG_AT_ONCE - 1)
            named = await self._database.reader.rows(_MENTIONS, (*span, firm.context_value, firm.nip, name))
            if named:
                async with self._database.transaction(erasing=True, durable=False) as session:
                    await session.run_many("DELETE FROM fetch_log WHERE id = ?", named)

    async def merge_words(self) -> None:
        """Write the index of words anew, piece by piece: until then it keeps the words of what was deleted."""
        pages = -_MERGED_PAGES  # negative once: all that there is becomes one piece
        while True:
            async with self._database.transaction(erasing=True, durable=False) as session:
                before = await session.row("SELECT total_changes()")
                await session.run(
                    composed("INSERT INTO {words} ({words}, rank) VALUES ('merge', ?)", words=WORDS), (pages,)
                )
                after = await session.row("SELECT total_changes()")
            if before is None or after is None or after[0] - before[0] < 2:  # as SQLite documents its end
                return
            pages = _MERGED_PAGES
            await Pace().rest()

    async def finish(self, firm_id: int) -> Tombstone:
        """The firm's own row goes, and the list of erased firms has it. Raises LookupError where none was begun."""
        tables = await belongings(self._database.reader)
        async with self._database.transaction(erasing=True) as session:
            context = await session.row(
                "SELECT context_type, context_value FROM firm WHERE id = ?", (firm_id,)
            )
            ended = await session.row(_ENDED, (firm_id,))
            if context is None or ended is None:
                raise LookupError(firm_id)
            stone = await tombstones.append(session, firm_id, (context[0], context[1]), ended)
            await session.run(deleted(tables["credential"], tables["credential"].whose), (firm_id,))
            for name, one in tables.items():
                if name not in ("credential", "firm", "invoice_xml") and "firm_id" in one.columns:
                    await session.run(deleted(one, "firm_id = ?"), (firm_id,))
            await session.run("DELETE FROM firm WHERE id = ?", (firm_id,))
        return stone
