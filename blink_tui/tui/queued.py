"""A document that waits for a decision: what a person looks at first, on one screen, laid out beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from blink_tui.buffer import Buffer, Document, GridRow
from blink_tui.buffer.codings import CodingState, KeptCoding
from blink_tui.i18n import _, ngettext
from blink_tui.model.books import Books
from blink_tui.model.coding import Coding, Proposal
from blink_tui.model.decisions import UNDECIDED
from blink_tui.model.documents import Direction, Party, Status
from blink_tui.model.findings import Finding, Severity
from blink_tui.model.text import clean
from blink_tui.model.wrapping import wrapped
from blink_tui.tui.coding_words import line_text, months_text, problem_lines, scheme_text, told
from blink_tui.tui.detail import Content, Page, pages, read_content
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.words import (
    DIRECTION_WORDS,
    STATUS_GLYPHS,
    STATUS_WORDS,
    amount,
    day,
    fit,
    fit_right,
    number,
)

if TYPE_CHECKING:
    from blink_tui.model.invoice import Invoice

DECISION = "decision"
"""Id of the page that is shown first."""

_LABEL = 11
_MONEY = 15
_FINDING_LINES = 7
_VAT_ROWS = 5
_ITEMS = 5
_POSTINGS = 6
_TONES = {Severity.ALARM: "bad", Severity.WARNING: "warn", Severity.NOTE: "dim"}
_SIGNS = {Severity.ALARM: "! ", Severity.WARNING: "! ", Severity.NOTE: "- "}


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a document becomes in a firm's books, as far as it is known."""

    books: Books
    kept: KeptCoding | None
    """A draft, or what it is coded by."""
    proposal: Proposal | None
    names: Mapping[str, str]
    """Names of the accounts."""

    @property
    def coding(self) -> Coding | None:
        """What counts: what a person made, else the proposal."""
        if self.kept is not None:
            return self.kept.coding
        return self.proposal.coding if self.proposal is not None else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document with everything that is shown of it."""

    content: Content
    before: Mapping[Status, int]
    """Where the last documents of its seller stand."""
    width: int
    """Cells that its pages are laid out for."""
    pages: tuple[Page, ...]
    proposed: Proposed | None = None
    """What it would become in the books; None for a firm without books."""

    @property
    def document(self) -> Document:
        """The document as the buffer has it."""
        return self.content.document

    @property
    def undecided(self) -> bool:
        """Whether nobody has decided on it meanwhile."""
        return self.document.status in UNDECIDED

    @property
    def alarms(self) -> list[str]:
        """What is to be decided before anything else, in sentences."""
        return [clean(str(one.message)) for one in self.content.findings if one.severity >= Severity.ALARM]


async def read_waiting(buffer: Buffer, row: GridRow, today: date, width: int) -> Waiting:
    """All that is shown of a document, laid out for a width. Raises BlinkError(DOCUMENT_UNKNOWN)."""
    content = await read_content(buffer, row.id, today)
    document = content.document
    before = (
        await buffer.decisions.of_seller(document.firm_id, document.seller.id_value, document.id)
        if document.direction is Direction.PURCHASE
        else {}
    )
    proposed = await read_proposed(buffer, document)
    laid_out = await asyncio.to_thread(waiting_pages, content, before, proposed, width)
    return Waiting(content, before, width, laid_out, proposed)


async def read_proposed(buffer: Buffer, document: Document) -> Proposed | None:
    """What a document would become in its firm's books; None for a firm without."""
    books = await buffer.books.get(document.firm_id)
    if books is None:
        return None
    kept = await buffer.codings.get(document.id)
    proposal = await buffer.codings.proposal(document.id)
    accounts = await buffer.charts.accounts(document.firm_id)
    return Proposed(books, kept, proposal, {one.number: one.name for one in accounts})


def waiting_pages(
    content: Content, before: Mapping[Status, int], proposed: Proposed | None, width: int
) -> tuple[Page, ...]:
    """What is looked at first, then the document's own pages. Not for the loop."""
    alarm = any(one.severity >= Severity.WARNING for one in content.findings) or content.invoice is None
    lines = tuple(_lines(content, before, proposed, max(40, width - 2)))
    return Page(DECISION, _("Decision"), lines, alarm), *pages(content, width)


def _lines(
    content: Content, before: Mapping[Status, int], proposed: Proposed | None, room: int
) -> Iterator[Pieces]:
    yield from _found(content, room)
    to_be_coded = proposed if content.document.direction is not Direction.NONE else None
    yield from _facts(content.document, before, room, both=to_be_coded is None)
    if to_be_coded is None:
        yield _line("")
    yield from _sums(content)
    if to_be_coded is not None:
        yield from _coded(to_be_coded, room)
    if content.invoice is not None:
        yield from _items(content.invoice, room)


def _sums(content: Content) -> Iterator[Pieces]:
    document = content.document
    if content.invoice is not None:
        yield from _vat(content.invoice, document)
        return
    for label, value in ((_("Net"), document.net), (_("Gross"), document.gross)):
        yield _line(f"{fit(label, _LABEL)} {fit_right(amount(value), _MONEY)} {document.currency}")


def _found(content: Content, room: int) -> Iterator[Pieces]:
    lines = [*_problem(content, room), *_sentences(content.findings, room)]
    yield from lines if len(lines) <= _FINDING_LINES else lines[: _FINDING_LINES - 1]
    if len(lines) > _FINDING_LINES:
        yield _line(_("… more on the page of checks"), "dim")
    if lines:
        yield _line("")


def _problem(content: Content, room: int) -> Iterator[Pieces]:
    if content.problem:
        yield from (_line(text, "bad") for text in wrapped("! " + content.problem, room))


def _sentences(findings: Iterable[Finding], room: int) -> Iterator[Pieces]:
    for one in findings:
        text = _SIGNS[one.severity] + clean(str(one.message))
        yield from (_line(line, _TONES[one.severity]) for line in wrapped(text, room))


def _facts(document: Document, before: Mapping[Status, int], room: int, *, both: bool) -> Iterator[Pieces]:
    """Who, which invoice, when, how it stands; only the other party where the coding needs the room."""
    status = f"{STATUS_GLYPHS[document.status]} {_(STATUS_WORDS[document.status])}"
    status = f"{status} · {_(DIRECTION_WORDS[document.direction])}"
    history = _history(before) if document.direction is Direction.PURCHASE else ""
    before_word = _("before")
    days = (
        (_("issued"), day(document.issue_date)),
        (_("received"), day(document.received_date)),
        (_("due"), day(document.due_date)),
    )
    facts = (
        (_("Seller"), _party(document.seller) if both or document.direction is not Direction.SALE else ""),
        (_("Buyer"), _party(document.buyer) if both or document.direction is Direction.SALE else ""),
        (_("Invoice"), f"{clean(document.invoice_number)} · {clean(document.kind)} · {document.ksef_number}"),
        (_("Days"), " · ".join(f"{label} {value}" for label, value in days if value)),
        (_("Status"), status if both or not history else f"{status} · {before_word}: {history}"),
        (_("Before"), history if both else ""),
    )
    for label, value in facts:
        if value:
            yield (
                (" " + fit(label, _LABEL) + " ", "head"),
                (fit(value, room - _LABEL - 1).rstrip(), "plain"),
            )


def _party(party: Party) -> str:
    return " · ".join(text for text in (clean(party.id_value), clean(party.name)) if text)


def _history(before: Mapping[Status, int]) -> str:
    """How the seller's last documents were decided: `12 approved · 1 not to be booked`."""
    if not before:
        return _("the first document of this seller")
    settled = sum(before.get(one, 0) for one in (Status.APPROVED, Status.EXPORTED, Status.BOOKED))
    parts = (
        (settled, ngettext("{count} approved", "{count} approved", settled)),
        (before.get(Status.EXCLUDED, 0), _("{count} not to be booked")),
        (before.get(Status.QUERIED, 0), _("{count} to be clarified")),
        (sum(before.get(one, 0) for one in UNDECIDED), _("{count} undecided")),
    )
    return " · ".join(text.format(count=number(count)) for count, text in parts if count)


def _coded(proposed: Proposed, room: int) -> Iterator[Pieces]:
    """What the document becomes in the books, or that this is not known yet."""
    coding = proposed.coding
    if coding is None:
        yield _line(_("There is no proposal yet: F4 opens the editor."), "warn")
        return
    label = _("Proposed")
    if proposed.kept is not None:
        label = _("Coded") if proposed.kept.state is CodingState.CODED else _("Draft")
    yield (
        (" " + fit(label, _LABEL) + " ", "head"),
        (fit(scheme_text(coding), room - _LABEL - 1).rstrip(), "plain"),
    )
    yield _line(f"{'':{_LABEL}} {months_text(coding)}")
    yield from problem_lines(coding.problems, room)
    for one in coding.lines[:_POSTINGS]:
        yield _line("  " + line_text(one, coding, proposed.names, room - 2))
    if len(coding.lines) > _POSTINGS:
        more = len(coding.lines) - _POSTINGS
        text = ngettext("… and {count} more line", "… and {count} more lines", more)
        yield _line("  " + text.format(count=number(more)), "dim")
    yield from told(coding, proposed.books, room)


def _vat(invoice: Invoice, document: Document) -> Iterator[Pieces]:
    """Rates with net and VAT, as many as fit, and the total."""
    head = (_("VAT rate"), _("Net"), _("VAT"), _("Gross"))
    yield _line(_row(*head), "head")
    for one in invoice.vat_table[:_VAT_ROWS]:
        gross = None if one.vat is None else one.net + one.vat
        yield _line(_row(clean(one.rate), amount(one.net), amount(one.vat), amount(gross)))
    if len(invoice.vat_table) > _VAT_ROWS:
        yield _line("…")
    total = invoice.total if invoice.total is not None else document.gross
    yield _line(_row(_("To pay"), "", "", amount(total)) + f" {clean(invoice.currency)}", "good")


def _row(label: str, *amounts: str) -> str:
    return fit(label, _LABEL) + "".join(" " + fit_right(text, _MONEY) for text in amounts)


def _items(invoice: Invoice, room: int) -> Iterator[Pieces]:
    """What was bought: the first rows, by name and amount."""
    if invoice.lines:
        yield _line("")
    for one in invoice.lines[:_ITEMS]:
        value = amount(one.net if one.net is not None else one.gross)
        yield _line(fit(clean(one.name) or "–", room - _MONEY - 1) + " " + fit_right(value, _MONEY))
    if len(invoice.lines) > _ITEMS:
        more = len(invoice.lines) - _ITEMS
        text = ngettext("… and {count} more row", "… and {count} more rows", more)
        yield _line(text.format(count=number(more)), "dim")


def _line(text: str, tone: str = "plain") -> Pieces:
    return ((" " + text, tone),)
