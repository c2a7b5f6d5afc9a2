"""How documents are coded or would be, in a few words: for lists of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from blink_tui.buffer.database import Database
from blink_tui.model.months import Month

_BRIEFS = """
    SELECT d.id, coalesce(c.state, 'proposed'), coalesce(c.scheme, p.scheme), coalesce(c.complete, p.complete),
        coalesce(c.vat_month, p.vat_month)
    FROM json_each(?) j CROSS JOIN document d ON d.id = j.value
    LEFT JOIN coding c ON c.document_id = d.id LEFT JOIN proposal p ON p.document_id = d.id
    WHERE coalesce(c.document_id, p.document_id) IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Brief:
    """Of one document."""

    state: str
    """`coded`, `draft` or `proposed`."""
    scheme: str
    """Empty where it has none."""
    complete: bool
    vat_month: Month | None


class Briefs:
    """By document."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, ids: Iterable[int]) -> dict[int, Brief]:
        """The coding or draft of each, else its proposal; those without any are left out."""
        rows = await self._database.reader.rows(_BRIEFS, (json.dumps(list(ids)),))
        return {
            id_: Brief(state, scheme, bool(complete), Month.parse(month) if month else None)
            for id_, state, scheme, complete, month in rows
        }
