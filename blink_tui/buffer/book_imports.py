"""Files of books as they were read: kept row by row while nothing of it counts yet, then valid in one moment.

A newer import takes the older one's place in its months. A killed one leaves rows that nobody sees; the next import of
the firm clears them away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import errors
from blink_tui.buffer.amounts import to_units
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.book_rows import BookHead, BookRegister, BookRow
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.values import Sha256

_COLUMNS = "id, firm_id, source, first_month, last_month, version, purpose, filed, file, sha256, at, who, rows, state"
_BEGIN = """
    INSERT INTO book_import
        (firm_id, source, first_month, last_month, version, purpose, filed, file, sha256, at, who, rows, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'reading') RETURNING id
"""
_OVERLAPPING = """
    SELECT id, first_month, last_month FROM book_import
    WHERE firm_id = ? AND state = 'current' AND source = ? AND first_month <= ? AND last_month >= ? AND id <> ?
"""
_GONE = "SELECT id FROM book_import WHERE firm_id = ? AND state IN ('replaced', 'reading') AND id <> ?"


Sums = dict[tuple[str, str, str], Decimal]
"""Month, register and field, with what the rows make together."""


def add_up(rows: Iterable[BookRow], sums: Sums) -> None:
    """Add rows to the sums of their months; those marked FP are for information alone."""
    for row in rows:
        if "FP" not in row.marks:
            for field, amount in row.amounts:
                place = str(row.month or ""), row.register.value, field
                sums[place] = sums.get(place, Decimal(0)) + amount


@dataclass(frozen=True, slots=True)
class BookImport:
    """A file of books as it was read."""

    id: int
    firm_id: int
    source: str
    first: Month
    last: Month
    version: str
    purpose: str
    filed: bool
    """Its months were sent to the tax office."""
    file: str
    sha256: Sha256
    at: Instant
    who: str
    rows: int

    @property
    def registers(self) -> tuple[BookRegister, ...]:
        """What it holds whole for its months."""
        return registers_of(self.source)

    def covers(self, month: Month) -> bool:
        """Whether it tells of a month."""
        return self.first <= month <= self.last


def registers_of(source: str) -> tuple[BookRegister, ...]:
    """The books that a source holds."""
    known = {
        "jpk_v7m": (BookRegister.SALES, BookRegister.PURCHASES),
        "jpk_v7k": (BookRegister.SALES, BookRegister.PURCHASES),
        "jpk_pkpir": (BookRegister.KPIR,),
        "jpk_ewp": (BookRegister.REVENUE,),
    }
    return known.get(source) or (BookRegister(source.removeprefix("table-")),)


async def begin(
    session: Session,
    firm_id: int,
    head: BookHead,
    *,
    file: str,
    sha256: Sha256,
    filed: bool,
    at: Instant,
    who: str,
) -> int:
    """An import whose rows do not count yet; returns its id."""
    months = str(head.first), str(head.last)
    values = (firm_id, head.source, *months, head.version, head.purpose, filed, file, sha256, at, who)
    rows = await session.rows(_BEGIN, values)
    return int(rows[0][0])


async def finish(session: Session, import_id: int, rows: int, sums: Sums) -> int:
    """Make an import count in the place of the older ones of its source; returns how many it replaced.

    An older one that reaches beyond its months keeps the rest. Raises BlinkError(IMPORT_GONE).
    """
    kept = await session.row("SELECT count(*) FROM book_row WHERE import_id = ?", (import_id,))
    own = await session.row(
        composed("SELECT {columns} FROM book_import WHERE id = ?", columns=_COLUMNS), (import_id,)
    )
    if own is None or kept is None or kept[0] != rows or own[-1] != "reading":
        raise BlinkError(errors.IMPORT_GONE)
    firm_id, source, first, last = own[1:5]
    older = await session.rows(_OVERLAPPING, (firm_id, source, last, first, import_id))
    for id_, begins, ends in older:
        if first <= begins and ends <= last:
            await session.run("UPDATE book_import SET state = 'replaced' WHERE id = ?", (id_,))
        else:
            await _drop_months(session, id_, first, last)
    await session.run(
        "UPDATE book_import SET state = 'current', rows = ? WHERE id = ?",
        (rows, import_id),
    )
    await session.run_many(
        "INSERT INTO book_sum (import_id, month, register, field, amount) VALUES (?, ?, ?, ?, ?)",
        [(import_id, *place, to_units(amount)) for place, amount in sums.items()],
    )
    return len(older)


async def require_reading(session: Session, import_id: int) -> None:
    """Nobody cleared an import away while it is read. Raises BlinkError(IMPORT_GONE)."""
    if await _state(session, import_id) != "reading":
        raise BlinkError(errors.IMPORT_GONE)


async def _state(session: Session, import_id: int) -> str | None:
    row = await session.row("SELECT state FROM book_import WHERE id = ?", (import_id,))
    return row[0] if row else None


async def _drop_months(session: Session, import_id: int, first: str, last: str) -> None:
    await session.run(
        "DELETE FROM book_question WHERE import_id = ?1 AND (register, position) IN"
        " (SELECT register, position FROM book_row WHERE import_id = ?1 AND month BETWEEN ?2 AND ?3)",
        (import_id, first, last),
    )
    for table in ("book_row", "book_sum"):
        await session.run(
            composed("DELETE FROM {table} WHERE import_id = ? AND month BETWEEN ? AND ?", table=table),
            (import_id, first, last),
        )


async def gone(session: Session, firm_id: int, besides: int = 0) -> list[int]:
    """Imports of a firm whose rows are to be cleared away: replaced ones, and those that were broken off."""
    return [row[0] for row in await session.rows(_GONE, (firm_id, besides))]


async def clear(session: Session, import_id: int, size: int) -> bool:
    """Clear away some rows of an import that does not count; True once none is left.

    One that was still being read when it was found, and counts by now, stays.
    """
    if await _state(session, import_id) == "current":
        return True
    rows = await session.rows(
        "SELECT register, position FROM book_row WHERE import_id = ? LIMIT ?", (import_id, size)
    )
    places = [(import_id, *row) for row in rows]
    await session.run_many(
        "DELETE FROM book_question WHERE import_id = ? AND register = ? AND position = ?", places
    )
    await session.run_many(
        "DELETE FROM book_row WHERE import_id = ? AND register = ? AND position = ?", places
    )
    if len(rows) == size:
        return False
    await session.run("DELETE FROM book_sum WHERE import_id = ?", (import_id,))
    await session.run("DELETE FROM book_import WHERE id = ? AND state = 'reading'", (import_id,))
    await session.run(
        "UPDATE book_import SET state = 'past' WHERE id = ? AND state = 'replaced'", (import_id,)
    )
    return True


def import_of(row: Row) -> BookImport:
    """An import out of its columns."""
    id_, firm_id, source, first, last, version, purpose, filed, file, sha256, at, who, rows, _state = row
    return BookImport(
        id_, firm_id, source, Month.parse(first), Month.parse(last), version, purpose, bool(filed), file,
        Sha256(sha256), Instant(at), who, rows,
    )  # fmt: skip


async def current(session: Session, firm_id: int) -> list[BookImport]:
    """The imports of a firm that count, in the order of their months."""
    sql = composed(
        "SELECT {columns} FROM book_import WHERE firm_id = ? AND state = 'current' ORDER BY first_month, source, id",
        columns=_COLUMNS,
    )
    return [import_of(row) for row in await session.rows(sql, (firm_id,))]
