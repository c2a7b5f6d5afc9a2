"""Hand-overs to the books: which documents a batch of files holds, whether its files stand in their places, its end."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

from blink_tui.buffer import amendments, errors, history, restored, statuses
from blink_tui.buffer.book_guards import require_settled
from blink_tui.buffer.database import Database
from blink_tui.buffer.records import Batch, BatchFile, BatchState
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, sliced
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import KsefNumber

NO_SETTINGS = "{}"
"""Of a batch that nobody can make again: it was written before they were kept."""
_SELECT = """
    SELECT id, firm_id, format, who, state, made_at, documents, chain_head, version, amends,
        cancelled_at, cancelled_by, cancel_reason
    FROM batch WHERE {where} ORDER BY id
"""
_FILES = """
    SELECT f.batch_id, f.file, f.temp, f.sha256, f.size, f.packed, f.folder FROM json_each(?) p
    CROSS JOIN batch_file f ON f.batch_id = p.value ORDER BY f.batch_id, f.position
"""
_NUMBERS = """
    SELECT d.ksef_number FROM batch_document b JOIN document d ON d.id = b.document_id
    WHERE b.batch_id = ? ORDER BY d.id
"""
UNSETTLED = "state IN ('placing', 'withdrawing')"
"""As its index has it."""
_COUNT = "SELECT count(*) FROM batch WHERE firm_id IN (SELECT value FROM json_each(?))"
_NEWEST = (
    "id IN (SELECT id FROM batch WHERE firm_id IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?)"
)
_BEGIN = """
    INSERT INTO batch (id, firm_id, format, who, state, made_at, documents, chain_head, settings, amends)
    SELECT 1 + max((SELECT coalesce(max(id), 0) FROM batch),
        (SELECT coalesce(max(number), 0) FROM lost_batch WHERE handed_to = 'books')),
        firm_id, ?, ?, ?, ?, ?, head, ?, ? FROM chain WHERE firm_id = ? RETURNING id
"""
"""Numbers that a journal told of are not given to other batches."""
_SETTLED = {BatchState.PLACING: BatchState.PLACED, BatchState.WITHDRAWING: BatchState.CANCELLED}
"""What becomes of a batch once its files are where they should be."""
_IN_BOOKS = """
    SELECT d.ksef_number FROM batch_document b JOIN document d ON d.id = b.document_id
    WHERE b.batch_id = ?1 AND (d.status <> 'exported' OR EXISTS (
        SELECT 1 FROM batch_document o WHERE o.document_id = b.document_id AND o.batch_id > ?1
    )) ORDER BY d.id LIMIT 1
"""
"""Of a batch, a document that is further than its file, or was handed over anew since: the file was imported."""


class Batches:
    """A batch begins when its files are finished under temporary names, and is placed when they have been renamed.

    A crash between the two leaves it among `unsettled`, to be gone on with at the next start; so does one between
    cancelling a batch and taking its files away.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(
        self,
        firm_id: int,
        format: str,  # noqa: A002 - the field's own word
        document_ids: Sequence[int],
        files: Sequence[BatchFile],
        *,
        who: str,
        settings: str = NO_SETTINGS,
        amends: bool = False,
        versions: Mapping[int, int] | None = None,
    ) -> int:
        """Mark approved documents exported and record the batch, in one transaction; returns its id.

        `settings` is JSON by which the files can be made again, `versions` those that the documents were written with.
        Raises BlinkError: STATUS_NOT_ALLOWED when one of them is not approved, CHANGED_MEANWHILE, KEPT_ELSEWHERE when
        another source books its direction, AMENDS_APART when the books have it already and the batch is for new ones
        or the other way round, IN_BOOKS_ALREADY, BOOK_QUESTION, WRONG_FIRM, DOCUMENT_UNKNOWN; HAND_OVERS_UNKNOWN and
        HANDED_OVER_BEFORE in a buffer that was restored.
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            await amendments.require_kept_here(session, firm_id, document_ids)
            await amendments.require_alike(session, document_ids, amends=amends)
            await require_settled(session, document_ids)
            await restored.require_known(session, firm_id)
            await restored.require_new(session, document_ids)
            row = await session.row(
                _BEGIN,
                (format, who, BatchState.PLACING, at, len(document_ids), settings, int(amends), firm_id),
            )
            if row is None:
                raise BlinkError(errors.FIRM_UNKNOWN, context=str(firm_id))
            batch_id = int(row[0])
            for some in sliced(document_ids, statuses.CHUNK):
                documents = await statuses.standings(session, some)
                for document in documents:
                    if document.firm_id != firm_id:
                        raise BlinkError(errors.WRONG_FIRM, ksef_number=document.ksef_number)
                await statuses.change(
                    session, documents, Status.EXPORTED,
                    at=at, who=who, reason=json.dumps({"batch": batch_id}), versions=versions, by_batch=True,
                )  # fmt: skip
            await _note(session, batch_id, document_ids, files)
            if amends:
                await amendments.handed_over(session, batch_id)
            head = await history.append_firm(
                session, firm_id, "batch", None, _told(batch_id, format, document_ids, files), at=at, who=who
            )
            await session.run("UPDATE batch SET chain_head = ? WHERE id = ?", (head, batch_id))
            return batch_id

    @asynccontextmanager
    async def settling(self, batch_id: int) -> AsyncIterator[Batch]:
        """A batch whose files the block gives their names, or takes away if it is cancelled; then it is settled.

        Others go on with the buffer meanwhile, as a folder may take long; a batch that was cancelled by then is not
        settled. When the block raises, the batch stays as it is. Raises BlinkError(BATCH_UNKNOWN).
        """
        batch = await self.get(batch_id)
        yield batch
        if batch.state in _SETTLED:
            async with self._database.transaction() as session:
                await session.run(
                    "UPDATE batch SET state = ?, version = version + 1 WHERE id = ? AND state = ?",
                    (_SETTLED[batch.state], batch_id, batch.state),
                )

    async def cancel(self, batch_id: int, *, reason: str, who: str) -> Batch:
        """Give all documents of a batch that the books never got back to approved; its files are to be taken away.

        Raises BlinkError: BATCH_UNKNOWN, BATCH_CANCELLED, BATCH_IMPORTED when a document of it is booked or was
        reopened since, REASON_WANTED, PERSON_DECIDES.
        """
        history.require_person(who, reason)
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            batch = await _one(session, batch_id)
            if batch.cancelled:
                raise BlinkError(errors.BATCH_CANCELLED, batch=batch_id)
            further = await session.row(_IN_BOOKS, (batch_id,))
            if further is not None:
                raise BlinkError(errors.BATCH_IMPORTED, batch=batch_id, ksef_number=further[0])
            ids = await _document_ids(session, batch_id)
            for some in sliced(ids, statuses.CHUNK):
                documents = await statuses.standings(session, some)
                await statuses.change(
                    session, documents, Status.APPROVED, at=at, who=who, reason=reason, by_batch=True
                )
            await amendments.taken_back(session, batch_id)
            await restored.taken_back(session, batch_id)
            await session.run(
                "UPDATE batch SET state = ?, cancelled_at = ?, cancelled_by = ?, cancel_reason = ?,"
                " version = version + 1 WHERE id = ?",
                (BatchState.WITHDRAWING, at, who, reason, batch_id),
            )
            await history.append_firm(
                session, batch.firm_id, "batch", str(batch_id), "cancelled", at=at, who=who, reason=reason
            )
            return await _one(session, batch_id)

    async def amend(self, document_ids: Sequence[int], *, reason: str, who: str) -> None:
        """Reopen documents that the books have: they are approved, and come again to be put right, never as new.

        Raises BlinkError: NOT_IN_BOOKS for what is neither exported nor booked, KEPT_ELSEWHERE, DOCUMENT_UNKNOWN,
        REASON_WANTED, PERSON_DECIDES.
        """
        history.require_person(who, reason)
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            documents = await statuses.standings(session, document_ids)
            for firm_id in {document.firm_id for document in documents}:
                await amendments.require_kept_here(session, firm_id, document_ids)
            await amendments.mark(session, documents, at=at, who=who, reason=reason)

    async def amending(self, document_ids: Sequence[int]) -> set[int]:
        """Those of some documents that the books have and that are on their way to be put right there."""
        return await amendments.waiting(self._database.reader, document_ids)

    async def get(self, batch_id: int) -> Batch:
        """Raises BlinkError(BATCH_UNKNOWN)."""
        return await _one(self._database.reader, batch_id)

    async def unsettled(self) -> list[Batch]:
        """Batches whose files may not be where they should be, oldest first."""
        return await _batches(self._database.reader, UNSETTLED)

    async def documents(self, batch_id: int) -> list[int]:
        """Ids of a batch's documents."""
        return await _document_ids(self._database.reader, batch_id)

    async def numbers(self, batch_id: int) -> list[KsefNumber]:
        """KSeF numbers of a batch's documents."""
        rows = await self._database.reader.rows(_NUMBERS, (batch_id,))
        return [row[0] for row in rows]

    async def files(self, batch_id: int) -> tuple[BatchFile, ...]:
        """Files of a batch. Raises BlinkError(BATCH_UNKNOWN)."""
        return (await self.get(batch_id)).files

    async def settings(self, batch_id: int) -> str:
        """JSON by which the files of a batch were made, as `begin` was given it. Raises BlinkError(BATCH_UNKNOWN)."""
        row = await self._database.reader.row("SELECT settings FROM batch WHERE id = ?", (batch_id,))
        if row is None:
            raise BlinkError(errors.BATCH_UNKNOWN, batch=batch_id)
        return str(row[0])

    async def paths(self, name: str) -> set[str]:
        """Paths of all files, whatever became of them, that have a text in their names."""
        rows = await self._database.reader.rows("SELECT file FROM batch_file WHERE instr(file, ?)", (name,))
        return {row[0] for row in rows}

    async def newest(self, firm_ids: Collection[int], limit: int) -> tuple[int, Sequence[Batch]]:
        """How many batches some firms have, and the newest of them, the last one first."""
        firms = json.dumps(sorted(firm_ids))
        counted = await self._database.reader.row(_COUNT, (firms,))
        batches = await _batches(self._database.reader, _NEWEST, firms, limit)
        return int(counted[0]) if counted is not None else 0, batches[::-1]

    async def list(self, firm_id: int | None = None) -> list[Batch]:
        """Batches of a firm or of all, oldest first."""
        if firm_id is None:
            return await _batches(self._database.reader, "1 = 1")
        return await _batches(self._database.reader, "firm_id = ?", firm_id)


def _told(batch_id: int, form: str, document_ids: Sequence[int], files: Sequence[BatchFile]) -> str:
    """A batch as the firm's chain keeps it: which files were handed over, and of how many documents."""
    told = {"batch": batch_id, "format": form, "documents": len(document_ids)}
    sums = {one.file: one.sha256.hex() for one in files}
    return json.dumps(told | {"sha256": sums}, ensure_ascii=False)


async def _note(
    session: Session, batch_id: int, document_ids: Sequence[int], files: Sequence[BatchFile]
) -> None:
    for some in sliced(document_ids, statuses.CHUNK):
        await session.run_many(
            "INSERT INTO batch_document (batch_id, document_id) VALUES (?, ?)",
            [(batch_id, id_) for id_ in some],
        )
    await session.run_many(
        "INSERT INTO batch_file (batch_id, position, file, temp, sha256, size, packed, folder)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (batch_id, place, one.file, one.temp, one.sha256, one.size, one.packed, one.folder)
            for place, one in enumerate(files)
        ],
    )


async def _document_ids(session: Session, batch_id: int) -> list[int]:
    rows = await session.rows(
        "SELECT document_id FROM batch_document WHERE batch_id = ? ORDER BY document_id", (batch_id,)
    )
    return [row[0] for row in rows]


async def _one(session: Session, batch_id: int) -> Batch:
    found = await _batches(session, "id = ?", batch_id)
    if not found:
        raise BlinkError(errors.BATCH_UNKNOWN, batch=batch_id)
    return found[0]


async def _batches(session: Session, where: str, *values: object) -> list[Batch]:
    rows = await session.rows(composed(_SELECT, where=where), values)
    files: dict[int, list[BatchFile]] = defaultdict(list)
    for batch_id, *file in await session.rows(_FILES, (json.dumps([row[0] for row in rows]),)):
        files[batch_id].append(BatchFile(*file))
    return [_batch(row, tuple(files[row[0]])) for row in rows]


def _batch(row: Row, files: tuple[BatchFile, ...]) -> Batch:
    id_, firm_id, format_, who, state, made_at, documents, head, version, amends, *cancelled = row
    return Batch(
        id_, firm_id, format_, who, BatchState(state), made_at, documents, head, version, bool(amends), files,
        *cancelled,
    )  # fmt: skip
