"""Books read back against the documents of KSeF: every difference with what to do about it; pure (BOOKKEEPING 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from blink_tui.buffer.book_compare import Fact, Fields, Stands, Stood
from blink_tui.i18n import N_, Message
from blink_tui.invoices.words import money
from blink_tui.ledger.matching import CENT, amounts_agree
from blink_tui.model.book_rows import BookRegister, BookRow, Held
from blink_tui.model.books import Books, Keeper
from blink_tui.model.documents import Direction, Status
from blink_tui.model.months import Month
from blink_tui.model.values import ksef_number_check_sum_is_right

ZERO = Decimal(0)
VAT_REGISTERS = {BookRegister.SALES: Direction.SALE, BookRegister.PURCHASES: Direction.PURCHASE}
_NUMBERED_SINCE = "3"
"""Versions of JPK_V7 that have a place for the number of KSeF."""


class Kind(StrEnum):
    """What is found; its name in JSON."""

    QUESTION = "question"
    NOT_IMPORTED = "exported-not-in-books"
    BOOKED_ABSENT = "booked-not-in-books"
    NOT_HANDED_OVER = "not-handed-over"
    UNKNOWN = "unknown-number"
    AMOUNTS = "amounts-apart"
    MONTHS = "months-apart"
    TWICE = "booked-twice"
    SIDE = "wrong-register"
    SET_ASIDE = "set-aside-in-books"
    NUMBER = "number-to-write"


TITLES = {
    Kind.QUESTION: N_("Questions: a row of the books that may be a document"),
    Kind.NOT_IMPORTED: N_("Handed over, and not in the books"),
    Kind.BOOKED_ABSENT: N_("Booked here, and not in the books"),
    Kind.NOT_HANDED_OVER: N_("Not handed over yet, and not in the books"),
    Kind.UNKNOWN: N_("In the books with a number that the buffer does not know"),
    Kind.AMOUNTS: N_("Amounts apart"),
    Kind.MONTHS: N_("Months apart"),
    Kind.TWICE: N_("Booked twice"),
    Kind.SIDE: N_("In a register where it does not belong"),
    Kind.SET_ASIDE: N_("In the books, and set aside here"),
    Kind.NUMBER: N_("Rows to be given their number of KSeF"),
}
"""English source texts, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference."""

    kind: Kind
    what: Message
    todo: Message
    held: Held | None = None
    row: BookRow | None = None
    month: Month | None = None
    batch_id: int | None = None
    """The hand-over that the document was last in."""
    register: BookRegister | None = None
    """The book that it is missing from; else the row tells it."""
    asked: str = ""
    """KSeF number of the document that a question is about."""

    @property
    def ksef_number(self) -> str:
        """Of the document that is spoken of; of the row where there is none."""
        if self.held is not None:
            return self.held.ksef_number
        return self.asked or (self.row.ksef_number if self.row else "")

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for what is found twice, as where two files hold the same book."""
        return self.kind, self.ksef_number, self.book, self.row.position if self.row else None

    @property
    def book(self) -> BookRegister | None:
        """The book that is spoken of."""
        return self.row.register if self.row else self.register

    @property
    def order(self) -> tuple[int, str, str, str]:
        """By kind, month, batch and number."""
        number = self.held.number if self.held else self.row.number if self.row else ""
        return list(Kind).index(self.kind), str(self.month or ""), f"{self.batch_id or 0:09}", number


def row_findings(stands: Stands, months: tuple[Month, Month], locked: Iterable[Month]) -> Iterator[Finding]:
    """What is to be said of rows that stand in the books of some months."""
    closed = frozenset(locked)
    for one in stands.rows:
        if one.row.month is not None and not months[0] <= one.row.month <= months[1]:
            continue
        if one.document_id is None:
            if one.row.ksef_number:
                yield _unknown(one, stands.foreign)
            continue
        fact = stands.documents[one.document_id]
        yield from _of_row(one, fact)
        if one.row.ksef_number not in ("", fact.held.ksef_number):
            yield _unknown(one, stands.foreign)
        if not one.row.ksef_number and one.row.mark in ("BFK", "DI") and _takes_numbers(one):
            yield _to_number(one, fact, filed=one.source.filed or one.row.month in closed)
    yield from _of_documents(stands)


def _unknown(one: Stood, foreign: Mapping[str, str]) -> Finding:
    number = one.row.ksef_number
    if number in foreign:
        todo = Message(
            N_("It is a document of NIP {nip}: book it there, or see whose it is."), {"nip": foreign[number]}
        )
    elif not ksef_number_check_sum_is_right(number):
        todo = Message(N_("Its check sum is wrong: it was typed wrong. Put the number right in the books."))
    else:
        todo = Message(
            N_(
                "Not fetched yet, or typed wrong: fetch the firm (blink sync, blink reconcile), then look again."
            )
        )
    what = Message(N_("{number} of {name} has the KSeF number {ksef}"), _named(one.row) | {"ksef": number})
    return Finding(Kind.UNKNOWN, what, todo, row=one.row, month=one.row.month)


def _named(row: BookRow) -> dict[str, object]:
    return {"number": row.number, "name": row.name or row.contractor or "–"}


def _of_row(one: Stood, fact: Fact) -> Iterator[Finding]:
    held, row = fact.held, one.row
    if held.status in (Status.QUERIED, Status.EXCLUDED):
        yield Finding(
            Kind.SET_ASIDE,
            Message(N_("{number} stands in the books and is set aside here"), {"number": held.number}),
            Message(N_("Take it out of the books, or return the document here; then it becomes booked.")),
            held, row, row.month,
        )  # fmt: skip
    if held.direction is not row.side:
        yield Finding(
            Kind.SIDE,
            Message(N_("{number}: the register does not fit the direction of the document"), {"number": held.number}),
            Message(N_("Move the row in the books, or change the document's direction here.")),
            held, row, row.month,
        )  # fmt: skip
    month = fact.vat_month
    if row.register in VAT_REGISTERS and row.month and month and _apart(row, month, coded=fact.coded):
        yield Finding(
            Kind.MONTHS,
            Message(N_("{number}: {here} here, {there} in the books"),
                    {"number": held.number, "here": month, "there": row.month}),
            Message(N_("Put the month right in the books, or code the document into theirs.")),
            held, row, row.month,
        )  # fmt: skip


def _apart(row: BookRow, month: Month, *, coded: bool) -> bool:
    """A purchase that nobody coded may be deducted later than proposed, never earlier (art. 86(11))."""
    if coded or row.side is Direction.SALE:
        return row.month != month
    return row.month is not None and row.month < month


def _takes_numbers(one: Stood) -> bool:
    return not one.source.source.startswith("jpk_v7") or one.source.version >= _NUMBERED_SINCE


def _to_number(one: Stood, fact: Fact, *, filed: bool) -> Finding:
    if one.row.mark == "DI" and filed:
        todo = Message(N_("Change DI to NrKSeF {ksef}; the month is filed: the JPK has to be corrected."),
                       {"ksef": fact.held.ksef_number})  # fmt: skip
    else:
        todo = Message(N_("Change {mark} to NrKSeF {ksef} in the books."),
                       {"mark": one.row.mark, "ksef": fact.held.ksef_number})  # fmt: skip
    what = Message(N_("{number} of {name}"), _named(one.row))
    return Finding(Kind.NUMBER, what, todo, fact.held, one.row, one.row.month)


def _of_documents(stands: Stands) -> Iterator[Finding]:
    """Amounts and doubles are a matter of all rows that a document has in a book, over all months."""
    rows: dict[tuple[int, str, BookRegister], list[BookRow]] = defaultdict(list)
    for one in stands.rows:
        if one.document_id is not None:
            rows[one.document_id, one.source.source, one.row.register].append(one.row)
    for (document_id, _source, register), some in rows.items():
        fact = stands.documents[document_id]
        if _twice(some, fact.held):
            yield Finding(
                Kind.TWICE,
                Message(N_("{number} stands {count} times in one register"),
                        {"number": fact.held.number, "count": len(some)}),
                Message(N_("Leave one row in the books, unless they are parts of the document.")),
                fact.held, some[-1], some[-1].month,
            )  # fmt: skip
        else:
            yield from _amounts(some, fact, register, stands.fields.get(document_id, {}))


def _twice(rows: Sequence[BookRow], held: Held) -> bool:
    """Whether rows are the same thing again, rather than parts of a document, such as rates or paid instalments."""
    if len(rows) < 2 or any("MK" in row.marks for row in rows):
        return False
    whole = [row for row in rows if row.gross is not None]
    if held.gross is not None and held.currency == "PLN" and whole:
        return abs(sum((row.gross or ZERO for row in whole), ZERO)) > abs(held.gross) + CENT or _alike(rows)
    return _alike(rows)


def _alike(rows: Sequence[BookRow]) -> bool:
    return len({(row.side, row.net, row.vat, row.gross, row.amounts) for row in rows}) < len(rows)


def _amounts(
    rows: Sequence[BookRow], fact: Fact, register: BookRegister, fields: Fields
) -> Iterator[Finding]:
    coded = fields.get(VAT_REGISTERS[register]) if register in VAT_REGISTERS else None
    there = sums_of(rows)
    if coded and there and fact.coded:
        apart = [
            name
            for name in sorted({*coded, *there})
            if abs(coded.get(name, ZERO) - there.get(name, ZERO)) > CENT
        ]
        told = ", ".join(
            f"{name} {money(coded.get(name, ZERO))} / {money(there.get(name, ZERO))}" for name in apart
        )
    else:
        told = "" if amounts_agree(_whole(rows), fact.held) else _both(rows, fact.held)
    if told:
        yield Finding(
            Kind.AMOUNTS,
            Message(N_("{number}: here / in the books {told}"), {"number": fact.held.number, "told": told}),
            Message(N_("Compare the row with the invoice, and put right what is wrong.")),
            fact.held, rows[0], rows[0].month,
        )  # fmt: skip


def _whole(rows: Sequence[BookRow]) -> BookRow:
    """The rows of a document as one, so that its parts are compared together."""
    if len(rows) == 1:
        return rows[0]

    def total(name: str) -> Decimal | None:
        known = [value for row in rows if (value := getattr(row, name)) is not None]
        return sum(known, ZERO) if known else None

    return replace(rows[0], net=total("net"), vat=total("vat"), gross=total("gross"))


def _both(rows: Sequence[BookRow], held: Held) -> str:
    whole = _whole(rows)
    there = whole.gross if whole.gross is not None else whole.net
    return f"{_money(held.gross)} {held.currency} / {_money(there)} PLN"


def _money(amount: Decimal | None) -> str:
    return "–" if amount is None else money(amount)


def sums_of(rows: Iterable[BookRow]) -> dict[str, Decimal]:
    """Sums by field in their order; rows marked FP are for information alone and left out."""
    found: dict[str, Decimal] = {}
    for row in rows:
        if "FP" not in row.marks:
            for name, amount in row.amounts:
                found[name] = found.get(name, ZERO) + amount
    return dict(sorted(found.items(), key=lambda one: (len(one[0]), one[0])))


_ABSENT = {
    Status.EXPORTED: (
        Kind.NOT_IMPORTED,
        N_("Was the file imported? Import it, or cancel the batch: blink export cancel {batch}."),
    ),
    Status.BOOKED: (Kind.BOOKED_ABSENT, N_("See whether it really stands in the books.")),
    Status.APPROVED: (Kind.NOT_HANDED_OVER, N_("Hand it over: blink export.")),
    Status.CODED: (Kind.NOT_HANDED_OVER, N_("Approve it and hand it over.")),
}


def absent_statuses() -> tuple[Status, ...]:
    """Documents that should stand in the books, or soon will; elsewhere-kept ones should in whatever status."""
    return (*_ABSENT, Status.FETCHED)


def absent_finding(fact: Fact, register: BookRegister, fields: Fields, books: Books | None) -> Finding | None:
    """What is to be said of a document that no row of a book is; None where none is to be there."""
    held = fact.held
    elsewhere = books is not None and books.keeper(held.direction) is Keeper.ELSEWHERE
    if fact.coded and not _belongs(fact, register, fields):
        return None
    if elsewhere and held.status is not Status.BOOKED:
        kind, todo = Kind.NOT_IMPORTED, N_("Another source books it: ask there why it is missing.")
    elif held.status in _ABSENT:
        kind, todo = _ABSENT[held.status]
    else:
        return None
    month = fact.vat_month or (Month.of(held.issued) if held.issued else None)
    batch = fact.batch_id if held.status is Status.EXPORTED else None
    what = Message(N_("{number}, {gross} {currency}"),
                   {"number": held.number, "gross": _money(held.gross), "currency": held.currency})  # fmt: skip
    return Finding(kind, what, Message(todo, {"batch": batch}), held, None, month, batch, register)


def _belongs(fact: Fact, register: BookRegister, fields: Fields) -> bool:
    """Whether what a document was coded as leaves anything in a book: an exempt client's has no VAT row at all."""
    if register in VAT_REGISTERS:
        return VAT_REGISTERS[register] in fields
    return fact.entries > 0
