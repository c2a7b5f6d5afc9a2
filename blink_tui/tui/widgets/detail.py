"""The pane that shows one document, page by page."""

from __future__ import annotations

from textual import events

from blink_tui.i18n import _
from blink_tui.tui.detail import TITLES, XML_PAGE, Content, page
from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.widgets.text import TextView


class DetailPane(TextView):
    """Shows the document it is given; titles of the pages stand in the head line. The page in view is composed."""

    BINDINGS = bindings("next-tab", "previous-tab")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._content: Content | None = None
        self.tab = 0
        """Place of the page in view."""

    def show(self, content: Content | None) -> None:
        """Show a document, or nothing; the page in view stays."""
        self._content = content
        self._fill()

    def show_tab(self, index: int) -> None:
        """Bring a page in view."""
        self.tab = index % len(TITLES)
        self._fill()

    def show_xml(self) -> None:
        """Bring the XML in view."""
        self.show_tab(XML_PAGE)

    def head(self, width: int) -> Pieces:
        return tuple(
            (f"[{_(title)}]", "good") if index == self.tab else (f" {_(title)} ", "head")
            for index, title in enumerate(TITLES)
        )

    def action_tab(self, step: int) -> None:
        """Go to a page at the right or the left."""
        self.show_tab(self.tab + step)

    def on_resize(self, event: events.Resize) -> None:
        self._fill()

    def _fill(self) -> None:
        width = self.size.width
        if self._content is None:
            self.set_lines([((" " + _("No document is chosen."), "dim"),)])
        elif width:
            self.set_lines(page(self._content, self.tab, width))
