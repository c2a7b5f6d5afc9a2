"""Text on pages: their titles are the head line, left and right turn them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.widgets.text import Paragraph, TextView


@dataclass(frozen=True, slots=True)
class Tab:
    """Title of one page."""

    id: str
    title: str
    alarm: bool = False
    """Whether the page holds something that does not agree."""


class TabbedView(TextView):
    """Shows one of several pages; whoever gives the pages fills the lines of the one in view in `turned`."""

    BINDINGS = bindings("next-tab", "previous-tab")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.tab = ""
        """Id of the page that is wanted; where there is none of this id the first is shown."""

    def tabs(self) -> Sequence[Tab]:
        """The pages there are."""
        raise NotImplementedError

    def turned(self) -> None:
        """Show the lines of the page in view."""
        raise NotImplementedError

    @property
    def place(self) -> int:
        """Number of the page in view."""
        return next((place for place, tab in enumerate(self.tabs()) if tab.id == self.tab), 0)

    def show_tab(self, tab: str) -> None:
        """Bring a page in view."""
        self.tab = tab
        self.turned()

    def head(self, width: int) -> Pieces:
        """As many titles as fit, the one in view among them."""
        tabs, here = self.tabs(), self.place
        titles = [("!" if tab.alarm else "") + tab.title for tab in tabs]
        first = 0
        while first < here and sum(cell_len(title) + 2 for title in titles[first : here + 1]) > width:
            first += 1
        return tuple(
            (f"[{titles[place]}]", "good")
            if place == here
            else (f" {titles[place]} ", "warn" if tabs[place].alarm else "head")
            for place in range(first, len(titles))
        )

    def action_tab(self, step: int) -> None:
        """Go to a page at the right or the left."""
        tabs = self.tabs()
        if tabs:
            self.show_tab(tabs[(self.place + step) % len(tabs)].id)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page of ready text."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]


class Chapters(TabbedView):
    """Pages of paragraphs."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._chapters: Sequence[Chapter] = ()

    def show(self, chapters: Sequence[Chapter]) -> None:
        """Show other pages; the one in view stays."""
        self._chapters = chapters
        self.turned()

    def tabs(self) -> Sequence[Tab]:
        return [Tab(chapter.id, chapter.title) for chapter in self._chapters]

    def turned(self) -> None:
        if self._chapters:
            self.set_paragraphs(self._chapters[self.place].paragraphs)
