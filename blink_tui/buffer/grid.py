"""Pages of documents in any offered order and under any filter, by keyset: the same speed at a thousand and a million.

Every order has an index of its own over all firms, whose trailing columns decide the common filters, and one within a
firm. A key is the place of a row in an order: the value it is sorted by and its id.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from blink_tui.buffer import amounts
from blink_tui.buffer.database import Database
from blink_tui.buffer.grid_filter import GridFilter, Part
from blink_tui.buffer.grid_plan import ANY, BOUNDS, Bounds, Narrowing, count_of, in_order, these, whole
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
    known: bool = True
    """Whether `document_facts` has the column."""


_LAST_ID = amounts.HIGHEST
_LAST_TEXT = "\U0010ffff"
_ORDERS: dict[Sort, _Order] = {
    "issue_date": _Order("issue_date", ("", 0), (_LAST_TEXT, _LAST_ID), True),
    "received_date": _Order("received_date", ("", 0), (_LAST_TEXT, _LAST_ID), True),
    "gross": _Order("gross_order", (amounts.LOWEST, 0), (amounts.HIGHEST, _LAST_ID), False),
    "seller": _Order("seller_key", ("", 0), (_LAST_TEXT, _LAST_ID), False, known=False),
    "id": _Order("id", (0, 0), (_LAST_ID, _LAST_ID), True),
}

_ROW = """
    SELECT d.{column}, d.id, d.firm_id, (SELECT f.name FROM firm f WHERE f.id = d.firm_id),
        d.ksef_number, d.direction, d.status, d.kind, d.invoice_number, d.issue_date, d.received_date,
        CASE d.direction WHEN 'sale' THEN d.buyer_name ELSE d.seller_name END,
        CASE d.direction WHEN 'sale' THEN d.buyer_value ELSE d.seller_value END,
        d.net, d.vat, d.gross, d.currency, d.due_date, d.problem, d.attention,
        d.version
    FROM document d WHERE {which} ORDER BY {order} LIMIT ?
"""
_FIRST_IDS = """
    d.id IN (SELECT d.id FROM document d {source} WHERE {beyond} AND {where} ORDER BY {order} LIMIT ?)
"""
_EDGE = "SELECT d.{column}, d.id FROM document d WHERE {beyond} ORDER BY {order} LIMIT 1 OFFSET ?"
_ANCHORS = """
    SELECT k, id FROM (
        SELECT d.{column} AS k, d.id, row_number() OVER (ORDER BY {order}) AS n FROM document d {source} WHERE {where}
    ) WHERE n % ? = 1 OR ? = 1
"""
_COUNT = "SELECT count(*) FROM document d {source} WHERE {where}"
_SUMS = """
    SELECT d.currency, count(*), sum(iif(d.gross_order = {unknown}, 0, d.gross_order)) FROM document d {source}
    WHERE {where} GROUP BY d.currency ORDER BY d.currency
"""
_TREE = """
    SELECT d.direction, d.status, count(*) FROM document d {source} WHERE {where} GROUP BY d.status, d.direction
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


def _beyond(order: _Order, key: Key, sign: str, free: str = "") -> Part:
    """The condition that a row stands beyond a key."""
    if order.column == "id":
        return Part(composed("{free}d.id {sign} ?", sign=sign, free=free), (key[1],))
    return Part(
        composed("({free}d.{column}, {free}d.id) {sign} (?, ?)", column=order.column, sign=sign, free=free),
        key,
    )


def _ordered(order: _Order, descending: bool, free: str = "") -> str:
    columns = ["id"] if order.column == "id" else [order.column, "id"]
    return ", ".join(f"{free}d.{column} DESC" if descending else f"{free}d.{column}" for column in columns)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A page that is asked for: rows on one side of a key."""

    order: _Order
    key: Key
    sign: str
    descending: bool
    limit: int


class Grid:
    """Questions of the console's grid and of `doc list`.

    Long ones (count, sums, anchors, everything that is asked in words) run on a connection of their own, one at a time,
    and end with BlinkError(STOPPED) when `interrupt` is called, or when their caller is cancelled.
    """

    def __init__(self, database: Database, bounds: Bounds = BOUNDS) -> None:
        self._database = database
        self._bounds = bounds
        self._narrowing = Narrowing(database, bounds.few)

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
        source, where = await self._anchored(chosen, order)
        free = "" if chosen.is_plain else "+"
        sql = composed(
            _ANCHORS,
            column=order.column,
            order=_ordered(order, descending, free),
            where=where.sql,
            source=source,
        )
        rows = await self._database.scan(sql, [*where.values, every, every])
        return [(key, id_) for key, id_ in rows]

    async def count(self, chosen: GridFilter) -> int:
        """How many documents a filter leaves."""
        few = await self._narrowing.few(chosen)
        if few is not None:
            return len(few)
        counted = count_of(chosen)
        rows = await self._database.scan(counted.sql, counted.values)
        return int(rows[0][0])

    async def rank(self, chosen: GridFilter, sort: Sort, descending: bool, key: Key) -> int:
        """How many documents of a filter stand before a key in an order: the place where its row is or would be."""
        order = _ORDERS[sort]
        source, where = await self._anchored(chosen, order)
        before = _beyond(order, key, ">" if descending else "<", "" if chosen.is_plain else "+")
        sql = composed(_COUNT, source=source, where=f"{before.sql} AND {where.sql}")
        rows = await self._database.scan(sql, [*before.values, *where.values])
        return int(rows[0][0])

    async def sums(self, chosen: GridFilter) -> list[tuple[str, int, Decimal]]:
        """Currency, number of documents and sum of gross amounts, by currency; unknown amounts count as none."""
        source, where = await self._whole(chosen)
        rows = await self._database.scan(
            composed(_SUMS, source=source, where=where.sql, unknown=str(amounts.LOWEST)), where.values
        )
        return [
            (currency, count, amounts.to_amount(units or 0) or Decimal(0)) for currency, count, units in rows
        ]

    async def versions(
        self, chosen: GridFilter, besides: Collection[int] = ()
    ) -> tuple[array[int], array[int]]:
        """Ids of the documents that a filter leaves but some, firm by firm, and their versions as they are now."""
        few = await self._narrowing.few(chosen)
        where = in_order(chosen, leads=True) if few is None else these(few)
        sql = composed(_VERSIONS, where=where.sql)
        ids, versions = array("q"), array("q")
        after = (0, 0)
        while rows := await self._database.scan(sql, [*after, *where.values, _VERSIONS_AT_ONCE]):
            left = [row for row in rows if row[1] not in besides] if besides else rows
            ids.extend(row[1] for row in left)
            versions.extend(row[2] for row in left)
            after = rows[-1][0], rows[-1][1]
        return ids, versions

    async def groups(
        self,
        chosen: GridFilter,
        besides: Collection[int],
        columns: str,
        grouped: str,
        values: Sequence[object] = (),
    ) -> list[Row]:
        """Columns with their values over the documents that a filter leaves but some (`d`), grouped by some of them."""
        source, where = await self._whole(chosen)
        sql = composed(
            "SELECT {columns} FROM document d {source} WHERE {where}"
            " AND +d.id NOT IN (SELECT value FROM json_each(?)) GROUP BY {grouped}",
            columns=columns, source=source, where=where.sql, grouped=grouped,
        )  # fmt: skip
        return await self._database.scan(sql, [*values, *where.values, json.dumps(list(besides))])

    async def tree_counts(
        self, firm_ids: Sequence[int] | None = None, query: Filter = EVERYTHING
    ) -> dict[tuple[Direction, Status], int]:
        """How many documents stand where, of some firms or of all; places without any are left out."""
        ids = None if firm_ids is None else tuple(firm_ids)
        source, where = await self._whole(GridFilter(firm_ids=ids, query=query))
        rows = await self._database.scan(composed(_TREE, source=source, where=where.sql), where.values)
        return {(Direction(direction), Status(status)): count for direction, status, count in rows}

    async def max_id(self) -> int:
        """Id of the newest document; 0 when there is none."""
        row = await self._database.reader.row("SELECT coalesce(max(id), 0) FROM document")
        return int(row[0]) if row else 0

    async def interrupt(self) -> None:
        """Stop the long question that runs now."""
        await self._database.interrupt()

    # How a filter is asked

    async def _whole(self, chosen: GridFilter) -> tuple[str, Part]:
        """Where all documents of a filter are read from at once, and by which conditions."""
        few = await self._narrowing.few(chosen)
        return ("", these(few)) if few is not None else whole(chosen)

    async def _anchored(self, chosen: GridFilter, order: _Order) -> tuple[str, Part]:
        """The same in an order: without words, its index has it in order and decides the rest."""
        if chosen.is_plain:
            return "", in_order(chosen, leads=_leads(chosen, order))
        source, where = await self._whole(chosen)
        return (source if order.known else ""), where

    async def _page(
        self, chosen: GridFilter, order: _Order, key: Key, sign: str, descending: bool, limit: int
    ) -> list[GridRow]:
        wish = _Wish(order, key, sign, descending, limit)
        if chosen.is_plain:
            return await self._walk(chosen, wish)
        few = await self._narrowing.few(chosen)
        if few is not None:
            return await self._pick(wish, these(few))
        found = await self._look_near(chosen, wish)
        return await self._look_everywhere(chosen, wish) if found is None else found

    async def _walk(self, chosen: GridFilter, wish: _Wish, edge: Part = ANY) -> list[GridRow]:
        """Along the index of the order, testing each row."""
        order, where = wish.order, in_order(chosen, leads=_leads(chosen, wish.order))
        beyond = _beyond(order, wish.key, wish.sign)
        sql = composed(
            _ROW,
            column=order.column,
            which=f"{beyond.sql} AND {edge.sql} AND {where.sql}",
            order=_ordered(order, wish.descending),
        )
        ask = self._database.reader.rows if chosen.is_plain else self._database.scan
        values = [*beyond.values, *edge.values, *where.values, wish.limit]
        return [_row(row) for row in await ask(sql, values)]

    async def _pick(self, wish: _Wish, which: Part) -> list[GridRow]:
        """Out of a few documents, sorted."""
        order, beyond = wish.order, _beyond(wish.order, wish.key, wish.sign, "+")
        sql = composed(
            _ROW,
            column=order.column,
            which=f"{which.sql} AND {beyond.sql}",
            order=_ordered(order, wish.descending, "+"),
        )
        values = [*which.values, *beyond.values, wish.limit]
        return [_row(row) for row in await self._database.scan(sql, values)]

    async def _look_near(self, chosen: GridFilter, wish: _Wish) -> list[GridRow] | None:
        """Along the order as far as is quick; None when the page is not full there."""
        order, beyond = wish.order, _beyond(wish.order, wish.key, wish.sign)
        edge = ANY
        if not _leads(chosen, order):
            sql = composed(
                _EDGE, column=order.column, beyond=beyond.sql, order=_ordered(order, wish.descending)
            )
            rows = await self._database.scan(sql, [*beyond.values, self._bounds.near])
            if rows:
                edge = _beyond(order, (rows[0][0], rows[0][1]), ">=" if wish.descending else "<=")
        found = await self._walk(chosen, wish, edge)
        return found if edge is ANY or len(found) == wish.limit else None

    async def _look_everywhere(self, chosen: GridFilter, wish: _Wish) -> list[GridRow]:
        """One reading of what filters compare, whose best rows make the page: slower, and never much slower."""
        order, beyond = wish.order, _beyond(wish.order, wish.key, wish.sign, "+")
        source, where = whole(chosen)
        which = composed(
            _FIRST_IDS,
            source=source if order.known else "",
            beyond=beyond.sql,
            where=where.sql,
            order=_ordered(order, wish.descending, "+"),
        )
        return await self._pick(wish, Part(which, (*beyond.values, *where.values, wish.limit)))


def _leads(chosen: GridFilter, order: _Order) -> bool:
    """Whether one firm alone is asked for, which has an index of that order."""
    return order.within_firm and chosen.firm_ids is not None and len(chosen.firm_ids) == 1
