"""A line over a cell to type in, with suggestions below it, or a sentence about what cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from textual import events, on
from textual.geometry import Offset
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from blink_tui.model.wrapping import wrapped
from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import fit

SUGGESTIONS = 6
_NARROWEST = 20
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What can be taken for what is typed: the value, and what says what it is."""

    value: str
    label: str


class CellNote(RowsView):
    """Below the line: what can be taken, the row under its cursor set off, or one sentence."""

    def __init__(self) -> None:
        super().__init__(id="cell-note")
        self.can_focus = False
        self.suggestions: Sequence[Suggestion] = ()
        self._sentence: Sequence[str] = ()
        self._tone = "dim"

    def suggest(self, suggestions: Sequence[Suggestion]) -> None:
        """Show what can be taken."""
        self.suggestions, self._sentence = suggestions, ()
        self._fill(len(suggestions))

    def say(self, text: str, tone: str) -> None:
        """Show a sentence."""
        self.suggestions, self._sentence, self._tone = (), wrapped(text, _WIDEST - 2) if text else (), tone
        self._fill(len(self._sentence))

    def _fill(self, rows: int) -> None:
        self.display = rows > 0
        self.styles.height = rows
        self.set_count(rows, 0)

    def row(self, index: int, width: int) -> Pieces:
        if self.suggestions:
            one = self.suggestions[index]
            return ((fit(f"{'>' if index == self.cursor else ' '} {one.label}", width), "plain"),)
        return ((f" {self._sentence[index]}", self._tone),)

    def _strip(self, pieces: Pieces, state: str, width: int) -> Strip:
        """A sentence has no cursor."""
        return super()._strip(pieces, state if self.suggestions else "plain", width)


async def run_now(widget: Widget, event: events.Key) -> None:
    """Run what a key is bound to before the next key is looked at, which may have come with it.

    Textual lets a key bubble up first; keys that come in one piece over a slow line would overtake what it does.
    """
    active = widget.screen.active_bindings.get(event.key)
    if active is not None and active.enabled:
        event.stop()
        event.prevent_default()
        await widget.app.run_action(active.binding.action, active.node)


class Host(Protocol):
    """Who opens the line, told at once and not by messages."""

    def take(self, column: str, text: str, step: int) -> None:
        """A text for a cell, and where to go on typing then: 0 is nowhere."""

    def leave_cell(self) -> None:
        """The cell stays as it was."""

    def suggestions(self, column: str, text: str) -> Sequence[Suggestion]:
        """What can be taken for a text in a cell."""

    async def late(self, event: events.Key) -> None:
        """A key that was typed when the line was closed already."""


class CellLine(Line):
    """The line itself: Enter takes, Tab takes and goes on, Esc leaves the cell as it was."""

    BINDINGS = bindings("cell-take", "cell-done", "cell-done-back", "leave-cell", "pick-up", "pick-down")

    def __init__(self, host: Host) -> None:
        super().__init__("", id="cell")
        self._host = host
        self.column = ""
        self.display = False
        self._opened_with = ""

    @property
    def note(self) -> CellNote:
        """What stands below it."""
        return self.screen.query_one(CellNote)

    def open(self, column: str, text: str, place: Offset, width: int, *, begun: bool, hint: str = "") -> None:
        """Show the line over a cell with a text in it, and take the focus.

        A text that a key has `begun` is gone on with; what stood in the cell is replaced by what is typed.
        """
        self.column, self._opened_with = column, "" if begun else text
        self.value, self.cursor_position = text, len(text)
        if text and not begun:
            self.select_all()
        screen = self.screen.size
        width = max(_NARROWEST, width)
        x = max(0, min(place.x - 1, screen.width - width))
        self.styles.offset, self.styles.width = (x, place.y), width
        self.note.say(hint, "dim")
        self._place_note(x, place.y)
        self.display = True
        self.screen.set_focus(self)

    def _place_note(self, x: int, y: int) -> None:
        screen = self.screen.size
        width = min(_WIDEST, screen.width)
        below = y + 1 + SUGGESTIONS <= screen.height
        self.note.styles.width = width
        self.note.styles.offset = (max(0, min(x, screen.width - width)), y + 1 if below else y - SUGGESTIONS)

    def say(self, sentence: str) -> None:
        """Say why the text cannot be taken; it can be mended at once."""
        self.note.say(f"! {sentence}", "bad")

    def close(self) -> None:
        """Hide the line; its screen puts the focus elsewhere."""
        self.display = self.note.display = False

    @property
    def chosen(self) -> str:
        """The suggestion under the cursor; the text itself where it is one of them, or was not changed.

        Asked for anew: Enter may have come together with the last letter, before anything was suggested for it.
        """
        text, note = self.value, self.note
        if text == self._opened_with and not note.cursor:
            return text
        found = self._host.suggestions(self.column, text)
        place = note.cursor if list(found) == list(note.suggestions) else 0
        exact = any(one.value == text.strip() for one in found)
        return text if not found or (exact and not place) else found[place].value

    async def on_key(self, event: events.Key) -> None:
        """What is typed into a line that was closed meanwhile is not for it."""
        if not self.display:
            event.stop()
            event.prevent_default()
            await self._host.late(event)
        elif not event.is_printable:
            await run_now(self, event)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.note.suggest(self._host.suggestions(self.column, event.value))

    def action_take(self, step: int) -> None:
        """Take what is typed, or the suggestion."""
        self._host.take(self.column, self.chosen, step)

    def action_leave_cell(self) -> None:
        """Leave the cell as it was."""
        self._host.leave_cell()

    def action_pick_move(self, rows: int) -> None:
        """Go to another suggestion."""
        self.note.action_move(rows)
