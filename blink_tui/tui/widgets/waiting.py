"""The pane that shows a document which waits for a decision."""

from __future__ import annotations

import asyncio

from blink_tui.tui.detail import Content
from blink_tui.tui.queued import DECISION, Waiting, waiting_pages
from blink_tui.tui.widgets.detail import DetailPane


class WaitingPane(DetailPane):
    """Shows at once what was laid out for its width beforehand."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._waiting: Waiting | None = None

    def show_waiting(self, waiting: Waiting) -> None:
        """Show a document from its first page on."""
        self._waiting, self._content, self.tab = waiting, waiting.content, DECISION
        if waiting.width == self.size.width:
            self._pages = waiting.pages
            self.turned()
        else:
            self._lay_out()

    async def _read_pages(self, content: Content, width: int) -> None:
        waiting = self._waiting
        if waiting is None:
            return
        found = await asyncio.to_thread(waiting_pages, content, waiting.before, waiting.proposed, width)
        if content is self._content:
            self._pages = found
            self.turned()
