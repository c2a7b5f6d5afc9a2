"""Questions to clients about documents, numbered within a firm, and what they answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import amounts, errors, history
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import KsefNumber

_SELECT = """
    SELECT q.firm_id, q.number, q.document_id, d.ksef_number, d.invoice_number, d.issue_date, d.seller_name,
        d.buyer_name, d.gross, d.currency, q.text, q.asked_at, q.asked_by, q.exported_at, q.answer, q.answered_at,
        q.answered_by, q.closed_at
    FROM question q JOIN document d ON d.id = q.document_id WHERE {where} ORDER BY q.firm_id, q.number
"""

_ASK = """
    INSERT INTO question (firm_id, number, document_id, text, asked_at, asked_by)
    SELECT d.firm_id, row_number() OVER (PARTITION BY d.firm_id ORDER BY i.key)
        + coalesce((SELECT max(q.number) FROM question q WHERE q.firm_id = d.firm_id), 0), d.id, ?, ?, ?
    FROM json_each(?) i CROSS JOIN document d ON d.id = i.value
"""
_OPEN_AGAIN = """
    UPDATE question SET closed_at = NULL FROM json_each(?) i
    WHERE question.document_id = i.value AND question.number = (
        SELECT max(q.number) FROM question q WHERE q.document_id = i.value AND NOT q.taken_back
    )
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the document that it is about."""

    firm_id: int
    number: int
    """Within the firm, from 1; never given twice."""
    document_id: int
    ksef_number: KsefNumber
    invoice_number: str
    issued: str
    """ISO day; empty where unknown."""
    seller: str | None
    buyer: str | None
    gross: Decimal | None
    currency: str
    text: str
    asked_at: Instant
    asked_by: str
    exported_at: Instant | None
    """When it was last put on a list for the client."""
    answer: str | None
    answered_at: Instant | None
    answered_by: str | None
    closed_at: Instant | None
    """When the document went back to where it was."""


def _question(row: Row) -> Question:
    values = (*row[:8], amounts.to_amount(row[8]), *row[9:])
    return Question(*values)


class Questions:
    """Asked by a decision (`buffer.decisions`), closed when the document goes back to where it was."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self, firm_id: int | None = None) -> list[Question]:
        """Open questions of a firm or of all, by firm and number."""
        where = "q.closed_at IS NULL AND (?1 IS NULL OR q.firm_id = ?1)"
        rows = await self._database.reader.rows(composed(_SELECT, where=where), (firm_id,))
        return [_question(row) for row in rows]

    async def of_document(self, document_id: int) -> list[Question]:
        """All that were ever asked about a document, oldest first."""
        sql = composed(_SELECT, where="q.document_id = ?")
        return [_question(row) for row in await self._database.reader.rows(sql, (document_id,))]

    async def export(self, firm_id: int, *, who: str) -> list[Question]:
        """The firm's open questions without an answer as one list for the client, which the chain remembers."""
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE question SET exported_at = ? WHERE firm_id = ? AND closed_at IS NULL AND answer IS NULL",
                (at, firm_id),
            )
            sql = composed(_SELECT, where="q.firm_id = ? AND q.closed_at IS NULL AND q.answer IS NULL")
            found = [_question(row) for row in await session.rows(sql, (firm_id,))]
            if found:
                told = json.dumps([one.number for one in found])
                await history.append_firm(session, firm_id, "questions-exported", None, told, at=at, who=who)
        return found

    async def answer(self, firm_id: int, answers: Mapping[int, str], *, who: str) -> int:
        """Keep answers by the questions' numbers, in the place of earlier ones; returns how many are new.

        Empty ones are left out. Raises BlinkError(QUESTION_UNKNOWN), and keeps none, for a number that was never
        asked or whose question is closed.
        """
        given = {number: text.strip() for number, text in answers.items() if text.strip()}
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            before = await _answers(session, firm_id, given)
            changed = {number: text for number, text in given.items() if before[number] != text}
            if not changed:
                return 0
            await session.run_many(
                "UPDATE question SET answer = ?, answered_at = ?, answered_by = ? WHERE firm_id = ? AND number = ?",
                [(text, at, who, firm_id, number) for number, text in changed.items()],
            )
            old = {number: before[number] for number in changed if before[number] is not None}
            await history.append_firm(
                session,
                firm_id,
                "questions-answered",
                json.dumps(old, ensure_ascii=False) if old else None,
                json.dumps(changed, ensure_ascii=False),
                at=at,
                who=who,
            )
        return len(changed)


async def _answers(session: Session, firm_id: int, asked: Mapping[int, str]) -> dict[int, str | None]:
    rows = await session.rows(
        "SELECT number, answer FROM question WHERE firm_id = ? AND closed_at IS NULL"
        " AND number IN (SELECT value FROM json_each(?))",
        (firm_id, json.dumps(list(asked))),
    )
    found: dict[int, str | None] = dict(rows)
    for number in asked:
        if number not in found:
            raise BlinkError(errors.QUESTION_UNKNOWN, number=number)
    return found


async def ask(session: Session, ids: Sequence[int], text: str, *, at: Instant, who: str) -> None:
    """A question about each of some documents, with the next numbers of its firm."""
    await session.run(_ASK, (text, at, who, json.dumps(list(ids))))


async def close(session: Session, ids: Sequence[int], *, at: Instant) -> None:
    """These documents go back to where they were."""
    await session.run(
        "UPDATE question SET closed_at = ? WHERE closed_at IS NULL"
        " AND document_id IN (SELECT value FROM json_each(?))",
        (at, json.dumps(list(ids))),
    )


async def take_back(session: Session, ids: Sequence[int], *, at: Instant) -> None:
    """They were not to be asked about these documents: closed for good, and their numbers are not given again."""
    await session.run(
        "UPDATE question SET closed_at = ?, taken_back = 1 WHERE closed_at IS NULL"
        " AND document_id IN (SELECT value FROM json_each(?))",
        (at, json.dumps(list(ids))),
    )


async def open_again(session: Session, ids: Sequence[int]) -> None:
    """These documents are to be cleared up after all: the last question about each is open again."""
    await session.run(_OPEN_AGAIN, (json.dumps(list(ids)),))
