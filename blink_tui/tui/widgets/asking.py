"""A line at the bottom of a screen to type a filter or words in, with one line of help above it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.line import Line


class TypedLine(Line):
    """A line in which Tab completes and Esc leaves."""

    BINDINGS = bindings("complete", "leave-line")

    class Completing(Message):
        """What stands before the cursor is to be completed."""

    class Left(Message):
        """The line is to be closed without a result."""

    def action_complete(self) -> None:
        """Take the first suggestion."""
        self.post_message(self.Completing())

    def action_leave_line(self) -> None:
        """Close the line; the list stays as it is."""
        self.post_message(self.Left())


class AskLine(Vertical):
    """Hidden until it is opened for a purpose; the line above the input tells what may be typed, or what is wrong."""

    @dataclass
    class Given(Message):
        """A text was typed for a purpose."""

        purpose: str
        text: str

    @dataclass
    class Changed(Message):
        """What is typed has changed: whoever knows what it means may say something of it."""

        purpose: str
        text: str
        position: int

    @dataclass
    class Completing(Message):
        """What stands before the cursor is to be completed."""

        purpose: str
        text: str
        position: int

    class Closed(Message):
        """The line is to be closed without a result."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.purpose = ""
        self.display = False

    def compose(self) -> ComposeResult:
        yield StatusLine(id="hint")
        yield TypedLine("", id="typed")

    @property
    def _input(self) -> TypedLine:
        return self.query_one(TypedLine)

    def open(self, purpose: str, text: str, hint: str) -> None:
        """Show the line with a text and take the focus."""
        self.purpose = purpose
        self.display = True
        self._input.value = text
        self._input.cursor_position = len(text)
        self.say(hint)
        self.screen.set_focus(self._input)

    def close(self) -> None:
        """Hide the line; its screen puts the focus elsewhere."""
        self.display = False

    def say(self, hint: str) -> None:
        """What may be typed."""
        self.query_one("#hint", StatusLine).say(hint)

    def point(self, start: int, end: int, problem: str) -> None:
        """What is wrong, with an arrow above the place; the text can be mended at once."""
        column = cell_len(self._input.value[:start])
        room = max(0, self.size.width - cell_len(problem) - 6)
        self.query_one("#hint", StatusLine).say(alarm=f"{' ' * min(column, room)}v {problem}")
        self._input.cursor_position = end

    def replace(self, text: str, position: int) -> None:
        """Put another text into the line."""
        self._input.value = text
        self._input.cursor_position = position

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Changed(self.purpose, event.value, self._input.cursor_position))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Given(self.purpose, event.value.strip()))

    @on(TypedLine.Completing)
    def _completing(self, event: TypedLine.Completing) -> None:
        event.stop()
        self.post_message(self.Completing(self.purpose, self._input.value, self._input.cursor_position))

    @on(TypedLine.Left)
    def _left(self, event: TypedLine.Left) -> None:
        event.stop()
        self.post_message(self.Closed())
