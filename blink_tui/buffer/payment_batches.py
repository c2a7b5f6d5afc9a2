"""Lists of payments: what each pays for, whether its file stands in its place, and its end; a document is in one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.buffer import amounts, errors, history, meanwhile, restored, statuses
from blink_tui.buffer.database import Database
from blink_tui.buffer.records import BatchFile, BatchState
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, sliced
from blink_tui.i18n import Message
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.transfers import AccountCheck, ListedPayment, PaidDocument
from blink_tui.model.values import KsefNumber
from blink_tui.model.words import STATUS_WORDS

PAYABLE = frozenset({Status.APPROVED, Status.EXPORTED, Status.BOOKED})
"""Approved, or further."""

_SELECT = """
    SELECT id, firm_id, currency, state, at, who, documents, total, file, temp, sha256, size, folder,
        cancelled_at, cancelled_by, cancel_reason
    FROM payment_batch WHERE {where} ORDER BY id
"""
_UNSETTLED = "SELECT id FROM payment_batch WHERE state IN ('placing', 'withdrawing') ORDER BY id"
_INSERT = """
    INSERT INTO payment_batch (
        id, firm_id, currency, file, temp, sha256, size, folder, state, at, who, documents, total)
    SELECT 1 + max((SELECT coalesce(max(id), 0) FROM payment_batch),
        (SELECT coalesce(max(number), 0) FROM lost_batch WHERE handed_to = 'bank')),
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? RETURNING id
"""
"""Numbers that a journal told of are not given to other lists."""
_PAY = """
    INSERT INTO payment (batch_id, document_id, amount, account, account_check, checked_on, title, pays_with)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CANDIDATES = composed(
    """
    SELECT d.id, d.ksef_number, d.direction, d.status, x.body, x.dictionary, d.version,
        (SELECT json_group_array(json_array(f.kind, f.places)) FROM document_finding f WHERE f.document_id = d.id),
        coalesce((SELECT p.batch_id FROM payment p WHERE p.document_id = d.id AND p.cancelled = 0), {lost}),
        EXISTS (SELECT 1 FROM book_question q WHERE q.document_id = d.id)
    FROM json_each(?) i CROSS JOIN document d ON d.id = i.value JOIN invoice_xml x ON x.ksef_number = d.ksef_number
    WHERE d.firm_id = ? ORDER BY d.id
""",
    lost=restored.LOST_LIST,
)
_DUE = """
    SELECT d.id FROM document d WHERE d.firm_id = ?
    AND d.direction = 'purchase' AND d.status IN ('approved', 'exported', 'booked', 'queried') AND d.received_date >= ?
    AND (d.due_date IS NULL OR d.due_date <= ?)
    AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.document_id = d.id AND p.cancelled = 0)
    ORDER BY d.id
"""
_LISTED = """
    SELECT p.document_id, p.amount, b.currency, p.account, p.account_check, p.checked_on, p.title, p.pays_with,
        d.ksef_number, d.invoice_number, d.seller_name
    FROM payment p JOIN payment_batch b ON b.id = p.batch_id JOIN document d ON d.id = p.document_id
    WHERE p.batch_id = ? ORDER BY p.document_id
"""
_SETTLED = {BatchState.PLACING: BatchState.PLACED, BatchState.WITHDRAWING: BatchState.CANCELLED}


@dataclass(frozen=True, slots=True)
class PaymentBatch:
    """One list of payments in one currency."""

    id: int
    firm_id: int
    currency: str
    state: BatchState
    at: Instant
    who: str
    documents: int
    total: Decimal
    file: BatchFile
    cancelled_at: Instant | None = None
    cancelled_by: str | None = None
    cancel_reason: str | None = None

    @property
    def cancelled(self) -> bool:
        """Its documents may be paid by another list."""
        return self.state in (BatchState.WITHDRAWING, BatchState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may be paid, as it is kept."""

    id: int
    ksef_number: KsefNumber
    direction: Direction
    status: Status
    body: bytes
    dictionary: int
    version: int
    findings: tuple[tuple[str, Mapping[str, str]], ...]
    """Id of the check and the values of its sentence."""
    listed_in: int | None
    """The list of payments that it is in."""
    asked: bool
    """Rows of the books may be this document, and nobody answered yet."""


class PaymentBatches:
    """A list begins when its file is finished under a temporary name and is placed when that was renamed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def candidates(
        self, firm_id: int, *, since: date, until: date, ids: Sequence[int] | None = None
    ) -> AsyncIterator[list[Candidate]]:
        """Purchases received since a day and due until another that no list has, some hundreds at a time.

        `ids` leaves just these documents of the firm, whatever they are.
        """
        if ids is None:
            days = (since.isoformat(), until.isoformat())
            rows = await self._database.reader.rows(_DUE, (firm_id, *days))
            ids = [row[0] for row in rows]
        for some in sliced(ids):
            rows = await self._database.reader.rows(_CANDIDATES, (json.dumps(list(some)), firm_id))
            yield [_candidate(row) for row in rows]

    async def excluded(self, firm_id: int, numbers: Sequence[KsefNumber]) -> set[KsefNumber]:
        """Which of a firm's documents are excluded."""
        rows = await self._database.reader.rows(
            "SELECT d.ksef_number FROM json_each(?) p CROSS JOIN document d ON d.ksef_number = p.value"
            " WHERE d.firm_id = ? AND d.status = 'excluded'",
            (json.dumps(list(numbers)), firm_id),
        )
        return {row[0] for row in rows}

    async def begin(
        self,
        firm_id: int,
        payments: Sequence[PaidDocument],
        file: BatchFile,
        *,
        who: str,
        versions: Mapping[int, int],
    ) -> int:
        """Record a list whose file is written; returns its id. Each document gets an event.

        Raises BlinkError: PERSON_DECIDES, WRONG_FIRM, NOT_TO_PAY when one of them is not approved (any more) or no
        purchase, CHANGED_MEANWHILE, IN_PAYMENTS when one of them is in a list already.
        """
        if history.is_program(who):
            raise BlinkError(errors.PERSON_DECIDES)
        at = instant_of(self._clock.now())
        (currency,) = {one.currency for one in payments}
        total = sum((one.amount for one in payments), Decimal(0))
        async with self._database.transaction() as session:
            await restored.require_known(session, firm_id)
            ids = [one.document_id for one in payments]
            documents = await _payable(session, firm_id, ids, versions)
            stands = (file.file, file.temp, file.sha256, file.size, file.folder)
            values = (firm_id, currency, *stands, BatchState.PLACING, at, who)
            rows = await session.rows(_INSERT, (*values, len(payments), amounts.to_units(total)))
            batch_id = int(rows[0][0])
            await session.run_many(_PAY, [_row(batch_id, one) for one in payments])
            await _tell(session, firm_id, documents, None, str(batch_id), at=at, who=who)
            return batch_id

    async def paths(self, name: str) -> set[str]:
        """Paths of all lists' files, whatever became of them, that have a text in their names."""
        rows = await self._database.reader.rows(
            "SELECT file FROM payment_batch WHERE instr(file, ?)", (name,)
        )
        return {row[0] for row in rows}

    @asynccontextmanager
    async def settling(self, batch_id: int) -> AsyncIterator[PaymentBatch]:
        """A list whose file the block gives its name, or takes away if it is cancelled; then it is settled.

        As `Batches.settling`. Raises BlinkError(NO_PAYMENTS).
        """
        batch = await self.get(batch_id)
        yield batch
        if batch.state in _SETTLED:
            async with self._database.transaction() as session:
                await session.run(
                    "UPDATE payment_batch SET state = ? WHERE id = ? AND state = ?",
                    (_SETTLED[batch.state], batch_id, batch.state),
                )

    async def unsettled(self) -> list[int]:
        """Lists whose file may not be where it should be, oldest first."""
        rows = await self._database.reader.rows(_UNSETTLED)
        return [row[0] for row in rows]

    async def cancel(self, batch_id: int, *, reason: str, who: str) -> PaymentBatch:
        """Let the documents of a list be paid by another one; its file is to be taken away.

        Raises BlinkError: NO_PAYMENTS, PAYMENTS_CANCELLED, REASON_WANTED, PERSON_DECIDES.
        """
        history.require_person(who, reason)
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            batch = await _one(session, batch_id)
            if batch.cancelled:
                raise BlinkError(errors.PAYMENTS_CANCELLED, batch=batch_id)
            rows = await session.rows("SELECT document_id FROM payment WHERE batch_id = ?", (batch_id,))
            documents = await statuses.standings(session, [row[0] for row in rows])
            await session.run("UPDATE payment SET cancelled = 1 WHERE batch_id = ?", (batch_id,))
            await session.run(
                "UPDATE payment_batch SET state = ?, cancelled_at = ?, cancelled_by = ?, cancel_reason = ?"
                " WHERE id = ?",
                (BatchState.WITHDRAWING, at, who, reason, batch_id),
            )
            before = str(batch_id)
            await _tell(session, batch.firm_id, documents, before, "", at=at, who=who, reason=reason)
            return await _one(session, batch_id)

    async def get(self, batch_id: int) -> PaymentBatch:
        """Raises BlinkError(NO_PAYMENTS)."""
        return await _one(self._database.reader, batch_id)

    async def list(self, firm_id: int | None = None) -> list[PaymentBatch]:
        """Lists of a firm or of all, oldest first."""
        if firm_id is None:
            return await _batches(self._database.reader, "1 = 1")
        return await _batches(self._database.reader, "firm_id = ?", firm_id)

    async def payments(self, batch_id: int) -> Sequence[ListedPayment]:
        """What a list pays for, in the order in which the documents came."""
        return [_listed(row) for row in await self._database.reader.rows(_LISTED, (batch_id,))]

    async def of_document(self, document_id: int) -> int | None:
        """The list that a document is in."""
        row = await self._database.reader.row(
            "SELECT batch_id FROM payment WHERE document_id = ? AND cancelled = 0", (document_id,)
        )
        return int(row[0]) if row else None


async def _payable(
    session: Session, firm_id: int, ids: Sequence[int], versions: Mapping[int, int]
) -> list[statuses.Standing]:
    """The documents, all of which may be paid now."""
    documents = await statuses.standings(session, ids)
    packed = json.dumps(list(ids))
    other = await session.row(
        "SELECT d.ksef_number FROM json_each(?) p CROSS JOIN document d ON d.id = p.value"
        " WHERE d.direction <> 'purchase' LIMIT 1",
        (packed,),
    )
    taken = await session.row(
        "SELECT d.ksef_number, p.batch_id FROM json_each(?) i CROSS JOIN payment p ON p.document_id = i.value"
        " JOIN document d ON d.id = p.document_id WHERE p.cancelled = 0 LIMIT 1",
        (packed,),
    )
    if taken is not None:
        raise BlinkError(errors.IN_PAYMENTS, ksef_number=taken[0], batch=taken[1])
    await restored.require_unpaid(session, ids)
    for one in documents:
        if one.firm_id != firm_id:
            raise BlinkError(errors.WRONG_FIRM, ksef_number=one.ksef_number)
        if one.status not in PAYABLE or (other is not None and other[0] == one.ksef_number):
            status = Message(STATUS_WORDS[one.status])
            raise BlinkError(errors.NOT_TO_PAY, ksef_number=one.ksef_number, status=status)
        if versions.get(one.id, one.version) != one.version:
            raise await meanwhile.of_document(session, one.id, one.ksef_number)
    return documents


async def _tell(
    session: Session,
    firm_id: int,
    documents: Sequence[statuses.Standing],
    before: str | None,
    after: str,
    *,
    at: Instant,
    who: str,
    reason: str | None = None,
) -> None:
    happenings = [
        history.Happening(one.id, one.ksef_number, one.sha256, "payment", before, after) for one in documents
    ]
    await history.append(session, firm_id, happenings, at=at, who=who, reason=reason)


def _row(batch_id: int, one: PaidDocument) -> Row:
    checked_on = one.checked_on.isoformat() if one.checked_on else ""
    units = amounts.to_units(one.amount)
    account = (one.account, one.check, checked_on)
    return (batch_id, one.document_id, units, *account, one.title, one.pays_with)


async def _one(session: Session, batch_id: int) -> PaymentBatch:
    found = await _batches(session, "id = ?", batch_id)
    if not found:
        raise BlinkError(errors.NO_PAYMENTS, batch=batch_id)
    return found[0]


async def _batches(session: Session, where: str, *values: object) -> list[PaymentBatch]:
    return [_batch(row) for row in await session.rows(composed(_SELECT, where=where), values)]


def _batch(row: Row) -> PaymentBatch:
    id_, firm_id, currency, state, at, who, documents, total, file, temp, sha256, size, folder, *cancelled = (
        row
    )
    amount = amounts.to_amount(total) or Decimal(0)
    stands = BatchFile(file, temp, sha256, size, folder=folder)
    return PaymentBatch(
        id_, firm_id, currency, BatchState(state), at, who, documents, amount, stands, *cancelled
    )


def _candidate(row: Row) -> Candidate:
    id_, number, direction, status, body, dictionary, version, findings, listed_in, asked = row
    found = tuple((kind, json.loads(places)) for kind, places in json.loads(findings))
    what = (id_, number, Direction(direction), Status(status), body, dictionary, version)
    return Candidate(*what, found, listed_in, bool(asked))


def _listed(row: Row) -> ListedPayment:
    id_, units, currency, account, check, checked_on, title, pays_with, *document = row
    return ListedPayment(
        *(text or "" for text in document),
        document_id=id_,
        amount=amounts.to_amount(units) or Decimal(0),
        currency=currency,
        account=account,
        check=AccountCheck(check),
        checked_on=date.fromisoformat(checked_on) if checked_on else None,
        title=title,
        pays_with=pays_with,
    )
