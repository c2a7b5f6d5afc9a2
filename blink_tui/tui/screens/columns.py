"""Which columns the grid has, in which order and how wide: a window with one row for each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from textual.app import ComposeResult

from blink_tui.i18n import _
from blink_tui.tui.columns import BY_NAME, COLUMNS, WIDEST, Choice
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import fit

_NARROWEST = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One column: whether it is shown and how wide; 0 is its own width."""

    name: str
    shown: bool
    width: int = 0


def entries_of(choice: Choice, in_view: Collection[str]) -> list[Entry]:
    """Every column, the chosen ones first; without a choice those in view are shown."""
    if not choice:
        return [Entry(column.name, column.name in in_view) for column in COLUMNS]
    chosen = dict(choice)
    rest = [Entry(column.name, shown=False) for column in COLUMNS if column.name not in chosen]
    return [Entry(name, True, width) for name, width in choice] + rest


class ColumnRows(RowsView):
    """The columns; keys move them, show and hide them, make them wider and narrower."""

    BINDINGS = bindings("column-show", "column-earlier", "column-later", "column-wider", "column-narrower")

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__()
        self.entries = entries

    def on_mount(self) -> None:
        self.set_count(len(self.entries))

    def head(self, width: int) -> Pieces:
        title, wide = _("Column"), _("Width")
        return ((f"      {fit(title, 24)} {wide}", "head"),)

    def row(self, index: int, width: int) -> Pieces:
        entry = self.entries[index]
        column = BY_NAME[entry.name]
        wide = str(entry.width) if entry.width else _("its own")
        lead = (">" if index == self.cursor else " ") + (" [x] " if entry.shown else " [ ] ")
        tone = "plain" if entry.shown else "dim"
        return ((lead + fit(_(column.title), 24) + " " + (wide if entry.shown else ""), tone),)

    def _put(self, entry: Entry) -> None:
        self.entries[self.cursor] = entry
        self.refresh_row(self.cursor)

    def action_column_show(self) -> None:
        """Show the column or hide it, and go down."""
        entry = self.entries[self.cursor]
        self._put(replace(entry, shown=not entry.shown))
        self.move_to(self.cursor + 1)

    def action_column_move(self, step: int) -> None:
        """Change places with the neighbour above or below."""
        here, there = self.cursor, self.cursor + step
        if 0 <= there < self.count:
            self.entries[here], self.entries[there] = self.entries[there], self.entries[here]
            self.refresh_row(here)
            self.move_to(there)
            self.refresh_row(there)

    def action_column_width(self, step: int) -> None:
        """Make the column wider or narrower."""
        entry = self.entries[self.cursor]
        width = (entry.width or BY_NAME[entry.name].width) + step
        self._put(replace(entry, width=max(_NARROWEST, min(width, WIDEST))))


class ColumnsWindow(Dialog[Choice | None]):
    """Closes with the choice, an empty one for the program's own, or None when left."""

    BINDINGS = bindings("save", "leave", "column-usual")

    def __init__(self, choice: Choice, in_view: Collection[str]) -> None:
        super().__init__(_("Columns of the list"))
        self._entries = entries_of(choice, in_view)

    def inside(self) -> ComposeResult:
        rows = ColumnRows(self._entries)
        rows.styles.height = len(rows.entries) + 1
        yield rows

    def action_save(self) -> None:
        """Keep the choice; one that shows nothing is the program's own."""
        entries = self.query_one(ColumnRows).entries
        self.dismiss(tuple((entry.name, entry.width) for entry in entries if entry.shown))

    def action_usual(self) -> None:
        """Back to what the program chooses by the width of the screen."""
        self.dismiss(())

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)
