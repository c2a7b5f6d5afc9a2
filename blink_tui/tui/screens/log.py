"""The live log of fetching, a firm's pass a line: newest at the bottom, followed until one scrolls back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from textual import on
from textual.message import Message
from textual.widget import Widget

from blink_tui.buffer import LogRow
from blink_tui.i18n import _, ngettext
from blink_tui.model.text import clean
from blink_tui.tui.events import LogLine, folded, log_detail, log_line
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import TextWindow
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import number

ROWS_KEPT = 5000
_ROWS_AT_FIRST = 1000


class LogRows(RowsView):
    """One pass a row; while the cursor stands on the last one it stays on the last one."""

    BINDINGS = bindings("open")

    class Opened(Message):
        """All that the row under the cursor holds is to be shown."""

    def __init__(self) -> None:
        super().__init__(id="log")
        self.rows: list[LogRow] = []
        self._lines: list[LogLine] = []
        self._firms: Mapping[int, str] = {}

    @property
    def follows(self) -> bool:
        """Whether new rows take the cursor with them."""
        return self.cursor >= len(self._lines) - 1

    def add(self, rows: list[LogRow], firms: Mapping[int, str]) -> None:
        """Add newer rows; the oldest go when there are too many."""
        here = None if self.follows else self._lines[self.cursor].rows[-1].id
        self._firms = firms
        self.rows = [*self.rows, *rows][-ROWS_KEPT:]
        self._lines = folded(self.rows)
        self.set_count(len(self._lines), self._place(here))

    def _place(self, row_id: int | None) -> int:
        """Index of the line with a row, or the first line when the row is gone; the last line for None."""
        if row_id is None:
            return len(self._lines) - 1
        return next(
            (index for index, line in enumerate(self._lines) if any(row.id == row_id for row in line.rows)), 0
        )

    def detail(self) -> list[Paragraph]:
        """All that the row under the cursor holds."""
        return log_detail(self._lines[self.cursor], self._firms) if self._lines else []

    def row(self, index: int, width: int) -> Pieces:
        return log_line(self._lines[index], self._firms, width)

    def nothing(self) -> str:
        return _("Nothing was fetched yet. F5 asks KSeF for the firms.")

    def action_open(self) -> None:
        """Show all that the row under the cursor holds."""
        if self._lines:
            self.post_message(self.Opened())


class LogScreen(ConsoleScreen):
    """Screen 4."""

    HERE = "go-log"

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield LogRows()
        yield TextView(id="log-detail")

    async def read(self) -> Callable[[], None]:
        held = self.query_one(LogRows).rows
        buffer = self.console.buffer
        firms = {firm.id: clean(firm.name) for firm in await buffer.firms.list()}
        if held:
            rows = await buffer.log.read(after_id=held[-1].id, limit=ROWS_KEPT)
        else:
            rows = await buffer.log.read(limit=_ROWS_AT_FIRST, newest=True)
        return partial(self._show, rows, firms)

    def _show(self, rows: list[LogRow], firms: Mapping[int, str]) -> None:
        log = self.query_one(LogRows)
        last = log.rows[-1].id if log.rows else 0
        log.add([row for row in rows if row.id > last], firms)
        self._tell()

    @on(RowsView.Moved, "#log")
    def _tell(self) -> None:
        log = self.query_one(LogRows)
        errors = sum(row.event.level == "error" for row in log.rows)
        self.query_one("#status", StatusLine).say(
            ngettext("{count} event", "{count} events", len(log.rows)).format(count=number(len(log.rows))),
            _("following the newest") if log.follows else _("scrolled back; End follows again"),
            alarm=ngettext("! {count} error", "! {count} errors", errors).format(count=errors)
            if errors
            else "",
        )
        self.query_one("#log-detail", TextView).set_paragraphs(log.detail())

    @on(LogRows.Opened)
    def _open(self) -> None:
        self.app.push_screen(TextWindow(_("Fetching"), self.query_one(LogRows).detail()))
