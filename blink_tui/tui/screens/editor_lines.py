"""Posting lines in the editor: cells are typed into, lines split, added, taken out, changes taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult

from blink_tui.coding import editing
from blink_tui.i18n import _
from blink_tui.model.books import BookKind
from blink_tui.model.coding import Coding, PostingLine
from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean
from blink_tui.tui.coding_words import (
    balance_text,
    difference_text,
    months_text,
    problem_lines,
    scheme_text,
    told,
)
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.cell import CellLine, CellNote, Suggestion
from blink_tui.tui.widgets.posting import ACCOUNT, AMOUNT, DESCRIPTION, SIDE, LineGrid
from blink_tui.tui.widgets.text import TextView
from blink_tui.tui.workbench import Workbench

ResultT = TypeVar("ResultT")
_BEGINS = frozenset("0123456789=,-")
"""What begins a text in a cell without asking for the cell first."""
_BELOW, _BELOW_HIGH, _HIGH_FROM = 9, 16, 30
"""Rows of what stands below the lines, more of them on a screen from so many rows on."""
SPLIT = "split"
"""In the place of a column: how the line is to be split is being typed."""


class LinesWindow(Dialog[ResultT], Generic[ResultT]):
    """A coding's lines in a grid, with what they make of register, column and ledger below."""

    def __init__(self, title: str, bench: Workbench) -> None:
        super().__init__(title)
        self._bench = bench
        self.coding = bench.start
        self._past: list[Coding] = []
        self._shown = False

    def inside(self) -> ComposeResult:
        yield StatusLine(id="scheme")
        yield StatusLine(id="periods")
        yield LineGrid(self._edit, self._begins, self._do)
        yield StatusLine(id="balance")
        below = TextView(id="below")
        below.can_focus = False
        below.styles.height = self._below_height
        yield below

    def compose(self) -> ComposeResult:
        # First of all: what comes and goes at the end would have the places of all others computed, and sent, anew.
        yield CellNote()
        yield CellLine(self)
        yield from super().compose()

    @property
    def _below_height(self) -> int:
        """Not by the classes of the style sheet: they come after the first layout and have all of it sent again."""
        return _BELOW_HIGH if self.app.size.height >= _HIGH_FROM else _BELOW

    @property
    def _grid(self) -> LineGrid:
        return self.query_one(LineGrid)

    @property
    def _cell(self) -> CellLine:
        return self.query_one(CellLine)

    def on_mount(self) -> None:
        self.query_one(CellNote).display = False
        self._grid.names = self._bench.names
        self._grid.ledger = self._bench.facts.books.kind is BookKind.LEDGER
        self.set_focus(self._grid)

    def on_resize(self) -> None:
        """Show the coding for the width; a screen is told of its size once before it is seen."""
        self._close_cell()
        self.query_one("#below", TextView).styles.height = self._below_height
        self._show(None if self._shown else _first_place(self.coding))
        self._shown = True

    def keep_draft(self) -> None:
        """Put down what has changed."""
        raise NotImplementedError

    # Showing

    def _show(self, cursor: int | None) -> None:
        coding, bench = self.coding, self._bench
        self._grid.show(coding.lines, cursor)
        self.query_one("#scheme", StatusLine).say(scheme_text(coding))
        problem = next((one for one in coding.problems if one.blocks), None)
        self.query_one("#periods", StatusLine).say(
            months_text(coding), alarm=_("incomplete") if problem is not None else ""
        )
        balanced = not coding.difference
        self.query_one("#balance", StatusLine).say(
            balance_text(coding),
            difference_text(coding) if balanced else "",
            alarm="" if balanced else difference_text(coding),
        )
        room = max(40, self.app.size.width - 2)
        self.query_one("#below", TextView).set_lines(
            [*problem_lines(coding.problems, room), *told(coding, bench.facts.books, room)]
        )

    def put_coding(self, coding: Coding, cursor: int | None = None, column: str | None = None) -> None:
        """Go on with another coding; the one before can be taken back."""
        self._past.append(self.coding)
        self.coding = coding
        self._show(self._grid.cursor if cursor is None else cursor)
        if column is not None:
            self._grid.go_to(column)
        self.keep_draft()

    def _apply(self, coding: Coding, cursor: int | None = None, column: str | None = None) -> None:
        """Go on with lines that were changed by hand, their problems found anew."""
        self.put_coding(self._bench.checked(coding), cursor, column)

    def action_undo(self) -> None:
        """The coding as it was before the last change."""
        self._close_cell()
        if self._past:
            self.coding = self._past.pop()
            self._show(min(self._grid.cursor, max(0, len(self.coding.lines) - 1)))
            self.keep_draft()
        else:
            self.console.tell(_("Nothing was changed here."))

    # Cells

    def _begins(self, text: str) -> bool:
        """Whether a character on the grid was taken: it begins a number, or was late for an open cell."""
        grid = self._grid
        if self._cell.display:
            self._cell.insert_text_at_cursor(text)
            return True
        if text not in _BEGINS or not grid.lines or grid.column == SIDE:
            return False
        self._open_cell(grid.column, text, begun=True)
        return True

    def _edit(self) -> None:
        """Type into the cell; Enter that was late for an open one takes it."""
        grid = self._grid
        if self._cell.display:
            self._cell.action_take(0)
        elif grid.column == SIDE:
            self._apply(editing.turned(self.coding, grid.cursor))
        else:
            self._open_cell(grid.column, _cell_text(grid.lines[grid.cursor], grid.column))

    async def late(self, event: events.Key) -> None:
        """A key for the grid that went to a cell which was closed meanwhile."""
        await self._grid.on_key(event)

    def _open_cell(self, column: str, text: str, *, begun: bool = False, hint: str = "") -> None:
        offset, width = self._grid.place_of(AMOUNT if column == SPLIT else column)
        self._cell.open(column, text, offset, width, begun=begun, hint=hint)

    def suggestions(self, column: str, text: str) -> Sequence[Suggestion]:
        """Accounts or codes while one types."""
        return self._bench.suggestions(column, text)

    def take(self, column: str, text: str, step: int) -> None:
        """Put what was typed into its cell, and go on with another one where that is wanted."""
        if self._put(column, text) and step:
            self._grid.action_cell(step)
            if self._grid.column != SIDE:
                self._edit()

    def _put(self, column: str, text: str) -> bool:
        """Put what was typed into the line; what cannot be taken gets a sentence and stays."""
        place = self._grid.cursor
        try:
            if column == SPLIT:
                self._split(place, text)
            else:
                line = self._changed(self.coding.lines[place], column, text)
                if line != self.coding.lines[place]:
                    self._apply(editing.put(self.coding, place, line))
        except BlinkError as error:
            self._cell.say(clean(str(error)))
            return False
        self._close_cell()
        return True

    def _changed(self, line: PostingLine, column: str, text: str) -> PostingLine:
        if column == ACCOUNT:
            return replace(line, account=self._bench.account(text))
        if column == AMOUNT:
            whole = line.amount or editing.lacking(self.coding)[1]
            return replace(line, amount=self._bench.amount(text, whole))
        bare = clean(text).strip()
        if column == DESCRIPTION:
            return replace(line, description=bare)
        others = tuple(one for one in line.dimensions if one[0] != column)
        return replace(line, dimensions=(*others, (column, bare)) if bare else others)

    def _split(self, place: int, text: str) -> None:
        whole = self.coding.lines[place].amount
        parts = editing.parts_of(text, whole, self._bench.facts.invoice)
        self._apply(editing.split(self.coding, place, parts), place + min(1, len(parts) - 1), ACCOUNT)

    def _close_cell(self) -> None:
        if self._cell.display:
            self._cell.close()
            self.set_focus(self._grid)

    def leave_cell(self) -> None:
        """The cell stays as it was."""
        self._close_cell()

    # Lines

    def _do(self, what: str) -> None:
        place, coding = self._grid.cursor, self.coding
        if what == "add":
            self._apply(editing.added(coding, place), place + 1 if coding.lines else 0, ACCOUNT)
            self._open_cell(ACCOUNT, "")
        elif what == "delete":
            self._apply(editing.deleted(coding, place))
        elif what == "double":
            self._apply(editing.doubled(coding, place), place + 1)
        elif what == "fill":
            self._apply(editing.filled(coding, place))
        else:
            hint = _("50/50, 30% and the rest, an amount and the rest, or w: by the invoice's rows")
            self._open_cell(SPLIT, "", hint=hint)


def _first_place(coding: Coding) -> int:
    """Where the cursor stands at first: on the cost or the revenue, which is what is changed most."""
    net = coding.net_line
    return next((place for place, line in enumerate(coding.lines) if net and line.side is net.side), 0)


def _cell_text(line: PostingLine, column: str) -> str:
    """What stands in a cell, as it is typed."""
    if column == ACCOUNT:
        return line.account
    if column == AMOUNT:
        return _typed(line.amount)
    if column == DESCRIPTION:
        return line.description
    return dict(line.dimensions).get(column, "")


def _typed(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",") if value else ""
