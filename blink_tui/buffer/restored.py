"""What a restored buffer cannot know by itself: which documents were handed over after its backup was made.

The journal tells of them (`ledger.handover_journal`). A document that it names is never handed over as a new one: once
it is approved (again) it is marked as exported by the batch that had it. Where there is no journal, nothing of a firm
is handed over until a person answers for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from blink_tui.buffer import amendments, errors, history, statuses
from blink_tui.buffer.bodies import dumped, loaded
from blink_tui.buffer.database import Database
from blink_tui.buffer.records import BatchState
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, sliced
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_key, instant_of
from blink_tui.model.documents import IN_BOOKS, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.hand_overs import HandedTo, HandOver

_OF_DOCUMENT = """
    FROM lost_document l JOIN lost_batch lb ON lb.id = l.lost_id JOIN firm lf ON lf.id = d.firm_id
    WHERE l.ksef_number = d.ksef_number AND lb.context_type = lf.context_type AND lb.context_value = lf.context_value
"""
LOST = composed("EXISTS (SELECT 1 {of} AND lb.handed_to = 'books')", of=_OF_DOCUMENT)
"""Of a document `d`: a batch had it that the restored buffer does not know, and it is not marked yet."""
LOST_LIST = composed("(SELECT max(lb.number) {of} AND lb.handed_to = 'bank')", of=_OF_DOCUMENT)
"""Of a document `d`: the list of payments that had it, if any."""
_FIRST_LOST = """
    SELECT d.ksef_number, lb.number FROM json_each(?) p CROSS JOIN document d ON d.id = p.value
    JOIN firm lf ON lf.id = d.firm_id CROSS JOIN lost_document l ON l.ksef_number = d.ksef_number
    JOIN lost_batch lb ON lb.id = l.lost_id
        AND lb.context_type = lf.context_type AND lb.context_value = lf.context_value
    WHERE lb.handed_to = ? LIMIT 1
"""
_LOST_OF_FIRM = """
    SELECT lb.id FROM firm f JOIN chain c ON c.firm_id = f.id JOIN lost_batch lb
        ON lb.context_type = f.context_type AND lb.context_value = f.context_value AND lb.handed_to = 'books'
    WHERE f.id = ? AND EXISTS (SELECT 1 FROM lost_document l WHERE l.lost_id = lb.id) ORDER BY lb.id
"""
_TO_MARK = """
    SELECT d.id, d.status FROM lost_document l
    CROSS JOIN document d ON d.firm_id = ?2 AND d.ksef_number = l.ksef_number
    WHERE l.lost_id = ?1 AND d.status IN ('approved', 'exported', 'booked') ORDER BY d.id
"""
_KNOWN = {
    HandedTo.BOOKS: "SELECT b.id, b.cancelled_at FROM batch b JOIN firm f ON f.id = b.firm_id"
    " WHERE b.id = ? AND b.made_at = ? AND f.context_type = ? AND f.context_value = ?",
    HandedTo.BANK: "SELECT b.id, b.cancelled_at FROM payment_batch b JOIN firm f ON f.id = b.firm_id"
    " WHERE b.id = ? AND b.at = ? AND f.context_type = ? AND f.context_value = ?",
}
_BATCH = """
    INSERT INTO batch (id, firm_id, format, who, state, made_at, documents, chain_head, amends)
    SELECT CASE WHEN EXISTS (SELECT 1 FROM batch b WHERE b.id = ?1) THEN NULL ELSE ?1 END,
        firm_id, ?2, ?3, ?4, ?5, ?6, head, ?7 FROM chain WHERE firm_id = ?8 RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A hand-over of the journal that the buffer knows."""

    batch_id: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A batch that the journal told of, with the documents of it that are not marked."""

    told: HandOver
    waiting: int
    """They are not here yet, or are not approved."""


class Restored:
    """What became of a buffer that was restored."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, backup_at: Instant, backup: str, *, who: str, known: bool) -> None:
        """The buffer goes on from a backup: what processes and packages of then were is forgotten.

        `known`: the journal tells of all hand-overs since. Every firm's chain tells of the restore.
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            await session.run("DELETE FROM lease")
            await session.run("DELETE FROM presence")
            await session.run("DELETE FROM pending_export")
            await session.run("UPDATE schedule SET wanted = NULL")
            after = json.dumps({"backup": backup, "hand_overs": "known" if known else "unknown"})
            for (firm_id,) in await session.rows(
                "SELECT firm_id FROM chain ORDER BY firm_id"
            ):  # none being erased
                await history.append_firm(session, firm_id, "restored", backup_at, after, at=at, who=who)
                if not known:
                    await session.run(
                        "INSERT OR REPLACE INTO restored_firm (firm_id, backup_at, at) VALUES (?, ?, ?)",
                        (firm_id, backup_at, at),
                    )

    async def fetch_again(self) -> None:
        """Documents are gone: every role of every firm is fetched again from where it began, and is read again."""
        async with self._database.transaction() as session:
            marks = await session.rows("SELECT firm_id, role, since FROM mark")
            await session.run_many(
                "UPDATE mark SET until = ?3, until_key = ?4, version = version + 1 WHERE firm_id = ?1 AND role = ?2",
                [(*mark, instant_key(mark[2])) for mark in marks],
            )
            await session.run("UPDATE history_range SET reached = since")

    async def absent(self, told: HandOver) -> tuple[str, ...]:
        """Documents of a hand-over that are not here."""
        rows = await self._database.reader.rows(
            "SELECT p.value FROM json_each(?) p WHERE NOT EXISTS ("
            "SELECT 1 FROM document d JOIN firm f ON f.id = d.firm_id"
            " WHERE d.ksef_number = p.value AND f.context_type = ? AND f.context_value = ?)",
            (json.dumps(told.documents), told.context_type, told.context),
        )
        return tuple(row[0] for row in rows)

    async def unknown(self) -> dict[int, Instant]:
        """Firms whose hand-overs since a moment are not known."""
        rows = await self._database.reader.rows(
            "SELECT firm_id, backup_at FROM restored_firm ORDER BY firm_id"
        )
        return {row[0]: row[1] for row in rows}

    async def confirm(self, firm_id: int, *, who: str, reason: str) -> None:
        """A person answers for it that nothing is handed over twice: a firm is handed over again.

        Raises BlinkError: REASON_WANTED, PERSON_DECIDES, NOTHING_TO_CONFIRM.
        """
        history.require_person(who, reason)
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            row = await session.row(
                "DELETE FROM restored_firm WHERE firm_id = ? RETURNING backup_at", (firm_id,)
            )
            if row is None:
                raise BlinkError(errors.NOTHING_TO_CONFIRM)
            await history.append_firm(
                session, firm_id, "restored", row[0], "confirmed", at=at, who=who, reason=reason
            )

    async def require_known(self, firm_id: int) -> None:
        """Raises BlinkError(HAND_OVERS_UNKNOWN) for a firm that nothing may be handed over of now."""
        await require_known(self._database.reader, firm_id)

    async def known(self, told: HandOver) -> Known | None:
        """The batch of a hand-over, where the buffer has it from before its backup."""
        values = (told.number, told.at, told.context_type, told.context)
        row = await self._database.reader.row(_KNOWN[told.to], values)
        return Known(row[0], row[1] is not None) if row else None

    async def learn(self, told: HandOver, batch_id: int | None = None) -> None:
        """Keep a hand-over whose documents the buffer does not know; no other batch takes them.

        `batch_id` is its batch, where that is known.
        """
        body = dumped(replace(told, documents=(), count=len(told.documents)))
        async with self._database.transaction() as session:
            row = await session.row(
                "INSERT INTO lost_batch (handed_to, number, context_type, context_value, env, at, body,"
                " batch_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
                (told.to, told.number, told.context_type, told.context, told.env, told.at, body, batch_id),
            )
            for some in sliced(told.documents if row else ()):
                await session.run_many(
                    "INSERT OR IGNORE INTO lost_document (ksef_number, lost_id) VALUES (?, ?)",
                    [(number, row[0] if row else 0) for number in some],
                )

    async def mark(self, firm_id: int, *, who: str) -> int:
        """Mark a firm's approved documents as exported by the batches that had them; returns how many."""
        if await self._database.reader.row(_LOST_OF_FIRM, (firm_id,)) is None:
            return 0  # and nobody who writes is waited for
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            marked = 0
            for (lost_id,) in await session.rows(_LOST_OF_FIRM, (firm_id,)):
                documents = await session.rows(_TO_MARK, (lost_id, firm_id))
                if documents:
                    marked += await _mark(session, firm_id, lost_id, documents, at=at, who=who)
            return marked

    async def lost(self) -> list[Lost]:
        """Batches out of the journal that have documents which are not marked."""
        rows = await self._database.reader.rows(
            "SELECT b.body, count(*) FROM lost_batch b JOIN lost_document l ON l.lost_id = b.id GROUP BY b.id"
        )
        return [Lost(loaded(HandOver, body), count) for body, count in rows]


async def _mark(
    session: Session, firm_id: int, lost_id: int, documents: Sequence[Row], *, at: Instant, who: str
) -> int:
    """Documents of one lost batch; those that are in the books already only stop waiting for it."""
    row = await session.row("SELECT batch_id, body FROM lost_batch WHERE id = ?", (lost_id,))
    batch_id, body = row or (None, "")
    told = loaded(HandOver, body)
    approved = [id_ for id_, status in documents if status == Status.APPROVED]
    mine = [
        id_ for id_, status in documents if status == Status.APPROVED or (told.amends and status in IN_BOOKS)
    ]
    if mine and batch_id is None:
        batch_id = await _made(session, firm_id, lost_id, told, at=at, who=who)
    for some in sliced(approved, statuses.CHUNK):
        standings = await statuses.standings(session, some)
        reason = json.dumps({"batch": batch_id, "restored": True})
        await statuses.change(
            session, standings, Status.EXPORTED, at=at, who=who, reason=reason, by_batch=True
        )
    await session.run_many(
        "INSERT OR IGNORE INTO batch_document (batch_id, document_id) VALUES (?, ?)",
        [(batch_id, id_) for id_ in mine],
    )
    if told.amends and mine:
        await amendments.handed_over(session, batch_id)
    await session.run(
        "DELETE FROM lost_document WHERE lost_id = ? AND ksef_number IN ("
        "SELECT d.ksef_number FROM json_each(?) p CROSS JOIN document d ON d.id = p.value)",
        (lost_id, json.dumps([id_ for id_, _status in documents])),
    )
    return len(approved)


async def _made(
    session: Session, firm_id: int, lost_id: int, told: HandOver, *, at: Instant, who: str
) -> int:
    """The row of a lost batch, with its old number where that is free. Its files are where they are."""
    state = BatchState.PLACING if told.waiting else BatchState.PLACED
    values = (told.number, told.format, told.who, state, told.at, told.count, int(told.amends), firm_id)
    row = await session.row(_BATCH, values)
    batch_id = int(row[0]) if row else 0
    await session.run_many(
        "INSERT INTO batch_file (batch_id, position, file, temp, sha256, size, folder) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (batch_id, place, one.file, one.temp, bytes.fromhex(one.sha256), one.size, one.folder)
            for place, one in enumerate(told.files)
        ],
    )
    what = {"batch": batch_id, "format": told.format, "restored": told.number, "made": told.at}
    sums = {one.file: one.sha256 for one in told.files}
    head = await history.append_firm(
        session,
        firm_id,
        "batch",
        None,
        json.dumps(what | {"sha256": sums}, ensure_ascii=False),
        at=at,
        who=who,
    )
    await session.run("UPDATE batch SET chain_head = ? WHERE id = ?", (head, batch_id))
    await session.run("UPDATE lost_batch SET batch_id = ? WHERE id = ?", (batch_id, lost_id))
    return batch_id


async def added(session: Session, firm_ids: Sequence[int], at: Instant) -> None:
    """Firms are added while others are still to be answered for: they may have been here before, so they are, too."""
    await session.run(
        "INSERT INTO restored_firm (firm_id, backup_at, at) SELECT p.value, r.backup_at, ? FROM json_each(?) p"
        " JOIN (SELECT min(backup_at) AS backup_at FROM restored_firm) r WHERE r.backup_at IS NOT NULL",
        (at, json.dumps(list(firm_ids))),
    )


async def taken_back(session: Session, batch_id: int) -> None:
    """A batch was cancelled: documents of it that are not marked yet are handed over as any others."""
    await session.run(
        "DELETE FROM lost_document WHERE lost_id IN (SELECT id FROM lost_batch WHERE batch_id = ?)",
        (batch_id,),
    )


async def require_known(session: Session, firm_id: int) -> None:
    """Refuse a firm whose hand-overs after its backup are not known. Raises BlinkError(HAND_OVERS_UNKNOWN)."""
    row = await session.row(
        "SELECT f.context_value, r.backup_at FROM restored_firm r JOIN firm f ON f.id = r.firm_id"
        " WHERE r.firm_id = ?",
        (firm_id,),
    )
    if row is not None:
        raise BlinkError(
            errors.HAND_OVERS_UNKNOWN, firm=row[0], context=row[0], since=row[1][:16].replace("T", " ")
        )


async def require_new(session: Session, document_ids: Sequence[int]) -> None:
    """Refuse documents that a lost batch had. Raises BlinkError(HANDED_OVER_BEFORE)."""
    await _require_not_lost(session, document_ids, HandedTo.BOOKS)


async def require_unpaid(session: Session, document_ids: Sequence[int]) -> None:
    """Refuse documents that a lost list of payments had. Raises BlinkError(HANDED_OVER_BEFORE)."""
    await _require_not_lost(session, document_ids, HandedTo.BANK)


async def _require_not_lost(session: Session, document_ids: Sequence[int], to: HandedTo) -> None:
    row = await session.row(_FIRST_LOST, (json.dumps(list(document_ids)), to))
    if row is not None:
        raise BlinkError(errors.HANDED_OVER_BEFORE, ksef_number=row[0], batch=row[1])
