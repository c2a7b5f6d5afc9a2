"""Several of a list, marked one by one, all of them, or those that hold some words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from blink_tui.i18n import _, ngettext
from blink_tui.model.text import folded
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.form import Note
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import number

ItemT = TypeVar("ItemT")
_ROWS = 12


class PickRows(RowsView):
    """Labels with a mark before those that are picked."""

    BINDINGS = bindings("mark", "pick-all", "pick-none")

    def __init__(self) -> None:
        super().__init__()
        self.labels: Sequence[str] = ()
        self.places: Sequence[int] = ()
        """Which labels are in view, by their place."""
        self.marked: set[int] = set()

    def show(self, places: Sequence[int]) -> None:
        """Show other labels."""
        self.places = places
        self.set_count(len(places), 0)

    def nothing(self) -> str:
        return _("Nothing is called so.")

    def row(self, index: int, width: int) -> Pieces:
        place = self.places[index]
        mark = "*" if place in self.marked else " "
        lead = ">" if index == self.cursor else " "
        return ((f"{lead}{mark} {self.labels[place]}", "new" if place in self.marked else "plain"),)

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go down."""
        if self.places:
            self.marked ^= {self.places[self.cursor]}
            self.refresh_row(self.cursor)
            self.move_to(self.cursor + 1)
            self.post_message(self.Moved(self, self.cursor))

    def action_mark_all(self) -> None:
        """Mark every row in view."""
        self._mark(self.marked | set(self.places))

    def action_mark_none(self) -> None:
        """Take the marks of the rows in view away."""
        self._mark(self.marked - set(self.places))

    def _mark(self, marked: Collection[int]) -> None:
        self.marked = set(marked)
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))


class PickWindow(Dialog[list[ItemT] | None], Generic[ItemT]):
    """Closes with what was marked, with the row under the cursor where nothing was, with None when it is left."""

    BINDINGS = bindings("pick", "leave", "narrow")

    def __init__(
        self,
        title: str,
        items: Sequence[tuple[str, ItemT]],
        *,
        intro: str = "",
        marked: Collection[int] = (),
    ) -> None:
        super().__init__(title)
        self._heading = title
        self._items = items
        self._intro = intro
        self._marked = marked

    def inside(self) -> ComposeResult:
        if self._intro:
            yield Note(self._intro, "plain")
        line = Line(_("words of the name"))
        line.display = False
        yield line
        rows = PickRows()
        rows.styles.height = max(1, min(_ROWS, len(self._items)))
        yield rows

    @property
    def _rows(self) -> PickRows:
        return self.query_one(PickRows)

    def on_mount(self) -> None:
        self._rows.labels = [label for label, _item in self._items]
        self._rows.marked = set(self._marked)
        self._rows.show(range(len(self._items)))
        self._rows.focus()

    @on(RowsView.Moved)
    def _count(self) -> None:
        count = len(self._rows.marked)
        told = ngettext("{n} marked", "{n} marked", count).format(n=number(count)) if count else ""
        self.query_one("#title", StatusLine).say(self._heading, told)

    def action_narrow(self) -> None:
        """Type words that the labels shall hold."""
        line = self.query_one(Line)
        line.display = True
        line.focus()

    @on(Input.Changed)
    def _narrowed(self, event: Input.Changed) -> None:
        words = folded(event.value).split()
        self._rows.show(
            [
                place
                for place, label in enumerate(self._rows.labels)
                if all(word in folded(label) for word in words)
            ]
        )

    @on(Input.Submitted)
    def _narrowing_done(self) -> None:
        self._rows.focus()

    def action_pick(self) -> None:
        """Close with what was marked."""
        rows = self._rows
        places = sorted(rows.marked) or ([rows.places[rows.cursor]] if rows.places else [])
        if places:
            self.dismiss([self._items[place][1] for place in places])

    def action_leave(self) -> None:
        """Close without a choice."""
        self.dismiss(None)
