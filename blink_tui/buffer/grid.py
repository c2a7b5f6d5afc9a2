"""Pages of documents in any offered order and under any filter, by keyset: the same speed at a thousand and a million.

Every order has an index of its own over all firms, whose trailing columns decide the common filters, and one within a
firm. A key is the place of a row in an order: the value it is sorted by and its id.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from blink_tui.buffer import amounts
from blink_tui.buffer.database import Database
from blink_tui.buffer.grid_filter import GridFilter, Values, conditions, joined, of_firms
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.model.documents import Direction, Status
from blink_tui.model.filtering import EVERYTHING, Filter
from blink_tui.model.values import KsefNumber

Sort = Literal["issue_date", "received_date", "gross", "seller", "id"]
"""Name of an order. A document without the date or amount comes first; sellers go by the Polish alphabet."""

SORTS: Final[tuple[Sort, ...]] = ("issue_date", "received_date", "gross", "seller", "id")

Key = tuple[str | int, int]
"""Place of a row in an order."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One line of a list; the party is the other side: the buyer of a sale, else the seller."""

    id: int
    key: Key
    firm_id: int
    firm_name: str
    ksef_number: KsefNumber
    direction: Direction
    status: Status
    kind: str
    invoice_number: str
    issue_date: date | None
    received_date: date | None
    party_name: str | None
    party_nip: str | None
    net: Decimal | None
    vat: Decimal | None
    gross: Decimal | None
    currency: str
    due_date: date | None
    problem: str | None
    attention: int
    """Severity of the gravest finding (`model.findings.Severity`); 0 when there is none."""
    version: int


@dataclass(frozen=True, slots=True)
class _Order:
    """Column of an order, the keys that lie before and behind every row, and whether a firm has an index for it."""

    column: str
    lowest: Key
    highest: Key
    within_firm: bool


_LAST_ID = amounts.HIGHEST
_LAST_TEXT = "\U0010ffff"
_ORDERS: dict[Sort, _Order] = {
    "issue_date": _Order("issue_date", ("", 0), (_LAST_TEXT, _LAST_ID), True),
    "received_date": _Order("received_date", ("", 0), (_LAST_TEXT, _LAST_ID), True),
    "gross": _Order("gross_order", (amounts.LOWEST, 0), (amounts.HIGHEST, _LAST_ID), False),
    "seller": _Order("seller_key", ("", 0), (_LAST_TEXT, _LAST_ID), False),
    "id": _Order("id", (0, 0), (_LAST_ID, _LAST_ID), True),
}

_PAGE = """
    SELECT d.{column}, d.id, d.firm_id, (SELECT f.name FROM firm f WHERE f.id = d.firm_id),
        d.ksef_number, d.direction, d.status, d.kind, d.invoice_number, d.issue_date, d.received_date,
        CASE d.direction WHEN 'sale' THEN d.buyer_name ELSE d.seller_name END,
        CASE d.direction WHEN 'sale' THEN d.buyer_value ELSE d.seller_value END,
        d.net, d.vat, d.gross, d.currency, d.due_date, d.problem, d.attention,
        d.version
    FROM document d WHERE {beyond} AND {where} ORDER BY {order} LIMIT ?
"""
_ANCHORS = """
    SELECT k, id FROM (
        SELECT d.{column} AS k, d.id, row_number() OVER (ORDER BY {order}) AS n FROM document d WHERE {where}
    ) WHERE n % ? = 1 OR ? = 1
"""


_VERSIONS = """
    SELECT d.firm_id, d.id, d.version FROM document d WHERE (d.firm_id, d.id) > (?, ?) AND {where}
    ORDER BY d.firm_id, d.id LIMIT ?
"""
_VERSIONS_AT_ONCE = 50_000


def _row(row: Row) -> GridRow:
    key, id_, firm_id, firm_name, number, direction, status, kind, invoice_number = row[:9]
    issue_date, received_date, party_name, party_nip, net, vat, gross, currency = row[9:17]
    due_date, problem, attention, version = row[17:]
    return GridRow(
        id=id_,
        key=(key, id_),
        firm_id=firm_id,
        firm_name=firm_name,
        ksef_number=number,
        direction=Direction(direction),
        status=Status(status),
        kind=kind,
        invoice_number=invoice_number,
        issue_date=date.fromisoformat(issue_date) if issue_date else None,
        received_date=date.fromisoformat(received_date) if received_date else None,
        party_name=party_name,
        party_nip=party_nip,
        net=amounts.to_amount(net),
        vat=amounts.to_amount(vat),
        gross=amounts.to_amount(gross),
        currency=currency,
        due_date=date.fromisoformat(due_date) if due_date else None,
        problem=problem,
        attention=attention,
        version=version,
    )


def _where(chosen: GridFilter, order: _Order | None = None) -> tuple[str, Values]:
    """Conditions of a filter. Under an order, a `+` keeps them from choosing the index: the order has to choose it.

    Only one firm alone may, where it has an index of that order.
    """
    free = "" if order is None else "+"
    sql, values = joined(conditions(chosen), free=free)
    if chosen.firm_ids is None:
        return sql, values
    firms = of_firms(chosen.firm_ids)
    leads = order is None or (order.within_firm and len(chosen.firm_ids) == 1)
    return f"{composed(firms.sql, free='' if leads else '+')} AND {sql}", [*firms.values, *values]


def _beyond(order: _Order, key: Key, sign: str) -> tuple[str, Values]:
    """The condition that a row stands beyond a key."""
    if order.column == "id":
        return composed("d.id {sign} ?", sign=sign), [key[1]]
    return composed("(d.{column}, d.id) {sign} (?, ?)", column=order.column, sign=sign), [*key]


def _ordered(order: _Order, descending: bool) -> str:
    columns = ["id"] if order.column == "id" else [order.column, "id"]
    return ", ".join(f"d.{column} DESC" if descending else f"d.{column}" for column in columns)


class Grid:
    """Questions of the console's grid and of `doc list`.

    Long ones (count, sums, anchors, everything with a text) run on a connection of their own, one at a time, and end
    with BlinkError(STOPPED) when `interrupt` is called, or when their caller is cancelled.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def first(self, chosen: GridFilter, sort: Sort, descending: bool, limit: int) -> list[GridRow]:
        """The first rows in an order."""
        order = _ORDERS[sort]
        edge = order.highest if descending else order.lowest
        return await self._page(chosen, order, edge, "<" if descending else ">", descending, limit)

    async def last(self, chosen: GridFilter, sort: Sort, descending: bool, limit: int) -> list[GridRow]:
        """The last rows in an order, in that order."""
        order = _ORDERS[sort]
        return await self.before(
            chosen, sort, descending, order.lowest if descending else order.highest, limit
        )

    async def after(
        self, chosen: GridFilter, sort: Sort, descending: bool, key: Key, limit: int
    ) -> list[GridRow]:
        """The rows that follow a key."""
        return await self._page(chosen, _ORDERS[sort], key, "<" if descending else ">", descending, limit)

    async def before(
        self, chosen: GridFilter, sort: Sort, descending: bool, key: Key, limit: int
    ) -> list[GridRow]:
        """The rows just before a key, in the order shown."""
        rows = await self._page(chosen, _ORDERS[sort], key, ">" if descending else "<", not descending, limit)
        return rows[::-1]

    async def page_at(
        self, chosen: GridFilter, sort: Sort, descending: bool, anchor_key: Key, limit: int
    ) -> list[GridRow]:
        """The rows from an anchor on, itself included."""
        return await self._page(
            chosen, _ORDERS[sort], anchor_key, "<=" if descending else ">=", descending, limit
        )

    async def anchors(self, chosen: GridFilter, sort: Sort, descending: bool, every: int = 128) -> list[Key]:
        """Keys of every so-manieth row, beginning with the first: page n starts at the n-th of them."""
        order = _ORDERS[sort]
        where, values = _where(chosen, order)
        sql = composed(_ANCHORS, column=order.column, order=_ordered(order, descending), where=where)
        rows = await self._database.scan(sql, [*values, every, every])
        return [(key, id_) for key, id_ in rows]

    async def count(self, chosen: GridFilter) -> int:
        """How many documents a filter leaves."""
        where, values = _where(chosen)
        rows = await self._database.scan(
            composed("SELECT count(*) FROM document d WHERE {where}", where=where), values
        )
        return int(rows[0][0])

    async def sums(self, chosen: GridFilter) -> list[tuple[str, int, Decimal]]:
        """Currency, number of documents and sum of gross amounts, by currency; unknown amounts count as none."""
        where, values = _where(chosen)
        rows = await self._database.scan(
            composed(
                "SELECT d.currency, count(*), sum(d.gross) FROM document d WHERE {where}"
                " GROUP BY d.currency ORDER BY d.currency",
                where=where,
            ),
            values,
        )
        return [
            (currency, count, amounts.to_amount(units or 0) or Decimal(0)) for currency, count, units in rows
        ]

    async def versions(self, chosen: GridFilter) -> tuple[array[int], array[int]]:
        """Ids of the documents that a filter leaves, firm by firm, and their versions as they are now."""
        where, values = _where(chosen)
        sql = composed(_VERSIONS, where=where)
        ids, versions = array("q"), array("q")
        after = (0, 0)
        while rows := await self._database.scan(sql, [*after, *values, _VERSIONS_AT_ONCE]):
            ids.extend(row[1] for row in rows)
            versions.extend(row[2] for row in rows)
            after = rows[-1][0], rows[-1][1]
        return ids, versions

    async def groups(self, chosen: GridFilter, columns: str, grouped: str) -> list[Row]:
        """Columns over the documents that a filter leaves (`d`), grouped by some of them."""
        where, values = _where(chosen)
        sql = composed(
            "SELECT {columns} FROM document d WHERE {where} GROUP BY {grouped}",
            columns=columns, where=where, grouped=grouped,
        )  # fmt: skip
        return await self._database.scan(sql, values)

    async def tree_counts(
        self, firm_ids: Sequence[int] | None = None, query: Filter = EVERYTHING
    ) -> dict[tuple[Direction, Status], int]:
        """How many documents stand where, of some firms or of all; places without any are left out."""
        ids = None if firm_ids is None else tuple(firm_ids)
        where, values = _where(GridFilter(firm_ids=ids, query=query))
        rows = await self._database.scan(
            composed(
                "SELECT d.direction, d.status, count(*) FROM document d WHERE {where} GROUP BY d.status, d.direction",
                where=where,
            ),
            values,
        )
        return {(Direction(direction), Status(status)): count for direction, status, count in rows}

    async def max_id(self) -> int:
        """Id of the newest document; 0 when there is none."""
        row = await self._database.reader.row("SELECT coalesce(max(id), 0) FROM document")
        return int(row[0]) if row else 0

    async def interrupt(self) -> None:
        """Stop the long question that runs now."""
        await self._database.interrupt()

    async def _page(
        self, chosen: GridFilter, order: _Order, key: Key, sign: str, descending: bool, limit: int
    ) -> list[GridRow]:
        beyond, place = _beyond(order, key, sign)
        where, values = _where(chosen, order)
        sql = composed(
            _PAGE, column=order.column, beyond=beyond, where=where, order=_ordered(order, descending)
        )
        ask = self._database.scan if chosen.looks_beyond else self._database.reader.rows
        return [_row(row) for row in await ask(sql, [*place, *values, limit])]
