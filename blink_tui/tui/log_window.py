"""The part of the fetch log that is held: a window of rows that slides over a log of any length, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from blink_tui.buffer import LogFilter, LogRow

PAGE = 500
"""Rows read at once."""
KEPT = 3000
"""Rows held at once; what goes at one end is read again when it is wanted."""


class LogSource(Protocol):
    """Where rows come from."""

    async def page(
        self, chosen: LogFilter, limit: int, *, before: int | None = None, after: int | None = None
    ) -> list[LogRow]:
        """The first rows after an id, or else the last ones before an id, oldest first."""


@dataclass(frozen=True, slots=True)
class LogWindow:
    """Rows that follow one another in the log."""

    rows: Sequence[LogRow] = ()
    at_start: bool = False
    """Nothing lies before them."""
    at_end: bool = False
    """Nothing lay behind them when they were read."""

    @property
    def last_id(self) -> int:
        """Id of the newest row held; 0 when there is none."""
        return self.rows[-1].id if self.rows else 0


async def newest(log: LogSource, chosen: LogFilter) -> LogWindow:
    """The end of the log."""
    rows = await log.page(chosen, 2 * PAGE)
    return LogWindow(rows, at_start=len(rows) < 2 * PAGE, at_end=True)


async def oldest(log: LogSource, chosen: LogFilter) -> LogWindow:
    """The beginning of the log."""
    rows = await log.page(chosen, PAGE, after=0)
    return LogWindow(rows, at_start=True, at_end=len(rows) < PAGE)


async def older(log: LogSource, chosen: LogFilter, window: LogWindow) -> LogWindow:
    """The window with a page more before it; what is too much goes at its end."""
    if window.at_start or not window.rows:
        return window
    found = await log.page(chosen, PAGE, before=window.rows[0].id)
    rows = [*found, *window.rows]
    return LogWindow(rows[:KEPT], at_start=len(found) < PAGE, at_end=window.at_end and len(rows) <= KEPT)


async def newer(log: LogSource, chosen: LogFilter, window: LogWindow) -> LogWindow:
    """The window with a page more behind it; what is too much goes at its beginning."""
    found = await log.page(chosen, PAGE, after=window.last_id)
    rows = [*window.rows, *found]
    return LogWindow(
        rows[-KEPT:],
        at_start=(window.at_start or not window.rows) and len(rows) <= KEPT,
        at_end=len(found) < PAGE,
    )


async def followed(log: LogSource, chosen: LogFilter, window: LogWindow) -> LogWindow:
    """The window at the log's end: a page on, or what is newest where more came than a page."""
    ahead = await newer(log, chosen, window)
    return ahead if ahead.at_end else await newest(log, chosen)


async def unread(log: LogSource, chosen: LogFilter, window: LogWindow) -> int:
    """How many rows lie behind the window, a page's worth at the most."""
    return len(await log.page(chosen, PAGE, after=window.last_id))
