"""Documents that wait to be compared with others, what they are compared with, and what came of it."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from blink_tui.buffer import findings
from blink_tui.buffer.amounts import to_amount
from blink_tui.buffer.database import Database
from blink_tui.buffer.deriving import HISTORY, finding_rows
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.model.comparison import Known, OtherSeller, Renewal
from blink_tui.model.documents import Direction
from blink_tui.model.findings import Finding
from blink_tui.model.values import KsefNumber

_KNOWN = (
    "t.document_id, t.ksef_number, t.received_date, t.kind, t.number_key, t.issued, t.term, t.gross, t.currency,"
    " t.text_key, t.accounts"
)
_TRAITS = """
    SELECT t.* FROM json_each(?) p CROSS JOIN document d ON d.id = p.value
    CROSS JOIN document_trait t ON t.firm_id = d.firm_id AND t.seller = coalesce(d.seller_value, '')
        AND t.received_date = d.received_date AND t.document_id = d.id
"""
_AGAIN = "CASE WHEN compared > 0 THEN -1 ELSE compared - 2 END"
"""Sends a document back; one that waits stays as fresh as it was, and who compares it right now sees the change."""
_RENEWALS = """
    SELECT o.document_id, o.ksef_number, k.document_id, k.ksef_number, n.document_id, n.ksef_number
    FROM ({traits}) t
    JOIN document_trait k INDEXED BY document_trait_by_gross
        ON k.seller = t.seller AND k.gross = -abs(t.gross) AND k.kind LIKE 'KOR%'
    JOIN document_link l ON l.document_id = k.document_id AND l.kind = 'corrects'
    JOIN document_trait o INDEXED BY document_trait_by_gross
        ON o.seller = k.seller AND o.gross = -k.gross AND o.firm_id = k.firm_id AND o.ksef_number = l.to_ksef
    JOIN document_trait n INDEXED BY document_trait_by_gross
        ON n.seller = k.seller AND n.gross = o.gross AND n.kind NOT LIKE 'KOR%'
        AND n.ksef_number <> o.ksef_number AND n.issued >= o.issued
        AND n.issued BETWEEN date(k.issued, '-3 days') AND date(k.issued, '+14 days')
    GROUP BY o.document_id, k.document_id HAVING count(DISTINCT n.ksef_number) = 1
"""
"""Where several could be the invoice anew, as with a subscription, nothing is said."""
_NUMBERED_ALIKE = """
    SELECT t.document_id, o.document_id, o.ksef_number FROM ({traits}) t
    JOIN document_trait o INDEXED BY document_trait_by_gross ON o.seller = t.seller AND o.gross = t.gross
        AND o.firm_id = t.firm_id AND o.kind = t.kind AND o.number_key = t.number_key AND o.currency = t.currency
        AND o.ksef_number <> t.ksef_number
    WHERE t.gross <> 0 AND t.number_key > '' ORDER BY t.document_id, o.document_id
"""
_SAME_TEXT = """
    SELECT t.text_key, t.firm_id, t.document_id, t.received_date FROM json_each(?) p
    JOIN document_trait t ON t.text_key = p.value ->> 0
        AND t.received_date BETWEEN date(p.value ->> 1, ?) AND date(p.value ->> 1, ?)
    WHERE NOT EXISTS (
        SELECT 1 FROM document_trait e WHERE e.firm_id = t.firm_id AND e.seller = t.seller
            AND (e.received_date, e.document_id) < (t.received_date, t.document_id)
    )
"""


class Waiting(NamedTuple):
    """A document that waits to be compared."""

    document_id: int
    ksef_number: KsefNumber
    seller: str
    direction: str
    seen: int
    """What stands in its row: another number when it was sent back meanwhile."""
    issued: str
    """ISO day; empty where unknown."""
    offline: bool

    @property
    def fresh(self) -> bool:
        """Not compared yet; else compared again, since a document beside it is new."""
        return self.seen % 2 == 0

    @property
    def bought(self) -> bool:
        """Whether it is compared with all that the firm has of its seller."""
        return self.direction != Direction.SALE


class FirstText(NamedTuple):
    """A firm's first document of a seller, with the text that it shares with others."""

    text_key: int
    firm_id: int
    document_id: int
    received: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison found about one document."""

    document_id: int
    seen: int
    """`Waiting.seen`: what came of it counts only if it was not sent back since."""
    findings: tuple[Finding, ...]


class Comparing:
    """Questions and answers of the comparison; what is found can be found anew at any time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def firms(self) -> list[int]:
        """Firms with documents that wait."""
        rows = await self._database.reader.rows(
            "SELECT DISTINCT firm_id FROM document WHERE compared < 1 AND derived_version > 0"
        )
        return [row[0] for row in rows]

    async def count(self) -> int:
        """How many documents wait."""
        row = await self._database.reader.row(
            "SELECT count(*) FROM document WHERE compared < 1 AND derived_version > 0"
        )
        return int(row[0]) if row else 0

    async def waiting(self, firm_id: int, limit: int) -> list[Waiting]:
        """Documents of a firm that wait, in the order in which they arrived."""
        rows = await self._database.reader.rows(
            "SELECT id, ksef_number, coalesce(seller_value, ''), direction, compared, issue_date, offline"
            " FROM document WHERE firm_id = ? AND compared < 1 AND derived_version > 0 ORDER BY id LIMIT ?",
            (firm_id, limit),
        )
        return [
            Waiting(id_, number, seller, direction, seen, issued, bool(offline))
            for id_, number, seller, direction, seen, issued, offline in rows
        ]

    async def since(self, firm_id: int) -> str:
        """Warsaw day of a firm's first document; empty where it has none."""
        row = await self._database.reader.row(
            "SELECT received_date FROM document WHERE firm_id = ? AND received_date > ''"
            " ORDER BY received_date LIMIT 1",
            (firm_id,),
        )
        return row[0] if row else ""

    async def histories(self, firm_id: int, sellers: Iterable[str]) -> dict[str, list[Known]]:
        """All that a firm has of some sellers, oldest first."""
        rows = await self._database.reader.rows(
            composed(
                "SELECT t.seller, {known} FROM json_each(?) p"
                " CROSS JOIN document_trait t ON t.firm_id = ? AND t.seller = p.value"
                " ORDER BY t.seller, t.received_date, t.document_id",
                known=_KNOWN,
            ),
            (json.dumps(list(sellers)), firm_id),
        )
        return await asyncio.to_thread(_by_seller, rows)

    async def numbered_alike(self, ids: Iterable[int]) -> list[tuple[int, int, KsefNumber]]:
        """For each of some documents, others of its firm, seller, kind, number and amount: id and KSeF number."""
        sql = composed(_NUMBERED_ALIKE, traits=_TRAITS)
        return [(row[0], row[1], row[2]) for row in await self._rows(sql, ids)]

    async def other_sellers(self, accounts: Iterable[str]) -> dict[str, tuple[OtherSeller, ...]]:
        """With which sellers accounts were seen, where with more than one: oldest first."""
        rows = await self._database.reader.rows(
            "SELECT a.account, a.seller, a.name, a.since FROM json_each(?) p"
            " CROSS JOIN seller_account a ON a.account = p.value ORDER BY a.account, a.since, a.seller",
            (json.dumps(list(accounts)),),
        )
        found: dict[str, list[OtherSeller]] = defaultdict(list)
        for account, seller, name, since in rows:
            found[account].append(OtherSeller(seller, name, since))
        return {account: tuple(sellers) for account, sellers in found.items() if len(sellers) > 1}

    async def first_texts(self, texts: Iterable[tuple[int, str]], days: int) -> list[FirstText]:
        """First documents of their sellers that share a text with one received within so many days of its day."""
        rows = await self._database.reader.rows(
            _SAME_TEXT, (json.dumps([list(one) for one in texts]), f"-{days} days", f"+{days} days")
        )
        return [FirstText(*row) for row in dict.fromkeys(rows)]

    async def renewals(self, ids: Iterable[int]) -> list[Renewal]:
        """Cases of "to zero and anew" that have the sellers and amounts of these documents, of all firms."""
        rows = await self._rows(composed(_RENEWALS, traits=_TRAITS), ids)
        return [Renewal(row[0:2], row[2:4], row[4:6]) for row in rows]

    async def save(self, version: int, compared: Sequence[Compared], touched: Iterable[int]) -> None:
        """Keep what was found in one transaction, in the place of what was found before.

        `touched` are documents of any firm to be compared again.
        """
        ends = [(one.document_id, len(one.findings)) for one in compared]
        rows = await asyncio.to_thread(_finding_rows, compared)
        async with self._database.transaction() as session:
            await findings.replace(session, HISTORY, ends, rows)
            await session.run_many(
                "UPDATE document SET compared = ?, proposed = 0, attention = (SELECT coalesce(max(f.severity), 0)"
                " FROM document_finding f WHERE f.document_id = document.id) WHERE id = ? AND compared = ?",
                [(version, one.document_id, one.seen) for one in compared],
            )
            await session.run_many(
                composed("UPDATE document SET compared = {again} WHERE id = ?", again=_AGAIN),
                [(id_,) for id_ in sorted(touched)],
            )

    async def again(self, env: str, since: date) -> None:
        """Send offline documents of an environment, issued since a Warsaw day, back to be compared."""
        async with self._database.transaction() as session:
            await session.run(
                composed(
                    "UPDATE document SET compared = {again} WHERE offline AND issue_date >= ?"
                    " AND firm_id IN (SELECT id FROM firm WHERE env = ?)",
                    again=_AGAIN,
                ),
                (since.isoformat(), env),
            )

    async def _rows(self, sql: str, ids: Iterable[int]) -> list[Row]:
        return await self._database.reader.rows(sql, (json.dumps(list(ids)),))


def _finding_rows(compared: Sequence[Compared]) -> list[Row]:
    return [row for one in compared for row in finding_rows(one.document_id, HISTORY, one.findings)]


def _by_seller(rows: Sequence[Row]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(_known(row[1:]))
    return found


def _known(row: Row) -> Known:
    id_, number, received, kind, number_key, issued, term, gross, currency, text_key, accounts = row
    return Known(
        document_id=id_,
        ksef_number=number,
        received=received,
        kind=kind,
        number_key=number_key,
        issued=issued,
        term=term,
        gross=to_amount(gross),
        currency=currency,
        text_key=text_key,
        accounts=tuple(accounts.split()),
    )
