"""Coding: what waits for a decision, firm by firm, and the way into the working queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from rich.cells import cell_len
from textual import on
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from blink_tui.buffer import GridFilter
from blink_tui.buffer.decisions import Every, Selection
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.documents import Direction, Status
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.tui.cut import Cut
from blink_tui.tui.deciding import Then, ask_to_approve, ask_to_code, undo_last
from blink_tui.tui.keys import bindings
from blink_tui.tui.memory import Kept
from blink_tui.tui.screens.paced import PacedScreen
from blink_tui.tui.screens.queue import QueueWindow
from blink_tui.tui.waiting import Waiting, waiting_of
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import amount, fit, fit_title, number

_WIDE_FROM, _WIDEST_FROM = 110, 140
_NIP, _SUM, _DAYS = 16, 14, 5


@dataclass(frozen=True, slots=True)
class _Count:
    """A column with a number."""

    title: str
    """English source text."""
    width: int
    count: Callable[[Waiting], int | None]
    """None where it does not apply."""
    least: int = 0
    """Cells of the screen from which on it is shown."""


_COUNTS = (
    _Count(N_("Purch."), 7, lambda one: one.of(Direction.PURCHASE), _WIDEST_FROM),
    _Count(N_("Sales"), 8, lambda one: one.of(Direction.SALE), _WIDEST_FROM),
    _Count(N_("Wait"), 6, lambda one: one.documents),
    _Count(N_("Ready"), 7, lambda one: one.to_code.ready if one.to_code else None),
    _Count(N_("Drafts"), 7, lambda one: one.to_code.drafts if one.to_code else None),
    _Count(N_("Incompl."), 8, lambda one: one.to_code.incomplete if one.to_code else None),
    _Count(N_("To appr."), 8, lambda one: one.coded),
    _Count(N_("To check"), 8, lambda one: one.warnings),
)


class CodingRows(RowsView):
    """One firm a row."""

    BINDINGS = bindings("open", "queue")

    class Opened(Message):
        """The working queue of the firm under the cursor is wanted."""

    def __init__(self) -> None:
        super().__init__(id="undecided")
        self.waiting: Sequence[Waiting] = ()
        self.today = date.min
        self.stays = False
        """Whether the cursor keeps to its firm even where it was never moved."""

    @property
    def current(self) -> Waiting | None:
        """The firm under the cursor."""
        return self.waiting[self.cursor] if self.waiting else None

    def show(self, waiting: Sequence[Waiting], today: date, wanted: str | None) -> None:
        """Show other firms; the cursor stays on its firm if it was ever moved, `wanted` is one to begin with."""
        current = self.current
        here = wanted if current is None or not (self.cursor or self.stays) else current.firm.context_value
        self.waiting, self.today = waiting, today
        places = (index for index, one in enumerate(waiting) if one.firm.context_value == here)
        self.set_count(len(waiting), next(places, 0))

    def head(self, width: int) -> Pieces:
        counts = [_(one.title) for one in _shown(width)]
        return ((self._cells(width, _("Firm"), _("NIP"), counts, _("Days"), _("Gross PLN")), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        one = self.waiting[index]
        age = one.age(self.today)
        counts = [_figure(column.count(one)) for column in _shown(width)]
        total = amount(dict(one.sums).get("PLN"))
        cells = self._cells(width, clean(one.firm.name), one.firm.context_value, counts, _figure(age), total)
        lead = (">" if index == self.cursor else " ") + ("!" if one.alarms else " ")
        return ((lead + cells[2:], "bad" if one.alarms else "plain"),)

    def nothing(self) -> str:
        return _("Nothing waits for a decision. F5 shows what has arrived and asks KSeF for more.")

    @staticmethod
    def _cells(width: int, name: str, nip: str, counts: Sequence[str], days: str, total: str) -> str:
        columns = zip(counts, _shown(width), strict=True)
        fixed = "".join(" " + fit_title(text, column.width) for text, column in columns)
        fixed += " " + fit_title(days, _DAYS)
        if width >= _WIDE_FROM:
            fixed = f" {fit(nip, _NIP)}{fixed} {fit_title(total, _SUM)}"
        return f"  {fit(name, width - cell_len(fixed) - 3)}{fixed} "

    def action_open(self) -> None:
        """Work through what waits in the firm under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened())


def _shown(width: int) -> list[_Count]:
    return [one for one in _COUNTS if width >= one.least]


def _figure(count: int | None) -> str:
    return number(count) if count else "-"


class CodingScreen(PacedScreen):
    """Screen 6."""

    HERE = "go-coding"
    AUTO_FOCUS = "#undecided"
    BINDINGS = bindings("mine", "code-many", "approve", "undo")

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Waiting] = []
        self._here: str | None = None

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield CodingRows()
        yield TextView(id="firm-detail")

    def keep(self) -> Kept:
        here = self._here
        for rows in self.query(CodingRows):  # none at the very end
            if rows.current is not None:
                here = rows.current.firm.context_value
        return {"firm": here}

    def recall(self, kept: Kept) -> None:
        here = kept.get("firm")
        self._here = here if isinstance(here, str) else None

    # Reading

    async def gather(self) -> Callable[[], None]:
        buffer = self.console.buffer
        undecided = await buffer.overview.undecided()
        to_code = await buffer.overview.to_code()
        counts = await buffer.overview.waiting()
        coded = {firm_id: held.get(Status.CODED, 0) for firm_id, held in counts.items()}
        return partial(self._show, waiting_of(undecided, await buffer.firms.list(), to_code, coded))

    def _show(self, found: list[Waiting]) -> None:
        self._found = found
        self._fill()

    def _fill(self) -> None:
        cut = Cut(self.console.memory, self.console.who)
        waiting = [one for one in self._found if cut.keeps(one.firm)]
        self.query_one(CodingRows).show(waiting, self.console.today, self._here)
        self._here = None
        documents, alarms = (sum(one.documents for one in waiting), sum(one.alarms for one in waiting))
        self.query_one("#status", StatusLine).say(
            _("my clients") if cut.mine else "",
            ngettext("{count} document to decide on", "{count} documents to decide on", documents).format(
                count=number(documents)
            ),
            ngettext("in {count} firm", "in {count} firms", len(waiting)).format(count=number(len(waiting))),
            alarm=ngettext("! {count} probably wrong", "! {count} probably wrong", alarms).format(
                count=number(alarms)
            )
            if alarms
            else "",
        )

    @on(RowsView.Moved, "#undecided")
    def _tell_firm(self) -> None:
        one = self.query_one(CodingRows).current
        paragraphs: list[Paragraph] = []
        if one is not None:
            paragraphs = [Paragraph(f"{clean(one.firm.name)} · {one.firm.context_value}", "head")]
            paragraphs += self._sentences(one)
        self.query_one("#firm-detail", TextView).set_paragraphs(paragraphs)

    def _sentences(self, one: Waiting) -> Iterable[Paragraph]:
        if one.alarms:
            text = ngettext(
                "! {count} document is probably wrong or not this firm's: look at it first.",
                "! {count} documents are probably wrong or not this firm's: look at them first.",
                one.alarms,
            )
            yield Paragraph(text.format(count=number(one.alarms)), "bad")
        if one.oldest is not None:
            yield Paragraph(_("The oldest was received on {day}.").format(day=one.oldest.isoformat()))
        sums = ", ".join(f"{amount(total)} {clean(currency)}" for currency, total in one.sums)
        parts = [
            (_("purchases"), one.of(Direction.PURCHASE)),
            (_("sales"), one.of(Direction.SALE)),
            (_("for information"), one.of(Direction.NONE)),
        ]
        counts = " · ".join(f"{word} {number(count)}" for word, count in parts if count)
        if sums:
            yield Paragraph(_("Gross in all: {sums}").format(sums=sums) + f" ({counts})")
        yield from self._how_far(one)

    def _how_far(self, one: Waiting) -> Iterable[Paragraph]:
        """What the keys would do now."""
        if one.to_code is None:
            yield Paragraph(
                _("Without books: documents are approved uncoded. Enter or F4 goes through them."), "dim"
            )
            return
        if one.to_code.ready:
            text = ngettext(
                "F10 codes {count} document as proposed.",
                "F10 codes {count} documents as proposed.",
                one.to_code.ready,
            )
            yield Paragraph(text.format(count=number(one.to_code.ready)), "good")
        if one.coded:
            text = ngettext(
                "F9 approves {count} that is coded.", "F9 approves {count} that are coded.", one.coded
            )
            yield Paragraph(text.format(count=number(one.coded)), "good")
        yield Paragraph(_("Enter or F4 goes through them one after another."), "dim")

    # Keys

    def action_mine(self) -> None:
        """Only the user's own clients, or all firms again."""
        Cut(self.console.memory, self.console.who).turn()
        self._fill()

    @on(CodingRows.Opened)
    def _open(self) -> None:
        one = self.query_one(CodingRows).current
        if one is not None:
            self._open_queue(one.firm)

    def _open_queue(self, firm: Firm) -> None:
        """The working queue of a firm, the oldest receipt first."""
        self.app.push_screen(QueueWindow(GridFilter(firm_ids=(firm.id,))), lambda _decided: self.reload())

    def action_code_many(self) -> None:
        """Code what is ready in the firm under the cursor, asked about first."""
        self._decide(Status.FETCHED, ask_to_code)

    def action_approve(self) -> None:
        """Approve what is coded in the firm under the cursor, asked about first."""
        one = self.query_one(CodingRows).current
        if one is not None:
            self._decide(Status.CODED if one.to_code is not None else Status.FETCHED, ask_to_approve)

    def _decide(self, status: Status, ask: Callable[[Screen[Any], Selection, Then], None]) -> None:
        one = self.query_one(CodingRows).current
        if one is None:
            return

        self.query_one(
            CodingRows
        ).stays = True  # wherever the firm comes to stand: the next key is meant for it
        ask(self, Every(GridFilter(firm_ids=(one.firm.id,), statuses=(status,))), self.reload)

    def action_undo(self) -> None:
        """Take the last decision back."""
        undo_last(self, self.reload)
