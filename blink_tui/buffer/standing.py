"""What the rules of decisions look at, read for some documents as one session sees them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from blink_tui.buffer import statuses
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.buffer.webs import Webs
from blink_tui.model.chains import Web
from blink_tui.model.decisions import CODED_OR_LATER, DOUBLE_KINDS, LOOK_FROM, Action, Standing
from blink_tui.model.documents import Direction, Status
from blink_tui.model.findings import Severity

TO_LOOK_AT = composed(
    "(d.attention >= {alarm} OR d.attention >= {warning} AND EXISTS (SELECT 1 FROM document_finding f"
    " WHERE f.document_id = d.id AND f.kind IN ({kinds})))",
    alarm=str(int(LOOK_FROM)),
    warning=str(int(Severity.WARNING)),
    kinds=", ".join(map(repr, DOUBLE_KINDS)),
)
"""Condition that a document is not approved along with many."""

_READ = """
    SELECT d.id, d.firm_id, d.ksef_number, x.sha256, d.status, d.previous, d.version, d.direction, {look},
        d.currency, d.gross
    FROM json_each(?) p CROSS JOIN document d ON d.id = p.value JOIN invoice_xml x ON x.ksef_number = d.ksef_number
"""
_IN_BOOKS = frozenset({Status.EXPORTED, Status.BOOKED})


@dataclass(frozen=True, slots=True)
class Subject:
    """A document to decide on."""

    document: statuses.Standing
    standing: Standing
    currency: str
    gross: int | None


async def subjects(
    session: Session, webs: Webs, looked_at: Sequence[tuple[int, int]], action: Action
) -> list[Subject]:
    """Documents by id and the version that was looked at; those that are gone are left out."""
    versions = dict(looked_at)
    rows = await session.rows(composed(_READ, look=TO_LOOK_AT), (json.dumps(list(versions)),))
    web = await webs.around(versions, session) if action is Action.EXCLUDE else Web()
    return [_subject(row, versions[row[0]], web) for row in rows]


def _subject(row: Row, version: int, web: Web) -> Subject:
    id_, firm_id, number, sha256, status, previous, now, direction, look, currency, gross = row
    standing = Standing(
        Status(status),
        Status(previous) if previous else None,
        Direction(direction),
        to_look_at=bool(look),
        original_coded=any(web.members[one].status in CODED_OR_LATER for one in web.originals(id_)),
        corrections_booked=any(web.members[one].status in _IN_BOOKS for one in web.corrections(id_)),
        changed=now != version,
    )
    document = statuses.Standing(id_, firm_id, number, sha256, standing.status, standing.previous, now)
    return Subject(document, standing, currency, gross)
