"""Documents that the books have and are to put right there: they are handed over as such, never as new ones.

A mark is made when a document is reopened, and stays: the batch that hands it over is noted in it, so that the mark
waits again when that batch is cancelled.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from blink_tui.buffer import errors, statuses
from blink_tui.buffer.session import Session
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.documents import IN_BOOKS, Status
from blink_tui.model.errors import BlinkError

WAITING = "EXISTS (SELECT 1 FROM amendment a WHERE a.document_id = d.id AND a.again_in IS NULL)"
"""Of a document `d`: it is still to be put right in the books."""

_KEPT_ELSEWHERE = """
    SELECT d.ksef_number FROM books b JOIN json_each(?) p
        CROSS JOIN document d ON d.id = p.value AND d.firm_id = b.firm_id
    WHERE b.firm_id = ? AND CASE d.direction WHEN 'sale' THEN b.sales_elsewhere
        WHEN 'purchase' THEN b.purchases_elsewhere END LIMIT 1
"""
TAKEN_BACK = """
    UPDATE amendment SET again_in = NULL WHERE again_in = ?1
        AND document_id IN (SELECT document_id FROM batch_document WHERE batch_id = ?1)
"""
_MARK = """
    INSERT OR REPLACE INTO amendment (document_id, batch_id, again_in, at, who, reason)
    SELECT p.value, (
        SELECT max(b.id) FROM batch_document o JOIN batch b ON b.id = o.batch_id
        WHERE o.document_id = p.value AND b.cancelled_at IS NULL
    ), NULL, ?, ?, ? FROM json_each(?) p
"""


async def mark(
    session: Session, documents: Sequence[statuses.Standing], *, at: Instant, who: str, reason: str
) -> None:
    """Reopen documents that the books have. Raises BlinkError(NOT_IN_BOOKS)."""
    for document in documents:
        if document.status not in IN_BOOKS:
            raise BlinkError(errors.NOT_IN_BOOKS, ksef_number=document.ksef_number)
    await statuses.change(session, documents, Status.APPROVED, at=at, who=who, reason=reason, by_batch=True)
    ids = json.dumps([document.id for document in documents])
    await session.run(_MARK, (at, who, reason, ids))


async def waiting(session: Session, ids: Sequence[int]) -> set[int]:
    """Those of some documents that are marked and not handed over again yet."""
    rows = await session.rows(
        "SELECT a.document_id FROM json_each(?) p CROSS JOIN amendment a ON a.document_id = p.value"
        " JOIN document d ON d.id = a.document_id"
        " WHERE a.again_in IS NULL AND d.status NOT IN ('exported', 'booked')",
        (json.dumps(list(ids)),),
    )
    return {row[0] for row in rows}


async def require_alike(session: Session, ids: Sequence[int], *, amends: bool) -> None:
    """All of a batch are marked, or none is. Raises BlinkError(AMENDS_APART)."""
    row = await session.row(
        composed(
            "SELECT d.ksef_number FROM json_each(?) p CROSS JOIN document d ON d.id = p.value"
            " WHERE {waiting} <> ? LIMIT 1",
            waiting=WAITING,
        ),
        (json.dumps(list(ids)), int(amends)),
    )
    if row is not None:
        raise BlinkError(errors.AMENDS_APART, ksef_number=row[0])


async def handed_over(session: Session, batch_id: int) -> None:
    """The marks of a batch's documents end with it."""
    await session.run(
        "UPDATE amendment SET again_in = ?1"
        " WHERE document_id IN (SELECT document_id FROM batch_document WHERE batch_id = ?1)",
        (batch_id,),
    )


async def taken_back(session: Session, batch_id: int) -> None:
    """The books did not get them a second time: what they have of them is still to be put right."""
    await session.run(TAKEN_BACK, (batch_id,))


async def require_kept_here(session: Session, firm_id: int, document_ids: Sequence[int]) -> None:
    """None of a firm's documents is booked by another source. Raises BlinkError(KEPT_ELSEWHERE)."""
    row = await session.row(_KEPT_ELSEWHERE, (json.dumps(list(document_ids)), firm_id))
    if row is not None:
        raise BlinkError(errors.KEPT_ELSEWHERE, ksef_number=row[0])
