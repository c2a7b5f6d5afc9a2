"""Rows of one filter and order, fetched in pages as they are wished for; memory does not grow with their number.

Whoever walks is led from page to page by the keys at their ends, and from the last row backward. Only a leap to where
nothing has been read needs the anchors, the key of every 128th row: at a million rows they take a second, so they are
gathered when the first such leap comes, and not before.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from textual.cache import LRUCache

from blink_tui.buffer import Buffer, GridFilter, GridRow, Key, Sort

PAGE = 128
"""Rows of a page; the anchors of a source are as far apart."""
_PAGES_KEPT = 32
_WISHES_KEPT = 6


class RowSource(Protocol):
    """The rows of one filter in one order, as they were when it was made: later arrivals are not among them."""

    @property
    def descending(self) -> bool:
        """Whether keys fall from row to row."""

    async def size(self) -> int:
        """How many rows there are."""

    async def first(self, limit: int) -> Sequence[GridRow]:
        """The first rows."""

    async def anchors(self) -> Sequence[Key]:
        """The key of every 128th row, from the first on."""

    async def page(self, anchor: Key, limit: int) -> Sequence[GridRow]:
        """Rows from an anchor on."""

    async def rank(self, key: Key) -> int:
        """How many rows stand before a key."""

    async def after(self, key: Key, limit: int) -> Sequence[GridRow]:
        """Rows that follow a key."""

    async def before(self, key: Key, limit: int) -> Sequence[GridRow]:
        """Rows just before a key, in the order of the list."""

    async def last(self, limit: int) -> Sequence[GridRow]:
        """The last rows, in the order of the list."""


@dataclass(frozen=True, slots=True)
class BufferSource:
    """Rows out of the buffer."""

    buffer: Buffer
    chosen: GridFilter
    sort: Sort
    descending: bool

    async def size(self) -> int:
        return await self.buffer.grid.count(self.chosen)

    async def first(self, limit: int) -> Sequence[GridRow]:
        return await self.buffer.grid.first(self.chosen, self.sort, self.descending, limit)

    async def anchors(self) -> Sequence[Key]:
        return await self.buffer.grid.anchors(self.chosen, self.sort, self.descending, PAGE)

    async def page(self, anchor: Key, limit: int) -> Sequence[GridRow]:
        return await self.buffer.grid.page_at(self.chosen, self.sort, self.descending, anchor, limit)

    async def rank(self, key: Key) -> int:
        return await self.buffer.grid.rank(self.chosen, self.sort, self.descending, key)

    async def after(self, key: Key, limit: int) -> Sequence[GridRow]:
        return await self.buffer.grid.after(self.chosen, self.sort, self.descending, key, limit)

    async def before(self, key: Key, limit: int) -> Sequence[GridRow]:
        return await self.buffer.grid.before(self.chosen, self.sort, self.descending, key, limit)

    async def last(self, limit: int) -> Sequence[GridRow]:
        return await self.buffer.grid.last(self.chosen, self.sort, self.descending, limit)


class Pages:
    """The rows that have been read, and a queue of those wished for, newest wish first.

    `arrived` is called on the loop with the range of rows that can be drawn now.
    """

    def __init__(self, source: RowSource, arrived: Callable[[int, int], None]) -> None:
        self.source = source
        self.count = 0
        self._arrived = arrived
        self._anchors: Sequence[Key] | None = None
        self._pages: LRUCache[int, Sequence[GridRow]] = LRUCache(_PAGES_KEPT)
        self._wishes: deque[int] = deque(maxlen=_WISHES_KEPT)
        self._wished = asyncio.Event()
        self._looked_at = 0
        """Number of the page that was drawn last; those beside it are read when nothing else is to be done."""

    async def open(self, keep: Key | None = None) -> int:
        """Count the rows and read the first page; returns the index of the row with a key, or where it would be."""
        self.count = await self.source.size()
        first = self._pages[0] = await self.source.first(PAGE)
        if keep is None or not self.count:
            return 0
        near = next((index for index, row in enumerate(first) if row.key == keep), None)
        return await self.index_of(keep) if near is None else near

    async def index_of(self, key: Key) -> int:
        """The index of the row with a key, or where it would be; its page is read from there, in both directions."""
        rank = await self.source.rank(key)
        if rank >= self.count:
            return max(0, self.count - 1)
        number, place = divmod(rank, PAGE)
        if number not in self._pages:
            before = await self.source.before(key, place) if place else ()
            self._pages[number] = [*before, *await self.source.page(key, PAGE - place)]
        return rank

    def row(self, index: int) -> GridRow | None:
        """The row at an index; None while it is being read, which this call asks for, or when it left the list."""
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            self._wish(number)
            return None
        if number != self._looked_at:
            self._looked_at = number
            self._wished.set()
        return page[place] if place < len(page) else None

    def _wish(self, number: int) -> None:
        if number in self._wishes:
            self._wishes.remove(number)
        self._wishes.append(number)
        self._wished.set()

    async def serve(self) -> None:
        """Read what is wished for, for ever, and what lies beside the rows in view."""
        while True:
            number = self._next()
            if number is None and not self._wishes:
                number = self._ahead()
            if number is not None:
                await self._read(number)
            elif self._wishes:
                self._anchors = await self.source.anchors()
            else:
                self._wished.clear()
                await self._wished.wait()

    def _ahead(self) -> int | None:
        """A page beside the one in view that has not been read."""
        beside = (self._looked_at + 1, self._looked_at - 1)
        return next(
            (number for number in beside if number not in self._pages and self._reachable(number)), None
        )

    def _next(self) -> int | None:
        """The newest wish that can be read now; wishes that are fulfilled or lie outside the list are dropped."""
        for number in [*self._wishes]:
            if number in self._pages or not 0 <= number <= self._last:
                self._wishes.remove(number)
        for number in reversed(self._wishes):
            if self._reachable(number):
                self._wishes.remove(number)
                return number
        return None

    @property
    def _last(self) -> int:
        """Number of the last page."""
        return (self.count - 1) // PAGE

    def _reachable(self, number: int) -> bool:
        """Whether something that is known leads to a page of the list."""
        if not 0 <= number <= self._last:
            return False
        return (
            number in (0, self._last)
            or self._anchors is not None
            or bool(self._pages.get(number - 1))
            or bool(self._pages.get(number + 1))
        )

    async def _read(self, number: int) -> None:
        """Read a page by the nearest thing that leads to it."""
        before, after = self._pages.get(number - 1), self._pages.get(number + 1)
        if number == 0:
            rows = await self.source.first(PAGE)
        elif before:
            rows = await self.source.after(before[-1].key, PAGE)
        elif after:
            rows = await self.source.before(after[0].key, PAGE)
        elif self._anchors is not None and number < len(self._anchors):
            rows = await self.source.page(self._anchors[number], PAGE)
        elif number == self._last:
            rows = await self.source.last(self.count - number * PAGE)
        else:  # documents have left the list since it was counted
            rows = ()
        self._pages[number] = rows
        self._arrived(number * PAGE, (number + 1) * PAGE)
