"""A firm's chart of accounts, the contractors that its ledger knows, the values of its dimensions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from blink_tui.buffer import errors, history, meanwhile
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed, places
from blink_tui.model.books import Account, Contractor, DimensionValue
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_of
from blink_tui.model.text import folded

_FIND = """
    SELECT number, name, open FROM account WHERE firm_id = ?1 AND open = 1 AND (substr(number, 1, ?2) = ?3 OR {words})
    ORDER BY substr(number, 1, ?2) <> ?3, number LIMIT ?4
"""


class Charts:
    """Lists by firm. Keeping one makes it what was given; what differs is told in the firm's chain."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def accounts(self, firm_id: int) -> list[Account]:
        """The whole chart by number, closed accounts as well."""
        rows = await self._rows("account", "number, name, open", firm_id)
        return [Account(number, name, bool(open_)) for number, name, open_ in rows]

    async def find_accounts(self, firm_id: int, text: str, limit: int = 20) -> list[Account]:
        """Open accounts whose number begins so, then those whose number or name has all of its words."""
        words = folded(text).split()
        number = text.strip()
        condition = " AND ".join(f"instr(search, ?{place})" for place, _ in enumerate(words, 5)) or "0"
        rows = await self._database.reader.rows(
            composed(_FIND, words=condition), (firm_id, len(number), number, limit, *words)
        )
        return [Account(found, name, bool(open_)) for found, name, open_ in rows]

    async def keep_accounts(
        self, firm_id: int, accounts: Sequence[Account], *, who: str, seen: Sequence[Account] | None = None
    ) -> None:
        """The chart becomes these; of two with one number the last counts.

        `seen` are those that were looked at. Raises BlinkError(CHANGED_MEANWHILE).
        """
        rows = _account_rows(accounts)
        looked_at = None if seen is None else _account_rows(seen)
        await self._keep(firm_id, "account", "number, name, open, search", 1, rows, who, looked_at)

    async def contractors(self, firm_id: int) -> dict[str, Contractor]:
        """By NIP."""
        rows = await self._rows("contractor", "nip, name, code, payable, receivable", firm_id)
        return {row[0]: Contractor(*row) for row in rows}

    async def known_contractors(self, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Contractor]:
        """Contractors of many firms at once, by firm and NIP; those that no ledger knows are left out."""
        rows = await self._database.reader.rows(
            "SELECT c.firm_id, c.nip, c.name, c.code, c.payable, c.receivable FROM json_each(?) p"
            " CROSS JOIN contractor c ON c.firm_id = p.value ->> 0 AND c.nip = p.value ->> 1",
            (json.dumps(sorted(set(wanted))),),
        )
        return {(row[0], row[1]): Contractor(*row[1:]) for row in rows}

    async def keep_contractors(self, firm_id: int, contractors: Sequence[Contractor], *, who: str) -> None:
        """The contractors become these."""
        rows = {(c.nip,): (c.nip, c.name, c.code, c.payable, c.receivable) for c in contractors}
        await self._keep(firm_id, "contractor", "nip, name, code, payable, receivable", 1, rows, who)

    async def dimensions(self, firm_id: int) -> list[DimensionValue]:
        """All values, by dimension and code."""
        return [
            DimensionValue(*row)
            for row in await self._rows("dimension_value", "dimension, code, name", firm_id)
        ]

    async def keep_dimensions(self, firm_id: int, values: Sequence[DimensionValue], *, who: str) -> None:
        """The values become these."""
        rows = {(one.dimension, one.code): (one.dimension, one.code, one.name) for one in values}
        await self._keep(firm_id, "dimension_value", "dimension, code, name", 2, rows, who)

    async def _rows(self, table: str, columns: str, firm_id: int) -> list[Row]:
        sql = composed(
            "SELECT {columns} FROM {table} WHERE firm_id = ? ORDER BY {columns}", columns=columns, table=table
        )
        return await self._database.reader.rows(sql, (firm_id,))

    async def _keep(
        self,
        firm_id: int,
        table: str,
        columns: str,
        keys: int,
        rows: dict[Row, Row],
        who: str,
        seen: dict[Row, Row] | None = None,
    ) -> None:
        """Write what differs, and that alone into the chain: before and after of each row that was changed."""
        names = columns.split(", ")
        async with self._database.transaction() as session:
            sql = composed("SELECT {columns} FROM {table} WHERE firm_id = ?", columns=columns, table=table)
            old = {row[:keys]: row for row in await session.rows(sql, (firm_id,))}
            if seen is not None and seen != old:
                raise await meanwhile.of_firm(session, firm_id, table, errors.CHART_OF_FIRM)
            gone = [row for key, row in old.items() if rows.get(key) != row]
            new = [row for key, row in rows.items() if old.get(key) != row]
            if not gone and not new:
                return
            key = " AND ".join(f"{name} = ?" for name in names[:keys])
            await session.run_many(
                composed("DELETE FROM {table} WHERE firm_id = ? AND {key}", table=table, key=key),
                [(firm_id, *row[:keys]) for row in gone],
            )
            await session.run_many(
                composed(
                    "INSERT INTO {table} (firm_id, {columns}) VALUES ({places})",
                    table=table,
                    columns=columns,
                    places=places(len(names) + 1),
                ),
                [(firm_id, *row) for row in new],
            )
            at = instant_of(self._clock.now())
            await history.append_firm(session, firm_id, table, _told(gone), _told(new), at=at, who=who)


def _account_rows(accounts: Iterable[Account]) -> dict[Row, Row]:
    return {
        (one.number,): (one.number, one.name, int(one.open), folded(f"{one.number} {one.name}"))
        for one in accounts
    }


def _told(rows: Sequence[Row]) -> str:
    return json.dumps(sorted(rows), ensure_ascii=False)
