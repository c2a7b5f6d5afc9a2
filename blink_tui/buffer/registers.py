"""VAT registers of a month: sums of what coded documents put into them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from blink_tui.buffer.database import Database
from blink_tui.buffer.sql import composed
from blink_tui.model.decisions import CODED_OR_LATER
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month
from blink_tui.model.values import from_minor

Sums = dict[Direction, dict[str, Decimal]]
"""Register, field (`K_42`), sum in PLN."""

_COUNTED = ", ".join(repr(status.value) for status in sorted(CODED_OR_LATER))
_SUMS = """
    SELECT a.firm_id, a.register, a.field, sum(a.amount) FROM firm f
    CROSS JOIN register_amount a ON a.firm_id = f.id AND a.month = ?
    CROSS JOIN document d ON d.id = a.document_id AND +d.status IN ({counted})
    WHERE {which} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


class Registers:
    """What is coded or further on its way counts; what was set aside does not, as long as it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sums(self, firm_id: int, month: Month) -> Sums:
        """The registers of a firm's month; fields that nothing was put into are left out."""
        return (await self._sums(month, "f.id = ?", firm_id)).get(firm_id, {})

    async def all_sums(self, month: Month) -> dict[int, Sums]:
        """The same of all firms."""
        return await self._sums(month, "1")

    async def _sums(self, month: Month, which: str, *values: int) -> dict[int, Sums]:
        found: dict[int, Sums] = defaultdict(dict)
        sql = composed(_SUMS, counted=_COUNTED, which=which)
        rows = await self._database.reader.rows(sql, (str(month), *values))
        for firm, register, field, units in rows:
            found[firm].setdefault(Direction(register), {})[field] = from_minor(units)
        return dict(found)
