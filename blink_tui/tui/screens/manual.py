"""Help: how the console works, on pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.widget import Widget

from blink_tui.tui.manual import chapters
from blink_tui.tui.memory import Kept
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.widgets.tabs import Chapters


class ManualScreen(ConsoleScreen):
    """Screen 0."""

    HERE = "go-manual"

    def body(self) -> Iterable[Widget]:
        yield Chapters(id="manual")

    async def read(self) -> Callable[[], None]:
        return self._show

    def _show(self) -> None:
        folder = self.console.export_dir.parent
        self.query_one(Chapters).show(chapters(self.console.keys_of, folder))

    def keep(self) -> Kept:
        return {"tab": self.query_one(Chapters).tab}

    def recall(self, kept: Kept) -> None:
        self.query_one(Chapters).tab = str(kept.get("tab", ""))

    async def follow(self) -> None:
        """Nothing of the buffer is shown here."""
