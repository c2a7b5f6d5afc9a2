"""Coding: what waits for a decision, firm by firm, and the way into the working queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.widget import Widget

from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.text import TextView


class CodingScreen(ConsoleScreen):
    """Screen 6."""

    HERE = "go-coding"

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield TextView(id="text")

    async def read(self) -> Callable[[], None]:
        return lambda: None
