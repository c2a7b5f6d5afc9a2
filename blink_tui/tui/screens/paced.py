"""Screens whose reading takes long: at once after a rest, then not before some seconds have gone by."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.timer import Timer

from blink_tui.tui.pace import Pace
from blink_tui.tui.screens.base import ConsoleScreen


class PacedScreen(ConsoleScreen):
    """A screen that counts; nothing ticks while nothing changes."""

    EVERY: ClassVar[float] = 2.0
    """Seconds between two readings while the buffer changes."""

    def __init__(self) -> None:
        super().__init__()
        self._pace = Pace(self.EVERY)
        self._later: Timer | None = None

    async def gather(self) -> Callable[[], None]:
        """Read what is shown, as `read` does."""
        raise NotImplementedError

    async def read(self) -> Callable[[], None]:
        self._pace.begin()
        return await self.gather()

    async def follow(self) -> None:
        """Show what has changed, now or when it may be read again."""
        if self._pace.left <= 0:
            await super().follow()
        else:
            self.follow_in(self._pace.left)

    def follow_in(self, seconds: float) -> None:
        """Read again after so long, unless that is planned already."""
        if self._later is None:
            self._later = self.set_timer(seconds, self._follow_later)

    def _follow_later(self) -> None:
        self._later = None
        if self.is_current:
            self.reload()
