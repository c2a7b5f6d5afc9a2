"""Rows of the books and documents brought together: by KSeF's number at once, else as questions; steps of SQL.

A number that no document of the firm has may be typed wrong, so such a row is asked about as if it had none.

Everything here runs inside the caller's transaction. A document that arrives while books are being read is met from
either side: rows look for documents as they are kept, documents for rows as they are compared.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from blink_tui.buffer.amounts import to_amount
from blink_tui.buffer.bodies import dumped, loaded
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.book_rows import Answer, BookRow, Held, Judge
from blink_tui.model.documents import Direction, Status
from blink_tui.model.values import KsefNumber

HELD = """
    d.id, d.ksef_number, d.direction, d.status, d.invoice_number, t.number_key,
    CASE d.direction WHEN 'sale' THEN d.buyer_value ELSE d.seller_value END,
    d.issue_date, d.received_date, d.net, d.vat, d.gross, d.currency
"""
"""Columns of `held_of`; `t` are the traits of document `d`."""
_NUMBERED = composed(
    "SELECT {held} FROM json_each(?) p"
    " CROSS JOIN document_trait t INDEXED BY document_trait_by_number"
    " ON t.firm_id = ? AND t.number_key = p.value AND t.number_key <> ''"
    " CROSS JOIN document d ON d.id = t.document_id",
    held=HELD,
)
_BY_KSEF = """
    SELECT d.ksef_number, d.id FROM json_each(?) p
    CROSS JOIN document d ON d.ksef_number = p.value AND d.firm_id = ?
"""
_ANSWERS = """
    SELECT a.row_key, a.document_id, a.answer FROM json_each(?) p CROSS JOIN book_answer a ON a.row_key = p.value
    CROSS JOIN document d ON d.id = a.document_id AND d.firm_id = ?
"""
_KEEP_ROW = """
    INSERT INTO book_row
        (import_id, register, position, firm_id, month, side, ksef_number, number_key, row_key, body, document_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ASK = """
    INSERT INTO book_question (document_id, import_id, register, position, differs) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (document_id, import_id, register, position) DO UPDATE SET differs = excluded.differs
"""
_NUMBER_CAME = """
    UPDATE book_row SET settled = 0, document_id = (
        SELECT d.id FROM document d WHERE d.ksef_number = book_row.ksef_number AND d.firm_id = book_row.firm_id)
    WHERE (import_id, register, position) IN (
        SELECT r.import_id, r.register, r.position FROM json_each(?) p CROSS JOIN document d ON d.id = p.value
        CROSS JOIN book_row r INDEXED BY book_row_by_ksef
            ON r.firm_id = d.firm_id AND r.ksef_number = d.ksef_number AND r.ksef_number <> ''
        WHERE r.document_id IS NOT d.id)
    RETURNING import_id, register, position
"""
_ROWS_LIKE = composed(
    "SELECT r.import_id, r.register, r.position, r.row_key, r.body, {held} FROM json_each(?) p"
    " CROSS JOIN document d ON d.id = p.value"
    " CROSS JOIN document_trait t ON t.firm_id = d.firm_id AND t.seller = coalesce(d.seller_value, '')"
    " AND t.received_date = d.received_date AND t.document_id = d.id"
    " CROSS JOIN book_row r INDEXED BY book_row_by_number ON r.firm_id = d.firm_id"
    " AND r.number_key = t.number_key AND r.number_key <> '' WHERE r.document_id IS NULL",
    held=HELD,
)


class Place(NamedTuple):
    """Where a row stands."""

    import_id: int
    register: str
    position: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row on its way into the buffer, with what it is looked up by."""

    row: BookRow
    number_key: str
    key: str
    body: str


def prepared(rows: Iterable[BookRow]) -> list[Prepared]:
    """Keys and bodies of rows; the slow part, to be done beside the loop."""
    return [Prepared(row, row.number_key, row.key, dumped(row)) for row in rows]


def held_of(row: Row) -> Held:
    """A document out of the columns of `HELD`."""
    id_, number, direction, status, invoice_number, key, contractor, issued, received, *sums, currency = row
    net, vat, gross = map(to_amount, sums)
    return Held(
        id_,
        KsefNumber(number),
        Direction(direction),
        Status(status),
        invoice_number,
        key or "",
        contractor or "",
        _day(issued),
        _day(received),
        net,
        vat,
        gross,
        currency,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


async def keep(
    session: Session, import_id: int, firm_id: int, rows: Sequence[Prepared], judge: Judge
) -> None:
    """Keep rows of an import with the documents that they are, and the questions that they raise."""
    known = await _by_ksef(session, firm_id, rows)
    bare = [one for one in rows if one.row.ksef_number not in known and one.number_key]
    near = await _numbered(session, firm_id, {one.number_key for one in bare})
    said = await _answers(session, firm_id, [one.key for one in bare])
    kept, asked = [], []
    for one in rows:
        place = Place(import_id, one.row.register.value, one.row.position)
        document_id = known.get(one.row.ksef_number)
        if document_id is None:
            answers = said.get(one.key, {})
            document_id = next((id_ for id_, answer in answers.items() if answer == Answer.SAME), None)
            if document_id is None:
                asked += _questions(place, one.row, near.get(one.number_key, ()), judge, answers)
        kept.append(_row(place, firm_id, one, document_id))
    await session.run_many(_KEEP_ROW, kept)
    await session.run_many(_ASK, asked)


def _row(place: Place, firm_id: int, one: Prepared, document_id: int | None) -> Row:
    row = one.row
    return (
        *place,
        firm_id,
        str(row.month or ""),
        row.side.value,
        row.ksef_number,
        one.number_key,
        one.key,
        one.body,
        document_id,
    )


def _questions(
    place: Place, row: BookRow, near: Iterable[Held], judge: Judge, answers: dict[int, str]
) -> list[Row]:
    found = []
    for held in near:
        differs = judge(row, held)
        if differs is not None and held.document_id not in answers:
            found.append((held.document_id, *place, " ".join(differs)))
    return found


async def _by_ksef(session: Session, firm_id: int, rows: Sequence[Prepared]) -> dict[str, int]:
    numbers = list({one.row.ksef_number for one in rows} - {""})
    return dict(await session.rows(_BY_KSEF, (json.dumps(numbers), firm_id))) if numbers else {}


async def _numbered(session: Session, firm_id: int, keys: set[str]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    if keys:
        for row in await session.rows(_NUMBERED, (json.dumps(list(keys)), firm_id)):
            held = held_of(row)
            found[held.number_key].append(held)
    return found


async def _answers(session: Session, firm_id: int, keys: Sequence[str]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = defaultdict(dict)
    if keys:
        for key, document_id, answer in await session.rows(_ANSWERS, (json.dumps(list(set(keys))), firm_id)):
            found[key][document_id] = answer
    return found


async def meet(session: Session, firm_id: int, document_ids: Sequence[int], judge: Judge) -> None:
    """Let documents of a firm find the rows that wait for them."""
    ids = json.dumps(list(document_ids))
    came = await session.rows(_NUMBER_CAME, (ids,))
    await session.run_many(ANSWERED, came)
    rows = await session.rows(_ROWS_LIKE, (ids,))
    said = await _answers(session, firm_id, [row[3] for row in rows])
    asked: list[Row] = []
    same: list[Row] = []
    for import_id, register, position, key, body, *columns in rows:
        place = Place(import_id, register, position)
        held = held_of(tuple(columns))
        answers = said.get(key, {})
        if answers.get(held.document_id) == Answer.SAME:
            same.append((held.document_id, *place))
        else:
            asked += _questions(place, loaded(BookRow, body), [held], judge, answers)
    await session.run_many(_ASK, asked)
    await session.run_many(SAME, same)


SAME = (
    "UPDATE book_row SET document_id = ?, settled = 0 WHERE import_id = ? AND register = ? AND position = ?"
)
"""A row is a document."""
ANSWERED = "DELETE FROM book_question WHERE import_id = ? AND register = ? AND position = ?"
"""Nothing is asked about a row any more."""
