"""Questions over a screen: yes or no, one of a list, a document as a whole, the keys."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from blink_tui.i18n import _
from blink_tui.model.text import folded
from blink_tui.model.wrapping import wrapped
from blink_tui.tui.detail import Content
from blink_tui.tui.keys import ACTIONS, Action, bindings, key_name
from blink_tui.tui.widgets.bars import KeyBar, StatusLine
from blink_tui.tui.widgets.detail import DetailPane
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import fit

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

_KEYS_WIDTH = 21
_WIDTH = 96
"""Cells of a window at most."""

ResultT = TypeVar("ResultT")
ChoiceT = TypeVar("ChoiceT")


class Dialog(ModalScreen[ResultT], inherit_bindings=False):
    """A window over a screen: a title, what it shows, its keys."""

    document_id: int | None = None
    """The document that it has open, as colleagues see it; None for what is about something else."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.since = math.inf
        """Since when it can be seen, by the clock of events: a key typed before was meant for something else."""

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield StatusLine(id="title")
            yield from self.inside()
            yield KeyBar()

    def inside(self) -> ComposeResult:
        """What stands under the title."""
        raise NotImplementedError

    def on_mount(self) -> None:
        if self.document_id is not None:
            self.console.hold(self, self.document_id)
        self._say_title()

    def on_unmount(self) -> None:
        if self.document_id is not None:
            self.console.hold(self, None)

    def _say_title(self) -> None:
        also = self.console.company.on(self.document_id) if self.document_id is not None else ""
        self.query_one("#title", StatusLine).say(self._title, alarm=also)

    @property
    def console(self) -> ConsoleApp:
        """The app, by its own type."""
        return cast("ConsoleApp", self.app)

    def company_changed(self) -> None:
        """Who else has its document open may be another one than before."""
        if self.document_id is not None:
            self._say_title()

    @property
    def room(self) -> int:
        """Cells of a line of text in it."""
        return min(_WIDTH, self.app.size.width - 4) - 1

    def on_screen_resume(self) -> None:
        """From now on it answers."""
        if self.since == math.inf:
            self.since = time.monotonic()


class Confirm(Dialog[bool]):
    """Shows what is about to happen and asks; true when it may."""

    BINDINGS = bindings("yes", "no")

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__(title)
        self._lines = lines

    def inside(self) -> ComposeResult:
        text = TextView()
        text.can_focus = False
        yield text

    def on_mount(self) -> None:
        text, room = self.query_one(TextView), self.room - 1
        lines = [
            part
            for line in self._lines
            for part in ([line] if cell_len(line) <= room else wrapped(line, room))
        ]
        text.styles.height = len(lines)
        text.set_lines([((" " + line, "plain"),) for line in lines])

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)


class ChoiceRows(RowsView):
    """What can be chosen, a label each."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: Sequence[str] = ()
        self.can_focus = False

    def show(self, labels: Sequence[str], cursor: int = 0) -> None:
        """Show other labels."""
        self.labels = labels
        self.set_count(len(labels), cursor)

    def nothing(self) -> str:
        return _("Nothing is called so.")

    def row(self, index: int, width: int) -> Pieces:
        return (((">" if index == self.cursor else " ") + " " + self.labels[index], "plain"),)


class Choose(Dialog[ChoiceT | None], Generic[ChoiceT]):
    """One of a list, found by typing a part of its label; None when left."""

    BINDINGS = bindings("pick", "leave", "pick-up", "pick-down", "pick-page-up", "pick-page-down")

    def __init__(
        self, title: str, choices: Sequence[tuple[str, ChoiceT]], current: ChoiceT | None = None
    ) -> None:
        super().__init__(title)
        self._choices = choices
        self._shown = list(choices)
        self._current = current

    def inside(self) -> ComposeResult:
        yield Line(_("type a part of the name, Enter chooses"))
        rows = ChoiceRows()
        rows.styles.height = min(12, len(self._choices))
        yield rows

    def on_mount(self) -> None:
        values = [value for _label, value in self._choices]
        self._fill(values.index(self._current) if self._current in values else 0)

    def _fill(self, cursor: int = 0) -> None:
        self.query_one(ChoiceRows).show([label for label, _value in self._shown], cursor)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        words = folded(event.value).split()
        self._shown = [choice for choice in self._choices if all(word in folded(choice[0]) for word in words)]
        self._fill()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_pick()

    def action_pick(self) -> None:
        """Close with the row under the cursor."""
        if self._shown:
            self.dismiss(self._shown[self.query_one(ChoiceRows).cursor][1])

    def action_leave(self) -> None:
        """Close without a choice."""
        self.dismiss(None)

    def action_pick_move(self, rows: int) -> None:
        """Move the cursor of the list while the words keep the focus."""
        self.query_one(ChoiceRows).action_move(rows)

    def action_pick_page(self, pages: int) -> None:
        """Move the cursor of the list by pages."""
        self.query_one(ChoiceRows).action_page(pages)


class PagesWindow(Dialog[str | None]):
    """One document over the whole screen; closes with the name of the action that is wanted of it, or None."""

    BINDINGS = bindings("close")

    def __init__(self, title: str, content: Content, tab: str) -> None:
        super().__init__(title)
        self._content = content
        self.document_id = content.document.id
        self._tab = tab

    def inside(self) -> ComposeResult:
        yield DetailPane()

    def on_mount(self) -> None:
        pane = self.query_one(DetailPane)
        pane.show(self._content)
        pane.show_tab(self._tab)

    def action_close(self) -> None:
        """Back to what is below."""
        self.dismiss(None)


class DocumentWindow(PagesWindow):
    """The same over a list in which it can be decided on."""

    BINDINGS = bindings("approve", "edit-coding")

    def action_approve(self) -> None:
        """Back to the list, to be asked there."""
        self.dismiss("approve")

    def action_edit_coding(self) -> None:
        """Back to the list, to open the editor there."""
        self.dismiss("edit-coding")


class TextWindow(Dialog[None]):
    """Paragraphs over the whole screen."""

    BINDINGS = bindings("close")

    def __init__(self, title: str, paragraphs: Sequence[Paragraph]) -> None:
        super().__init__(title)
        self._paragraphs = paragraphs

    def inside(self) -> ComposeResult:
        yield TextView()

    def on_mount(self) -> None:
        self.query_one(TextView).set_paragraphs(self._paragraphs)

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss(None)


def help_paragraphs(actions: Sequence[tuple[Action, Sequence[str]]]) -> list[Paragraph]:
    """What each action's keys do."""
    return [
        Paragraph(_(action.help), lead=fit(" " + ", ".join(map(key_name, keys)), _KEYS_WIDTH))
        for action, keys in actions
    ]


def palette_choices(
    available: Collection[str], keys_of: Callable[[str], Sequence[str]]
) -> list[tuple[str, str]]:
    """Every action that the palette offers, as `label: sentence (key)`, with its name."""
    return [
        (f"{_(action.label)}: {_(action.help)} ({key_name(keys_of(action.name)[0])})", action.name)
        for action in ACTIONS.values()
        if action.in_palette and action.name in available
    ]
