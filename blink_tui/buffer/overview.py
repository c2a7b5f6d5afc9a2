"""Counts and sums for the screens that tell how things stand: one statement each, whatever the number of firms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.buffer import amounts
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed, places
from blink_tui.model.documents import Direction, Status
from blink_tui.model.findings import Severity
from blink_tui.model.months import Month

BOOKED_IN = "PLN"
"""The currency of the books: what is shown as one sum over months."""

_UNSETTLED = (Status.FETCHED, Status.CODED, Status.APPROVED, Status.EXPORTED, Status.QUERIED)
"""Documents that are not in the books and for which nobody said that they do not belong there."""

_WAITING = (Status.FETCHED, Status.CODED, Status.APPROVED, Status.QUERIED)
"""Documents that wait for somebody in the office."""

_BY_STATUS = """
    SELECT firm_id, status, count(*) FROM document WHERE status IN ({places}) GROUP BY status, direction, firm_id
"""
_NEWER = """
    SELECT f.id, (SELECT count(*) FROM document d WHERE d.firm_id = f.id AND d.id > ?) FROM firm f
"""
_PER_DAY = """
    SELECT received_date, count(*) FROM document WHERE received_date >= ? GROUP BY received_date
"""
_PER_MONTH = """
    SELECT vat_month, direction, sum(gross) FROM document
    WHERE vat_month BETWEEN ? AND ? GROUP BY vat_month, direction, currency HAVING currency = ?
"""
_UNDECIDED = """
    SELECT firm_id, direction, currency, count(*), sum(gross), min(received_date), sum(attention >= ?),
        sum(attention >= ?)
    FROM document INDEXED BY document_undecided WHERE status = 'fetched' GROUP BY direction, firm_id, currency
"""
_TO_CODE = """
    SELECT b.firm_id, sum(c.document_id IS NULL AND ifnull(p.complete, 0)), sum(c.document_id IS NOT NULL), count(*)
    FROM books b CROSS JOIN document d INDEXED BY document_undecided
        ON d.status = 'fetched' AND d.direction IN ('sale', 'purchase') AND d.firm_id = b.firm_id
    LEFT JOIN proposal p ON p.document_id = d.id LEFT JOIN coding c ON c.document_id = d.id
    GROUP BY b.firm_id
"""
_MONTH = """
    SELECT firm_id, direction, status, currency, count(*), sum(gross), sum({late}), sum(iif({late}, gross, 0)),
        sum(gross < 0), sum(min(gross, 0))
    FROM document WHERE vat_month = ? GROUP BY direction, currency, firm_id, status
"""
_LATE = """
    CASE direction WHEN 'sale' THEN received_date > ? ELSE issue_date > '' AND issue_date < ? END
"""
_WITHOUT_MONTH = """
    SELECT firm_id, count(*) FROM document
    WHERE vat_month = '' AND direction IN ('sale', 'purchase') AND status IN ({places}) GROUP BY firm_id
"""
_READY = """
    SELECT d.firm_id, count(*) FROM document d INDEXED BY document_by_status WHERE d.status = 'fetched' AND EXISTS (
        SELECT 1 FROM proposal p INDEXED BY proposal_ready WHERE p.document_id = d.id AND p.complete = 1)
    GROUP BY d.firm_id
"""
_DRAFTS = (
    "SELECT firm_id, count(*) FROM coding INDEXED BY coding_draft WHERE state = 'draft' GROUP BY firm_id"
)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A firm's documents of one direction and currency on which nobody has decided."""

    firm_id: int
    direction: Direction
    currency: str
    documents: int
    gross: Decimal
    oldest: date | None
    """The earliest day of receipt; None where none is known."""
    warnings: int
    """Those with a finding that wants a look, alarms included."""
    alarms: int


@dataclass(frozen=True, slots=True)
class ToCode:
    """How far a firm with books is with what waits to be coded."""

    ready: int
    """Documents whose proposal is complete."""
    drafts: int
    """Those that a person has begun with."""
    incomplete: int
    """Those with a proposal that lacks something, or without one."""


@dataclass(frozen=True, slots=True)
class MonthCount:
    """A firm's documents of one VAT month that stand alike."""

    firm_id: int
    direction: Direction
    status: Status
    currency: str
    documents: int
    gross: Decimal
    late: int
    """Purchases issued before the month, and sales received after its VAT was due."""
    late_gross: Decimal
    minus: int = 0
    """Those below zero: corrections in minus."""
    minus_gross: Decimal = Decimal(0)


def _sum(units: int | None) -> Decimal:
    return amounts.to_amount(units or 0) or Decimal(0)


def _undecided(row: Row) -> Undecided:
    firm_id, direction, currency, documents, units, oldest, warnings, alarms = row
    return Undecided(
        firm_id,
        Direction(direction),
        currency,
        documents,
        _sum(units),
        date.fromisoformat(oldest) if oldest else None,
        warnings,
        alarms,
    )


def _month_count(row: Row) -> MonthCount:
    firm_id, direction, status, currency, documents, units, late, late_units, minus, minus_units = row
    return MonthCount(
        firm_id,
        Direction(direction),
        Status(status),
        currency,
        documents,
        _sum(units),
        late,
        _sum(late_units),
        minus or 0,
        _sum(minus_units),
    )


class Overview:
    """Questions over all firms at once; they run on the connection of long questions, one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> dict[int, dict[Status, int]]:
        """How many documents of each firm wait for somebody, by status; what a firm has none of is left out."""
        found: dict[int, dict[Status, int]] = {}
        values = [status.value for status in _WAITING]
        sql = composed(_BY_STATUS, places=places(len(values)))
        for firm_id, status, count in await self._database.scan(sql, values):
            held = found.setdefault(firm_id, {})
            held[Status(status)] = held.get(Status(status), 0) + count
        return found

    async def newer_than(self, document_id: int) -> dict[int, int]:
        """How many documents of each firm came after one, by its id."""
        return dict(await self._database.scan(_NEWER, (document_id,)))

    async def per_day(self, since: date) -> dict[date, int]:
        """Documents by their day of receipt."""
        rows = await self._database.scan(_PER_DAY, (since.isoformat(),))
        return {date.fromisoformat(day): count for day, count in rows}

    async def gross_per_month(self, first: Month, last: Month) -> dict[tuple[Month, Direction], Decimal]:
        """Gross of documents in the books' currency by VAT month and direction; unknown amounts count as none."""
        rows = await self._database.scan(_PER_MONTH, (str(first), str(last), BOOKED_IN))
        return {(Month.parse(month), Direction(direction)): _sum(units) for month, direction, units in rows}

    async def undecided(self) -> list[Undecided]:
        """What waits for a decision."""
        rows = await self._database.scan(_UNDECIDED, (int(Severity.WARNING), int(Severity.ALARM)))
        return [_undecided(row) for row in rows]

    async def to_code(self) -> dict[int, ToCode]:
        """How far every firm with books is with its sales and purchases that are not coded."""
        rows = await self._database.scan(_TO_CODE)
        return {
            firm_id: ToCode(ready, drafts, count - ready - drafts) for firm_id, ready, drafts, count in rows
        }

    async def month(self, month: Month, vat_due: date) -> list[MonthCount]:
        """The documents of a VAT month, whose VAT is due on a day."""
        days = (vat_due.isoformat(), month.first_day.isoformat())
        rows = await self._database.scan(composed(_MONTH, late=_LATE), (*days, *days, str(month)))
        return [_month_count(row) for row in rows]

    async def without_month(self, statuses: Iterable[Status] = _UNSETTLED) -> dict[int, int]:
        """Sales and purchases that are not settled and whose VAT month is not known, by firm."""
        held = [status.value for status in statuses]
        return dict(
            await self._database.scan(composed(_WITHOUT_MONTH, places=places(len(held))), held),
        )

    async def ready(self) -> dict[int, int]:
        """How many documents of each firm have a complete proposal and wait for a decision."""
        return dict(await self._database.scan(_READY))

    async def drafts(self) -> dict[int, int]:
        """How many documents of each firm have a draft that is not coded yet."""
        return dict(await self._database.scan(_DRAFTS))

    async def first_month(self) -> Month | None:
        """The earliest VAT month of any document."""
        rows = await self._database.scan("SELECT min(vat_month) FROM document WHERE vat_month > ''")
        return Month.parse(rows[0][0]) if rows and rows[0][0] else None
