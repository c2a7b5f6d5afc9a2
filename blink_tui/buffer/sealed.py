"""Whether codings still say what the chain says that was coded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import msgspec

from blink_tui.buffer.bodies import loaded
from blink_tui.buffer.database import Database
from blink_tui.buffer.gists import COLUMNS, digest, gist_of
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed, sliced
from blink_tui.model.coding import Coding

_AT_ONCE = 500
_HELD = "SELECT document_id FROM coding WHERE firm_id = ? AND state = 'coded' ORDER BY document_id"
_WITH_GROUND = composed(
    """
    SELECT c.document_id, (
        SELECT e.reason FROM document_event e INDEXED BY document_event_by_document
        WHERE e.document_id = c.document_id AND (e.what = 'coding' OR e.what = 'status' AND e.after = 'coded')
            AND e.reason LIKE '{{"coding"%'
        ORDER BY e.seq DESC LIMIT 1
    ), {columns}, (
        SELECT json_group_array(json_array(a.month, a.register, a.field, a.position, a.amount, a.marks))
        FROM register_amount a WHERE a.document_id = c.document_id
    )
    FROM json_each(?) p CROSS JOIN coding c ON c.document_id = p.value
    """,
    columns=", ".join(f"c.{name}" for name in COLUMNS.split(", ")),
)


async def touched(database: Database, firm_id: int) -> int | None:
    """The first document of a firm whose coding is another one than its event tells of; None when all agree."""
    ids = [row[0] for row in await database.reader.rows(_HELD, (firm_id,))]
    for some in sliced(ids, _AT_ONCE):
        rows = await database.reader.rows(_WITH_GROUND, (json.dumps(list(some)),))
        found = await asyncio.to_thread(_first, rows)
        if found is not None:
            return found
    return None


def _first(rows: Sequence[Row]) -> int | None:
    return next((row[0] for row in rows if not _agrees(row)), None)


def _agrees(row: Row) -> bool:
    """The event's digest is the body's, and what stands beside the body follows from it."""
    _id, told, body, ground, *columns, registers = row
    try:
        gist = gist_of(loaded(Coding, body))
        sealed = json.loads(told or "{}").get("coding")
    except (msgspec.DecodeError, ValueError):
        return False
    kept = sorted(json.loads(gist.registers))
    return (
        told == ground
        and sealed == digest(body)
        and tuple(columns) == gist[2:]
        and sorted(json.loads(registers)) == kept
    )
