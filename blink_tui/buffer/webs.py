"""Documents that name one another, found from either end: corrections and originals, settlements and advances."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from blink_tui.buffer.amounts import to_amount
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.chains import Edge, Link, LinkKind, Member, Move, Web
from blink_tui.model.documents import Status

MOST_STEPS = 50
"""From document to document; a chain that is longer is told as far as it was followed."""

_LINK = "l.document_id, l.kind, l.to_ksef, l.to_number, l.issued, l.was_buyer"
_OUT = """
    SELECT {link}, t.id FROM json_each(?) p CROSS JOIN document_link l ON l.document_id = p.value
    LEFT JOIN document t ON t.ksef_number = l.to_ksef AND t.firm_id = l.firm_id
"""
_OUT_BY_NUMBER = """
    SELECT l.document_id, l.position, t.document_id FROM json_each(?) p
    CROSS JOIN document_link l ON l.document_id = p.value AND l.to_ksef IS NULL AND l.to_key > ''
    CROSS JOIN document_trait t ON t.firm_id = l.firm_id AND t.seller = l.seller AND t.number_key = l.to_key
"""
_IN = """
    SELECT {link}, m.id FROM json_each(?) p CROSS JOIN document m ON m.id = p.value
    CROSS JOIN document_link l ON l.to_ksef = m.ksef_number AND l.firm_id = m.firm_id
"""
_IN_BY_NUMBER = """
    SELECT {link}, m.id FROM json_each(?) p CROSS JOIN document m ON m.id = p.value
    CROSS JOIN document_trait t ON t.firm_id = m.firm_id AND t.seller = coalesce(m.seller_value, '')
        AND t.received_date = m.received_date AND t.document_id = m.id
    CROSS JOIN document_link l ON l.firm_id = t.firm_id AND l.seller = t.seller AND l.to_key = t.number_key
        AND l.to_ksef IS NULL AND l.document_id <> m.id
    WHERE t.number_key > ''
"""
_MEMBERS = """
    SELECT d.id, d.firm_id, d.ksef_number, d.invoice_number, d.kind, d.issue_date, d.gross, d.currency, d.status,
        d.buyer_value
    FROM json_each(?) p CROSS JOIN document d ON d.id = p.value
"""
_MOVES = """
    SELECT p.value, d.ksef_number, l.was_buyer, d.buyer_value FROM json_each(?) p
    CROSS JOIN document_link l ON l.to_ksef = p.value AND l.kind = 'corrects' AND l.was_buyer IS NOT NULL
    CROSS JOIN document d ON d.id = l.document_id
"""


class Webs:
    """Links among documents, asked for many at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def around(self, ids: Iterable[int], session: Session | None = None) -> Web:
        """Everything joined to some documents, however far, as one session sees it; those without links left out."""
        session = session or self._database.reader
        edges: dict[tuple[int, Link], Edge] = {}
        linked: set[int] = set()
        seen: set[int] = set()
        frontier = set(ids)
        for _ in range(MOST_STEPS):
            if not frontier:
                break
            seen |= frontier
            found = await self._edges(session, sorted(frontier))
            edges |= found
            beyond = {edge.source for edge in found.values()}
            beyond |= {edge.target for edge in found.values() if edge.target is not None}
            linked |= beyond
            frontier = beyond - seen
        members = {member.document_id: member for member in await self._members(session, sorted(linked))}
        return Web(members, tuple(edge for edge in edges.values() if edge.source in members))

    async def moves(self, ksef_numbers: Iterable[str]) -> list[Move]:
        """Corrections, of whichever firm, that give one of these invoices another buyer."""
        rows = await self._database.reader.rows(_MOVES, (json.dumps(list(ksef_numbers)),))
        return [Move(*row) for row in dict.fromkeys(rows)]

    async def named(self, ids: Iterable[int]) -> set[int]:
        """Documents of other firms that hold what these name as the original of a changed buyer."""
        rows = await self._database.reader.rows(
            "SELECT t.id FROM json_each(?) p CROSS JOIN document_link l ON l.document_id = p.value"
            " AND l.was_buyer IS NOT NULL CROSS JOIN document t ON t.ksef_number = l.to_ksef"
            " WHERE t.firm_id <> l.firm_id",
            (json.dumps(list(ids)),),
        )
        return {row[0] for row in rows}

    async def _edges(self, session: Session, ids: Sequence[int]) -> dict[tuple[int, Link], Edge]:
        """Links from and to documents; one that is known by its number alone gets its target, where there is one."""
        asked = (json.dumps(ids),)
        found: dict[tuple[int, Link], Edge] = {}
        by_number: dict[tuple[int, int], int] = {}
        for document_id, position, target in await session.rows(_OUT_BY_NUMBER, asked):
            if target != document_id:
                by_number[document_id, position] = target
        positions: dict[int, int] = {}
        out = composed(_OUT + " ORDER BY l.document_id, l.position", link=_LINK)
        for row in await session.rows(out, asked):
            position = positions[row[0]] = positions.get(row[0], -1) + 1
            _keep(found, row, row[6] or by_number.get((row[0], position)))
        for sql in (_IN, _IN_BY_NUMBER):
            for row in await session.rows(composed(sql, link=_LINK), asked):
                _keep(found, row, row[6])
        return found

    async def _members(self, session: Session, ids: Sequence[int]) -> list[Member]:
        rows = await session.rows(_MEMBERS, (json.dumps(ids),))
        return [
            Member(
                document_id=row[0],
                firm_id=row[1],
                ksef_number=row[2],
                invoice_number=row[3],
                kind=row[4],
                issued=row[5],
                gross=to_amount(row[6]),
                currency=row[7],
                status=Status(row[8]),
                buyer=row[9],
            )
            for row in rows
        ]


def _keep(edges: dict[tuple[int, Link], Edge], row: Row, target: int | None) -> None:
    link = Link(LinkKind(row[1]), row[2], row[3], row[4], row[5])
    key = (row[0], link)
    if key not in edges or edges[key].target is None:
        edges[key] = Edge(link, row[0], target)
