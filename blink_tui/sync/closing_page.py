"""The closing page of a firm's month: read, made of texts in the language in force, printed as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version

from blink_tui.buffer import Buffer, ClosedOn, Later
from blink_tui.i18n import _
from blink_tui.invoices.page_blocks import Block, Fields, Section, fields, left, right, table, words
from blink_tui.invoices.periods import rules_on
from blink_tui.invoices.render_html import html_page
from blink_tui.invoices.render_text import text_page
from blink_tui.invoices.words import day, money
from blink_tui.model.book_row_words import REGISTER_WORDS
from blink_tui.model.book_rows import BookRegister
from blink_tui.model.book_words import vat_words
from blink_tui.model.books import VatKind
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.documents import Direction, Status
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.model.words import DIRECTION_WORDS, STATUS_WORDS
from blink_tui.sync.closing import FirmMonth, read_firm_month, vat_deadline
from blink_tui.sync.closing_points import Point, deadline_day, points_of, shown

_LISTED = 500
"""Documents that one list of the page has at most; the point above it counts all."""

_WIDTH = 100
"""Columns of the page as text."""


@dataclass(frozen=True, slots=True)
class FirmClosing:
    """A firm's month with the documents that its page lists."""

    found: FirmMonth
    points: tuple[Point, ...]
    late: Sequence[ClosedOn]
    later: Sequence[Later]
    excluded: Sequence[tuple[ClosedOn, str]]
    """With the reason and who decided."""
    after: Sequence[ClosedOn]
    sums: Mapping[Direction, Mapping[str, Decimal]]
    """Register, field and amount in PLN."""
    chain_head: bytes
    read_at: datetime

    @property
    def firm(self) -> Firm:
        """Whose month it is."""
        return self.found.firm

    @property
    def month(self) -> Month:
        """Which month it is."""
        return self.found.month


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """A closing page as it is printed and kept, whole, in the language in which it was made."""

    title: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """For a printer: so wide as a page in portrait takes."""
        return f"{self.title}\n\n{text_page(self.sections, _WIDTH)}"

    @property
    def html(self) -> str:
        """One self-contained page: no script, nothing fetched, every text escaped."""
        return html_page(self.title, self.sections)


async def read_closing(buffer: Buffer, firm: Firm, month: Month, now: datetime) -> FirmClosing:
    """Everything of a firm's month as it stands; the chain's head is read first, so that it is none too new."""
    head = await buffer.history.head(firm.id)
    found = await read_firm_month(buffer, firm, month, now)
    registers = await buffer.registers.sums(firm.id, month)
    due = vat_deadline(month).day
    return FirmClosing(
        found,
        points_of(found, warsaw_day(instant_of(now))),
        await buffer.closing.late(firm.id, month, due, _LISTED),
        await buffer.closing.later(firm.id, month),
        await buffer.closing.excluded(firm.id, month, _LISTED),
        await buffer.closing.after_lock(firm.id, month, _LISTED) if found.closed else (),
        registers,
        head,
        now,
    )


def page_of(closing: FirmClosing, *, who: str, reason: str = "", signed: bool = False) -> ClosingPage:
    """The page, in the language in force; `reason` is why it is signed although points are open."""
    title = _("Closing of {month}: {firm}").format(month=closing.month, firm=clean(closing.firm.name))
    parts = (
        Section("closing", _("Month"), (_head(closing, who, reason, signed=signed),)),
        Section("points", _("Points"), (_points(closing.points),)),
        Section("documents", _("Documents of the month"), tuple(_documents(closing.found))),
        Section("registers", _("VAT registers"), tuple(_registers(closing))),
        Section("late", _("Late documents"), tuple(_late(closing))),
        Section("excluded", _("Not to be booked"), tuple(_excluded(closing))),
        Section("missing", _("Usual sellers without an invoice"), tuple(_missing(closing.found))),
        Section("after", _("After closing"), tuple(_after(closing))),
        Section("deadlines", _("Deadlines"), (fields(*map(deadline_day, closing.found.deadlines)),)),
    )
    return ClosingPage(title, tuple(part for part in parts if part.blocks))


def _head(closing: FirmClosing, who: str, reason: str, *, signed: bool) -> Fields:
    found, firm = closing.found, closing.firm
    made = shown(instant_of(closing.read_at))
    return fields(
        (_("Firm"), f"{clean(firm.name)} · NIP {firm.nip}"),
        (_("Context"), firm.context_value if firm.context_value != firm.nip else None),
        (_("Month"), str(closing.month)),
        (
            _("Settles VAT"),
            vat_words(found.books.vat_on(found.month.last_day)) if found.books else _("no books are set up"),
        ),
        (_("State"), _state(closing, signed=signed)),
        (_("Signed although points are open, because"), clean(reason)),
        (_("Signed off by") if signed else _("Printed by"), f"{clean(who)}, {made}"),
        (_("Head of the firm's chain of events"), closing.chain_head.hex()),
        (_("Program"), f"blink-tui {version('blink-tui')}"),
    )


def _state(closing: FirmClosing, *, signed: bool) -> str:
    lock = closing.found.lock
    if signed:
        return _("signed off and locked")
    if lock is not None:
        return _("locked by {who} on {at}").format(who=clean(lock.who), at=shown(lock.at))
    return _("ready to be signed off") if not any(one.open for one in closing.points) else _("open")


def _points(points: Sequence[Point]) -> Block:
    rows = [(_("! open") if one.open else _("in order"), one.text) for one in points]
    return table((left(_("State")), left(_("Point"))), rows)


def _documents(found: FirmMonth) -> Iterator[Block]:
    rows = [
        (
            _(DIRECTION_WORDS[one.direction]),
            _(STATUS_WORDS[one.status]),
            str(one.documents),
            money(one.gross),
            clean(one.currency),
        )
        for one in sorted(found.counts, key=lambda one: (one.direction, list(Status).index(one.status)))
    ]
    if rows:
        heads = (
            left(_("Direction")), left(_("Status")), right(_("Documents")), right(_("Gross")), left(_("Currency")),
        )  # fmt: skip
        yield table(heads, rows)
    else:
        yield words(_("There are no documents of this month."))


def _registers(closing: FirmClosing) -> Iterator[Block]:
    here = {_REGISTERS[direction]: sums for direction, sums in closing.sums.items()}
    there = closing.found.there
    rows = [
        (_(REGISTER_WORDS[register]), name, _money_of(here, register, name), _money_of(there, register, name))
        for register in BookRegister
        for name in dict.fromkeys((*here.get(register, ()), *there.get(register, ())))
    ]
    if rows:
        heads = left(_("Register")), left(_("Field")), right(_("Here, PLN")), right(_("In the books, PLN"))
        yield table(heads, rows)
    if not closing.sums:
        yield words(_("No coded document stands in the registers of this month."))
    if not there:
        yield words(_("In the books: not compared. The books of this month were not read back."))


_REGISTERS = {Direction.SALE: BookRegister.SALES, Direction.PURCHASE: BookRegister.PURCHASES}


def _money_of(sums: Mapping[BookRegister, Mapping[str, Decimal]], register: BookRegister, name: str) -> str:
    amount = sums.get(register, {}).get(name)
    return "" if amount is None else money(amount)


def _late(closing: FirmClosing) -> Iterator[Block]:
    rows = [(*_document(one), late_effect(closing.found, one)) for one in closing.late]
    if rows:
        yield table((*_document_heads(), left(_("Effect"))), rows)
    if closing.later:
        told = [
            (str(one.month), str(one.documents), money(one.gross), clean(one.currency))
            for one in closing.later
        ]
        heads = (
            left(_("Deducted from")), right(_("Documents")), right(_("Gross")), left(_("Currency")),
        )  # fmt: skip
        yield table(heads, told, _("Purchases issued in this month and received after it"))


def _excluded(closing: FirmClosing) -> Iterator[Block]:
    if closing.excluded:
        rows = [(*_document(one), clean(reason)) for one, reason in closing.excluded]
        yield table((*_document_heads(), left(_("Reason"))), rows)


def _missing(found: FirmMonth) -> Iterator[Block]:
    if found.missing:
        rows = [(clean(one.seller), clean(one.name), str(one.months)) for one in found.missing]
        yield table((left(_("NIP")), left(_("Seller")), right(_("Months of the last four"))), rows)


def _after(closing: FirmClosing) -> Iterator[Block]:
    if closing.after:
        rows = [(*_document(one), after_effect(closing.found, one)) for one in closing.after]
        yield table((*_document_heads(), left(_("Effect"))), rows)


def _document_heads() -> tuple[tuple[str, bool], ...]:
    return left(_("Document")), left(_("Issued")), left(_("Received")), right(_("Gross"))


def _document(one: ClosedOn) -> tuple[str, ...]:
    gross = f"{money(one.gross)} {clean(one.currency)}" if one.gross is not None else ""
    return f"{clean(one.number)}\n{clean(one.other)}", day(one.issued), day(one.received), gross


def late_effect(found: FirmMonth, one: ClosedOn) -> str:
    """What it means that a document of the month came late."""
    if one.direction is Direction.SALE:
        return _correction(found.month, one)
    if (one.gross or 0) < 0:
        return _("in minus: settled in {month}, never later").format(month=found.month)
    return _("deducted in {first}, in {last} at the latest").format(
        first=found.month, last=_last_month(found, one)
    )


def after_effect(found: FirmMonth, one: ClosedOn) -> str:
    """What it means that a document came after the month was closed."""
    if one.direction is Direction.NONE:
        return _("for information, no effect")
    if one.direction is Direction.SALE or (one.gross or 0) < 0:
        return _correction(found.month, one)
    return _("deducted in {first}, in {last} at the latest").format(
        first=found.month.plus(1), last=_last_month(found, one)
    )


def _correction(month: Month, one: ClosedOn) -> str:
    if one.vat is None:
        return _("correction of the JPK for {month}").format(month=month)
    return _("correction of the JPK for {month}, VAT {amount} PLN").format(month=month, amount=money(one.vat))


def _last_month(found: FirmMonth, one: ClosedOn) -> Month:
    """The last one in which a purchase of this month is deducted without correcting a return (art. 86(11))."""
    rules = rules_on(one.received or found.month.first_day)
    if found.vat is VatKind.QUARTERLY:
        return found.month.end_of_quarter.plus(3 * rules.deduction_quarters_after)
    return found.month.plus(rules.deduction_months_after)
