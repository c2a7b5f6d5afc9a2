"""The pane that shows one document, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from textual import events
from textual.worker import WorkType

from blink_tui.i18n import _
from blink_tui.tui.detail import SUMMARY, Content, Page, pages
from blink_tui.tui.widgets.tabs import Tab, TabbedView


class DetailPane(TabbedView):
    """Shows the document it is given, laid out for the pane beside the loop."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._content: Content | None = None
        self._pages: tuple[Page, ...] = ()
        self.tab = SUMMARY

    def show(self, content: Content | None) -> None:
        """Show a document, or nothing; the page in view stays."""
        self._content = content
        self._lay_out()

    def tabs(self) -> Sequence[Tab]:
        return [Tab(page.id, page.title, page.alarm) for page in self._pages]

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.size.width
        if self._content is None:
            self._pages = ()
            self.turned()
        elif width:
            work: WorkType[None] = partial(self._read_pages, self._content, width)
            self.run_worker(work, group="pages", exclusive=True)

    async def _read_pages(self, content: Content, width: int) -> None:
        found = await asyncio.to_thread(pages, content, width)
        if content is self._content:
            self._pages = found
            self.turned()

    def turned(self) -> None:
        if self._pages:
            self.set_lines(self._pages[self.place].lines)
        elif self._content is None:
            self.set_lines([((" " + _("No document is chosen."), "dim"),)])
