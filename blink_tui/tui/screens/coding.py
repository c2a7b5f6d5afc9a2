"""Coding: what waits for a decision, firm by firm, and the way into the working queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial

from rich.cells import cell_len
from textual import on
from textual.message import Message
from textual.widget import Widget

from blink_tui.buffer import GridFilter
from blink_tui.i18n import _, ngettext
from blink_tui.model.documents import Direction
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.tui.cut import Cut
from blink_tui.tui.deciding import undo_last
from blink_tui.tui.keys import bindings
from blink_tui.tui.memory import Kept
from blink_tui.tui.screens.paced import PacedScreen
from blink_tui.tui.screens.queue import QueueWindow
from blink_tui.tui.waiting import Waiting, waiting_of
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import amount, fit, fit_title, number

_COUNTS = (7, 8, 8, 8, 5)
_SUM = 14
_NIP_FROM, _NIP = 110, 16


class CodingRows(RowsView):
    """One firm a row."""

    BINDINGS = bindings("open", "queue")

    class Opened(Message):
        """The working queue of the firm under the cursor is wanted."""

    def __init__(self) -> None:
        super().__init__(id="undecided")
        self.waiting: Sequence[Waiting] = ()
        self.today = date.min

    @property
    def current(self) -> Waiting | None:
        """The firm under the cursor."""
        return self.waiting[self.cursor] if self.waiting else None

    def show(self, waiting: Sequence[Waiting], today: date, wanted: str | None) -> None:
        """Show other firms; the cursor stays on its firm if it was ever moved, `wanted` is one to begin with."""
        here = self.current.firm.context_value if self.current is not None and self.cursor else wanted
        self.waiting, self.today = waiting, today
        places = (index for index, one in enumerate(waiting) if one.firm.context_value == here)
        self.set_count(len(waiting), next(places, 0))

    def head(self, width: int) -> Pieces:
        counts = (_("Purch."), _("Sales"), _("To view"), _("To check"), _("Days"))
        return ((self._cells(width, _("Firm"), _("NIP"), counts, _("Gross PLN")), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        one = self.waiting[index]
        age = one.age(self.today)
        counts = [one.of(Direction.PURCHASE), one.of(Direction.SALE), one.of(Direction.NONE), one.warnings]
        texts = [number(count) if count else "-" for count in counts] + ["-" if age is None else number(age)]
        cells = self._cells(
            width, clean(one.firm.name), one.firm.context_value, texts, amount(dict(one.sums).get("PLN"))
        )
        lead = (">" if index == self.cursor else " ") + ("!" if one.alarms else " ")
        return ((lead + cells[2:], "bad" if one.alarms else "plain"),)

    def nothing(self) -> str:
        return _("Nothing waits for a decision. F5 shows what has arrived and asks KSeF for more.")

    @staticmethod
    def _cells(width: int, name: str, nip: str, counts: Sequence[str], total: str) -> str:
        fixed = "".join(" " + fit_title(text, room) for text, room in zip(counts, _COUNTS, strict=True))
        fixed += " " + fit_title(total, _SUM)
        if width >= _NIP_FROM:
            fixed = f" {fit(nip, _NIP)}{fixed}"
        return f"  {fit(name, width - cell_len(fixed) - 3)}{fixed} "

    def action_open(self) -> None:
        """Work through what waits in the firm under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened())


class CodingScreen(PacedScreen):
    """Screen 6."""

    HERE = "go-coding"
    AUTO_FOCUS = "#undecided"
    BINDINGS = bindings("mine", "undo")

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
        return partial(self._show, waiting_of(undecided, await buffer.firms.list()))

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
        yield Paragraph(_("Gross in all: {sums}").format(sums=sums))
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

    def action_undo(self) -> None:
        """Take the last decision back."""
        undo_last(self, self.reload)
