"""Posting lines as a grid with a cursor on a cell; what is typed into a cell goes over it, its suggestions below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Offset
from textual.strip import Strip

from blink_tui.i18n import N_, _
from blink_tui.model.coding import PostingLine
from blink_tui.model.text import clean
from blink_tui.tui.coding_words import SIDE_WORDS, account_name
from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.cell import run_now
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import amount, fit, fit_right, fit_title

SIDE, ACCOUNT, NAME, AMOUNT, MPK, PROJECT, DESCRIPTION = (
    "side", "account", "name", "amount", "mpk", "project", "description",
)  # fmt: skip
COLUMNS = {
    SIDE: N_("Side"), ACCOUNT: N_("Account no."), NAME: N_("Name of account"), AMOUNT: N_("Amount"), MPK: N_("MPK"),
    PROJECT: N_("Project"), DESCRIPTION: N_("Description"),
}  # fmt: skip
DIMENSIONS = (MPK, PROJECT)
"""Columns whose names are those of dimensions."""

_LEAD = 2
_WIDE_FROM = 100


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns with their widths, for a width of the grid."""

    widths: Mapping[str, int]

    @classmethod
    def of(cls, width: int) -> Cells:
        """The columns that have room; name and description share what is left."""
        wide = width >= _WIDE_FROM
        fixed = {SIDE: 4, ACCOUNT: 16, AMOUNT: 15, MPK: 8 if wide else 6}
        if wide:
            fixed[PROJECT] = 8
        gaps = len(fixed) + 1
        left = max(10, width - _LEAD - sum(fixed.values()) - gaps)
        flexible = {NAME: left // 2, DESCRIPTION: left - left // 2}
        return cls(
            {name: {**fixed, **flexible}[name] for name in COLUMNS if name in fixed or name in flexible}
        )

    def start(self, column: str) -> int:
        """Cells before a column."""
        names = list(self.widths)
        return _LEAD + sum(self.widths[name] + 1 for name in names[: names.index(column)])

    @property
    def editable(self) -> list[str]:
        """Columns that a cursor stops at."""
        return [name for name in self.widths if name != NAME]


class LineGrid(RowsView):
    """Posting lines; the arrows go from cell to cell, digits begin to type at once."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cell"}
    BINDINGS = bindings(
        "cell-next", "cell-previous", "cell-edit", "line-add", "line-delete", "line-double", "line-split",
        "line-fill",
    )  # fmt: skip

    def __init__(
        self, edit: Callable[[], None], begins: Callable[[str], bool], wanted: Callable[[str], None]
    ) -> None:
        """They are called at once and not by messages, since the next key may be there already.

        `edit` opens the cell under the cursor, `begins` says whether it took a character, `wanted` is told what to
        do with the line.
        """
        super().__init__(id="lines")
        self._edit = edit
        self._begins = begins
        self._wanted = wanted
        self.lines: Sequence[PostingLine] = ()
        self.names: Mapping[str, str] = {}
        self.column = ACCOUNT
        self.ledger = True
        """Whether the firm's books have posting lines at all."""

    def show(self, lines: Sequence[PostingLine], cursor: int | None = None) -> None:
        """Show other lines."""
        self.lines = lines
        self.set_count(len(lines), cursor)

    def go_to(self, column: str) -> None:
        """Put the cursor on another column of its line."""
        if column in self._cells.editable and column != self.column:
            self.column = column
            self.refresh_row(self.cursor)

    @property
    def _cells(self) -> Cells:
        return Cells.of(self.size.width)

    def place_of(self, column: str) -> tuple[Offset, int]:
        """Where the cell of a column under the cursor stands on the screen, and how wide it is."""
        cells = self._cells
        x = self.content_region.x + cells.start(column)
        y = self.content_region.y + 1 + self.cursor - self.top
        return Offset(x, y), cells.widths[column]

    # Drawing

    def head(self, width: int) -> Pieces:
        cells = Cells.of(width)
        shown = [
            fit_title(_(COLUMNS[name]), room) if name == AMOUNT else fit(_(COLUMNS[name]), room)
            for name, room in cells.widths.items()
        ]
        return ((" " * _LEAD + " ".join(shown), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        line, cells = self.lines[index], Cells.of(width)
        texts = self._texts(line)
        shown = [
            fit_right(texts[name], room) if name == AMOUNT else fit(texts[name], room)
            for name, room in cells.widths.items()
        ]
        lead = ">" if index == self.cursor else " "
        return ((f"{lead} " + " ".join(shown), "plain"),)

    def _texts(self, line: PostingLine) -> dict[str, str]:
        marks = dict(line.dimensions)
        return {
            SIDE: _(SIDE_WORDS[line.side]),
            ACCOUNT: clean(line.account) or "?",
            NAME: account_name(self.names, line.account),
            AMOUNT: amount(line.amount),
            MPK: clean(marks.get(MPK, "")),
            PROJECT: clean(marks.get(PROJECT, "")),
            DESCRIPTION: clean(line.description),
        }

    def nothing(self) -> str:
        if not self.ledger:
            return _("These books have no posting lines: register and column stand below, F4 changes them.")
        return _("No lines. Ins adds one, F8 chooses a scheme, F5 copies this seller's last document.")

    def _compose_strip(self, pieces: Pieces, state: str, width: int) -> Strip:
        """The row under the cursor with its cell set off; any other row as everywhere."""
        if state != "cursor":
            return super()._compose_strip(pieces, state, width)
        strip = super()._compose_strip(pieces, "cursor-unfocused", width)
        cells = self._cells
        start = cells.start(self.column)
        end = start + cells.widths[self.column]
        before, cell, after = strip.divide([start, end, width])
        set_off = Strip([Segment(cell.text, self._style("cell"))], end - start)
        return Strip.join([before, set_off, after])

    def _strip(self, pieces: Pieces, state: str, width: int) -> Strip:
        """A row under the cursor is not kept: its cell is no part of what it is kept by."""
        return (
            self._compose_strip(pieces, state, width)
            if state == "cursor"
            else super()._strip(pieces, state, width)
        )

    # Keys

    def action_cell(self, step: int) -> None:
        """Go to a cell at the right or the left; past the end to the next line."""
        columns = self._cells.editable
        place = (columns.index(self.column) if self.column in columns else 0) + step
        line = self.cursor + place // len(columns)
        if not 0 <= line < self.count:
            return
        column = columns[place % len(columns)]
        if line == self.cursor:
            self.go_to(column)
        else:
            self.column = column
            self.move_to(line)

    def action_edit(self) -> None:
        """Type into the cell under the cursor."""
        if self.lines:
            self._edit()

    def action_line(self, what: str) -> None:
        """`add`, `delete`, `double`, `split` or `fill` the line under the cursor."""
        if self.lines or what == "add":
            self._wanted(what)

    async def on_key(self, event: events.Key) -> None:
        """What is typed without asking for the cell first; anything else is done before the next key is looked at."""
        if event.character is not None and event.is_printable and self._begins(event.character):
            event.stop()
        else:
            await run_now(self, event)
