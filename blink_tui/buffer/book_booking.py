"""Documents that stand in the books become booked, in short steps; what was done is a decision that can be undone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from blink_tui.buffer import history, statuses
from blink_tui.buffer.session import Session
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import Action
from blink_tui.model.documents import Direction, Status

BOOKABLE = (Status.FETCHED, Status.CODED, Status.APPROVED, Status.EXPORTED)
"""What becomes booked once it is found in the books; what was set aside stays, and is told."""
TO_SETTLE = """
    SELECT r.import_id, r.register, r.position, i.file, d.id, d.status, d.direction,
        EXISTS (SELECT 1 FROM amendment a WHERE a.document_id = d.id AND a.again_in IS NULL)
    FROM book_row r INDEXED BY book_row_to_settle
    CROSS JOIN book_import i ON i.id = r.import_id AND i.state = 'current'
    CROSS JOIN document d ON d.id = r.document_id
    WHERE r.firm_id = ? AND r.document_id IS NOT NULL AND r.settled = 0
        AND (r.import_id, r.register, r.position) > (?, ?, ?)
    ORDER BY r.import_id, r.register, r.position LIMIT ?
"""
_SETTLE = "UPDATE book_row SET settled = 1 WHERE import_id = ? AND register = ? AND position = ?"
_TAKEN = """
    INSERT INTO decision_document (decision_id, document_id, status, previous, version_before, version_after)
    VALUES (?, ?, ?, ?, ?, ?)
"""
WAS = """
    SELECT before, reason FROM document_event WHERE document_id = ? AND after = 'booked' ORDER BY seq DESC LIMIT 1
"""


class _Waiting(NamedTuple):
    """A row whose document is not booked by it yet."""

    import_id: int
    register: str
    position: int
    file: str
    document_id: int
    status: str
    direction: str
    amending: bool
    """The books are to put the document right."""

    @property
    def place(self) -> tuple[int, str, int]:
        """Where the row stands."""
        return self[:3]

    @property
    def to_book(self) -> bool:
        """Its document becomes booked. What is put right stands there as it was handed over before."""
        before = self.amending and self.status != Status.EXPORTED
        return self.status in BOOKABLE and self.direction != Direction.NONE and not before

    @property
    def settled(self) -> bool:
        """Nothing is left to do; what was set aside waits until it is returned."""
        return self.to_book or self.status == Status.BOOKED or self.amending

    @property
    def reason(self) -> str:
        """As the history keeps it: the import, its file and the row."""
        told = {"books": self.file, "import": str(self.import_id), "row": f"{self.register} {self.position}"}
        return json.dumps(told, ensure_ascii=False)


@dataclass(slots=True)
class Booking:
    """One run over the rows of a firm whose documents are not booked yet."""

    firm_id: int
    who: str
    at: Instant
    decision_id: int | None = None
    done: int = 0
    _last: tuple[int, str, int] = (0, "", 0)

    async def take(self, session: Session, size: int) -> int:
        """Book some documents; returns how many rows were looked at, 0 at the end."""
        rows = [_Waiting(*row) for row in await session.rows(TO_SETTLE, (self.firm_id, *self._last, size))]
        if not rows:
            return 0
        self._last = rows[-1].place
        sources: dict[int, _Waiting] = {}
        for row in rows:
            if row.to_book:
                sources.setdefault(row.document_id, row)
        if sources:
            documents = await statuses.standings(session, list(sources))
            moves = [
                statuses.Move(one, Status.BOOKED, None, reason=sources[one.id].reason) for one in documents
            ]
            await statuses.move(session, moves, at=self.at, who=self.who, reason=None)
            if not history.is_program(self.who):
                await self._note(session, documents, rows[0].file)
            self.done += len(documents)
        await session.run_many(_SETTLE, [row.place for row in rows if row.settled])
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
