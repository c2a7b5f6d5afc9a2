"""Documents on their way out of the buffer: which ones an export is for, and all that is kept of each."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from blink_tui.buffer.amendments import WAITING
from blink_tui.buffer.amounts import to_amount
from blink_tui.buffer.codings import CONTRACTOR
from blink_tui.buffer.database import Database
from blink_tui.buffer.restored import LOST
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month
from blink_tui.model.values import KsefNumber

_MONTHS = "(SELECT value FROM json_each(:months))"
_BOOKS = "substr(json_extract(c.body, '$.periods.books'), 1, 7)"
_RECEIVED = "substr(d.received_date, 1, 7)"
_VAT = (
    "(d.vat_month IN {months} OR EXISTS (SELECT 1 FROM register_amount r"
    " WHERE r.document_id = d.id AND r.month IN {months}))"
)
_BY = {
    name: condition.format(months=_MONTHS)
    for name, condition in {
        "ledger": f"coalesce(nullif(d.vat_month, ''), {_BOOKS}, {_RECEIVED}) IN {{months}}",
        "vat": _VAT,
        "books": f"coalesce({_BOOKS}, {_RECEIVED}) IN {{months}}",
        "issue": "substr(d.issue_date, 1, 7) IN {months}",
        "either": "CASE WHEN c.document_id IS NULL THEN substr(d.issue_date, 1, 7) IN {months}"
        f" ELSE {_BOOKS} IN {{months}} OR {_VAT} END",
    }.items()
}
"""By what a month chooses a document `d` with the coding `c` that holds."""
_ELSEWHERE = (
    "coalesce(CASE d.direction WHEN 'sale' THEN b.sales_elsewhere"
    " WHEN 'purchase' THEN b.purchases_elsewhere END, 0)"
)
_WAIT = ("d.status = 'approved'", "d.direction <> 'none'", f"NOT {_ELSEWHERE}")
"""A firm's documents that go to its ledger, were they not there already."""
_BY_CURRENCY = " GROUP BY d.firm_id, d.currency ORDER BY d.firm_id, d.currency"
_NEVER_THERE = "NOT EXISTS (SELECT 1 FROM amendment m WHERE m.document_id = d.id)"
_STANDS = composed(
    """
    (EXISTS (SELECT 1 FROM book_row r INDEXED BY book_row_by_document JOIN book_import i ON i.id = r.import_id
        WHERE r.document_id = d.id AND i.state = 'current') AND {never})
""",
    never=_NEVER_THERE,
)
_ASKED = composed(
    """
    (EXISTS (SELECT 1 FROM book_question q JOIN book_import i ON i.id = q.import_id
        WHERE q.document_id = d.id AND q.differs = '' AND i.state = 'current') AND {never})
""",
    never=_NEVER_THERE,
)
"""Of each document what `book_guards` refuses of them all."""
_SOURCE = """
    FROM {source} LEFT JOIN books b ON b.firm_id = d.firm_id
        LEFT JOIN coding c ON c.document_id = d.id AND c.state = 'coded'
    WHERE {conditions}
"""
_IN_ORDER = " ORDER BY d.id"
_STANDING = """
    SELECT d.id, d.version, CASE WHEN d.status <> 'approved' THEN 'not-approved' WHEN {elsewhere} THEN 'elsewhere'
        WHEN d.direction = 'none' THEN 'for-information' WHEN {stands} THEN 'stands' WHEN {asked} THEN 'asked'
        WHEN {lost} THEN 'handed-over' WHEN {waiting} THEN 'amends' ELSE 'new' END
"""
_SOME = "json_each(:ids) p CROSS JOIN document d ON d.id = p.value"
_ROWS = """
    SELECT d.id, d.ksef_number, d.direction, d.received, d.received_date, x.body, x.dictionary,
        coalesce(c.body, ''), k.nip, k.name, k.code, k.payable, k.receivable, {waiting}
    FROM json_each(?) p CROSS JOIN document d ON d.id = p.value
        JOIN invoice_xml x ON x.ksef_number = d.ksef_number
        LEFT JOIN coding c ON c.document_id = d.id AND c.state = 'coded'
        LEFT JOIN contractor k ON k.firm_id = d.firm_id AND k.nip = {contractor}
    ORDER BY d.id
"""


class HeldBack(StrEnum):
    """Why a document is not handed over."""

    NOT_APPROVED = "not-approved"
    ELSEWHERE = "elsewhere"
    """Another source books its direction."""
    FOR_INFORMATION = "for-information"
    STANDS = "stands"
    """It stands in the books that were read back."""
    ASKED = "asked"
    """It may stand there, and nobody answered yet."""
    HANDED_OVER = "handed-over"
    """A batch of before the buffer was restored had it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a firm's ledger is to get; documents in the order in which they came, with their versions."""

    new: dict[int, int]
    amending: dict[int, int]
    """The books have them and are to put them right."""
    held_back: dict[int, HeldBack]


class OutgoingRow(NamedTuple):
    """A document as it is kept, light enough to be sent to a worker process."""

    id: int
    ksef_number: KsefNumber
    direction: Direction
    received: Instant | None
    received_date: str
    """Warsaw day; empty where KSeF did not tell it."""
    body: bytes
    dictionary: int
    coding: str
    """JSON of the coding that holds; empty where there is none."""
    contractor: tuple[str, str, str, str, str] | None
    """Fields of `model.books.Contractor`."""
    amends: bool


class Outgoing:
    """What exports read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(
        self, firm_id: int, months: Collection[Month], ids: Collection[int] | None = None
    ) -> Waiting:
        """Approved documents of a firm, or what keeps back those that are named by `ids`.

        A month chooses by the VAT's, else the books' or that of receipt; without months all are meant.
        """
        conditions = _WAIT if ids is None else ()
        what = composed(
            _STANDING, elsewhere=_ELSEWHERE, stands=_STANDS, asked=_ASKED, lost=LOST, waiting=WAITING
        )
        found = Waiting({}, {}, {})
        for id_, version, standing in await self._chosen(what, firm_id, months, "ledger", conditions, ids):
            if standing == "new":
                found.new[id_] = version
            elif standing == "amends":
                found.amending[id_] = version
            else:
                found.held_back[id_] = HeldBack(standing)
        return found

    async def sums(self, months: Collection[Month]) -> dict[int, list[tuple[str, int, Decimal]]]:
        """By firm the currency, number and gross of what `waiting` tells; unknown amounts count as none."""
        rows = await self._chosen(
            "SELECT d.firm_id, d.currency, count(*), sum(d.gross)",
            None,
            months,
            "ledger",
            _WAIT,
            None,
            then=_BY_CURRENCY,
        )
        found: dict[int, list[tuple[str, int, Decimal]]] = {}
        for firm_id, currency, count, units in rows:
            found.setdefault(firm_id, []).append((currency, count, to_amount(units) or Decimal(0)))
        return found

    async def reported(
        self, firm_id: int, months: Collection[Month], by: str, ids: Collection[int] | None = None
    ) -> list[int]:
        """Documents of a firm that are approved or further, for a report.

        `by` tells what a month chooses them by: `ledger` as `waiting`, `vat`, `books`, `issue` or `either` (VAT or
        books).
        """
        conditions = ["d.status IN ('approved', 'exported', 'booked')"]
        return [row[0] for row in await self._chosen("SELECT d.id", firm_id, months, by, conditions, ids)]

    async def _chosen(
        self,
        what: str,
        firm_id: int | None,
        months: Collection[Month],
        by: str,
        conditions: Sequence[str],
        ids: Collection[int] | None,
        *,
        then: str = _IN_ORDER,
    ) -> list[Row]:
        values: dict[str, object] = {}
        if firm_id is not None:
            values["firm"] = firm_id
            conditions = ["d.firm_id = :firm", *conditions]
        if months:
            values["months"] = json.dumps([str(month) for month in months])
            conditions = [*conditions, _BY[by]]
        if ids is not None:
            values["ids"] = json.dumps(sorted(set(ids)))
        source = "document d" if ids is None else _SOME
        sql = what + composed(_SOURCE, source=source, conditions=" AND ".join(conditions)) + then
        return await self._database.reader.rows(sql, values)

    async def rows(self, ids: Sequence[int]) -> list[OutgoingRow]:
        """Documents by their ids, in the order of these; a few hundred at a time."""
        sql = composed(_ROWS, waiting=WAITING, contractor=CONTRACTOR)
        return [_row(*row) for row in await self._database.reader.rows(sql, (json.dumps(list(ids)),))]


def _row(
    id_: int,
    number: KsefNumber,
    direction: str,
    received: Instant | None,
    received_date: str,
    body: bytes,
    dictionary: int,
    coding: str,
    *more: str,
) -> OutgoingRow:
    nip, name, code, payable, receivable, amends = more
    contractor = (nip, name, code, payable, receivable) if nip is not None else None
    return OutgoingRow(
        id_,
        number,
        Direction(direction),
        received,
        received_date,
        body,
        dictionary,
        coding,
        contractor,
        bool(amends),
    )
