"""A list of rows drawn line by line: only what changes is sent to the terminal, whatever the number of rows."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from blink_tui.tui.keys import bindings
from blink_tui.tui.words import fit

Pieces = tuple[tuple[str, str], ...]
"""One row as texts with their tones (`plain`, `new`, `good`, `warn`, `bad`, `dim`, `head`); few pieces, few bytes."""

TONES = ("plain", "new", "good", "warn", "bad", "dim", "head")


class RowsView(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a cursor, with an optional head line that does not scroll.

    At an edge the view jumps by half a page: scrolling by one row would send the whole list each time.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--cursor", "rows--cursor-unfocused", *(f"rows--{tone}" for tone in TONES),
    }  # fmt: skip
    BINDINGS = bindings("up", "down", "page-up", "page-down", "first", "last")
    SHOWS_CURSOR: ClassVar[bool] = True

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

        view: RowsView
        index: int

        @property
        def control(self) -> RowsView:
            return self.view

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.count = 0
        self.cursor = 0
        self._counted = False
        self._strips: LRUCache[tuple[Pieces, str, int], Strip] = LRUCache(256)
        self._drawn: dict[int, tuple[Pieces, str, int]] = {}
        """What each line showed when it was last drawn."""

    # What a list says of itself

    def row(self, index: int, width: int) -> Pieces:
        """The row at an index, for a width; longer texts are cut. To be given by every list."""
        raise NotImplementedError

    def head(self, width: int) -> Pieces | None:
        """The head line, or None for a list without one."""
        return None

    def nothing(self) -> str:
        """What stands in place of the rows once it is known that there are none: what to do, a paragraph a line."""
        return ""

    # Rows and cursor

    @property
    def _head_height(self) -> int:
        return 0 if self.head(self.size.width) is None else 1

    @property
    def body_height(self) -> int:
        """Rows that are visible at once."""
        return max(1, self.size.height - self._head_height)

    @property
    def top(self) -> int:
        """Index of the first visible row."""
        return self.scroll_offset.y

    def set_count(self, count: int, cursor: int | None = None) -> None:
        """Say how many rows there are and where the cursor stands; repaints all where a line in view differs."""
        self._counted = True
        self.count = count
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, count - 1))
        self._resize_virtually()
        self._bring_in_view()
        if any(self._line(y) != self._drawn.get(y) for y in range(self.size.height)):
            self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def move_to(self, index: int) -> None:
        """Put the cursor on a row; repaints two rows, or all where the view has to jump."""
        index = max(0, min(index, self.count - 1))
        if index == self.cursor:
            return
        before, self.cursor = self.cursor, index
        if not self._bring_in_view():
            self.refresh_row(before)
            self.refresh_row(index)
        self.post_message(self.Moved(self, index))

    def refresh_row(self, index: int) -> None:
        """Repaint one row if it is visible."""
        line = index - self.top + self._head_height
        if self._head_height <= line < self.size.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def _bring_in_view(self) -> bool:
        """Scroll so that the cursor is visible; true when it had to."""
        height = self.body_height
        if self.top <= self.cursor < self.top + height:
            return False
        one_off = self.cursor in (self.top - 1, self.top + height)
        target = self.cursor - height // 2 if one_off else self.cursor - height + 1
        if self.cursor < self.top and not one_off:
            target = self.cursor
        before = self.top
        self.scroll_to(y=max(0, min(target, self.count - height)), animate=False, force=True)
        return self.top != before

    def _resize_virtually(self) -> None:
        self.virtual_size = Size(self.size.width, self.count + self._head_height)

    @property
    def _place_on_screen(self) -> Offset:
        return self.content_region.offset + Offset(0, self.cursor - self.top + self._head_height)

    def _place_terminal_cursor(self) -> None:
        """Put the hidden terminal cursor on the row, for screen readers and magnifiers that follow it.

        It is done when the row is drawn: whatever takes the row to another line draws it.
        """
        self.app.cursor_position = self._place_on_screen

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._in_view_again)

    def _in_view_again(self, _screen: Screen[object]) -> None:
        """A screen that comes back is shown as it was drawn before; the terminal's cursor has to be sent for."""
        if self.has_focus and self.SHOWS_CURSOR and self.app.cursor_position != self._place_on_screen:
            self.refresh_row(self.cursor)

    # Drawing

    def render_line(self, y: int) -> Strip:
        line = self._drawn[y] = self._line(y)
        if line[1] == "cursor":
            self._place_terminal_cursor()
        return self._strip(*line)

    def _line(self, y: int) -> tuple[Pieces, str, int]:
        """What a line shows, how, and for which width."""
        width = self.size.width
        head = self.head(width)
        if head is not None:
            if y == 0:
                return head, "head", width
            y -= 1
        index = self.top + y
        if not self.count and self._counted:
            return self._nothing(y, width), "plain", width
        if index >= self.count:
            return (), "plain", width
        state = "plain"
        if index == self.cursor and self.SHOWS_CURSOR:
            state = "cursor" if self.has_focus else "cursor-unfocused"
        return self.row(index, width), state, width

    def _nothing(self, y: int, width: int) -> Pieces:
        lines = [
            line
            for text in self.nothing().splitlines()
            for line in textwrap.wrap(text, max(20, width - 2)) or [""]
        ]
        return ((" " + lines[y], "plain"),) if y < len(lines) else ()

    def _strip(self, pieces: Pieces, state: str, width: int) -> Strip:
        key = (pieces, state, width)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._compose_strip(pieces, state, width)
        return strip

    def _compose_strip(self, pieces: Pieces, state: str, width: int) -> Strip:
        if state.startswith("cursor"):
            return Strip(
                [Segment(fit("".join(text for text, _ in pieces), width), self._style(state))], width
            )
        segments: list[Segment] = []
        left = width
        for text, tone in pieces:
            strip = Strip([Segment(text, self._style(state if tone == "plain" else tone))])
            strip = strip.crop(0, left)
            left -= strip.cell_length
            segments.extend(strip)
        if left > 0:
            segments.append(Segment(" " * left, self._style(state)))
        return Strip(segments, width).simplify()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows--{name}")

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self, event: events.Resize) -> None:
        self._resize_virtually()
        self._bring_in_view()

    def on_focus(self) -> None:
        self.refresh_row(self.cursor)

    def on_blur(self) -> None:
        self.refresh_row(self.cursor)

    # Keys

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.move_to(self.cursor + pages * self.body_height)

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.move_to(self.count - 1)
