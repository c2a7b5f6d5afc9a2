"""What all screens have in common: the bars, questions to the buffer, and being told when it has changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkType

from blink_tui.i18n import _, language
from blink_tui.model.errors import BlinkError
from blink_tui.tui.memory import Kept
from blink_tui.tui.widgets.bars import KeyBar, StatusLine, TopBar
from blink_tui.tui.widgets.rows import RowsView

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

AnswerT = TypeVar("AnswerT")


class ConsoleScreen(Screen[None], inherit_bindings=False):
    """One of the screens that digits lead to."""

    HERE = ""
    """Name of the action that leads here."""

    def __init__(self) -> None:
        super().__init__()
        self._spoken = language()
        self.recalled = False
        """Whether what was kept of it was taken up: what it says before is nothing to keep."""

    @property
    def console(self) -> ConsoleApp:
        """The app, by its own type."""
        return cast("ConsoleApp", self.app)

    def body(self) -> Iterable[Widget]:
        """The panes between the bars."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        top = TopBar()
        top.here, top.title, top.keys_of = self.HERE, self.console.title, self.console.keys_of
        top.notice = _("READ ONLY") if self.console.buffer.read_only else ""
        yield top
        yield from self.body()
        yield KeyBar()
        yield StatusLine(id="too-small")

    @property
    def name_kept(self) -> str:
        """The name under which the memory holds what this screen keeps."""
        return self.HERE

    def keep(self) -> Kept:
        """What is to be found again at the next start: JSON values by name, no secrets."""
        return {}

    def recall(self, kept: Kept) -> None:
        """Take up what was kept, once, before anything is shown; values may be of another version of the program."""

    def on_mount(self) -> None:
        self.recall(self.console.memory.of(self.name_kept))
        self.recalled = True
        self.query_one("#too-small", StatusLine).say(_("Enlarge the window, 80x24 at best."))

    async def read(self) -> Callable[[], None]:
        """Read what is shown from the buffer; returns what shows it, to be called in the screen's own turn."""
        raise NotImplementedError

    async def follow(self) -> None:
        """Show what has changed; awaited by whoever watches the buffer, so that readings do not pile up."""
        show = await self.read()
        self.call_later(show)

    def reload(self) -> None:
        """Show what has changed, soon."""
        self.ask(self.read, lambda show: show(), "reload")

    def on_screen_resume(self) -> None:
        if self._spoken != language():
            self.retell()
        self.resumed()

    def resumed(self) -> None:
        """Show what has changed while another screen was in view."""
        self.reload()

    def show_arrivals(self) -> None:
        """Show what has arrived since the screen was filled."""
        self.reload()

    def go_back(self) -> None:
        """One level back within the screen, if there is one."""
        self.console.action_go("desk")

    def retell(self) -> None:
        """Show every text anew: the language is another one."""
        self._spoken = language()
        for view in self.query(Widget):
            view.refresh(layout=not isinstance(view, RowsView))
        self.reload()

    def ask(
        self,
        question: Callable[[], Awaitable[AnswerT]],
        answer: Callable[[AnswerT], None],
        group: str,
        *,
        exclusive: bool = True,
    ) -> None:
        """Await a question beside the loop's messages and hand its answer to the screen.

        The newest of a group counts and ends the others, unless not `exclusive` (for what writes). A BlinkError is
        shown; anything else ends the program.
        """
        work: WorkType[None] = partial(self._ask, question, answer)
        self.run_worker(work, group=group, exclusive=exclusive)

    async def _ask(
        self, question: Callable[[], Awaitable[AnswerT]], answer: Callable[[AnswerT], None]
    ) -> None:
        try:
            found = await question()
        except BlinkError as error:
            self.console.tell_error(error)
        else:
            self.call_later(answer, found)

    def firm_chosen(self) -> None:
        """Another firm was chosen, or all of them."""
        self.reload()
