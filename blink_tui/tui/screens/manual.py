"""Help: how the console works, on pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.widget import Widget

from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.text import TextView


class ManualScreen(ConsoleScreen):
    """Screen 0."""

    HERE = "go-manual"

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield TextView(id="text")

    async def read(self) -> Callable[[], None]:
        return lambda: None
