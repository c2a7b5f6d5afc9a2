"""The second stage's results: due date, search text, VAT table, or why a document could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from blink_tui.buffer.amounts import to_amount, to_units
from blink_tui.buffer.database import Database
from blink_tui.buffer.records import DerivedRow, Undecoded
from blink_tui.i18n import N_
from blink_tui.model.invoice import VatAmount
from blink_tui.model.values import from_minor, to_minor

_INEXACT = N_("An amount of the VAT table has more than two decimals.")

_VatRow = tuple[int, int, str, int, int | None, int | None]


class Derived:
    """What is derived can be rebuilt at any time, so it does not move a document's `version`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pending(self, version: int, limit: int) -> list[Undecoded]:
        """Documents last derived by a version before this one, or never."""
        rows = await self._database.reader.rows(
            "SELECT d.id, d.ksef_number, x.body, x.dictionary, d.direction, d.received_date FROM document d"
            " JOIN invoice_xml x ON x.ksef_number = d.ksef_number"
            " WHERE d.derived_version < ? ORDER BY d.derived_version, d.id LIMIT ?",
            (version, limit),
        )
        return [Undecoded(*row) for row in rows]

    async def save(self, rows: Sequence[DerivedRow]) -> None:
        """Keep results in one transaction, in the place of earlier ones."""
        tables = [_vat_rows(row) for row in rows]
        async with self._database.transaction() as session:
            await session.run_many(
                "UPDATE document SET derived_version = ?, due_date = ?, problem = ?, vat_month = ? WHERE id = ?",
                [
                    (
                        row.version,
                        row.due_date.isoformat() if row.due_date else None,
                        row.problem or (_INEXACT if table is None else None),
                        row.vat_month,
                        row.document_id,
                    )
                    for row, table in zip(rows, tables, strict=True)
                ],
            )
            await session.run_many(
                "INSERT INTO document_search (document_id, text) VALUES (?, ?)"
                " ON CONFLICT (document_id) DO UPDATE SET text = excluded.text",
                [(row.document_id, row.search) for row in rows],
            )
            await session.run_many(
                "DELETE FROM document_vat WHERE document_id = ?", [(row.document_id,) for row in rows]
            )
            await session.run_many(
                "INSERT INTO document_vat (document_id, position, rate, net, vat, vat_pln)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [line for table in tables if table for line in table],
            )

    async def vat_table(self, document_id: int) -> list[VatAmount]:
        """The VAT table of a document in its own order; empty before it is derived."""
        rows = await self._database.reader.rows(
            "SELECT rate, net, vat, vat_pln FROM document_vat WHERE document_id = ? ORDER BY position",
            (document_id,),
        )
        return [
            VatAmount(rate=rate, net=from_minor(net), vat=to_amount(vat), vat_pln=to_amount(vat_pln))
            for rate, net, vat, vat_pln in rows
        ]


def _vat_rows(row: DerivedRow) -> list[_VatRow] | None:
    """The rows to store; None when an amount is no whole number of minor units: it is never rounded."""
    try:
        return [
            (
                row.document_id,
                position,
                line.rate,
                to_minor(line.net),
                to_units(line.vat),
                to_units(line.vat_pln),
            )
            for position, line in enumerate(row.vat)
        ]
    except ValueError:
        return None
