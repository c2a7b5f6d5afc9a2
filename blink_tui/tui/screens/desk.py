"""Pulpit: the office at a glance; what needs a hand comes first, the firm under the cursor stands in full sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial

from textual import on
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import WorkType

from blink_tui.buffer.questions import Question
from blink_tui.i18n import _, ngettext
from blink_tui.model.deadlines import coming_deadlines
from blink_tui.model.documents import Direction, Status
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.tui.cut import Cut
from blink_tui.tui.firm_words import deadline_words, firm_paragraphs, system_line
from blink_tui.tui.keys import bindings
from blink_tui.tui.leading import show_documents
from blink_tui.tui.memory import Kept
from blink_tui.tui.overview import FirmState, Need, Office, read_office
from blink_tui.tui.pace import Pace
from blink_tui.tui.question_lines import question_parts, work_parts
from blink_tui.tui.requests import LeftOf, left_of
from blink_tui.tui.screens.open_questions import QuestionsWindow
from blink_tui.tui.screens.paced import PacedScreen
from blink_tui.tui.seen import Seen
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.chart import DayCounts, DaysChart, MonthsChart, MonthSums
from blink_tui.tui.widgets.firms import FirmRows
from blink_tui.tui.widgets.rows import RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import number

_CHARTS_EVERY = 30.0
_REST = 0.15
"""Seconds without a key after which the requests left to the firm under the cursor are read."""
_DAYS = 30
_MONTHS = 12
_NOTHING = Decimal(0)

Charts = tuple[DayCounts, tuple[MonthSums, ...]]


class DeskScreen(PacedScreen):
    """Screen 1."""

    HERE = "go-desk"
    AUTO_FOCUS = "#firms"
    BINDINGS = bindings("questions", "mine")

    def __init__(self) -> None:
        super().__init__()
        self._office = Office((), ())
        self._seen = Seen()
        self._here: str | None = None
        self._charts_pace = Pace(_CHARTS_EVERY)
        self._resting: Timer | None = None
        self._left: LeftOf = (0, None)

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield StatusLine(id="dates")
        yield StatusLine(id="work")
        yield StatusLine(id="asked")
        yield StatusLine(id="ksef")
        yield FirmRows()
        yield TextView(id="firm-detail")
        with Horizontal(id="charts"):
            yield DaysChart(id="days")
            yield MonthsChart(id="months")

    @property
    def _cut(self) -> Cut:
        return Cut(self.console.memory, self.console.who)

    # Where one was

    def keep(self) -> Kept:
        here = self._here
        for rows in self.query(FirmRows):  # none at the very end
            if rows.current is not None:
                here = rows.current.firm.context_value
        return {"firm": here, "seen": self._seen.kept()}

    def recall(self, kept: Kept) -> None:
        here = kept.get("firm")
        self._here = here if isinstance(here, str) else None
        self._seen = Seen.recalled(kept.get("seen"))

    # Reading

    async def gather(self) -> Callable[[], None]:
        console = self.console
        seen = self._seen.on(console.today, await console.buffer.grid.max_id())
        office = await read_office(console.buffer, console.now, console.today, seen)
        return partial(self._show, office)

    async def _read_charts(self) -> Charts:
        self._charts_pace.begin()
        today, overview = self.console.today, self.console.buffer.overview
        first = today - timedelta(days=_DAYS - 1)
        per_day = await overview.per_day(first)
        month = Month.of(today)
        months = [month.plus(back) for back in range(1 - _MONTHS, 1)]
        sums = await overview.gross_per_month(months[0], month)
        days = (first + timedelta(days=number) for number in range(_DAYS))
        return (
            DayCounts(f"{first:%d.%m}", f"{today:%d.%m}", tuple(per_day.get(day, 0) for day in days)),
            tuple(
                MonthSums(
                    str(one),
                    sums.get((one, Direction.SALE), _NOTHING),
                    sums.get((one, Direction.PURCHASE), _NOTHING),
                )
                for one in months
            ),
        )

    def retell(self) -> None:
        """The charts, too, speak the language in force."""
        super().retell()
        self.query_one(DaysChart).draw()
        self._charts_pace = Pace(_CHARTS_EVERY)

    def go_back(self) -> None:
        """Nothing is behind this screen."""

    # Showing

    def _show(self, office: Office) -> None:
        self._office = office
        self._fill()
        if self.query_one("#charts").display and self._charts_pace.left <= 0:
            self.ask(self._read_charts, self._show_charts, "charts")

    def on_resize(self) -> None:
        """Charts come with the room for them."""
        if self._office.states and self._charts_pace.left <= 0 and self.query_one("#charts").display:
            self.ask(self._read_charts, self._show_charts, "charts")

    def _show_charts(self, charts: Charts) -> None:
        days, months = charts
        self.query_one(DaysChart).show(days)
        titles = (_("Month"), _("Sales, gross PLN"), _("Purchases, gross PLN"))
        self.query_one(MonthsChart).show(months, titles)

    def _fill(self) -> None:
        cut = self._cut
        states = [state for state in self._office.states if cut.keeps(state.firm)]
        self.query_one(FirmRows).show(states, self._here, cut=cut.mine)
        self._here = None
        self.query_one("#firm-detail").display = bool(states)
        self._tell(states)

    def _tell(self, states: list[FirmState]) -> None:
        waiting = sum(state.held(Status.FETCHED) for state in states)
        new = sum(state.new for state in states)
        stopped = sum(state.need in (Need.STOPPED, Need.REFUSED, Need.QUARANTINE) for state in states)
        parts = (
            _("my clients") if self._cut.mine else "",
            ngettext("{count} firm", "{count} firms", len(states)).format(count=number(len(states))),
            ngettext("{count} document to decide on", "{count} documents to decide on", waiting).format(
                count=number(waiting)
            ),
            ngettext("{count} new", "{count} new", new).format(count=number(new)) if new else "",
        )
        alarm = ngettext("! {count} firm stopped", "! {count} firms stopped", stopped).format(count=stopped)
        status = self.query_one("#status", StatusLine)
        if self._office.states:
            daemon = self.console.company.daemon
            service = _("service: {who}").format(who=daemon.who) if daemon is not None else ""
            status.say(*parts, service, alarm=alarm if stopped else "")
        else:
            status.say(_("No firm yet"))
        today = self.console.today
        work, pressing = work_parts(states, today)
        self._say("#work", work, pressing)
        asked, late = question_parts(states, today)
        self._say("#asked", [asked], late)
        dates = [deadline_words(one, today) for one in coming_deadlines(today)]
        system, troubled = system_line(self._office.systems)
        self.query_one("#dates", StatusLine).say(*dates, "" if troubled else system)
        alarm_line = self.query_one("#ksef", StatusLine)
        alarm_line.say(alarm=system if troubled else "")
        alarm_line.display = troubled

    def _say(self, line: str, parts: Sequence[str], alarm: str) -> None:
        """Say something in a line that is there only for as long as there is something to say."""
        view = self.query_one(line, StatusLine)
        view.say(*parts, alarm=alarm)
        view.display = bool(any(parts) or alarm)

    @on(RowsView.Moved, "#firms")
    def _firm_reached(self) -> None:
        self._tell_firm()
        if self._resting is not None:
            self._resting.stop()
        state = self.query_one(FirmRows).current
        if state is not None and self.console.work_folder is not None:
            self._resting = self.set_timer(_REST, partial(self._ask_left, state.firm))

    def _ask_left(self, firm: Firm) -> None:
        self.ask(partial(left_of, self.console.work_folder, firm), self._show_left, "left")

    def _show_left(self, left: LeftOf) -> None:
        if left != self._left:
            self._left = left
            self._tell_firm()

    def _tell_firm(self) -> None:
        """The firm under the cursor in full sentences, under the list."""
        state = self.query_one(FirmRows).current
        paragraphs: list[Paragraph] = []
        if state is not None:
            left = self._left[1] if self._left[0] == state.firm.id else None
            paragraphs = firm_paragraphs(state, left, self.console.now)
        self.query_one("#firm-detail", TextView).set_paragraphs(paragraphs)

    # Keys

    def action_mine(self) -> None:
        """Only the user's own clients, or all firms again."""
        self._cut.turn()
        self._fill()

    def action_questions(self) -> None:
        """The open questions of the firms shown; one leads to its document."""
        firms = [state.firm for state in self._office.states if self._cut.keeps(state.firm)]
        self.app.push_screen(QuestionsWindow(firms, self._lead))

    def _lead(self, firm: Firm, question: Question) -> None:
        work: WorkType[None] = partial(show_documents, self.console, firm, question.ksef_number)
        self.run_worker(work, group="lead")

    @on(FirmRows.Opened)
    def _open_firm(self) -> None:
        state = self.query_one(FirmRows).current
        if state is not None:
            self.console.choose_firm(state.firm)
            self.console.action_go("buffer")
