"""The pane that shows one document, page by page."""

from __future__ import annotations

import asyncio
from functools import partial

from rich.cells import cell_len
from textual import events
from textual.worker import WorkType

from blink_tui.i18n import _
from blink_tui.tui.detail import SUMMARY, Content, Page, pages
from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.widgets.text import TextView


class DetailPane(TextView):
    """Shows the document it is given, laid out for the pane beside the loop; titles of the pages are the head line."""

    BINDINGS = bindings("next-tab", "previous-tab")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._content: Content | None = None
        self._pages: tuple[Page, ...] = ()
        self.tab = SUMMARY
        """Id of the page that is wanted; a document without it shows its first."""

    def show(self, content: Content | None) -> None:
        """Show a document, or nothing; the page in view stays."""
        self._content = content
        self._lay_out()

    def show_tab(self, tab: str) -> None:
        """Bring a page in view."""
        self.tab = tab
        self._fill()

    @property
    def _index(self) -> int:
        return next((index for index, page in enumerate(self._pages) if page.id == self.tab), 0)

    def head(self, width: int) -> Pieces:
        here = self._index
        titles = [("!" if page.alarm else "") + page.title for page in self._pages]
        first = 0
        while first < here and sum(cell_len(title) + 2 for title in titles[first : here + 1]) > width:
            first += 1
        return tuple(
            (f"[{titles[index]}]", "good")
            if index == here
            else (f" {titles[index]} ", "warn" if self._pages[index].alarm else "head")
            for index in range(first, len(titles))
        )

    def action_tab(self, step: int) -> None:
        """Go to a page at the right or the left."""
        if self._pages:
            self.show_tab(self._pages[(self._index + step) % len(self._pages)].id)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.size.width
        if self._content is None:
            self._pages = ()
            self._fill()
        elif width:
            work: WorkType[None] = partial(self._read_pages, self._content, width)
            self.run_worker(work, group="pages", exclusive=True)

    async def _read_pages(self, content: Content, width: int) -> None:
        found = await asyncio.to_thread(pages, content, width)
        if content is self._content:
            self._pages = found
            self._fill()

    def _fill(self) -> None:
        if self._pages:
            self.set_lines(self._pages[self._index].lines)
        elif self._content is None:
            self.set_lines([((" " + _("No document is chosen."), "dim"),)])
