"""Whether the file of a batch was imported already: two ways on, each on a key of its own, none taken by Enter."""

from __future__ import annotations

from textual.app import ComposeResult

from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.widgets.text import Paragraph, TextView


class WasImported(Dialog[bool | None]):
    """Closes with whether it was imported, or with None when it is left."""

    BINDINGS = bindings("never-imported", "was-imported", "leave")

    def __init__(self, title: str, never: str, imported: str, advice: str) -> None:
        super().__init__(title)
        self._paragraphs = [
            Paragraph(advice, "dim"), Paragraph(""), Paragraph(never, lead=" 1  "), Paragraph(imported, lead=" 2  ")
        ]  # fmt: skip

    def inside(self) -> ComposeResult:
        text = TextView()
        text.can_focus = False
        yield text

    def on_mount(self) -> None:
        super().on_mount()
        text = self.query_one(TextView)
        text.styles.height = sum(len(one.lines(self.room)) for one in self._paragraphs)
        text.set_paragraphs(self._paragraphs)

    def action_imported(self, imported: bool) -> None:
        """Close with the answer."""
        self.dismiss(imported)

    def action_leave(self) -> None:
        """Close without a choice."""
        self.dismiss(None)
