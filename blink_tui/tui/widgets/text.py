"""Lines of text that scroll."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from blink_tui.tui.widgets.rows import Pieces, RowsView


class TextView(RowsView):
    """Ready lines without a cursor: the keys scroll."""

    SHOWS_CURSOR = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._lines: Sequence[Pieces] = ()

    def set_lines(self, lines: Sequence[Pieces]) -> None:
        """Show other lines, from the first on."""
        self._lines = lines
        self.set_count(len(lines), 0)

    def set_paragraphs(self, paragraphs: Sequence[tuple[str, str]]) -> None:
        """Show texts with their tones, wrapped to the width of the pane."""
        width = max(20, self.size.width - 2)
        self.set_lines(
            [
                ((" " + line, tone),)
                for text, tone in paragraphs
                for line in textwrap.wrap(text, width) or [""]
            ]
        )

    def row(self, index: int, width: int) -> Pieces:
        return self._lines[index]

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
