"""What handing a firm's documents over would write, before it is written: sums, refusals, warnings, files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import on
from textual.widget import Widget

from blink_tui.i18n import _
from blink_tui.model.text import clean
from blink_tui.tui.handing_words import program_of
from blink_tui.tui.keys import bindings
from blink_tui.tui.looking import Looked
from blink_tui.tui.preview_lines import Line, counts_told
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import fit


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person wants after a look: that it is written, or to see a document."""

    write: bool = False
    ksef_number: str = ""


class PreviewRows(RowsView):
    """Lines of a preview, drawn as they come into view: a firm may have 100,000 warnings."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(id="items")
        self.lines = lines

    @property
    def current(self) -> Line:
        """The line under the cursor."""
        return self.lines[self.cursor]

    def row(self, index: int, width: int) -> Pieces:
        line = self.lines[index]
        lead = ">" if index == self.cursor else " "
        return ((lead + fit(line.text(width - 1), width - 1), line.tone),)


class PreviewWindow(Dialog[Answer | None]):
    """Closes with what is wanted, or with None: then nothing was changed."""

    BINDINGS = bindings("close", "to-document", "write-files")

    def __init__(self, looked: Looked, lines: Sequence[Line], *, writes: bool = True) -> None:
        title = _("Hand over? {firm}") if writes else _("Would be handed over: {firm}")
        super().__init__(title.format(firm=clean(looked.firm.name)))
        self._looked = looked
        self._lines = lines
        self._writes = writes

    def inside(self) -> Iterable[Widget]:
        yield StatusLine(id="summary")
        yield PreviewRows(self._lines)
        yield TextView(id="item-detail")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#summary", StatusLine).say(
            program_of(self._looked.wanted.format), counts_told(self._looked)
        )
        rows = self.query_one(PreviewRows)
        rows.set_count(len(self._lines))
        rows.focus()

    @on(RowsView.Moved, "#items")
    def _tell(self) -> None:
        line = self.query_one(PreviewRows).current
        told = [Paragraph(line.whole, line.tone if line.tone != "head" else "plain")]
        if line.ksef_number:
            told.append(
                Paragraph(_("Enter shows the document in the buffer; nothing is written then."), "dim")
            )
        elif self._writes:
            told.append(Paragraph(_("F10 writes it, Esc leaves everything as it is."), "dim"))
        self.query_one("#item-detail", TextView).set_paragraphs(told)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is written, and no document sought, from a look among several firms."""
        return self._writes or action not in ("write_files", "to_document")

    def action_write_files(self) -> None:
        """Close, and write."""
        self.dismiss(Answer(write=True))

    def action_to_document(self) -> None:
        """Close, and show the document under the cursor."""
        number = self.query_one(PreviewRows).current.ksef_number
        if number:
            self.dismiss(Answer(ksef_number=number))

    def action_close(self) -> None:
        """Back; nothing was changed."""
        self.dismiss(None)
