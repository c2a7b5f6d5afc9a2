"""The second stage's results: due date, search text, VAT table, findings of a document's content, links and traits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blink_tui.buffer import findings, search_text
from blink_tui.buffer.amounts import to_amount
from blink_tui.buffer.database import Database
from blink_tui.buffer.deriving import CONTENT, PreparedDerived, prepare_derived
from blink_tui.buffer.records import DerivedRow, Undecoded
from blink_tui.buffer.session import Session
from blink_tui.buffer.sql import composed, places
from blink_tui.model.values import from_minor

if TYPE_CHECKING:
    from blink_tui.model.invoice import VatAmount

_AGAIN_AT_ONCE = 10_000
"""Documents that one transaction sends back to be read again."""


_KEEP_ACCOUNT = """
    INSERT INTO seller_account (account, seller, name, since) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET since = min(since, excluded.since), name = excluded.name
    WHERE excluded.since < since OR excluded.name <> name
"""


def _keeping(table: str, key: str, columns: str) -> str:
    """A statement that keeps a row, and writes nothing where the same row stands already."""
    names = columns.split(", ")
    news = ", ".join(f"excluded.{name}" for name in names)
    return composed(
        "INSERT INTO {table} ({key}, {columns}) VALUES ({places})"
        " ON CONFLICT DO UPDATE SET ({columns}) = ({news}) WHERE ({columns}) IS NOT ({news})",
        table=table,
        key=key,
        columns=columns,
        places=places(len(names) + len(key.split(", "))),
        news=news,
    )


_KEEP_VAT = _keeping("document_vat", "document_id, position", "rate, net, vat, vat_pln")
_KEEP_LINK = _keeping(
    "document_link",
    "document_id, position",
    "firm_id, seller, kind, to_ksef, to_number, to_key, issued, was_buyer",
)
_KEEP_TRAIT = _keeping(
    "document_trait",
    "firm_id, seller, received_date, document_id",
    "ksef_number, kind, number_key, issued, term, gross, currency, text_key, accounts",
)


class Derived:
    """What is derived can be rebuilt at any time, so it does not move a document's `version`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pending(self, version: int, limit: int) -> list[Undecoded]:
        """Documents last derived by a version before this one, or never."""
        rows = await self._database.reader.rows(
            "SELECT d.id, d.ksef_number, x.body, x.dictionary, d.direction, d.received_date, d.firm_id,"
            " (SELECT f.nip FROM firm f WHERE f.id = d.firm_id), coalesce(d.seller_value, '')"
            " FROM document d JOIN invoice_xml x ON x.ksef_number = d.ksef_number"
            " WHERE d.derived_version < ? ORDER BY d.derived_version, d.id LIMIT ?",
            (version, limit),
        )
        return [Undecoded(*row) for row in rows]

    async def count_pending(self, version: int) -> int:
        """How many documents `pending` has still to give."""
        row = await self._database.reader.row(
            "SELECT count(*) FROM document WHERE derived_version < ?", (version,)
        )
        return int(row[0]) if row else 0

    async def read_again(
        self, firm_ids: Sequence[int] | None = None, *, unreadable_only: bool = False
    ) -> int:
        """Send documents back to the second stage, of some firms or of all; returns how many.

        What was derived stays until it is derived anew. It is done in pieces, each of which stays done.
        """
        conditions, values = ["derived_version > 0"], [*(firm_ids or ())]
        if firm_ids is not None:
            conditions.append(composed("firm_id IN ({places})", places=places(len(firm_ids))))
        if unreadable_only:
            conditions.append("problem IS NOT NULL")
        sql = composed(
            "UPDATE document SET derived_version = 0 WHERE id IN (SELECT id FROM document WHERE {which} LIMIT ?)"
            " RETURNING id",
            which=" AND ".join(conditions),
        )
        total = 0
        while True:
            async with self._database.transaction() as session:
                done = len(await session.rows(sql, (*values, _AGAIN_AT_ONCE)))
            total += done
            if done < _AGAIN_AT_ONCE:
                return total

    async def save(self, rows: PreparedDerived | Sequence[DerivedRow]) -> None:
        """Keep results in one transaction, in the place of earlier ones; the documents wait to be compared anew."""
        prepared = rows if isinstance(rows, PreparedDerived) else prepare_derived(rows)
        async with self._database.transaction() as session:
            await _save(session, prepared)

    async def vat_table(self, document_id: int) -> list[VatAmount]:
        """The VAT table of a document in its own order; empty before it is derived."""
        rows = await self._database.reader.rows(
            "SELECT rate, net, vat, vat_pln FROM document_vat WHERE document_id = ? ORDER BY position",
            (document_id,),
        )
        from blink_tui.model.invoice import VatAmount

        return [
            VatAmount(rate=rate, net=from_minor(net), vat=to_amount(vat), vat_pln=to_amount(vat_pln))
            for rate, net, vat, vat_pln in rows
        ]


async def _save(session: Session, prepared: PreparedDerived) -> None:
    """What is the same as before is not written: a run over everything mostly finds what it found."""
    await session.run_many(
        "UPDATE document SET derived_version = ?, due_date = ?, problem = ?, attention = ?, compared = 0, proposed = 0,"
        " vat_month = CASE WHEN EXISTS ("
        " SELECT 1 FROM coding c WHERE c.document_id = document.id AND c.state = 'coded'"
        ") THEN vat_month ELSE ? END WHERE id = ?",
        prepared.documents,
    )
    await session.run_many("UPDATE coding SET month_before = ? WHERE document_id = ?", prepared.months)
    await search_text.keep(session, prepared.searches)
    await session.run_many(
        "DELETE FROM document_vat WHERE document_id = ? AND position >= ?", prepared.vat_ends
    )
    await session.run_many(_KEEP_VAT, prepared.vat)
    await findings.replace(session, CONTENT, prepared.finding_ends, prepared.findings)
    await session.run_many(
        "DELETE FROM document_link WHERE document_id = ? AND position >= ?", prepared.link_ends
    )
    await session.run_many(_KEEP_LINK, prepared.links)
    await session.run_many(_KEEP_TRAIT, prepared.traits)
    await session.run_many(_KEEP_ACCOUNT, prepared.accounts)
