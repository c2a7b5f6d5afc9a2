"""What a comparison of a firm's books with the buffer looks at: rows with the documents they are, documents without."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import book_imports
from blink_tui.buffer.amounts import to_amount
from blink_tui.buffer.bodies import loaded
from blink_tui.buffer.book_imports import BookImport
from blink_tui.buffer.book_matches import HELD, Place, held_of
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
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
_ROWS = composed(
    "SELECT r.import_id, r.register, r.position, r.body, r.document_id, {facts}"
    " FROM book_import i CROSS JOIN book_row r ON r.import_id = i.id"
    " LEFT JOIN document d ON d.id = r.document_id {trait}"
    " WHERE i.firm_id = ? AND i.state = 'current' AND i.first_month <= ? AND i.last_month >= ?"
    " AND r.month BETWEEN ? AND ?",
    facts=_FACTS,
    trait=_TRAIT,
)
_OTHER_ROWS = """
    SELECT r.import_id, r.register, r.position, r.body, r.document_id FROM json_each(?) p
    CROSS JOIN book_row r INDEXED BY book_row_by_document ON r.document_id = p.value
    JOIN book_import i ON i.id = r.import_id AND i.state = 'current'
    WHERE r.month NOT BETWEEN ? AND ?
"""
ABSENT = composed(
    "SELECT {facts} FROM document d INDEXED BY document_by_vat_month {trait}"
    " WHERE d.vat_month BETWEEN ? AND ? AND d.firm_id = ? AND d.direction IN ('sale', 'purchase')"
    " AND d.status IN (SELECT value FROM json_each(?)) AND NOT EXISTS ("
    "SELECT 1 FROM book_row r INDEXED BY book_row_by_document JOIN book_import i"
    " ON i.id = r.import_id AND i.state = 'current'"
    " WHERE r.document_id = d.id AND r.register IN (SELECT value FROM json_each(?)))"
    " ORDER BY d.id",
    facts=_FACTS,
    trait=_TRAIT,
)
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
    JOIN book_import i ON i.id = s.import_id AND i.state = 'current'
    WHERE s.month = ? GROUP BY 1, 2, 3
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
    """The books of some months beside the buffer."""

    imports: tuple[BookImport, ...]
    rows: tuple[Stood, ...]
    """Of these months."""
    others: tuple[Stood, ...]
    """Of other months, of documents that have a row in these."""
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

    async def stands(self, firm_id: int, first: Month, last: Month) -> Stands:
        """The rows of a firm's months with all that they are compared by."""
        months = str(first), str(last)
        imports = {one.id: one for one in await book_imports.current(self._database.reader, firm_id)}
        found = await self._database.scan(_ROWS, (firm_id, months[1], months[0], *months))
        documents, rows = await asyncio.to_thread(_unpacked, found, imports)
        ids = json.dumps(list(documents))
        others = await self._database.scan(_OTHER_ROWS, (ids, *months))
        bare = [one.row.ksef_number for one in rows if one.row.ksef_number and one.document_id is None]
        return Stands(
            tuple(imports.values()),
            rows,
            tuple(_stood(row, imports) for row in others if row[0] in imports),
            documents,
            await self._fields(ids),
            dict(await self._database.scan(_ELSEWHERE, (json.dumps(bare), firm_id))),
        )

    async def absent(
        self, firm_id: int, first: Month, last: Month, statuses: Iterable[Status], registers: Iterable[str]
    ) -> list[Fact]:
        """Documents of VAT months that no row of these registers is."""
        values = (str(first), str(last), firm_id, _listed(statuses), _listed(registers))
        return [_fact(row) for row in await self._database.scan(ABSENT, values)]

    async def fields(self, document_ids: Iterable[int]) -> Mapping[int, Fields]:
        """What coded documents put into the registers."""
        return await self._fields(json.dumps(list(document_ids)))

    async def sums(self, month: Month) -> dict[int, BookSums]:
        """What the books of a month make together, of every firm whose books were read back."""
        found: dict[int, dict[BookRegister, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        for firm_id, register, field, units in await self._database.reader.rows(_SUMS, (str(month),)):
            found[firm_id][BookRegister(register)][field] = to_amount(units) or Decimal(0)
        return {
            firm_id: {
                register: dict(sorted(sums.items(), key=_field_order)) for register, sums in books.items()
            }
            for firm_id, books in found.items()
        }

    async def asked(self, month: Month) -> dict[int, int]:
        """By firm, how many documents of a month's books wait for an answer that keeps them from being handed over."""
        return dict(await self._database.reader.rows(_ASKED, (str(month),)))

    async def _fields(self, ids: str) -> Mapping[int, Fields]:
        found: dict[int, dict[Direction, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        for document_id, register, field, units in await self._database.scan(_FIELDS, (ids,)):
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
