"""Lines of text that scroll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events

from blink_tui.model.wrapping import wrapped
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import fit

_NARROWEST = 20


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text with its tone, wrapped under itself; `lead` stands before its first line."""

    text: str
    tone: str = "plain"
    lead: str = ""

    def lines(self, width: int) -> list[Pieces]:
        """Its lines, at most so many cells wide where the lead leaves room."""
        room = max(_NARROWEST, width - 1 - cell_len(self.lead))
        return [
            ((" " + (fit("", cell_len(self.lead)) if number else self.lead), "dim"), (line, self.tone))
            for number, line in enumerate(wrapped(self.text, room))
        ]


class TextView(RowsView):
    """Ready lines without a cursor: the keys scroll."""

    SHOWS_CURSOR = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._lines: Sequence[Pieces] = ()
        self._paragraphs: Sequence[Paragraph] = ()
        self._laid_out: tuple[Sequence[Paragraph], int] | None = None

    def set_lines(self, lines: Sequence[Pieces]) -> None:
        """Show other lines, from the first on."""
        self._laid_out = None
        self._lines = lines
        self.set_count(len(lines), 0)

    def set_paragraphs(self, paragraphs: Sequence[Paragraph]) -> None:
        """Show texts wrapped to the width of the pane, whatever it becomes; the same ones stay as they are."""
        width = self.size.width - 1
        if self._laid_out == (paragraphs, width):
            return
        self._paragraphs = paragraphs
        self.set_lines([line for paragraph in paragraphs for line in paragraph.lines(width)])
        self._laid_out = (paragraphs, width)

    def on_resize(self, event: events.Resize) -> None:
        if self._paragraphs:
            self.set_paragraphs(self._paragraphs)

    def row(self, index: int, width: int) -> Pieces:
        """A line; the last one in view says with an arrow that more follow."""
        pieces = self._lines[index]
        if index + 1 == self.count or index + 1 != self.top + self.body_height:
            return pieces
        text, tones = "".join(text for text, _tone in pieces), [tone for _text, tone in pieces]
        return ((fit(text, width - 2), tones[-1] if tones else "plain"), (" ↓", "head"))

    def action_move(self, rows: int) -> None:
        """Scroll by rows."""
        self._scroll_top(self.top + rows)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self._scroll_top(self.top + pages * self.body_height)

    def action_first(self) -> None:
        """Scroll to the beginning."""
        self._scroll_top(0)

    def action_last(self) -> None:
        """Scroll to the end."""
        self._scroll_top(self.count)

    def _scroll_top(self, top: int) -> None:
        self.scroll_to(y=max(0, min(top, self.count - self.body_height)), animate=False, force=True)
