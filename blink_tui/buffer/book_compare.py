"""What a comparison of a firm's books with the buffer looks at: rows with the documents they are, documents without."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import book_imports
from blink_tui.buffer.amounts import to_amount
from blink_tui.buffer.bodies import loaded
from blink_tui.buffer.book_imports import BookImport
from blink_tui.buffer.book_matches import HELD, Place, held_of
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed, sliced
from blink_tui.model.book_rows import BookRegister, BookRow, Held
from blink_tui.model.documents import Direction, Status
from blink_tui.model.months import Month

_FACTS = composed(
    "{held}, d.vat_month, d.previous, EXISTS (SELECT 1 FROM coding c WHERE c.document_id = d.id AND c.state = 'coded'),"
    " (SELECT json_array_length(c.body, '$.entries') FROM coding c WHERE c.document_id = d.id AND c.state = 'coded'),"
    " (SELECT max(b.batch_id) FROM batch_document b WHERE b.document_id = d.id)",
    held=HELD,
)
_FACTS_WIDTH = 18
_TRAIT = """
    LEFT JOIN document_trait t ON t.firm_id = d.firm_id AND t.seller = coalesce(d.seller_value, '')
        AND t.received_date = d.received_date AND t.document_id = d.id
"""
_OF_MONTHS = (
    " FROM book_import i CROSS JOIN book_row r ON r.import_id = i.id"
    " WHERE i.firm_id = ? AND i.state = 'current' AND i.first_month <= ? AND i.last_month >= ?"
    " AND r.month BETWEEN ? AND ?"
)
MATCHED = "SELECT DISTINCT r.document_id" + _OF_MONTHS + " AND r.document_id IS NOT NULL ORDER BY 1"
UNKNOWN = (
    "SELECT r.import_id, r.register, r.position, r.body, r.document_id"
    + _OF_MONTHS
    + " AND r.document_id IS NULL AND r.ksef_number <> ''"
)
OUTSIDE = "SELECT count(*)" + _OF_MONTHS + " AND r.document_id IS NULL AND r.ksef_number = ''"
ROWS = composed(
    "SELECT r.import_id, r.register, r.position, r.body, r.document_id, {facts} FROM json_each(?) p"
    " CROSS JOIN book_row r INDEXED BY book_row_by_document ON r.document_id = p.value"
    " CROSS JOIN book_import i ON i.id = r.import_id AND i.state = 'current'"
    " CROSS JOIN document d ON d.id = r.document_id {trait}",
    facts=_FACTS,
    trait=_TRAIT,
)
_ABSENT = composed(
    "SELECT {facts} FROM document d INDEXED BY {{index}} {trait}"
    " WHERE {{month}} BETWEEN ? AND ? AND d.firm_id = ? AND d.direction IN ('sale', 'purchase')"
    " AND d.status IN (SELECT value FROM json_each(?)) AND NOT EXISTS ("
    "SELECT 1 FROM book_row r INDEXED BY book_row_by_document JOIN book_import i"
    " ON i.id = r.import_id AND i.state = 'current'"
    " WHERE r.document_id = d.id AND r.register IN (SELECT value FROM json_each(?)))"
    " ORDER BY d.id",
    facts=_FACTS,
    trait=_TRAIT,
)
ABSENT = composed(_ABSENT, index="document_by_vat_month", month="d.vat_month")
ABSENT_WITHOUT_VAT = composed(
    _ABSENT, index="document_of_firm_by_issue", month="d.vat_month = '' AND d.issue_date"
)
"""By the day of issue: an exempt firm's documents have no VAT month, and still stand in its KPiR."""
_FIELDS = """
    SELECT a.document_id, a.register, a.field, sum(a.amount) FROM json_each(?) p
    CROSS JOIN register_amount a INDEXED BY register_amount_by_document ON a.document_id = p.value
    GROUP BY 1, 2, 3
"""
_ELSEWHERE = """
    SELECT p.value, f.nip FROM json_each(?) p CROSS JOIN document d ON d.ksef_number = p.value
    JOIN firm f ON f.id = d.firm_id WHERE f.id <> ?
"""

_SUMS = """
    SELECT i.firm_id, s.register, s.field, sum(s.amount) FROM book_sum s INDEXED BY book_sum_by_month
    CROSS JOIN book_import i ON i.id = s.import_id AND i.state = 'current'
    WHERE s.month BETWEEN ?1 AND ?2 AND (?3 IS NULL OR i.firm_id = ?3) GROUP BY 1, 2, 3
"""
_ASKED = """
    SELECT i.firm_id, count(DISTINCT q.document_id) FROM book_import i
    CROSS JOIN book_question q INDEXED BY book_question_of_row ON q.import_id = i.id
    JOIN book_row r ON r.import_id = q.import_id AND r.register = q.register AND r.position = q.position
    WHERE i.state = 'current' AND i.first_month <= ?1 AND i.last_month >= ?1 AND r.month = ?1 AND q.differs = ''
    GROUP BY 1
"""

BookSums = Mapping[BookRegister, Mapping[str, Decimal]]
"""Register, field and sum in PLN, as the books read back have them."""
_OF_VAT = frozenset({BookRegister.SALES, BookRegister.PURCHASES})
_AT_ONCE = 2_000
"""Documents that are compared in one go."""

Fields = Mapping[Direction, Mapping[str, Decimal]]
"""What a coded document puts into the registers, over all months: register, field, PLN."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A document as the comparison looks at it."""

    held: Held
    vat_month: Month | None
    previous: Status | None
    coded: bool
    entries: int
    """Amounts of the KPiR or the register of revenue that it was coded with."""
    batch_id: int | None
    """The last hand-over that it was in."""


@dataclass(frozen=True, slots=True)
class Stood:
    """A row of the books, with the document that it is."""

    place: Place
    row: BookRow
    source: BookImport
    document_id: int | None


@dataclass(frozen=True, slots=True)
class Stands:
    """Some documents of the buffer with all their rows in the books; or rows that are none of them."""

    rows: tuple[Stood, ...]
    documents: Mapping[int, Fact]
    """Those that rows are, by id."""
    fields: Mapping[int, Fields]
    """What the coded ones among them put into the registers."""
    foreign: Mapping[str, str]
    """NIP of another firm that has a document whose number no document of this one has."""


class BookComparing:
    """Reads; decides nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stands(self, firm_id: int, first: Month, last: Month) -> AsyncIterator[Stands]:
        """Documents that stand in the books of some months, a few thousand at a time; then rows that are none.

        A document comes with its rows of all months.
        """
        imports = {one.id: one for one in await book_imports.current(self._database.reader, firm_id)}
        of_months = (firm_id, str(last), str(first), str(first), str(last))
        matched = [row[0] for row in await self._database.scan(MATCHED, of_months)]
        for some in sliced(matched, _AT_ONCE):
            ids = json.dumps(list(some))
            found = await self._database.scan(ROWS, (ids,))
            documents, rows = await asyncio.to_thread(_unpacked, found, imports)
            yield Stands(rows, documents, await self._fields(ids), {})
        found = await self._database.scan(UNKNOWN, of_months)
        if found:
            rows = tuple(_stood(row, imports) for row in found if row[0] in imports)
            numbers = json.dumps([one.row.ksef_number for one in rows])
            yield Stands(rows, {}, {}, dict(await self._database.scan(_ELSEWHERE, (numbers, firm_id))))

    async def outside(self, firm_id: int, first: Month, last: Month) -> int:
        """Rows of some months that never had a number of KSeF's and are no document of the buffer."""
        rows = await self._database.scan(OUTSIDE, (firm_id, str(last), str(first), str(first), str(last)))
        return int(rows[0][0])

    async def absent(
        self,
        firm_id: int,
        first: Month,
        last: Month,
        statuses: Iterable[Status],
        registers: Iterable[BookRegister],
    ) -> list[Fact]:
        """Documents of some months that no row of these registers is.

        Months are those of VAT; for the KPiR and the register of revenue also those of issue, where there is none.
        """
        books = list(registers)
        rest = firm_id, _listed(statuses), _listed(books)
        rows = await self._database.scan(ABSENT, (str(first), str(last), *rest))
        if not _OF_VAT.issuperset(books):
            days = first.first_day.isoformat(), last.last_day.isoformat()
            rows += await self._database.scan(ABSENT_WITHOUT_VAT, (*days, *rest))
        return await asyncio.to_thread(lambda: [_fact(row) for row in rows])

    async def fields(self, document_ids: Iterable[int]) -> Mapping[int, Fields]:
        """What coded documents put into the registers."""
        return await self._fields(json.dumps(list(document_ids)))

    async def sums(
        self, first: Month, last: Month | None = None, firm_id: int | None = None
    ) -> dict[int, BookSums]:
        """What the books of some months make together, of a firm or of every one whose books were read back."""
        found: dict[int, dict[BookRegister, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        rows = await self._database.reader.rows(_SUMS, (str(first), str(last or first), firm_id))
        for of_firm, register, field, units in rows:
            found[of_firm][BookRegister(register)][field] = to_amount(units) or Decimal(0)
        return {
            of_firm: {
                register: dict(sorted(sums.items(), key=_field_order)) for register, sums in books.items()
            }
            for of_firm, books in found.items()
        }

    async def asked(self, month: Month) -> dict[int, int]:
        """By firm, how many documents of a month's books wait for an answer that keeps them from being handed over."""
        return dict(await self._database.reader.rows(_ASKED, (str(month),)))

    async def _fields(self, ids: str) -> Mapping[int, Fields]:
        return await asyncio.to_thread(_by_document, await self._database.scan(_FIELDS, (ids,)))


def _by_document(rows: Sequence[Row]) -> Mapping[int, Fields]:
    found: dict[int, dict[Direction, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for document_id, register, field, units in rows:
        found[document_id][Direction(register)][field] = to_amount(units) or Decimal(0)
    return found


def _field_order(one: tuple[str, Decimal]) -> tuple[int, str]:
    return len(one[0]), one[0]


def _unpacked(
    found: Sequence[Row], imports: Mapping[int, BookImport]
) -> tuple[dict[int, Fact], tuple[Stood, ...]]:
    documents = {row[4]: _fact(row[5:]) for row in found if row[4] is not None}
    return documents, tuple(_stood(row, imports) for row in found if row[0] in imports)


def _listed(words: Iterable[str]) -> str:
    return json.dumps([str(word) for word in words])


def _fact(row: Row) -> Fact:
    vat_month, previous, coded, entries, batch_id = row[13:_FACTS_WIDTH]
    return Fact(
        held_of(row[:13]),
        Month.parse(vat_month) if vat_month else None,
        Status(previous) if previous else None,
        bool(coded),
        entries or 0,
        batch_id,
    )


def _stood(row: Row, imports: Mapping[int, BookImport]) -> Stood:
    import_id, register, position, body, document_id = row[:5]
    return Stood(Place(import_id, register, position), loaded(BookRow, body), imports[import_id], document_id)
