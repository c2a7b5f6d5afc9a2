"""Documents on their way out of the buffer: which ones an export is for, and all that is kept of each."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from blink_tui.buffer.amendments import WAITING
from blink_tui.buffer.codings import CONTRACTOR
from blink_tui.buffer.database import Database
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, Status
from blink_tui.model.months import Month
from blink_tui.model.values import KsefNumber

_BOOKS_MONTH = "substr(json_extract(c.body, '$.periods.books'), 1, 7)"
_MONTHS = "(SELECT value FROM json_each(:months))"
_OF_LEDGER = composed(
    "coalesce(nullif(d.vat_month, ''), {books}, substr(d.received_date, 1, 7)) IN {months}",
    books=_BOOKS_MONTH, months=_MONTHS,
)  # fmt: skip
_BY = {
    "ledger": _OF_LEDGER,
    "vat": composed(
        "(d.vat_month IN {months} OR EXISTS (SELECT 1 FROM register_amount r"
        " WHERE r.document_id = d.id AND r.month IN {months}))",
        months=_MONTHS,
    ),
    "books": composed(
        "coalesce({books}, substr(d.received_date, 1, 7)) IN {months}", books=_BOOKS_MONTH, months=_MONTHS
    ),
    "issue": composed("substr(d.issue_date, 1, 7) IN {months}", months=_MONTHS),
}
"""By what a month chooses a document `d` with the coding `c` that holds."""
_CHOOSE = """
    SELECT d.id, d.version, d.status, {waiting},
        coalesce(CASE d.direction WHEN 'sale' THEN b.sales_elsewhere WHEN 'purchase' THEN b.purchases_elsewhere END, 0)
    FROM {source} LEFT JOIN books b ON b.firm_id = d.firm_id
        LEFT JOIN coding c ON c.document_id = d.id AND c.state = 'coded'
    WHERE d.firm_id = :firm AND {conditions} ORDER BY d.id
"""
_ROWS = """
    SELECT d.id, d.ksef_number, d.direction, d.received, d.received_date, x.body, x.dictionary,
        coalesce(c.body, ''), k.nip, k.name, k.code, k.payable, k.receivable, {waiting}
    FROM json_each(?) p CROSS JOIN document d ON d.id = p.value
        JOIN invoice_xml x ON x.ksef_number = d.ksef_number
        LEFT JOIN coding c ON c.document_id = d.id AND c.state = 'coded'
        LEFT JOIN contractor k ON k.firm_id = d.firm_id AND k.nip = {contractor}
    ORDER BY d.id
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A document that an export is for."""

    id: int
    version: int
    status: Status
    amends: bool
    """The books have it and it is to be put right there."""
    elsewhere: bool
    """Another source books its direction."""


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

    async def choose(
        self,
        firm_id: int,
        statuses: Collection[Status],
        months: Collection[Month],
        by: str,
        *,
        ids: Collection[int] | None = None,
        booked_here: bool,
    ) -> list[Chosen]:
        """Documents of a firm, in the order in which they came.

        `by` tells what a month chooses them by: `ledger`, `vat`, `books` or `issue`; without months all are meant.
        `ids` leaves some of them, whatever their status. `booked_here` leaves out what another source books and what
        is for information only.
        """
        values = {"firm": firm_id, "months": json.dumps([str(month) for month in months])}
        conditions = [_BY[by]] if months else []
        if ids is None:
            conditions.append("d.status IN (SELECT value FROM json_each(:statuses))")
            values["statuses"] = json.dumps(sorted(statuses))
        if booked_here and ids is None:
            conditions.append(
                "d.direction <> 'none' AND NOT coalesce(CASE d.direction WHEN 'sale' THEN b.sales_elsewhere"
                " ELSE b.purchases_elsewhere END, 0)"
            )
        source = "document d"
        if ids is not None:
            source = "json_each(:ids) p CROSS JOIN document d ON d.id = p.value"
            values["ids"] = json.dumps(sorted(set(ids)))
        sql = composed(_CHOOSE, waiting=WAITING, source=source, conditions=" AND ".join(conditions) or "1")
        rows = await self._database.reader.rows(sql, values)  # type: ignore[arg-type]
        return [
            Chosen(id_, version, Status(status), bool(amends), bool(elsewhere))
            for id_, version, status, amends, elsewhere in rows
        ]

    async def rows(self, ids: Sequence[int]) -> list[OutgoingRow]:
        """Documents by their ids, in the order of these; a few hundred at a time."""
        sql = composed(_ROWS, waiting=WAITING, contractor=CONTRACTOR)
        return [
            OutgoingRow(*row[:8], tuple(row[8:13]) if row[8] is not None else None, bool(row[13]))
            for row in await self._database.reader.rows(sql, (json.dumps(list(ids)),))
        ]
