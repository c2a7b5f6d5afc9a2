"""Hand-overs to the books: which documents a file holds, and whether the file stands in its place."""

from __future__ import annotations

import json
from collections.abc import Sequence

from blink_tui.buffer import errors, statuses
from blink_tui.buffer.database import Database
from blink_tui.buffer.records import Batch, BatchState
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import Sha256

_SELECT = """
    SELECT id, firm_id, format, file, temp, sha256, who, state, made_at, documents, chain_head, version
    FROM batch WHERE {where} ORDER BY id
"""


def _batch(row: Row) -> Batch:
    id_, firm_id, format_, file, temp, sha256, who, state, made_at, documents, head, version = row
    return Batch(
        id_,
        firm_id,
        format_,
        file,
        temp,
        sha256,
        who,
        BatchState(state),
        made_at,
        documents,
        head,
        version,
    )


class Batches:
    """A batch begins when its file is finished under a temporary name, and is placed when it has been renamed.

    A crash between the two leaves it among `unplaced`, to be renamed at the next start.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(
        self,
        firm_id: int,
        format: str,  # noqa: A002 - the field's own word
        document_ids: Sequence[int],
        file: str,
        sha256: Sha256,
        who: str,
        temp: str,
    ) -> int:
        """Mark approved documents exported and record the batch, in one transaction; returns its id.

        Raises BlinkError: STATUS_NOT_ALLOWED when one of them is not approved, KEPT_ELSEWHERE when another source
        books its direction, WRONG_FIRM, DOCUMENT_UNKNOWN.
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            documents = await statuses.standings(session, document_ids)
            for document in documents:
                if document.firm_id != firm_id:
                    raise BlinkError(errors.WRONG_FIRM, ksef_number=document.ksef_number)
            await _require_kept_here(session, firm_id, document_ids)
            await statuses.change(
                session, documents, Status.EXPORTED, at=at, who=who, reason=None, by_batch=True
            )
            row = await session.row(
                "INSERT INTO batch (firm_id, format, file, temp, sha256, who, state, made_at, documents, chain_head)"
                " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, head FROM chain WHERE firm_id = ? RETURNING id",
                (
                    firm_id,
                    format,
                    file,
                    temp,
                    sha256,
                    who,
                    BatchState.PLACING,
                    at,
                    len(documents),
                    firm_id,
                ),
            )
            if row is None:
                raise BlinkError(errors.FIRM_UNKNOWN, context=str(firm_id))
            await session.run_many(
                "INSERT INTO batch_document (batch_id, document_id) VALUES (?, ?)",
                [(row[0], document.id) for document in documents],
            )
            return int(row[0])

    async def placed(self, batch_id: int) -> None:
        """The file has its name. Raises BlinkError(BATCH_UNKNOWN)."""
        async with self._database.transaction() as session:
            row = await session.row(
                "UPDATE batch SET state = ?, version = version + 1 WHERE id = ? RETURNING id",
                (BatchState.PLACED, batch_id),
            )
            if row is None:
                raise BlinkError(errors.BATCH_UNKNOWN, batch=batch_id)

    async def unplaced(self) -> list[Batch]:
        """Batches whose file may still have its temporary name, oldest first."""
        rows = await self._database.reader.rows(composed(_SELECT, where="state = ?"), (BatchState.PLACING,))
        return [_batch(row) for row in rows]

    async def documents(self, batch_id: int) -> list[int]:
        """Ids of a batch's documents."""
        rows = await self._database.reader.rows(
            "SELECT document_id FROM batch_document WHERE batch_id = ? ORDER BY document_id", (batch_id,)
        )
        return [row[0] for row in rows]

    async def list(self, firm_id: int | None = None) -> list[Batch]:
        """Batches of a firm or of all, oldest first."""
        if firm_id is None:
            rows = await self._database.reader.rows(composed(_SELECT, where="1 = 1"))
        else:
            rows = await self._database.reader.rows(composed(_SELECT, where="firm_id = ?"), (firm_id,))
        return [_batch(row) for row in rows]


async def _require_kept_here(session: Session, firm_id: int, document_ids: Sequence[int]) -> None:
    row = await session.row(
        "SELECT d.ksef_number FROM books b JOIN json_each(?) p CROSS JOIN document d ON d.id = p.value"
        " WHERE b.firm_id = ? AND CASE d.direction WHEN 'sale' THEN b.sales_elsewhere"
        " WHEN 'purchase' THEN b.purchases_elsewhere END LIMIT 1",
        (json.dumps(list(document_ids)), firm_id),
    )
    if row is not None:
        raise BlinkError(errors.KEPT_ELSEWHERE, ksef_number=row[0])
