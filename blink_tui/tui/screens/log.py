"""The live log of fetching, a firm's pass a line: newest at the bottom, followed until one scrolls back.

It is read page by page as one scrolls, shown at most once a second, and counts down to the next request only in view.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from textual import on
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from blink_tui.buffer import LogFilter
from blink_tui.i18n import _, ngettext
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean, folded
from blink_tui.sync.agenda import Agenda, read_agenda
from blink_tui.sync.remaining import left_words
from blink_tui.tui import log_window
from blink_tui.tui.events import LogLine, log_detail, log_line
from blink_tui.tui.events import folded as lines_of
from blink_tui.tui.keys import bindings
from blink_tui.tui.log_window import PAGE, LogWindow
from blink_tui.tui.memory import Kept
from blink_tui.tui.pace import Pace
from blink_tui.tui.requests import LeftOf, left_of
from blink_tui.tui.screens.dialogs import TextWindow
from blink_tui.tui.screens.paced import PacedScreen
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import number

_AGENDA_EVERY = 5.0
_REST = 0.3

Stand = Literal["first", "last", "here"]
"""Where the cursor stands when other rows are held."""
Slide = Callable[[log_window.LogSource, LogFilter, LogWindow], Awaitable[LogWindow]]


def _newest(log: log_window.LogSource, chosen: LogFilter, _window: LogWindow) -> Awaitable[LogWindow]:
    return log_window.newest(log, chosen)


class LogRows(RowsView):
    """One pass a row; the screen slides the window over the log."""

    BINDINGS = bindings("open-pass", "follow-newest")

    class Opened(Message):
        """All that the row under the cursor holds is to be shown."""

    @dataclass
    class Jumped(Message):
        """The beginning of the log is wanted, or its end."""

        to_end: bool

    def __init__(self) -> None:
        super().__init__(id="log")
        self.lines: list[LogLine] = []
        self._firms: Mapping[int, str] = {}
        self._searched = False

    @property
    def on_last(self) -> bool:
        """Whether the cursor stands on the last row held."""
        return self.cursor >= len(self.lines) - 1

    @property
    def current(self) -> LogLine | None:
        """The pass under the cursor."""
        return self.lines[self.cursor] if self.lines else None

    def show(self, lines: list[LogLine], firms: Mapping[int, str], stand: Stand, *, searched: bool) -> None:
        """Show other passes, the cursor on the first or the last one, or on the one on which it stood.

        `searched` tells that a filter may hide others.
        """
        here = self.current.rows[-1].id if self.current is not None else None
        self._firms, self.lines, self._searched = firms, lines, searched
        places = {"first": 0, "last": len(lines) - 1}
        self.set_count(len(lines), places[stand] if stand in places else self._place(here))

    def _place(self, row_id: int | None) -> int:
        """Index of the pass with a row, or the first one when the row is gone; the last one for None."""
        if row_id is None:
            return len(self.lines) - 1
        return next(
            (index for index, line in enumerate(self.lines) if any(row.id == row_id for row in line.rows)), 0
        )

    def detail(self) -> list[Paragraph]:
        """All that the row under the cursor holds."""
        return log_detail(self.current, self._firms) if self.current is not None else []

    def row(self, index: int, width: int) -> Pieces:
        return log_line(self.lines[index], self._firms, width)

    def nothing(self) -> str:
        if self._searched:
            return _("Nothing was found. Esc shows the whole log again.")
        return _("Nothing was fetched yet. F5 asks KSeF for the firms.")

    def action_open(self) -> None:
        """Show all that the row under the cursor holds."""
        if self.lines:
            self.post_message(self.Opened())

    def action_first(self) -> None:
        """Go to the beginning of the log."""
        self.post_message(self.Jumped(False))

    def action_last(self) -> None:
        """Go to the end of the log and follow it."""
        self.post_message(self.Jumped(True))


class LogScreen(PacedScreen):
    """Screen 4."""

    HERE = "go-log"
    EVERY = 1.0
    AUTO_FOCUS = "#log"
    BINDINGS = bindings("filter-log", "errors-only")

    def __init__(self) -> None:
        super().__init__()
        self._window = LogWindow()
        self._window_of = LogFilter()
        """The filter that the window was read by."""
        self._words = ""
        self._errors = False
        self._unread = 0
        self._firms: Mapping[int, Firm] = {}
        self._agenda, self._agenda_waits = Agenda(), False
        self._agenda_pace = Pace(_AGENDA_EVERY)
        self._ticking: Timer | None = None
        self._resting: Timer | None = None
        self._left: LeftOf = (0, None)

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield StatusLine(id="next")
        yield LogRows()
        yield TextView(id="log-detail")
        line = Line("", id="filter")
        line.display = False
        yield line

    @property
    def _log(self) -> LogRows:
        return self.query_one(LogRows)

    @property
    def follows(self) -> bool:
        """Whether what is told next takes the cursor with it."""
        return self._window.at_end and self._log.on_last

    def keep(self) -> Kept:
        return {"words": self._words, "errors": self._errors}

    def recall(self, kept: Kept) -> None:
        words = kept.get("words")
        self._words = words if isinstance(words, str) else ""
        self._errors = kept.get("errors") is True

    # Reading

    @property
    def _chosen(self) -> LogFilter:
        """The filter: firms by words of their names and NIP, errors alone."""
        words = folded(self._words).split()
        if not words:
            return LogFilter(errors=self._errors)
        found = tuple(
            firm.id
            for firm in self._firms.values()
            if all(word in folded(f"{firm.name} {firm.context_value}") for word in words)
        )
        return LogFilter(found, errors=self._errors)

    async def gather(self) -> Callable[[], None]:
        console, log = self.console, self.console.buffer.log
        self._firms = {firm.id: firm for firm in await console.buffer.firms.list()}
        self._agenda_waits = self._agenda_pace.left > 0
        if not self._agenda_waits:
            self._agenda_pace.begin()
            self._agenda = await read_agenda(console.buffer, console.now)
        window, chosen = self._window, self._chosen
        if not window.rows or chosen != self._window_of:
            found = await log_window.newest(log, chosen)
        elif self.follows:
            found = await log_window.followed(log, chosen, window)
        else:
            self._unread = await log_window.unread(log, chosen, window)
            return self._tell
        return partial(self._follow_on, chosen, found)

    def _follow_on(self, chosen: LogFilter, window: LogWindow) -> None:
        """Show what was told since, unless nothing was; whoever has scrolled back meanwhile stays there."""
        if chosen != self._chosen:
            return  # the filter is another one by now, whose rows are on their way
        if chosen != self._window_of:
            self._show(chosen, window, "last")
        elif self._window.rows and (len(window.rows), window.last_id) == (
            len(self._window.rows),
            self._window.last_id,
        ):
            self._tell()
        else:
            self._show(chosen, window, "last" if self.follows or not self._window.rows else "here")

    def _show(self, chosen: LogFilter, window: LogWindow, stand: Stand) -> None:
        if window.at_end:
            self._unread = 0
        self._window, self._window_of = window, chosen
        names = {id_: clean(firm.name) for id_, firm in self._firms.items()}
        self._log.show(lines_of(window.rows), names, stand, searched=chosen != LogFilter())
        self._tell()

    def _slide(self, slide: Slide, stand: Stand = "here") -> None:
        window, chosen = self._window, self._chosen
        if chosen != self._window_of:  # of another filter there is nothing yet to go on from
            slide, stand = _newest, "last"

        def show(found: LogWindow) -> None:
            if chosen == self._chosen and (window is self._window or chosen != self._window_of):
                self._show(chosen, found, stand)  # unless something came in between

        self.ask(partial(slide, self.console.buffer.log, chosen, window), show, "page")

    def _anew(self) -> None:
        """Another filter: begin at the end again."""
        self._slide(_newest, "last")

    # Showing

    def _tell(self) -> None:
        """The line above: what is shown, whether it is followed, what was told meanwhile, how many errors."""
        log = self._log
        errors = sum(row.event.level == "error" for row in self._window.rows)
        new = ""
        if self._unread and not self.follows:
            more = number(self._unread) + ("+" if self._unread >= PAGE else "")
            new = _("+{count} new, End").format(count=more)
        count = len(self._window.rows)
        self.query_one("#status", StatusLine).say(
            ngettext("{count} event", "{count} events", count).format(count=number(count)),
            f'"{clean(self._words)}"' if self._words else "",
            _("errors only") if self._errors else "",
            _("following the newest") if self.follows else _("scrolled back; End follows again"),
            ngettext("! {count} error", "! {count} errors", errors).format(count=errors) if errors else "",
            alarm=new,
        )
        self._tell_next()
        paragraphs = log.detail()
        current = log.current
        if current is not None and self._left[1] is not None and self._firm_id(current) == self._left[0]:
            paragraphs += [Paragraph(text, "dim") for text in left_words(self._left[1])]
        self.query_one("#log-detail", TextView).set_paragraphs(paragraphs)

    @staticmethod
    def _firm_id(line: LogLine) -> int | None:
        return line.rows[0].event.firm_id

    @on(RowsView.Moved, "#log")
    def _moved(self) -> None:
        log, window = self._log, self._window
        if not window.rows:
            return
        if log.cursor < log.body_height and not window.at_start:
            self._slide(log_window.older)
        elif log.on_last and (self._unread or not window.at_end):
            self._slide(log_window.newer)
        self._tell()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST, self._ask_left)

    def _ask_left(self) -> None:
        current = self._log.current
        firm = self._firms.get(self._firm_id(current) or 0) if current is not None else None
        if firm is not None and self.console.work_folder is not None:
            self.ask(partial(left_of, self.console.work_folder, firm), self._show_left, "left")

    def _show_left(self, left: LeftOf) -> None:
        if left != self._left:
            self._left = left
            self._tell()

    @on(LogRows.Jumped)
    def _jump(self, event: LogRows.Jumped) -> None:
        log = self._log
        if event.to_end:
            self._slide(_newest, "last")
        elif self._window.at_start:
            log.move_to(0)
        else:
            self._slide(lambda source, chosen, _window: log_window.oldest(source, chosen), "first")

    # The countdown to the next request

    def _tell_next(self) -> None:
        """When KSeF is asked next; a clock runs only while that lies ahead and the screen is in view."""
        if self._agenda_waits:
            self._agenda_waits = False
            self.follow_in(self._agenda_pace.left)
        left, daemon = self._time_left, self.console.company.fetching()
        if self._agenda.due or (left is not None and left <= timedelta()):
            text = _("KSeF is asked now") if self.console.fetching.under_way else _("a request is due now")
        elif left is None:
            text = _("no request is planned: see Firms (2) and Access (3)")
        else:
            text = _("next request in {time}").format(time=countdown(left))
        kept = daemon or self.console.fetching.kept_by()
        told = (
            (kept, text) if kept and left is None else (text, kept)
        )  # without a time, who fetches matters more
        self.query_one("#next", StatusLine).say(*told)
        self._run_clock(left is not None and left > timedelta() and not self._agenda.due)

    @property
    def _time_left(self) -> timedelta | None:
        next_at: datetime | None = self._agenda.next_at
        return None if next_at is None else next_at - self.console.now

    def _run_clock(self, runs: bool) -> None:
        if runs and self._ticking is None and self.is_current:
            self._ticking = self.set_interval(1.0, self._tick)
        elif not runs and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _tick(self) -> None:
        if not self.is_current:
            self._run_clock(False)
            return
        self._tell_next()
        if self._ticking is None:
            self._agenda_pace = Pace(_AGENDA_EVERY)
            self.reload()  # the moment has come: what is due now, and what next?

    def on_screen_suspend(self) -> None:
        """Nothing ticks behind another screen."""
        self._run_clock(False)

    # Keys

    def go_back(self) -> None:
        """Out of the filter line, out of the filter, to the desk."""
        line = self.query_one("#filter", Input)
        if line.display:
            line.display = False
            self._log.focus()
        elif self._words or self._errors:
            self._words, self._errors = "", False
            self._anew()
        else:
            super().go_back()

    def action_filter(self) -> None:
        """Open the line for words of firms."""
        line = self.query_one("#filter", Input)
        line.placeholder = _("words of a firm's name, or its NIP")
        line.value = self._words
        line.display = True
        line.focus()

    @on(Input.Submitted, "#filter")
    def _filter(self, event: Input.Submitted) -> None:
        event.input.display = False
        self._log.focus()
        self._words = event.value.strip()
        self._anew()

    def action_errors_only(self) -> None:
        """Only what went wrong, or everything again."""
        self._errors = not self._errors
        self._anew()

    @on(LogRows.Opened)
    def _open(self) -> None:
        self.app.push_screen(TextWindow(_("Fetching"), self._log.detail()))


def countdown(left: timedelta) -> str:
    """A time that runs down: `12:30`, `1:02:03`, `2 d 3:04:05`."""
    seconds = max(0, round(left.total_seconds()))
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    if days:
        return _("{days} d {time}").format(days=days, time=f"{hours}:{minutes:02}:{seconds:02}")
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
