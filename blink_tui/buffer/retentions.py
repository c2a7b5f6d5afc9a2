"""What firms say of how long their documents are kept, and up to which months there are any."""

from __future__ import annotations

import json
from dataclasses import dataclass

from blink_tui.buffer import history
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.months import Month
from blink_tui.model.retention import Retention
from blink_tui.model.values import KsefNumber

_LATEST = """
    SELECT d.ksef_number, max(d.vat_month, substr(d.issue_date, 1, 7), substr(d.received_date, 1, 7), coalesce((
        SELECT substr(c.months, -7) FROM coding c WHERE c.document_id = d.id
    ), '')) AS month, substr(coalesce(d.stored, ''), 1, 7)
    FROM document d WHERE d.firm_id = ? ORDER BY month DESC, d.issue_date, d.id LIMIT 1
"""
_LATEST_BOOKS = "SELECT max(last_month) FROM book_import WHERE firm_id = ?"
_PAST = """
    SELECT d.firm_id, count(*), min(substr(d.issue_date, 1, 7)) FROM document d
    WHERE d.issue_date <> '' AND d.issue_date < ?1 AND d.received_date < ?1 AND d.vat_month < ?1
        AND NOT EXISTS (SELECT 1 FROM coding c WHERE c.document_id = d.id AND substr(c.months, -7) >= ?1)
    GROUP BY d.firm_id
"""
"""`coding.months` ends with its latest month."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The month that keeps a firm's documents longest."""

    month: Month | None
    """None where nothing tells the month of a document."""
    ksef_number: KsefNumber | None
    """The document; None for books that were read back."""


@dataclass(frozen=True, slots=True)
class Old:
    """Documents of a firm of before a year."""

    firm_id: int
    documents: int
    first: Month


@dataclass(frozen=True, slots=True)
class Handover:
    """A package of everything that was held of a firm, handed over with a protocol."""

    number: int
    """Of the protocol."""
    firm_id: int
    at: Instant
    who: str
    sha256: bytes
    """Of the package's list of files."""
    documents: int
    length: int
    """Of the firm's chain, the entry of the hand-over itself included."""
    head: bytes


class Retentions:
    """By firm."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, firm_id: int) -> Retention:
        """What a firm says; nothing besides the law until it is told."""
        row = await self._database.reader.row(
            "SELECT extra_years, held, reason FROM retention WHERE firm_id = ?", (firm_id,)
        )
        return _retention(row) if row else Retention()

    async def all(self) -> dict[int, Retention]:
        """By firm; those that say nothing are left out."""
        rows = await self._database.reader.rows("SELECT firm_id, extra_years, held, reason FROM retention")
        return {row[0]: _retention(row[1:]) for row in rows}

    async def save(self, firm_id: int, retention: Retention, *, who: str) -> None:
        """Keep what a firm says, as an entry of its chain. Raises BlinkError(ERASED_MEANWHILE)."""
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            row = await session.row(
                "SELECT extra_years, held, reason FROM retention WHERE firm_id = ?", (firm_id,)
            )
            before = _retention(row) if row else Retention()
            if before == retention:
                return
            await session.run(
                "INSERT INTO retention (firm_id, extra_years, held, reason, at, who) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET (extra_years, held, reason, at, who) ="
                " (excluded.extra_years, excluded.held, excluded.reason, excluded.at, excluded.who)",
                (firm_id, retention.extra_years, int(retention.held), retention.reason, at, who),
            )
            told = [
                json.dumps({"extra_years": one.extra_years, "held": one.held}) for one in (before, retention)
            ]
            await history.append_firm(
                session, firm_id, "retention", *told, at=at, who=who, reason=retention.reason
            )

    async def latest(self, firm_id: int) -> Latest | None:
        """What keeps a firm's documents longest; None where it has none, and no books were read back."""
        row = await self._database.reader.row(_LATEST, (firm_id,))
        books = await self._database.reader.row(_LATEST_BOOKS, (firm_id,))
        read_back = Month.parse(books[0]) if books and books[0] else None
        if row is None:
            return Latest(read_back, None) if read_back else None
        number, told, stored = row
        month = Month.parse(told or stored) if told or stored else None
        if month is not None and read_back is not None and read_back > month:
            return Latest(read_back, None)
        return Latest(month, number)

    async def older(self, year: int) -> list[Old]:
        """Firms with documents of which everything lies before a year, by their days and months."""
        rows = await self._database.scan(_PAST, (f"{year:04}",))
        return [Old(firm_id, count, Month.parse(first)) for firm_id, count, first in rows]

    # Hand-overs

    async def hand_over(self, firm_id: int, seen: bytes, sha256: bytes, *, who: str) -> Handover | None:
        """Put down that a package was handed over, as an entry of the firm's chain.

        None where the chain goes on behind `seen`, the head by which the package was made: it does not hold all.
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            length, head = await history.end(session, firm_id)
            if head != seen:
                return None
            count = await session.row("SELECT count(*) FROM document WHERE firm_id = ?", (firm_id,))
            documents = count[0] if count else 0
            told = json.dumps({"documents": documents, "sha256": sha256.hex()})
            head = await history.append_firm(session, firm_id, "handed-over", None, told, at=at, who=who)
            row = await session.row(
                "INSERT INTO handover (firm_id, at, who, sha256, documents, length, head)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (firm_id, at, who, sha256, documents, length + 1, head),
            )
            number = row[0] if row else 0
            return Handover(number, firm_id, at, who, sha256, documents, length + 1, head)

    async def handovers(self, firm_id: int) -> list[Handover]:
        """A firm's, the newest first."""
        rows = await self._database.reader.rows(
            "SELECT id, firm_id, at, who, sha256, documents, length, head FROM handover WHERE firm_id = ?"
            " ORDER BY id DESC",
            (firm_id,),
        )
        return [Handover(*row) for row in rows]

    async def since(self, handover: Handover) -> tuple[int, int]:
        """Documents that came since a hand-over, and entries of the chain since."""
        row = await self._database.reader.row(
            "SELECT count(*) FILTER (WHERE what = 'fetched'), count(*) FROM document_event"
            " WHERE firm_id = ? AND seq > ?",
            (handover.firm_id, handover.length),
        )
        length, _head = await history.end(self._database.reader, handover.firm_id)
        return (row[0] if row else 0), length - handover.length


def _retention(row: Row) -> Retention:
    extra_years, held, reason = row
    return Retention(extra_years, bool(held), reason)
