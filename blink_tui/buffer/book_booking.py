"""Documents that stand in the books become booked, in short steps; what was done is a decision that can be undone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from blink_tui.buffer import history, statuses
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import Action
from blink_tui.model.documents import Status

BOOKABLE = (Status.FETCHED, Status.CODED, Status.APPROVED, Status.EXPORTED)
"""What becomes booked once it is found in the books; what was set aside stays, and is told."""
_BEING_AMENDED = """
    (d.status <> 'exported' AND EXISTS (
        SELECT 1 FROM amendment a WHERE a.document_id = d.id AND a.again_in IS NULL))
"""
"""The books have it and are to put it right: what stands there now is what was handed over before."""
_CURRENT = """
    FROM book_row r INDEXED BY book_row_to_settle
    CROSS JOIN book_import i ON i.id = r.import_id AND i.state = 'current'
    CROSS JOIN document d ON d.id = r.document_id
    WHERE r.firm_id = ? AND r.document_id IS NOT NULL AND r.settled = 0
"""
TO_BOOK = composed(
    "SELECT d.id, r.import_id, r.register, r.position, i.file {current}"
    " AND d.status IN ({bookable}) AND d.direction <> 'none' AND NOT {amended}"
    " ORDER BY d.id, r.import_id, r.register, r.position LIMIT ?",
    current=_CURRENT,
    bookable=", ".join(repr(status.value) for status in BOOKABLE),
    amended=_BEING_AMENDED,
)
SETTLED = composed(
    "UPDATE book_row SET settled = 1 WHERE (import_id, register, position) IN ("
    "SELECT r.import_id, r.register, r.position {current} AND (d.status = 'booked' OR {amended}) LIMIT ?)"
    " RETURNING 1",
    current=_CURRENT,
    amended=_BEING_AMENDED,
)
_SETTLE = "UPDATE book_row SET settled = 1 WHERE import_id = ? AND register = ? AND position = ?"
_TAKEN = """
    INSERT INTO decision_document (decision_id, document_id, status, previous, version_before, version_after)
    VALUES (?, ?, ?, ?, ?, ?)
"""
WAS = """
    SELECT before, reason FROM document_event WHERE document_id = ? AND after = 'booked' ORDER BY seq DESC LIMIT 1
"""


@dataclass(slots=True)
class Booking:
    """One run over the rows of a firm whose documents are not booked yet."""

    firm_id: int
    who: str
    at: Instant
    decision_id: int | None = None
    done: int = 0

    async def take(self, session: Session, size: int) -> int:
        """Book some documents; returns how many rows were looked at, 0 at the end."""
        rows = await session.rows(TO_BOOK, (self.firm_id, size))
        if not rows:
            return len(await session.rows(SETTLED, (self.firm_id, size)))
        sources: dict[int, Row] = {}
        for row in rows:
            sources.setdefault(row[0], row)
        documents = await statuses.standings(session, list(sources))
        moves = [
            statuses.Move(one, Status.BOOKED, None, reason=_reason(sources[one.id])) for one in documents
        ]
        await statuses.move(session, moves, at=self.at, who=self.who, reason=None)
        await session.run_many(_SETTLE, [row[1:4] for row in rows])
        if not history.is_program(self.who):
            await self._note(session, documents, rows[0][4])
        self.done += len(documents)
        return len(rows)

    async def _note(self, session: Session, documents: Sequence[statuses.Standing], file: str) -> None:
        """As a decision, so that it can be taken back whole."""
        if self.decision_id is None:
            found = await session.rows(
                "INSERT INTO decision (at, who, action, reason, documents) VALUES (?, ?, ?, ?, 0) RETURNING id",
                (self.at, self.who, Action.BOOK.value, json.dumps({"books": file}, ensure_ascii=False)),
            )
            self.decision_id = int(found[0][0])
        await session.run(
            "UPDATE decision SET documents = documents + ? WHERE id = ?", (len(documents), self.decision_id)
        )
        taken = [
            (self.decision_id, one.id, one.status.value, one.previous, one.version, one.version + 1)
            for one in documents
        ]
        await session.run_many(_TAKEN, taken)


def _reason(row: Row) -> str:
    """As the history keeps it: the import, its file and the row."""
    _document, import_id, register, position, file = row
    return json.dumps(
        {"books": file, "import": str(import_id), "row": f"{register} {position}"}, ensure_ascii=False
    )


async def unbook(session: Session, document_id: int, *, at: Instant, who: str) -> bool:
    """Put a document back to where it was before the books were read; False where they did not book it."""
    row = await session.row(WAS, (document_id,))
    (document,) = await statuses.standings(session, [document_id])
    if row is None or document.status is not Status.BOOKED or not _by_the_books(row[1]):
        return False
    back = statuses.Move(document, Status(row[0]), None)
    await statuses.move(session, [back], at=at, who=who, reason=row[1], what="undo")
    return True


def _by_the_books(reason: str | None) -> bool:
    try:
        return "books" in json.loads(reason or "")
    except (ValueError, TypeError):
        return False
