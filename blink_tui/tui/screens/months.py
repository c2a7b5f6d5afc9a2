"""Closing a month: how far each firm is with it; what is left stands in points with the keys that lead there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from rich.cells import cell_len
from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.worker import WorkType

from blink_tui.i18n import _
from blink_tui.model.deadlines import deadlines_of
from blink_tui.model.documents import Direction, Status
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.sync.closing import LEFT, FirmMonth, read_month
from blink_tui.sync.closing_points import Point, points_of
from blink_tui.sync.standing import span_of
from blink_tui.tui.closing import ask_to_print, ask_to_sign, ask_to_unlock
from blink_tui.tui.cut import Cut
from blink_tui.tui.firm_words import deadline_words
from blink_tui.tui.keys import bindings
from blink_tui.tui.leading import show_documents
from blink_tui.tui.memory import Kept, kept_month, month_of
from blink_tui.tui.month_words import (
    LEADS,
    firms_ready,
    month_paragraphs,
    point_lead,
    state_words,
    to_do,
    verdict,
)
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.screens.paced import PacedScreen
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import fit, fit_title, moment, number

_UNTIL = 10
_COUNT = 7
_STATE = 8
_WIDE = 110


class MonthRows(RowsView):
    """One firm a row."""

    BINDINGS = bindings("open")

    class Opened(Message):
        """The points of the firm under the cursor are to be shown."""

    def __init__(self) -> None:
        super().__init__(id="firm-months")
        self.months: Sequence[FirmMonth] = ()

    @property
    def current(self) -> FirmMonth | None:
        """The firm under the cursor."""
        return self.months[self.cursor] if self.months else None

    def show(self, months: Sequence[FirmMonth]) -> None:
        """Show other months; the cursor stays on its firm if it was ever moved."""
        here = self.current.firm.id if self.current is not None and self.cursor else None
        self.months = months
        self.set_count(len(months), next((i for i, one in enumerate(months) if one.firm.id == here), 0))

    def head(self, width: int) -> Pieces:
        titles = (_("Fetched"), _("Clarify"), _("Coded"), _("Approved"), _("Handed over"))
        more = (_("Excl."), _("Late"), _("Month?"))
        return ((self._cells(width, _("Firm"), _("Complete to"), titles, more, _("State")), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        found = self.months[index]
        span = span_of(found.standing.asked)
        late = found.late(Direction.PURCHASE) + found.late(Direction.SALE)
        more = (found.held(Status.EXCLUDED), late, found.without_month)
        state, tone = state_words(found)
        cells = self._cells(
            width,
            clean(found.firm.name),
            moment(span.until)[:_UNTIL] if span else "-",
            [_dash(found.held(status)) for status in LEFT],
            [_dash(count) for count in more],
            state,
        )
        return (((">" if index == self.cursor else " ") + cells[1:], tone),)

    def nothing(self) -> str:
        return _("No firm here. b shows all firms; the first firm is added in Firms (2).")

    @staticmethod
    def _cells(
        width: int, name: str, until: str, counts: Sequence[str], more: Sequence[str], state: str
    ) -> str:
        shown = [*counts, *more] if width >= _WIDE else counts
        fixed = f" {fit(until, _UNTIL)}" + "".join(" " + fit_title(text, _COUNT) for text in shown)
        fixed += f"  {fit(state, _STATE)}"
        return f"  {fit(name, width - cell_len(fixed) - 2)}{fixed}"

    def action_open(self) -> None:
        """Show the points of the firm under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened())


def _dash(count: int) -> str:
    return number(count) if count else "-"


class PointRows(RowsView):
    """The points of a firm's month, one a row."""

    BINDINGS = bindings("lead")

    class Opened(Message):
        """The documents of the point under the cursor are to be shown."""

    def __init__(self, points: Sequence[Point]) -> None:
        super().__init__(id="points")
        self.points = points

    @property
    def current(self) -> Point | None:
        """The point under the cursor."""
        return self.points[self.cursor] if self.points else None

    def row(self, index: int, width: int) -> Pieces:
        point = self.points[index]
        mark = ">" if index == self.cursor else " "
        return ((fit(f"{mark}{point_lead(point)}{point.text}", width), "warn" if point.open else "plain"),)

    def action_lead(self) -> None:
        """Show what the point is about."""
        self.post_message(self.Opened())


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a person wants to go from the points of a month."""

    to: str
    """A screen by its name, or what is to be done: `sign`, `unlock`, `print`."""
    filter: str = ""
    """The documents of a point."""


class PointsWindow(Dialog[Lead | None]):
    """The points of a firm's month; Enter leads to the documents of one, a digit to where one is worked on."""

    BINDINGS = bindings(
        "close", "sign-off", "unlock", "print-page", "go-access", "go-log", "go-buffer", "go-coding", "go-handover"
    )  # fmt: skip

    def __init__(self, title: str, found: FirmMonth, today: date) -> None:
        super().__init__(title)
        self._found = found
        self._today = today

    def inside(self) -> Iterable[Widget]:
        yield StatusLine(id="verdict")
        yield PointRows(points_of(self._found, self._today))
        yield TextView(id="point-detail")

    def on_mount(self) -> None:
        super().on_mount()
        said = verdict(self._found)
        good = said.tone == "good"
        dates = [deadline_words(one, self._today) for one in self._found.deadlines]
        self.query_one("#verdict", StatusLine).say(
            said.text if good else "", *dates, alarm="" if good else said.text
        )
        rows = self.query_one(PointRows)
        first_open = next((at for at, one in enumerate(rows.points) if one.open), 0)
        rows.set_count(len(rows.points), first_open)
        rows.focus()

    @on(RowsView.Moved, "#points")
    def _tell_point(self) -> None:
        point = self.query_one(PointRows).current
        if point is not None:
            told = [Paragraph(point.text, "warn" if point.open else "plain"), Paragraph(to_do(point))]
            if point.filter:
                told.append(Paragraph(_("Enter shows the documents."), "dim"))
            self.query_one("#point-detail", TextView).set_paragraphs(told)

    @on(PointRows.Opened)
    def _lead(self) -> None:
        point = self.query_one(PointRows).current
        if point is None:
            return
        if point.filter:
            self.dismiss(Lead("buffer", point.filter))
        elif point.about in LEADS:
            self.dismiss(Lead(LEADS[point.about].removeprefix("go-")))

    def action_go(self, name: str) -> None:
        """Close, and go where a point leads."""
        self.dismiss(Lead(name))

    def action_sign_off(self) -> None:
        """Close, and ask for the signature."""
        self.dismiss(Lead("sign"))

    def action_unlock(self) -> None:
        """Close, and ask why it is opened again."""
        self.dismiss(Lead("unlock"))

    def action_print_page(self) -> None:
        """Close, and ask where to."""
        self.dismiss(Lead("print"))

    def action_close(self) -> None:
        """Back to the months."""
        self.dismiss(None)


class MonthsScreen(PacedScreen):
    """Screen 7."""

    HERE = "go-months"
    AUTO_FOCUS = "#firm-months"
    BINDINGS = bindings("previous-month", "next-month", "sign-off", "unlock", "print-page", "mine")

    def __init__(self) -> None:
        super().__init__()
        self._month: Month | None = None
        self._first: Month | None = None
        self._found: list[FirmMonth] = []

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield StatusLine(id="dates")
        yield MonthRows()
        yield TextView(id="month-detail")

    @property
    def month(self) -> Month:
        """The month shown: the one chosen, else the last one that is over, which is being closed."""
        return self._month or Month.of(self.console.today).plus(-1)

    def keep(self) -> Kept:
        return kept_month(self._month)

    def recall(self, kept: Kept) -> None:
        self._month = month_of(kept)

    # Reading

    async def gather(self) -> Callable[[], None]:
        buffer, month = self.console.buffer, self.month
        first = await buffer.overview.first_month()
        return partial(self._show, month, first, await read_month(buffer, month, self.console.now))

    def _show(self, month: Month, first: Month | None, found: list[FirmMonth]) -> None:
        if month == self.month:
            self._first, self._found = first, found
            self._fill()

    def _fill(self) -> None:
        cut = Cut(self.console.memory, self.console.who)
        months = [one for one in self._found if cut.keeps(one.firm)]
        self.query_one(MonthRows).show(months)
        today = self.console.today
        self.query_one("#status", StatusLine).say(
            f"‹ {self.month} ›", _("my clients") if cut.mine else "", firms_ready(months)
        )
        dates = [deadline_words(one, today) for one in deadlines_of(self.month)]
        self.query_one("#dates", StatusLine).say(*dates)

    @on(RowsView.Moved, "#firm-months")
    def _tell_firm(self) -> None:
        found = self.query_one(MonthRows).current
        paragraphs = month_paragraphs(found, self.console.today) if found is not None else []
        self.query_one("#month-detail", TextView).set_paragraphs(paragraphs)

    # Keys

    def action_month(self, step: int) -> None:
        """Show an earlier or a later month: from the first one with documents to the present one."""
        last = Month.of(self.console.today)
        first = min(self._first or last, last.plus(-1))
        self._month = max(first, min(self.month.plus(step), last))
        self.reload()

    def action_mine(self) -> None:
        """Only the user's own clients, or all firms again."""
        Cut(self.console.memory, self.console.who).turn()
        self._fill()

    def action_sign_off(self) -> None:
        """Sign the month of the firm under the cursor off."""
        self._act(ask_to_sign)

    def action_unlock(self) -> None:
        """Open the month of the firm under the cursor again."""
        self._act(ask_to_unlock)

    def _act(self, ask: Callable[[ConsoleScreen, FirmMonth, Callable[[], None]], None]) -> None:
        found = self.query_one(MonthRows).current
        if found is not None:
            ask(self, found, self.reload)

    def action_print_page(self) -> None:
        """Write the page of the firm under the cursor to a file."""
        found = self.query_one(MonthRows).current
        if found is not None:
            ask_to_print(self, found)

    @on(MonthRows.Opened)
    def _open(self) -> None:
        found = self.query_one(MonthRows).current
        if found is None:
            return
        doing = {
            "sign": self.action_sign_off,
            "unlock": self.action_unlock,
            "print": self.action_print_page,
        }

        def lead(wanted: Lead | None) -> None:
            if wanted is None:
                return
            if wanted.to in doing:
                doing[wanted.to]()
                return
            work: WorkType[None] = partial(self._lead, wanted, found)
            self.run_worker(work, group="lead")

        title = f"{clean(found.firm.name)} · {found.month}"
        self.app.push_screen(PointsWindow(title, found, self.console.today), lead)

    async def _lead(self, wanted: Lead, found: FirmMonth) -> None:
        """Go where a point is worked on; the documents are narrowed to those of the point, or to what is left."""
        if wanted.to == "buffer":
            statuses = ",".join(status.value for status in (*LEFT, Status.EXCLUDED))
            query = wanted.filter or f"miesiąc:{found.month} status:{statuses}"
            await show_documents(self.console, found.firm, query)
        else:
            self.console.choose_firm(found.firm)
            await self.console.switch_mode(wanted.to)
