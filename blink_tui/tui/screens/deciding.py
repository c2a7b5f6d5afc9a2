"""A screen with documents that can be decided on: what its keys ask, about what is marked or under the cursor."""

from __future__ import annotations

from collections.abc import Callable

from blink_tui.buffer.decisions import Selection
from blink_tui.i18n import _
from blink_tui.tui.deciding import (
    Then,
    ask_to_approve,
    ask_to_book,
    ask_to_code,
    ask_to_exclude,
    ask_to_query,
    ask_to_reopen,
    undo_last,
)
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.queue import QueueWindow


class DecidingScreen(ConsoleScreen):
    """Every decision is asked about first, and can be taken back."""

    BINDINGS = bindings("decide", "code-many", "approve", "query", "exclude", "reopen", "book", "undo")

    def selection(self) -> Selection | None:
        """What is marked, else the document under the cursor; None where there is nothing."""
        raise NotImplementedError

    def queue(self) -> QueueWindow:
        """The documents that wait, one after another."""
        raise NotImplementedError

    def decided(self) -> None:
        """Show what has changed."""
        raise NotImplementedError

    def _decide(self, ask: Callable[[ConsoleScreen, Selection, Then], None]) -> None:
        selection = self.selection()
        if selection is None:
            self.console.tell(_("No document is chosen."))
        else:
            ask(self, selection, self.decided)

    def action_code_many(self) -> None:
        """Ask, with count and sums, then code as proposed."""
        self._decide(ask_to_code)

    def action_approve(self) -> None:
        """Ask, with count and sums, then approve."""
        self._decide(ask_to_approve)

    def action_query(self) -> None:
        """Ask what is to be cleared up, then set aside."""
        self._decide(ask_to_query)

    def action_exclude(self) -> None:
        """Ask why and by whose decision, then do not book."""
        self._decide(ask_to_exclude)

    def action_reopen(self) -> None:
        """Ask why, then put back."""
        self._decide(ask_to_reopen)

    def action_book(self) -> None:
        """Ask, with count and sums, then take as booked."""
        self._decide(ask_to_book)

    def action_undo(self) -> None:
        """Take the last decision back."""
        undo_last(self, self.decided)

    def action_decide(self) -> None:
        """One document after another."""
        self.app.push_screen(self.queue(), lambda decided: self.decided() if decided else None)
