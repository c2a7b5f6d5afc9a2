"""Mid rates of the National Bank's table A, as far as they were loaded."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from blink_tui.buffer.database import Database
from blink_tui.model.books import ExchangeRate


class ExchangeRates:
    """By currency and day of the table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, rates: Iterable[ExchangeRate]) -> None:
        """Keep rates, in the place of those of the same currency and day."""
        rows = [(one.currency, one.day.isoformat(), str(one.rate), one.table) for one in rates]
        async with self._database.transaction() as session:
            await session.run_many("INSERT OR REPLACE INTO exchange_rate VALUES (?, ?, ?, ?)", rows)

    async def by_currency(self, currencies: Iterable[str] | None = None) -> dict[str, list[ExchangeRate]]:
        """Rates of some currencies or of all, in the order of their days."""
        wanted = None if currencies is None else json.dumps(sorted(set(currencies)))
        rows = await self._database.reader.rows(
            "SELECT currency, day, rate, table_number FROM exchange_rate"
            " WHERE ?1 IS NULL OR currency IN (SELECT value FROM json_each(?1)) ORDER BY currency, day",
            (wanted,),
        )
        found: dict[str, list[ExchangeRate]] = defaultdict(list)
        for currency, day, rate, table in rows:
            found[currency].append(ExchangeRate(currency, date.fromisoformat(day), Decimal(rate), table))
        return dict(found)
