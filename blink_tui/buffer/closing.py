"""What is asked when months are closed: what came after a lock, late documents, sellers that are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.buffer import amounts, closing_pages
from blink_tui.buffer.closing_pages import KeptPage
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, Status
from blink_tui.model.months import Month

RECURS_WITHIN, RECURS_IN = 4, 3
"""A seller recurs when its invoices stand in so many (the second) of the last so many months (the first)."""

_ARRIVED = """
    SELECT e.document_id FROM document_event e WHERE e.firm_id = l.firm_id AND e.what = 'fetched' AND e.seq > (
        SELECT coalesce(max(seq), 0) FROM (
            SELECT seq FROM document_event WHERE firm_id = l.firm_id AND at <= l.at ORDER BY seq DESC LIMIT 1))
"""
"""Ids of documents that a firm got after a lock `l`: its chain is walked back from its end to the lock alone."""

_OF_MONTH = """
    (d.vat_month = l.month OR EXISTS (
        SELECT 1 FROM coding c WHERE c.document_id = d.id AND c.month_before = l.month))
"""
"""Belongs to a locked month, or did until it was coded into a later one."""

_LOCKS = """
    SELECT l.firm_id, l.at, l.who, l.signed IS NOT NULL, (
        SELECT count(*) FROM document d WHERE d.id IN ({arrived}) AND {of_month})
    FROM month_lock l INDEXED BY month_lock_by_month WHERE l.month = ?
"""
_COLUMNS = """
    d.id, d.direction, d.status, d.invoice_number, d.seller_name, d.buyer_name, d.issue_date, d.received_date,
    d.gross, d.vat, d.currency, d.vat_month
"""
_AFTER = """
    SELECT {columns} FROM month_lock l JOIN document d ON d.id IN ({arrived})
    WHERE l.firm_id = ? AND l.month = ? AND {of_month} ORDER BY d.received_date, d.id LIMIT ?
"""
_LATE = """
    SELECT {columns} FROM document d INDEXED BY document_by_month
    WHERE d.vat_month = ? AND d.firm_id = ? AND CASE d.direction
        WHEN 'sale' THEN d.received_date > ?
        WHEN 'purchase' THEN d.issue_date > '' AND d.issue_date < ? END
    ORDER BY d.direction, d.received_date, d.id LIMIT ?
"""
_EXCLUDED = """
    SELECT {columns}, (
        SELECT e.reason FROM document_event e
        WHERE e.document_id = d.id AND e.after = 'excluded' ORDER BY e.seq DESC LIMIT 1)
    FROM document d INDEXED BY document_by_month
    WHERE d.vat_month = ? AND d.firm_id = ? AND d.status = 'excluded' ORDER BY d.received_date, d.id LIMIT ?
"""
_LATER = """
    SELECT d.vat_month, d.currency, count(*), sum(d.gross) FROM document d INDEXED BY document_of_firm_by_issue
    WHERE d.firm_id = ? AND d.issue_date BETWEEN ? AND ? AND d.direction = 'purchase' AND d.vat_month > ?
    GROUP BY d.vat_month, d.currency ORDER BY d.vat_month, d.currency
"""
_MISSING = """
    SELECT d.firm_id, d.seller_value, count(DISTINCT d.vat_month) AS months, max(d.id)
    FROM document d INDEXED BY document_facts
    WHERE d.direction = 'purchase' AND d.vat_month BETWEEN ? AND ? AND d.seller_value IS NOT NULL
        AND d.status <> 'excluded' AND (? IS NULL OR d.firm_id = ?)
    GROUP BY d.firm_id, d.seller_value HAVING max(d.vat_month) < ? AND months >= ?
"""
_NAMES = "SELECT id, seller_name FROM document WHERE id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Closed:
    """That a firm's month is closed."""

    at: Instant
    who: str
    signed: bool
    """With a page, not only locked."""
    after: int
    """Documents that came after it, though they belong to the month."""


@dataclass(frozen=True, slots=True)
class ClosedOn:
    """A document as a closing page lists it. Names and numbers are as the invoice has them: to be cleaned."""

    id: int
    direction: Direction
    status: Status
    number: str
    other: str
    """The other party's name."""
    issued: date | None
    received: date | None
    gross: Decimal | None
    vat: Decimal | None
    """In PLN."""
    currency: str
    month: Month | None
    """The VAT month in which it stands now."""


@dataclass(frozen=True, slots=True)
class Later:
    """Purchases issued in a month that stand in a later one."""

    month: Month
    currency: str
    documents: int
    gross: Decimal


@dataclass(frozen=True, slots=True)
class MissingSeller:
    """A seller of whom there is usually an invoice, and none in this month."""

    seller: str
    name: str
    months: int
    """In how many of the months before there was one."""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _closed_on(row: Row) -> ClosedOn:
    id_, direction, status, number, seller, buyer, issued, received, gross, vat, currency, month = row
    return ClosedOn(
        id_,
        Direction(direction),
        Status(status),
        number,
        (buyer if direction == Direction.SALE else seller) or "",
        _day(issued),
        _day(received),
        amounts.to_amount(gross),
        amounts.to_amount(vat),
        currency,
        Month.parse(month) if month else None,
    )


class Closing:
    """Questions of the closing; those over all firms are one statement each, whatever the number of firms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def locks(self, month: Month) -> dict[int, Closed]:
        """The firms that closed a month, by id; their pages are not read."""
        sql = composed(_LOCKS, arrived=_ARRIVED, of_month=_OF_MONTH)
        rows = await self._database.scan(sql, (str(month),))
        return {id_: Closed(Instant(at), who, bool(signed), after) for id_, at, who, signed, after in rows}

    async def signed(self, firm_id: int, month: Month) -> str | None:
        """JSON of the page with which a firm's month was signed off; None where it was not."""
        return await closing_pages.in_force(self._database.reader, firm_id, month)

    async def pages(self, firm_id: int, month: Month) -> list[KeptPage]:
        """Every page with which a firm's month was ever signed off, the first one first."""
        return await closing_pages.of_month(self._database.reader, firm_id, month)

    async def after_lock(self, firm_id: int, month: Month, limit: int) -> list[ClosedOn]:
        """Documents that came after a firm's month was locked, the earliest first."""
        sql = composed(_AFTER, columns=_COLUMNS, arrived=_ARRIVED, of_month=_OF_MONTH)
        return [_closed_on(row) for row in await self._database.scan(sql, (firm_id, str(month), limit))]

    async def late(self, firm_id: int, month: Month, vat_due: date, limit: int) -> list[ClosedOn]:
        """A month's purchases issued before it, and its sales received after its VAT was due."""
        values = (str(month), firm_id, vat_due.isoformat(), month.first_day.isoformat(), limit)
        rows = await self._database.scan(composed(_LATE, columns=_COLUMNS), values)
        return [_closed_on(row) for row in rows]

    async def excluded(self, firm_id: int, month: Month, limit: int) -> list[tuple[ClosedOn, str]]:
        """A month's documents that are not to be booked, each with the reason and decider as they were given."""
        values = (str(month), firm_id, limit)
        rows = await self._database.scan(composed(_EXCLUDED, columns=_COLUMNS), values)
        return [(_closed_on(row[:-1]), row[-1] or "") for row in rows]

    async def later(self, firm_id: int, month: Month) -> list[Later]:
        """Purchases issued in a month that were received after it, by the month in which they stand."""
        days = (month.first_day.isoformat(), month.last_day.isoformat())
        rows = await self._database.scan(_LATER, (firm_id, *days, str(month)))
        return [
            Later(Month.parse(name), currency, count, amounts.to_amount(units or 0) or Decimal(0))
            for name, currency, count, units in rows
        ]

    async def missing(self, month: Month, firm_id: int | None = None) -> Mapping[int, list[MissingSeller]]:
        """Sellers that recur and have no invoice in a month, by firm; of one firm or of all."""
        first = month.plus(-RECURS_WITHIN)
        values = (str(first), str(month), firm_id, firm_id, str(month), RECURS_IN)
        rows = await self._database.scan(_MISSING, values)
        names: dict[int, str | None] = dict(
            await self._database.scan(_NAMES, (str([row[3] for row in rows]),))
        )
        found: dict[int, list[MissingSeller]] = {}
        for of_firm, seller, months, newest in rows:
            one = MissingSeller(seller, names.get(newest) or "", months)
            found.setdefault(of_firm, []).append(one)
        return found
