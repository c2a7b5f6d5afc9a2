"""What the rules of decisions look at, read for some documents as one session sees them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from blink_tui.buffer import history, statuses
from blink_tui.buffer.book_guards import QUESTIONED
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.buffer.webs import Webs
from blink_tui.model.chains import Web
from blink_tui.model.decisions import (
    CODED_OR_LATER,
    DOUBLE_KINDS,
    LOOK_FROM,
    Action,
    Decision,
    Paper,
    Standing,
)
from blink_tui.model.documents import IN_BOOKS, Direction, Status
from blink_tui.model.findings import Severity

_TO_LOOK_AT = composed(
    "(d.attention >= {alarm} OR {questioned} OR d.attention >= {warning} AND EXISTS (SELECT 1 FROM document_finding f"
    " WHERE f.document_id = d.id AND f.kind IN ({kinds})))",
    alarm=str(int(LOOK_FROM)),
    warning=str(int(Severity.WARNING)),
    kinds=", ".join(map(repr, DOUBLE_KINDS)),
    questioned=QUESTIONED,
)
"""Condition that a document is not approved along with many."""
_BOOKS = "EXISTS (SELECT 1 FROM books b WHERE b.firm_id = d.firm_id)"
_ELSEWHERE = (
    "coalesce((SELECT CASE d.direction WHEN 'sale' THEN b.sales_elsewhere WHEN 'purchase' THEN b.purchases_elsewhere"
    " ELSE 0 END FROM books b WHERE b.firm_id = d.firm_id), 0)"
)
_OWN = """
    (d.status = 'coded' AND EXISTS (
        SELECT 1 FROM books b JOIN coding c ON c.document_id = d.id AND c.who = ?
        WHERE b.firm_id = d.firm_id AND b.four_eyes_from IS NOT NULL
            AND (d.currency <> 'PLN' OR d.gross IS NULL OR abs(d.gross) >= b.four_eyes_from)
    ))
"""
"""A gross in another currency is not compared: it always takes two, which is the safe side."""
_OF_DRAFT = "(SELECT {draft} FROM coding c WHERE c.document_id = d.id AND c.direction = d.direction)"
_OF_PROPOSAL = (
    "(SELECT {proposal} FROM books b JOIN proposal p ON p.document_id = d.id"
    " WHERE b.firm_id = d.firm_id AND abs(d.proposed) >= b.stamp)"
)
_OF_EITHER = "coalesce(" + _OF_DRAFT + ", " + _OF_PROPOSAL + ", {neither})"
"""Of what a document is coded by: a draft, else a proposal that was not overtaken."""
_PAPER = composed(
    "CASE WHEN d.status = 'fetched' THEN " + _OF_EITHER + " ELSE -1 END",
    draft="c.complete",
    proposal="p.complete",
    neither="-1",
)
_SEAL = composed(_OF_EITHER, draft="c.ground ->> 'coding'", proposal="p.ground ->> 'coding'", neither="''")
_LOCKED = "EXISTS (SELECT 1 FROM month_lock l WHERE l.firm_id = d.firm_id AND instr({months}, l.month))"
_WOULD_BE_LOCKED = composed(
    "(d.status = 'fetched' AND " + _LOCKED + ")",
    months=composed(_OF_EITHER, draft="c.months", proposal="p.months", neither="''"),
)
_IS_LOCKED = composed(
    _LOCKED,
    months="coalesce((SELECT c.months FROM coding c WHERE c.document_id = d.id AND c.state = 'coded'), '')",
)
_HELD_BACK = (
    "(EXISTS (SELECT 1 FROM coding c WHERE c.document_id = d.id)"
    " OR NOT EXISTS (SELECT 1 FROM proposal p WHERE p.document_id = d.id AND p.automatic))"
)
_READ = """
    SELECT d.id, d.firm_id, d.ksef_number, x.sha256, d.version, d.currency, d.gross, {seal}, {looked}
    FROM json_each(?) p CROSS JOIN document d ON d.id = p.value JOIN invoice_xml x ON x.ksef_number = d.ksef_number
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A document to decide on."""

    document: statuses.Standing
    standing: Standing
    currency: str
    gross: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """What is read of a document `d` for an action: columns that become a `Standing`, with their values."""

    columns: tuple[str, ...]
    values: tuple[Any, ...] = ()


def look(action: Action, who: str | None) -> Look:
    """No more than the rules for this action ask."""
    common = ("d.status", "d.previous", "d.direction")
    if action is Action.CODE:
        held = _HELD_BACK if who is not None and history.is_program(who) else "0"
        return Look((*common, "0", _BOOKS, _ELSEWHERE, _PAPER, _WOULD_BE_LOCKED, "0", held))
    if action is Action.APPROVE:
        return Look((*common, _TO_LOOK_AT, _BOOKS, _ELSEWHERE, "-1", "0", _OWN, "0"), (who,))
    if action is Action.BOOK:
        return Look((*common, "0", _BOOKS, _ELSEWHERE, "-1", "0", "0", "0"))
    return Look((*common, "0", "0", "0", "-1", _IS_LOCKED, "0", "0"))


def standing(row: Row) -> Standing:
    """What the columns of a `Look` say."""
    status, previous, direction, to_look_at, books, elsewhere, paper, locked, own, held_back = row
    return Standing(
        Status(status),
        Status(previous) if previous else None,
        Direction(direction),
        to_look_at=bool(to_look_at),
        books=bool(books),
        elsewhere=bool(elsewhere),
        paper=Paper(paper),
        locked=bool(locked),
        own=bool(own),
        held_back=bool(held_back),
    )


async def subjects(
    session: Session, webs: Webs, looked_at: Sequence[tuple[int, int]], decision: Decision, who: str | None
) -> list[Subject]:
    """Documents by id and the version that was looked at; those that are gone are left out."""
    versions = dict(looked_at)
    looked = look(decision.action, who)
    sql = composed(_READ, seal=_SEAL if decision.seal else "''", looked=", ".join(looked.columns))
    rows = await session.rows(sql, (*looked.values, json.dumps(list(versions))))
    web = await webs.around(versions, session) if decision.action is Action.EXCLUDE else Web()
    return [_subject(row, versions[row[0]], decision.seal, web) for row in rows]


def _subject(row: Row, version: int, seal: str, web: Web) -> Subject:
    id_, firm_id, number, sha256, now, currency, gross, found = row[:8]
    standing_ = replace(
        standing(row[8:]),
        original_coded=any(web.members[one].status in CODED_OR_LATER for one in web.originals(id_)),
        corrections_booked=any(web.members[one].status in IN_BOOKS for one in web.corrections(id_)),
        changed=now != version or found != seal,
    )
    document = statuses.Standing(id_, firm_id, number, sha256, standing_.status, standing_.previous, now)
    return Subject(document, standing_, currency, gross)
