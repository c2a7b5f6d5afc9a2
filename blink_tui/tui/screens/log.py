"""The live log of fetching: newest at the bottom, followed until one scrolls back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from textual import on
from textual.widget import Widget

from blink_tui.buffer import LogRow
from blink_tui.i18n import _, ngettext
from blink_tui.model.text import clean
from blink_tui.tui.events import log_detail, log_line
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import TextView
from blink_tui.tui.words import number

ROWS_KEPT = 5000
_ROWS_AT_FIRST = 1000


class LogRows(RowsView):
    """One event a row; while the cursor stands on the last one it stays on the last one."""

    def __init__(self) -> None:
        super().__init__(id="log")
        self.rows: list[LogRow] = []
        self._firms: Mapping[int, str] = {}

    @property
    def follows(self) -> bool:
        """Whether new rows take the cursor with them."""
        return self.cursor >= len(self.rows) - 1

    def add(self, rows: list[LogRow], firms: Mapping[int, str]) -> None:
        """Add newer rows; the oldest go when there are too many."""
        follows = self.follows
        self._firms = firms
        self.rows += rows
        surplus = max(0, len(self.rows) - ROWS_KEPT)
        del self.rows[:surplus]
        self.set_count(len(self.rows), len(self.rows) - 1 if follows else max(0, self.cursor - surplus))

    def detail(self) -> list[str]:
        """All that the row under the cursor says."""
        return log_detail(self.rows[self.cursor], self._firms) if self.rows else []

    def row(self, index: int, width: int) -> Pieces:
        return log_line(self.rows[index], self._firms, width)


class LogScreen(ConsoleScreen):
    """Screen 2."""

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
        self.query_one("#log-detail", TextView).set_paragraphs([(line, "plain") for line in log.detail()])
