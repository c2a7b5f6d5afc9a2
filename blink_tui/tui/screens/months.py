"""Closing a month: how far each firm is with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.widget import Widget

from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.text import TextView


class MonthsScreen(ConsoleScreen):
    """Screen 7."""

    HERE = "go-months"

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield TextView(id="text")

    async def read(self) -> Callable[[], None]:
        return lambda: None
