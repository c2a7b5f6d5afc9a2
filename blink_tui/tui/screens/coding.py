"""Coding: what waits for a decision, firm by firm, and the way into the working queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.widget import Widget

from blink_tui.buffer import GridFilter
from blink_tui.tui.deciding import undo_last
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.queue import QueueWindow
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.text import TextView


class CodingScreen(ConsoleScreen):
    """Screen 6."""

    HERE = "go-coding"
    BINDINGS = bindings("decide", "undo")

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield TextView(id="text")

    def action_decide(self) -> None:
        """Decide one document after another, the oldest receipt first."""
        firm = self.console.firm
        chosen = GridFilter(firm_ids=None if firm is None else (firm.id,))
        self.app.push_screen(QueueWindow(chosen), lambda _decided: self.reload())

    def action_undo(self) -> None:
        """Take the last decision back."""
        undo_last(self, self.reload)

    async def read(self) -> Callable[[], None]:
        return lambda: None
