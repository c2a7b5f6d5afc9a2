"""Books read back: a file taken in, matched and booked; the books compared with the buffer; questions answered."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TypeVar

from blink_tui.buffer import Buffer, Document
from blink_tui.buffer.book_compare import Stands
from blink_tui.buffer.book_imports import BookImport
from blink_tui.buffer.book_rows import BookQuestion, Place
from blink_tui.i18n import N_, Message, _
from blink_tui.ledger.comparing import (
    VAT_REGISTERS,
    Finding,
    Kind,
    absent_finding,
    absent_statuses,
    row_findings,
)
from blink_tui.ledger.matching import judged
from blink_tui.ledger.readback import read_books
from blink_tui.ledger.readback.tables import TableMap
from blink_tui.model.book_rows import Answer, BookHead, BookRegister, BookRow
from blink_tui.model.decisions import Action, Decider, Decision, Exclusion, Reason
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.refusals import refused_sentence
from blink_tui.model.values import Sha256
from blink_tui.sync.collector import spare_the_loop

T = TypeVar("T")
Told = Callable[[int], None]

NOT_EXCLUDED = ErrorKind("not-excluded", ExitCode.FAILED, N_("{number} was not excluded. {why}"))
_AT_ONCE = 2_000
"""Rows that are read in one go, beside the loop."""
_FIRST, _LAST = Month(1900, 1), Month(2199, 12)
_ENDS = re.compile(rb"Wiersz>|\n")
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What became of a file of books."""

    head: BookHead
    import_id: int
    rows: int
    booked: int
    """Documents that became booked by it."""
    findings: tuple[Finding, ...]
    """As `compare` lists them, for its months."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A file before it is read."""

    sha256: Sha256
    rows: int
    """About how many, for a bar that shows the time left."""


def measured(path: Path) -> Measured:
    """Its hash, and how many rows it may have. Raises OSError."""
    digest, rows, lines = hashlib.sha256(), 0, 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            found = _ENDS.findall(piece)
            ends = sum(one != b"\n" for one in found)
            rows, lines = rows + ends, lines + len(found) - ends
    return Measured(Sha256(digest.digest()), rows // 2 or lines)


async def import_books(
    buffer: Buffer,
    firm: Firm,
    path: Path,
    sha256: Sha256,
    *,
    who: str,
    named: TableMap | None = None,
    month: Month | None = None,
    filed: bool = False,
    told: Told | None = None,
) -> ReadBack:
    """Take in a file of a firm's books, match its rows and book the documents that they are.

    `month` is that of a table, or the one that a JPK has to be of; `filed`: it was sent to the tax office. Whatever
    is wrong with the file leaves nothing of it. Raises BlinkError: see `ledger.readback.read_books`, USAGE.
    """
    spare_the_loop()
    async with _Reading(path, firm, named) as reading:
        head = await reading.head()
        if month is not None and not head.first <= month <= head.last:
            raise BlinkError(
                USAGE,
                problem=Message(
                    N_("The file holds the books of {found}, not of {month}."),
                    {"found": _span(head.first, head.last), "month": month},
                ),
            )
        import_id, rows = await buffer.book_rows.keep(
            firm.id, head, reading.rows(), judged,
            file=path.name, sha256=sha256, filed=filed, who=who, told=told,
        )  # fmt: skip
    booked = await buffer.book_rows.book(firm.id, who=who)
    compared = await compare_books(buffer, firm, (head.first, head.last))
    return ReadBack(head, import_id, rows, booked, compared.findings)


class _Reading:
    """A file that is read beside the loop, all of it in one thread: a parser of lxml is to stay in its own."""

    def __init__(self, path: Path, firm: Firm, named: TableMap | None) -> None:
        self._items = read_books(path, firm.nip, named)
        self._thread = ThreadPoolExecutor(1, "books")

    async def __aenter__(self) -> _Reading:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        self._thread.submit(self._items.close)
        await asyncio.to_thread(self._thread.shutdown)

    async def head(self) -> BookHead:
        """What the file says of itself; before the rows."""
        head = await self._in_thread(lambda: next(self._items))
        if not isinstance(head, BookHead):
            raise TypeError(head)
        return head

    async def rows(self) -> AsyncIterator[Sequence[BookRow]]:
        """Some rows at a time."""
        while some := await self._in_thread(self._some):
            yield some

    def _some(self) -> list[BookRow]:
        return [one for one in islice(self._items, _AT_ONCE) if isinstance(one, BookRow)]

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _span(first: Month, last: Month) -> str:
    return str(first) if first == last else f"{first} – {last}"


@dataclass(frozen=True, slots=True)
class RegisterSums:
    """A register's sums by field, here and in the books."""

    register: BookRegister
    here: Mapping[str, Decimal]
    """Of coded documents; empty where nothing is coded, and for books that the buffer sums by other columns."""
    there: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class ComparedBooks:
    """A firm's books beside the buffer."""

    firm: Firm
    months: tuple[Month, Month]
    imports: tuple[BookImport, ...]
    """What the comparison rests on; without any nothing is said."""
    findings: tuple[Finding, ...]
    sums: tuple[RegisterSums, ...]
    outside: int
    """Rows that never had a number of KSeF's and are no document of the buffer."""


def _of_rows(stands: Stands, months: tuple[Month, Month], locked: frozenset[Month]) -> list[Finding]:
    return list(row_findings(stands, months, locked))


async def compare_books(
    buffer: Buffer, firm: Firm, months: tuple[Month, Month] | None = None, told: Told | None = None
) -> ComparedBooks:
    """Every difference between a firm's books and its documents, each with what to do; of some months, or of all.

    `told` hears how many documents were compared, in each step.
    What was found in the books and not booked yet, since a run was broken off, is booked first.
    """
    await buffer.book_rows.book(firm.id)
    first, last = months or (_FIRST, _LAST)
    imports = tuple(
        one for one in await buffer.book_rows.imports(firm.id) if one.first <= last and first <= one.last
    )
    locked = await buffer.locks.locked(firm.id)
    found: list[Finding] = []
    async for stands in buffer.book_comparing.stands(firm.id, first, last):
        found += await asyncio.to_thread(_of_rows, stands, (first, last), locked)
        if told is not None:
            told(len(stands.documents))
    asked = await buffer.book_rows.questions(firm_id=firm.id)
    found += await asyncio.to_thread(
        lambda: [_question(one, firm) for one in asked if _within(one, first, last)]
    )
    for register, span in _covered(imports, first, last):
        found += await _absent(buffer, firm, register, span)
    sums = tuple([one async for one in _sums(buffer, firm, first, last)])
    outside = await buffer.book_comparing.outside(firm.id, first, last)
    findings = await asyncio.to_thread(_in_order, found)
    return ComparedBooks(firm, (first, last), imports, findings, sums, outside)


def _in_order(found: Sequence[Finding]) -> tuple[Finding, ...]:
    once = {one.identity: one for one in found}
    return tuple(sorted(once.values(), key=lambda one: one.order))


def _within(one: BookQuestion, first: Month, last: Month) -> bool:
    return one.row.month is None or first <= one.row.month <= last


def _question(one: BookQuestion, firm: Firm) -> Finding:
    if one.differs:
        what = Message(
            N_("{number} of {name}: the same number, and not the same {differs}"),
            {"number": one.row.number, "name": one.row.name or one.row.contractor or "–",
             "differs": ", ".join(_(_DIFFERS[word]) for word in one.differs)},
        )  # fmt: skip
    else:
        what = Message(
            N_("{number} of {name} stands in the books and may be {ksef}"),
            {
                "number": one.row.number,
                "name": one.row.name or one.row.contractor or "–",
                "ksef": one.ksef_number,
            },
        )
    todo = Message(
        N_("Say which it is: blink books answer {ksef} same|another|doubled --firm {firm}"),
        {"ksef": one.ksef_number, "firm": firm.context_value},
    )
    return Finding(Kind.QUESTION, what, todo, None, one.row, one.row.month, asked=one.ksef_number)


_DIFFERS = {"amount": N_("amount"), "date": N_("day")}


def _covered(
    imports: Sequence[BookImport], first: Month, last: Month
) -> Iterator[tuple[BookRegister, tuple[Month, Month]]]:
    """Each book with the months that were read back of it; months between that were not are not asked about."""
    seen: set[tuple[BookRegister, Month, Month]] = set()
    for one in imports:
        for register in one.registers:
            span = max(one.first, first), min(one.last, last)
            if (register, *span) not in seen:
                seen.add((register, *span))
                yield register, span


async def _absent(
    buffer: Buffer, firm: Firm, register: BookRegister, span: tuple[Month, Month]
) -> list[Finding]:
    books = await buffer.books.get(firm.id)
    side = {BookRegister.SALES: Direction.SALE, BookRegister.REVENUE: Direction.SALE,
            BookRegister.PURCHASES: Direction.PURCHASE}.get(register)  # fmt: skip
    alike = _BOOKS_ALIKE[register]
    facts = await buffer.book_comparing.absent(firm.id, *span, absent_statuses(), alike)
    wanted = [fact for fact in facts if side is None or fact.held.direction is side]
    fields = await buffer.book_comparing.fields([fact.held.document_id for fact in wanted if fact.coded])

    def of_each() -> list[Finding]:
        found = (
            absent_finding(fact, register, fields.get(fact.held.document_id, {}), books) for fact in wanted
        )
        return [one for one in found if one is not None]

    return await asyncio.to_thread(of_each)


_BOOKS_ALIKE = {
    BookRegister.SALES: (BookRegister.SALES, BookRegister.PURCHASES),
    BookRegister.PURCHASES: (BookRegister.SALES, BookRegister.PURCHASES),
    BookRegister.KPIR: (BookRegister.KPIR,),
    BookRegister.REVENUE: (BookRegister.REVENUE,),
}
"""A document that stands in the other VAT register is not missing, it is in the wrong one, which is told."""


async def _sums(buffer: Buffer, firm: Firm, first: Month, last: Month) -> AsyncIterator[RegisterSums]:
    here = await buffer.registers.sums(firm.id, first) if first == last else {}
    there = (await buffer.book_comparing.sums(first, last, firm.id)).get(firm.id, {})
    for register, sums in there.items():
        own = here.get(VAT_REGISTERS[register], {}) if register in VAT_REGISTERS else {}
        yield RegisterSums(register, own, sums)


async def answer(
    buffer: Buffer,
    document: Document,
    said: Answer,
    *,
    who: str,
    day: date,
    reason: str = "",
    decider: Decider = Decider.OFFICE,
    places: Sequence[Place] | None = None,
) -> int:
    """Answer what is asked about a document: of some rows, or of all that may be it; returns of how many.

    The same books it; doubled by the seller excludes it, with who decided on the `day`. Raises BlinkError:
    NOT_EXCLUDED, NO_QUESTION.
    """
    asked = await buffer.book_rows.questions(document_ids=[document.id])
    if said is Answer.DOUBLED and asked and document.status is not Status.EXCLUDED:
        rows = ", ".join(
            dict.fromkeys(one.row.number for one in asked if places is None or one.place in places)
        )
        exclusion = Exclusion(
            Reason.DOUBLED, decider, who, day, " ".join(filter(None, (rows, reason.strip())))
        )
        outcome = await buffer.decisions.decide(
            {document.id: document.version}, Decision(Action.EXCLUDE, exclusion=exclusion), who=who
        )
        if not outcome.done:
            why = " ".join(refused_sentence(one, count) for one, count in outcome.refused.items())
            raise BlinkError(NOT_EXCLUDED, number=document.invoice_number, why=why)
    return await buffer.book_rows.answer(document.id, said, who=who, reason=reason, places=places)


async def confirmable(
    buffer: Buffer, firm: Firm, months: tuple[Month, Month] | None = None
) -> list[BookQuestion]:
    """Questions about documents that were handed over, where everything that is known agrees and nothing else may be
    meant: the books came back without KSeF's numbers. A row that says why it has none was booked from paper and is
    looked at by itself."""
    first, last = months or (_FIRST, _LAST)
    asked = [one for one in await buffer.book_rows.questions(firm_id=firm.id) if _within(one, first, last)]
    rows = Counter(one.place for one in asked)
    books = Counter((one.document_id, one.row.register) for one in asked)
    plain = [
        one
        for one in asked
        if not one.differs and not one.row.mark and not one.row.ksef_number and rows[one.place] == 1
        and books[one.document_id, one.row.register] == 1
    ]  # fmt: skip
    documents = await buffer.documents.get_many([one.document_id for one in plain])
    exported = {one.id for one in documents if one.status is Status.EXPORTED}
    return [one for one in plain if one.document_id in exported]


async def confirm(
    buffer: Buffer, firm: Firm, questions: Sequence[BookQuestion], *, who: str, told: Told | None = None
) -> int:
    """Answer that these rows are the same as their documents, and book them as one decision; returns how many."""
    for one in questions:
        await buffer.book_rows.answer(one.document_id, Answer.SAME, who=who, places=[one.place], book=False)
        if told is not None:
            told(1)
    return await buffer.book_rows.book(firm.id, who=who)


async def take_back(buffer: Buffer, document: Document, *, who: str) -> bool:
    """Forget what was answered about a document: it is where it was before, and asked about again.

    One that its KSeF number booked goes back too; it still stands in the books, so it is not handed over. False where
    there was nothing to take back.
    """
    given = await buffer.book_rows.answers(document.id)
    if any(one.answer is Answer.DOUBLED for one in given) and document.status is Status.EXCLUDED:
        await buffer.decisions.decide({document.id: document.version}, Decision(Action.RETURN), who=who)
    return await buffer.book_rows.take_back(document.id, judged, who=who)
