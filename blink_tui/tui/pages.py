"""Rows of one filter and order, fetched in pages as they are wished for; memory does not grow with their number."""

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

    async def open(self, keep: Key | None = None) -> int:
        """Count the rows and read the first page; returns the index of the row with a key, or where it would be."""
        self.count = await self.source.size()
        self._pages[0] = await self.source.first(PAGE)
        return 0 if keep is None or not self.count else await self.index_of(keep)

    async def index_of(self, key: Key) -> int:
        """The index of the row with a key, or where it would be; its page is read."""

        def stands_before(other: Key) -> bool:
            return other > key if self.source.descending else other < key

        if self._anchors is None:
            self._anchors = await self.source.anchors()
        anchors = self._anchors
        number = max(0, sum(anchor == key or stands_before(anchor) for anchor in anchors) - 1)
        if number not in self._pages:
            self._pages[number] = await self.source.page(anchors[number], PAGE)
        place = sum(stands_before(row.key) for row in self._pages[number])
        return min(number * PAGE + place, self.count - 1)

    def row(self, index: int) -> GridRow | None:
        """The row at an index; None while it is being read, which this call asks for, or when it left the list."""
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            self._wish(number)
            return None
        return page[place] if place < len(page) else None

    def _wish(self, number: int) -> None:
        if number in self._wishes:
            self._wishes.remove(number)
        self._wishes.append(number)
        self._wished.set()

    async def serve(self) -> None:
        """Read what is wished for, for ever; the neighbours of what was read come when nothing else waits."""
        if self._anchors is None:
            self._anchors = await self.source.anchors()
        while True:
            await self._wished.wait()
            number = self._wishes.pop()
            if not self._wishes:
                self._wished.clear()
            if number not in self._pages and 0 <= number < len(self._anchors):
                self._pages[number] = await self.source.page(self._anchors[number], PAGE)
                self._arrived(number * PAGE, (number + 1) * PAGE)
                self._look_ahead(number, len(self._anchors))

    def _look_ahead(self, number: int, pages: int) -> None:
        """Wish for the pages around one that a person looks at, unless somebody looks elsewhere already."""
        if not self._wishes:
            for neighbour in (number - 1, number + 1):
                if 0 <= neighbour < pages and neighbour not in self._pages:
                    self._wish(neighbour)
