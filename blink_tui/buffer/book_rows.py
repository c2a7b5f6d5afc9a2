"""Books read back: what was imported, which documents its rows are, and what people answered about the others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from blink_tui.buffer import book_imports, book_matches, errors, history, statuses
from blink_tui.buffer.bodies import loaded
from blink_tui.buffer.book_booking import Booking, unbook
from blink_tui.buffer.book_guards import require_settled
from blink_tui.buffer.book_imports import BookImport
from blink_tui.buffer.book_matches import Place, Prepared
from blink_tui.buffer.database import Database
from blink_tui.buffer.history import ENGINE, Happening
from blink_tui.buffer.pace import REST, Pace
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, sliced
from blink_tui.model.book_rows import Answer, BookHead, BookRegister, BookRow, Differs, Judge
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.values import KsefNumber, Sha256

__all__ = ["BookQuestion", "BookRows", "Given", "Place", "require_settled"]

Told = Callable[[int], None]
_KEPT, _CLEARED = 500, 1000
"""Rows that are written or cleared away in one transaction: about 10 ms."""
_QUESTIONS = """
    SELECT q.document_id, d.ksef_number, q.import_id, q.register, q.position, q.differs, r.body
    FROM {source} CROSS JOIN book_import i ON i.id = q.import_id AND i.state = 'current'
    CROSS JOIN book_row r ON r.import_id = q.import_id AND r.register = q.register AND r.position = q.position
    CROSS JOIN document d ON d.id = q.document_id
    ORDER BY q.document_id, r.month, q.register, q.position
"""
_OF_DOCUMENTS = "json_each(?) p CROSS JOIN book_question q ON q.document_id = p.value"
_OF_FIRM = (
    "book_import f CROSS JOIN book_question q INDEXED BY book_question_of_row"
    " ON f.firm_id = ? AND f.state = 'current' AND q.import_id = f.id"
)
_MATCHED = """
    SELECT r.document_id, r.import_id, r.register, r.position, r.body FROM json_each(?) p
    CROSS JOIN book_row r INDEXED BY book_row_by_document ON r.document_id = p.value
    CROSS JOIN book_import i ON i.id = r.import_id AND i.state = 'current'
    ORDER BY r.document_id, r.import_id, r.register, r.position
"""
_BESIDE = """
    SELECT r.body, coalesce(d.ksef_number, '') FROM json_each(?) p
    CROSS JOIN book_row r ON r.import_id = p.value ->> 0 AND r.register = p.value ->> 1 AND r.month = p.value ->> 2
    LEFT JOIN document d ON d.id = r.document_id
    WHERE NOT EXISTS (SELECT 1 FROM coding c WHERE c.document_id = d.id AND c.state = 'coded'
        AND d.status IN ('approved', 'exported', 'booked'))
    ORDER BY r.month, r.register, r.import_id, r.position
"""
_ANSWER = """
    INSERT INTO book_answer (document_id, row_key, answer, at, who, reason) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (document_id, row_key) DO UPDATE
    SET answer = excluded.answer, at = excluded.at, who = excluded.who, reason = excluded.reason
"""
_UNMATCH = """
    UPDATE book_row SET document_id = NULL, settled = 0 WHERE document_id = ?1
        AND ksef_number <> (SELECT ksef_number FROM document WHERE id = ?1)
        AND row_key IN (SELECT row_key FROM book_answer WHERE document_id = ?1)
"""


@dataclass(frozen=True, slots=True)
class BookQuestion:
    """A row of the books that may be a document, to be shown beside it."""

    document_id: int
    ksef_number: KsefNumber
    place: Place
    differs: tuple[Differs, ...]
    """In what they do not agree; nothing: the document is kept from the books until somebody has answered."""
    row: BookRow


@dataclass(frozen=True, slots=True)
class Given:
    """What a person answered about a document."""

    answer: Answer
    row_key: str
    at: Instant
    who: str
    reason: str


class BookRows:
    """One firm's books may come in several files; each source holds its months once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep(
        self,
        firm_id: int,
        head: BookHead,
        rows: AsyncIterator[Sequence[BookRow]],
        judge: Judge,
        *,
        file: str,
        sha256: Sha256,
        filed: bool,
        who: str,
        told: Told | None = None,
    ) -> tuple[int, int]:
        """Keep books that are being read; they count from the moment when all of them are there.

        Returns the import's id and how many rows it has. What fails on the way leaves nothing that counts.
        Raises BlinkError(IMPORT_GONE), and what reading the rows raises.
        """
        at = instant_of(self._clock.now())
        await self._clear(firm_id)
        async with self._database.transaction() as session:
            import_id = await book_imports.begin(
                session, firm_id, head, file=file, sha256=sha256, filed=filed, at=at, who=who
            )
        try:
            count, sums = 0, book_imports.Sums()
            async for some in rows:
                await asyncio.to_thread(book_imports.add_up, some, sums)
                await self._add(
                    import_id, firm_id, await asyncio.to_thread(book_matches.prepared, some), judge
                )
                count += len(some)
                if told is not None:
                    told(len(some))
            async with self._database.transaction() as session:
                await book_imports.finish(session, import_id, count, sums)
                told_of = {
                    "source": head.source,
                    "months": f"{head.first}–{head.last}",
                    "file": file,
                    "rows": count,
                }
                after = json.dumps(told_of | {"sha256": sha256.hex()}, ensure_ascii=False)
                await history.append_firm(session, firm_id, "books-read", None, after, at=at, who=who)
        except BaseException:
            await asyncio.shield(self._drop(import_id))
            raise
        await self._clear(firm_id)
        return import_id, count

    async def _add(self, import_id: int, firm_id: int, rows: Sequence[Prepared], judge: Judge) -> None:
        for some in sliced(rows, _KEPT):
            async with self._database.transaction(durable=False) as session:
                await book_imports.require_reading(session, import_id)
                await book_matches.keep(session, import_id, firm_id, some, judge)
            await asyncio.sleep(REST)

    async def _clear(self, firm_id: int) -> None:
        for import_id in await book_imports.gone(self._database.reader, firm_id):
            await self._drop(import_id)

    async def _drop(self, import_id: int) -> None:
        ended = False
        while not ended:
            async with self._database.transaction(durable=False) as session:
                ended = await book_imports.clear(session, import_id, _CLEARED)

    async def book(self, firm_id: int, *, who: str = ENGINE, told: Told | None = None) -> int:
        """Book what stands in the books and is not booked here yet; returns how many documents became booked.

        By a person it is one decision, which can be taken back (`buffer.decisions.undo`).
        """
        booking = Booking(firm_id, who, instant_of(self._clock.now()))
        pace, took = Pace(), 1
        while took:
            async with self._database.transaction(durable=False) as session:
                pace.begin()
                before = booking.done
                took = await booking.take(session, pace.size)
            pace.end(took)
            if told is not None:
                told(booking.done - before)
            if took:
                await pace.rest()
        return booking.done

    async def firms(self) -> frozenset[int]:
        """Firms whose books were read back, or are being read."""
        rows = await self._database.reader.rows(
            "SELECT DISTINCT firm_id FROM book_import WHERE state IN ('current', 'reading')"
        )
        return frozenset(row[0] for row in rows)

    async def meet(self, firm_id: int, document_ids: Sequence[int], judge: Judge) -> None:
        """Let documents that arrived find the rows that wait for them; those with their number are booked."""
        async with self._database.transaction() as session:
            await book_matches.meet(session, firm_id, document_ids, judge)
        await self.book(firm_id)

    async def imports(self, firm_id: int) -> list[BookImport]:
        """What counts of a firm's books, in the order of the months."""
        return await book_imports.current(self._database.reader, firm_id)

    async def questions(
        self, *, firm_id: int | None = None, document_ids: Iterable[int] = ()
    ) -> list[BookQuestion]:
        """Open questions of a firm, or of some documents."""
        if firm_id is not None:
            sql, value = composed(_QUESTIONS, source=_OF_FIRM), str(firm_id)
        else:
            sql, value = composed(_QUESTIONS, source=_OF_DOCUMENTS), json.dumps(list(document_ids))
        rows = await self._database.reader.rows(sql, (value,))
        return await asyncio.to_thread(lambda: [_question(row) for row in rows])

    async def matched(self, document_ids: Iterable[int]) -> dict[int, list[tuple[Place, BookRow]]]:
        """The rows that documents are, by document; those without any are left out."""
        found: dict[int, list[tuple[Place, BookRow]]] = {}
        rows = await self._database.reader.rows(_MATCHED, (json.dumps(list(document_ids)),))
        for document_id, import_id, register, position, body in rows:
            one = Place(import_id, register, position), loaded(BookRow, body)
            found.setdefault(document_id, []).append(one)
        return found

    async def beside(self, places: Iterable[tuple[int, BookRegister, Month]]) -> tuple[BookRow, ...]:
        """Rows of imports, registers and months whose document is not coded and approved here, or that have none.

        A row carries the KSeF number of the document that it is.
        """
        told = json.dumps([(import_id, register, str(month)) for import_id, register, month in places])
        rows = await self._database.reader.rows(_BESIDE, (told,))
        found = ((loaded(BookRow, body), number) for body, number in rows)
        return tuple(replace(row, ksef_number=number or row.ksef_number) for row, number in found)

    async def answers(self, document_id: int) -> list[Given]:
        """What was answered about a document, the first first."""
        rows = await self._database.reader.rows(
            "SELECT answer, row_key, at, who, reason FROM book_answer WHERE document_id = ? ORDER BY at, row_key",
            (document_id,),
        )
        return [Given(Answer(answer), key, Instant(at), who, reason) for answer, key, at, who, reason in rows]

    async def answer(
        self,
        document_id: int,
        answer: Answer,
        *,
        who: str,
        reason: str = "",
        places: Sequence[Place] | None = None,
        book: bool = True,
    ) -> int:
        """Keep an answer about some rows, or about all that are asked about; returns about how many.

        The same books the document, unless the caller does so for many (`book`). Excluding a doubled one is the
        caller's part, before. Raises BlinkError(NO_QUESTION).
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            asked = [
                _question(row)
                for row in await session.rows(
                    composed(_QUESTIONS, source=_OF_DOCUMENTS), (json.dumps([document_id]),)
                )
            ]
            chosen = [one for one in asked if places is None or one.place in places]
            if not chosen:
                raise BlinkError(
                    errors.NO_QUESTION, ksef_number=asked[0].ksef_number if asked else document_id
                )
            for one in chosen:
                values = (document_id, one.row.key, answer.value, at, who, reason.strip())
                await session.run(_ANSWER, values)
                await _settle(session, one, answer)
            firm_id = await _firm_of(session, document_id)
            keys = ", ".join(one.row.key for one in chosen)
            await _tell(session, document_id, None, answer.value, keys, at=at, who=who)
        if answer is Answer.SAME and book:
            await self.book(firm_id, who=who)
        return len(chosen)

    async def take_back(self, document_id: int, judge: Judge, *, who: str) -> bool:
        """Forget what was answered about a document, and put it back to where it was before the books booked it.

        What is excluded as doubled is returned by the caller. False where there was nothing to take back.
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            firm_id = await _firm_of(session, document_id)
            await session.run(_UNMATCH, (document_id,))
            forgotten = await session.rows(
                "DELETE FROM book_answer WHERE document_id = ? RETURNING answer", (document_id,)
            )
            for (answer,) in forgotten:
                await _tell(session, document_id, answer, "", None, at=at, who=who)
            back = await unbook(session, document_id, at=at, who=who)
            await book_matches.meet(session, firm_id, [document_id], judge)
        return bool(forgotten) or back


async def _settle(session: Session, one: BookQuestion, answer: Answer) -> None:
    """What follows of an answer for the row: it is the document, or is not asked about again."""
    if answer is Answer.SAME:
        await session.run(book_matches.SAME, (one.document_id, *one.place))
        await session.run(book_matches.ANSWERED, one.place)
    else:
        await session.run(
            "DELETE FROM book_question WHERE document_id = ? AND import_id = ? AND register = ? AND position = ?",
            (one.document_id, *one.place),
        )


async def _tell(
    session: Session,
    document_id: int,
    before: str | None,
    after: str,
    reason: str | None,
    *,
    at: Instant,
    who: str,
) -> None:
    """An answer, given or forgotten, in the document's history."""
    (one,) = await statuses.standings(session, [document_id])
    happening = Happening(one.id, one.ksef_number, one.sha256, "book-row", before, after, reason)
    await history.append(session, one.firm_id, [happening], at=at, who=who)


async def _firm_of(session: Session, document_id: int) -> int:
    row = await session.row("SELECT firm_id FROM document WHERE id = ?", (document_id,))
    if row is None:
        raise BlinkError(errors.DOCUMENT_UNKNOWN, document=document_id)
    return int(row[0])


def _question(row: Row) -> BookQuestion:
    document_id, number, import_id, register, position, differs, body = row
    return BookQuestion(
        document_id,
        KsefNumber(number),
        Place(import_id, register, position),
        tuple(map(Differs, differs.split())),
        loaded(BookRow, body),
    )
