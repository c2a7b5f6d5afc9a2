"""A line in which Tab completes what is typed, and values that are wrong at a place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.line import Line


class Suggestion(Protocol):
    """What may be meant by `text[start:end]` of a line."""

    @property
    def text(self) -> str:
        """What would stand there."""

    @property
    def start(self) -> int:
        """Where it would begin."""

    @property
    def end(self) -> int:
        """Where what it replaces ends."""


class WrongPlaceError(BlinkError):
    """A value that cannot be taken because of what stands in `text[start:end]`: the cursor goes there."""

    def __init__(self, problem: str, start: int, end: int) -> None:
        super().__init__(USAGE, problem=problem)
        self.start = start
        self.end = end


class CompletingLine(Line):
    """A line in which Tab completes; where there is nothing to complete it goes to the next field."""

    BINDINGS = bindings("complete")

    def __init__(self, complete: Callable[[str, int], Sequence[Suggestion]]) -> None:
        super().__init__("")
        self._complete = complete

    @property
    def suggestions(self) -> Sequence[Suggestion]:
        """What may be meant before the cursor."""
        return self._complete(self.value, self.cursor_position)

    async def action_complete(self) -> None:
        """Take the first suggestion, or go on."""
        found = self.suggestions
        if found:
            one = found[0]
            self.value = self.value[: one.start] + one.text + self.value[one.end :]
            self.cursor_position = one.start + len(one.text)
        else:
            await self.screen.run_action("step(1)")
