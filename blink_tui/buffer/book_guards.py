"""What the books read back forbid: handing over what stands in them, or may stand in them and nobody was asked."""

from __future__ import annotations

import json
from collections.abc import Sequence

from blink_tui.buffer import errors
from blink_tui.buffer.bodies import loaded
from blink_tui.buffer.session import Session
from blink_tui.model.book_rows import BookRow
from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean

QUESTIONED = """
    EXISTS (SELECT 1 FROM book_question q JOIN book_import i ON i.id = q.import_id AND i.state = 'current'
        WHERE q.document_id = d.id)
"""
"""Condition that somebody is to be asked about a document `d`, so that it is not approved along with many."""
MAY_STAND = """
    SELECT d.ksef_number, r.body FROM json_each(?) p CROSS JOIN book_question q ON q.document_id = p.value
    CROSS JOIN book_import i ON i.id = q.import_id AND i.state = 'current'
    CROSS JOIN book_row r ON r.import_id = q.import_id AND r.register = q.register AND r.position = q.position
    CROSS JOIN document d ON d.id = q.document_id
    WHERE q.differs = '' AND NOT EXISTS (SELECT 1 FROM amendment a WHERE a.document_id = d.id) LIMIT 1
"""
STANDS = """
    SELECT d.ksef_number, i.file FROM json_each(?) p
    CROSS JOIN book_row r INDEXED BY book_row_by_document ON r.document_id = p.value
    CROSS JOIN book_import i ON i.id = r.import_id AND i.state = 'current'
    CROSS JOIN document d ON d.id = p.value
    WHERE NOT EXISTS (SELECT 1 FROM amendment a WHERE a.document_id = d.id) LIMIT 1
"""


async def require_settled(session: Session, document_ids: Sequence[int]) -> None:
    """Refuse documents that stand in the books read back, or may stand there.

    What the books are to put right (`amendment`) stands there by its nature and passes. Raises BlinkError:
    IN_BOOKS_ALREADY, BOOK_QUESTION.
    """
    ids = json.dumps(list(document_ids))
    row = await session.row(STANDS, (ids,))
    if row is not None:
        raise BlinkError(errors.IN_BOOKS_ALREADY, ksef_number=row[0], file=row[1])
    row = await session.row(MAY_STAND, (ids,))
    if row is not None:
        found = loaded(BookRow, row[1])
        raise BlinkError(
            errors.BOOK_QUESTION,
            ksef_number=row[0],
            number=clean(found.number),
            day=found.issued or found.day or "–",
        )
