"""The grid of documents: a million rows cost what one page costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message
from textual.worker import WorkType

from blink_tui.buffer import GridRow, Sort
from blink_tui.i18n import _
from blink_tui.tui.columns import Choice, layout
from blink_tui.tui.keys import bindings
from blink_tui.tui.marks import NONE, Marks
from blink_tui.tui.pages import Pages
from blink_tui.tui.widgets.rows import Pieces, RowsView

_MISSING: Pieces = (("    …", "dim"),)


class InvoiceGrid(RowsView):
    """Documents of one filter and order, frozen as they were when it was opened; marks outlive a reopening."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--mark"}
    BINDINGS = bindings("open", "mark", "mark-none")

    @dataclass
    class Opened(Message):
        """A document is to be shown whole."""

        row: GridRow

    class MarksChanged(Message):
        """Other documents are marked than before."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.pages: Pages | None = None
        self.marks = NONE
        self.choice: Choice = ()
        """Columns as the user ordered them; empty for the program's own."""
        self.sort: Sort = "received_date"
        self.descending = True
        self.all_firms = True
        self.searched = False

    def show(
        self,
        pages: Pages,
        *,
        sort: Sort,
        descending: bool,
        all_firms: bool,
        searched: bool = False,
        cursor: int = 0,
    ) -> None:
        """Show other pages, which have been opened, with the cursor on a row."""
        self.pages, self.sort, self.descending = pages, sort, descending
        self.all_firms, self.searched = all_firms, searched
        work: WorkType[None] = pages.serve
        self.run_worker(work, group="pages", exclusive=True)
        self.set_count(pages.count, cursor)

    def arrived(self, first: int, end: int) -> None:
        """Rows of a range can be drawn: repaint those that are visible."""
        if first < self.top + self.body_height and self.top < end:
            self.refresh()
        if first <= self.cursor < end:
            self.post_message(self.Moved(self, self.cursor))

    @property
    def current(self) -> GridRow | None:
        """The document under the cursor; None for an empty list or while it is being read."""
        return self.pages.row(self.cursor) if self.pages is not None and self.count else None

    @property
    def in_view(self) -> list[str]:
        """Names of the columns that are shown."""
        columns = layout(self.size.width, all_firms=self.all_firms, choice=self.choice).columns
        return [column.name for column, _width in columns]

    def set_choice(self, choice: Choice) -> None:
        """Show other columns."""
        if choice != self.choice:
            self.choice = choice
            self.refresh()

    def head(self, width: int) -> Pieces:
        columns = layout(width, all_firms=self.all_firms, choice=self.choice)
        return columns.head(self.sort, self.descending)

    def row(self, index: int, width: int) -> Pieces:
        row = self.pages.row(index) if self.pages is not None else None
        if row is None:
            return _MISSING
        columns = layout(width, all_firms=self.all_firms, choice=self.choice)
        return columns.pieces(row, cursor=index == self.cursor, marked=row.id in self.marks)

    def nothing(self) -> str:
        if self.searched:
            return _("Nothing was found. Esc shows all documents again.")
        return _("No documents here. F5 shows what has arrived and asks KSeF for more.")

    def set_marks(self, marks: Marks) -> None:
        """Mark exactly these documents."""
        if marks != self.marks:
            self.marks = marks
            self.refresh()
            self.post_message(self.MarksChanged())

    def action_open(self) -> None:
        """Show the document under the cursor whole."""
        if self.current is not None:
            self.post_message(self.Opened(self.current))

    def action_mark(self) -> None:
        """Mark the document under the cursor, or take its mark away, and go down."""
        row = self.current
        if row is None:
            return
        self.marks = self.marks.turned(row)
        self.refresh_row(self.cursor)
        self.post_message(self.MarksChanged())
        self.move_to(self.cursor + 1)

    def action_mark_none(self) -> None:
        """Take all marks away."""
        self.set_marks(NONE)
