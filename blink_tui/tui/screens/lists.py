"""A window with a list of things and the keys that work on them; what it lists is read anew after each change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.worker import WorkType

from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean, folded
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.screens.questions import AskText
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView

ItemT = TypeVar("ItemT")


class ListRows(RowsView):
    """Ready rows, one a thing of the list."""

    BINDINGS = bindings("open")

    class Opened(Message):
        """The one under the cursor is to be worked on."""

    def __init__(self, window: ListWindow[Any]) -> None:
        super().__init__(id="items")
        self._window = window

    def head(self, width: int) -> Pieces | None:
        head = self._window.head(width - 2)
        return None if head is None else (("  " + head, "head"),)

    def row(self, index: int, width: int) -> Pieces:
        text, tone = self._window.row(self._window.shown[index], width - 2)
        return (((">" if index == self.cursor else " ") + " " + text, tone),)

    def nothing(self) -> str:
        return self._window.nothing()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is opened where rows only tell."""
        return action != "open" or self._window.OPENS

    def action_open(self) -> None:
        """Work on the one under the cursor."""
        if self._window.shown:
            self.post_message(self.Opened())


class ListWindow(Dialog[None], Generic[ItemT]):
    """Things under a cursor over the whole screen; the one under it stands in full below."""

    OPENS: ClassVar[bool] = True
    """Whether a row can be worked on."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.items: Sequence[ItemT] = ()
        self.shown: Sequence[ItemT] = ()
        """Those with the words that the list is narrowed to."""
        self._words = ""

    # What a list says of itself

    async def load(self) -> Sequence[ItemT]:
        """Read what is listed."""
        raise NotImplementedError

    def head(self, width: int) -> str | None:
        """The titles of the columns."""
        return None

    def row(self, item: ItemT, width: int) -> tuple[str, str]:
        """A thing in a line, and its tone."""
        raise NotImplementedError

    def words_of(self, item: ItemT) -> str:
        """What it is found by."""
        return self.row(item, 200)[0]

    def told(self, item: ItemT) -> list[Paragraph]:
        """The one under the cursor in full."""
        return []

    def summary(self) -> str:
        """What stands above the list."""
        return ""

    def nothing(self) -> str:
        """What stands in place of the list where it is empty."""
        return _("Nothing here.")

    def open_item(self, item: ItemT) -> None:
        """Work on one."""

    # The window

    @property
    def rows(self) -> ListRows:
        """The list."""
        return self.query_one(ListRows)

    @property
    def current(self) -> ItemT | None:
        """The one under the cursor."""
        return self.shown[self.rows.cursor] if self.shown else None

    def inside(self) -> Iterable[Widget]:
        yield StatusLine(id="summary")
        yield ListRows(self)
        yield TextView(id="item-detail")

    def on_mount(self) -> None:
        super().on_mount()
        self.rows.focus()
        self.reload()

    def reload(self) -> None:
        """Read what is listed, and show it."""
        self.ask(self.load, self._take)

    def _take(self, items: Sequence[ItemT]) -> None:
        self.items = items
        self.fill()

    def fill(self) -> None:
        """Show what holds the words; the cursor stays in its place."""
        words = folded(self._words).split()
        self.shown = [one for one in self.items if all(word in folded(self.words_of(one)) for word in words)]
        self.rows.set_count(len(self.shown))
        narrowed = _("with “{words}”").format(words=clean(self._words)) if self._words else ""
        self.query_one("#summary", StatusLine).say(self.summary(), narrowed)

    @on(RowsView.Moved, "#items")
    def _tell(self) -> None:
        item = self.current
        self.query_one("#item-detail", TextView).set_paragraphs(self.told(item) if item is not None else [])

    @on(ListRows.Opened)
    def _open(self) -> None:
        if self.current is not None:
            self.open_item(self.current)

    def ask(self, question: Callable[[], Awaitable[Any]], answer: Callable[[Any], None]) -> None:
        """Await a question beside the loop's messages; a BlinkError is shown."""
        work: WorkType[None] = partial(self._ask, question, answer)
        self.run_worker(work, group="list")

    async def _ask(self, question: Callable[[], Awaitable[Any]], answer: Callable[[Any], None]) -> None:
        try:
            found = await question()
        except BlinkError as error:
            self.console.tell_error(error)
        else:
            self.call_later(answer, found)

    def change(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do something that changes the list, then read it anew."""
        self.ask(work, lambda _done: self.reload())

    # Keys

    def action_narrow(self) -> None:
        """Show only what holds some words."""

        def narrow(words: str | None) -> None:
            if words is not None:
                self._words = words
                self.fill()

        title, hint = _("Show only what holds these words"), _("empty for all")
        self.app.push_screen(AskText(title, hint, self._words, optional=True), narrow)

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss(None)
