"""What people accepted for a seller's documents, for a buyer's of sales: it proposes, it never decides."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from blink_tui.buffer import history
from blink_tui.buffer.bodies import loaded
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.model.documents import Direction
from blink_tui.model.rulebook import Learned

_UP = """
    INSERT INTO learned (firm_id, seller, direction, text_key, scheme, parameters, uses, at)
    SELECT c.firm_id, c.contractor, c.direction, k.value, c.scheme, c.parameters, 1, c.at
    FROM json_each(?) p CROSS JOIN coding c ON c.document_id = p.value
    JOIN json_each(json_array('', c.text_key)) k ON k.key = 0 OR k.value <> ''
    WHERE c.who <> ? AND c.contractor <> '' AND c.teaches
    ON CONFLICT DO UPDATE SET uses = uses + 1, at = max(at, excluded.at)
    RETURNING firm_id, seller, direction, uses
"""
_DOWN = """
    UPDATE learned SET uses = learned.uses - less.times
    FROM (
        SELECT c.firm_id, c.contractor, c.direction, k.value AS text_key, c.scheme, c.parameters, count(*) AS times
        FROM json_each(?) p CROSS JOIN coding c ON c.document_id = p.value
        JOIN json_each(json_array('', c.text_key)) k ON k.key = 0 OR k.value <> ''
        WHERE c.who <> ? AND c.contractor <> '' AND c.teaches
        GROUP BY 1, 2, 3, 4, 5, 6
    ) less
    WHERE (learned.firm_id, learned.seller, learned.direction, learned.text_key, learned.scheme, learned.parameters)
        = (less.firm_id, less.contractor, less.direction, less.text_key, less.scheme, less.parameters)
    RETURNING learned.firm_id, learned.seller, learned.direction, learned.uses
"""
_BOUGHT_ANEW = """
    UPDATE document SET proposed = -proposed WHERE +proposed > 0 AND +status = 'fetched' AND id IN (
        SELECT t.document_id FROM json_each(?) p
        CROSS JOIN document_trait t ON t.firm_id = p.value ->> 0 AND t.seller = p.value ->> 1
    )
"""
_SOLD_ANEW = """
    UPDATE document SET proposed = -proposed WHERE +proposed > 0 AND +status = 'fetched' AND id IN (
        SELECT d.id FROM json_each(?) p CROSS JOIN document d INDEXED BY document_to_propose
            ON d.firm_id = p.value ->> 0 AND d.status = 'fetched'
        WHERE d.direction = 'sale' AND d.buyer_value = p.value ->> 1
    )
"""
"""Proposals that are to be made anew and hold until then (a negative stamp): they know less, they are not wrong."""
Key = tuple[int, str, Direction]
"""Firm, number of the seller (of the buyer for a sale), direction."""


class Learning:
    """How often what was accepted, by firm and contractor.

    `Learned.text_key` is `str` of `model.matching.text_key` of the document's rows, as its traits have it, and empty
    for what holds of any document of the contractor. What a written rule or the data source decided teaches nothing: it
    would go before them, and a change of the rule would change nothing for whomever it was used for.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, firm_id: int, seller: str, direction: Direction) -> list[Learned]:
        """What was learned for one contractor, the most used first."""
        return (await self.many([(firm_id, seller, direction)])).get((firm_id, seller, direction), [])

    async def many(self, keys: Iterable[Key]) -> dict[Key, list[Learned]]:
        """The same for many; those for which nothing was learned are left out."""
        rows = await self._database.reader.rows(
            "SELECT l.firm_id, l.seller, l.direction, l.text_key, l.scheme, l.parameters, l.uses"
            " FROM json_each(?) p CROSS JOIN learned l ON l.firm_id = p.value ->> 0 AND l.seller = p.value ->> 1"
            " AND l.direction = p.value ->> 2 WHERE l.uses > 0"
            " ORDER BY l.uses DESC, l.at DESC, l.text_key, l.scheme, l.parameters",
            (json.dumps(sorted(set(keys))),),
        )
        found: dict[Key, list[Learned]] = defaultdict(list)
        for firm_id, seller, direction, text_key, scheme, parameters, uses in rows:
            known = Learned(scheme, loaded(dict[str, str], parameters), text_key, uses)
            found[firm_id, seller, Direction(direction)].append(known)
        return dict(found)


async def remember(session: Session, ids: str) -> None:
    """These documents (JSON of their ids) are coded; what the program coded teaches nothing.

    What is new is proposed for the contractor's other documents that wait.
    """
    await _propose_anew(session, await session.rows(_UP, (ids, history.ENGINE)), uses=1)


async def forget(session: Session, ids: str) -> None:
    """Their codings do not hold any more; what nobody else accepted is not proposed again."""
    await _propose_anew(session, await session.rows(_DOWN, (ids, history.ENGINE)), uses=0)


async def _propose_anew(session: Session, changed: Sequence[Row], *, uses: int) -> None:
    found = {row[:3] for row in changed if row[3] == uses}
    sold = sorted(row[:2] for row in found if row[2] == Direction.SALE)
    bought = sorted(row[:2] for row in found if row[2] != Direction.SALE)
    for sql, contractors in ((_BOUGHT_ANEW, bought), (_SOLD_ANEW, sold)):
        if contractors:
            await session.run(sql, (json.dumps(contractors),))
