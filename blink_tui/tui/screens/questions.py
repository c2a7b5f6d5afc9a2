"""Questions that a decision asks: a line of text, and how far a long one is."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from blink_tui.buffer.decisions import Progress
from blink_tui.i18n import _
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.words import number

_BAR = 30


def bar(done: int, total: int) -> str:
    """How far something is, as a bar and in numbers."""
    filled = _BAR * done // max(1, total)
    text = _("{done} of {total}").format(done=number(done), total=number(total))
    return "█" * filled + "░" * (_BAR - filled) + "  " + text


class AskText(Dialog[str | None]):
    """One line of text; None when left."""

    BINDINGS = bindings("pick", "leave")

    def __init__(self, title: str, hint: str, text: str = "", *, optional: bool = False) -> None:
        super().__init__(title)
        self._hint = hint
        self._text = text
        self._optional = optional

    def inside(self) -> ComposeResult:
        line = Line(self._hint)
        line.value = self._text
        yield line

    @on(Input.Submitted)
    def action_pick(self) -> None:
        """Close with the text, once there is one."""
        text = self.query_one(Line).value.strip()
        if text or self._optional:
            self.dismiss(text)

    def action_leave(self) -> None:
        """Close without a text."""
        self.dismiss(None)


class Working(Dialog[None]):
    """How far a long decision is, until whoever opened it closes it; Esc asks it to stop."""

    BINDINGS = bindings("stop")

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.stopping = False
        """Whether a person wants it to stop."""

    def inside(self) -> ComposeResult:
        yield StatusLine(id="progress")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#progress", StatusLine).say(_("One moment…"))

    def show(self, progress: Progress, of: str = "") -> None:
        """Show how far it is, and with what."""
        self.query_one("#progress", StatusLine).say(bar(progress.looked_at, progress.total), of)

    def action_stop(self) -> None:
        """Stop after the step that is under way."""
        self.stopping = True
        self.query_one("#progress", StatusLine).say(_("stopping…"))
