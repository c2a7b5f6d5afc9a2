"""Walks the documents that need a decision, in an order, once each, however many there are."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from blink_tui.buffer import Buffer, GridFilter, GridRow, Key, Sort
from blink_tui.model.decisions import UNDECIDED
from blink_tui.model.documents import Direction

_PAGE = 50


class Walk:
    """From a document on to the end of the order, then from its beginning; without one, the oldest receipt first.

    Documents for information only are left out, and what arrives later does not join.
    """

    def __init__(
        self,
        buffer: Buffer,
        chosen: GridFilter,
        *,
        sort: Sort = "received_date",
        descending: bool = False,
        start: Key | None = None,
    ) -> None:
        statuses = tuple(one for one in UNDECIDED if chosen.statuses is None or one in chosen.statuses)
        self._chosen = replace(chosen, statuses=statuses)
        self._grid = buffer.grid
        self._sort: Sort = sort
        self._descending = descending
        self._start = start
        self._last: Key | None = None
        self._wrapped = start is None
        self._ended = not statuses
        self._rows: deque[GridRow] = deque()
        self.total = 0
        """Documents that needed a decision when the walk began."""

    async def open(self) -> None:
        """Count them, and take notice of no later ones."""
        self._chosen = replace(self._chosen, max_id=await self._grid.max_id())
        if self._ended or self._chosen.direction is Direction.NONE:
            self._ended = True
            return
        self.total = await self._grid.count(self._chosen)
        if self._chosen.direction is None:
            self.total -= await self._grid.count(replace(self._chosen, direction=Direction.NONE))

    async def next(self) -> GridRow | None:
        """The next document as the list knows it; None at the end."""
        while not self._rows and not self._ended:
            await self._read()
        return self._rows.popleft() if self._rows else None

    async def _read(self) -> None:
        rows = await self._page()
        if self._wrapped and self._start is not None:
            before = [row for row in rows if self._stands_before_start(row.key)]
            self._ended = len(before) < len(rows)
            rows = before
        if rows:
            self._last = rows[-1].key
            self._rows.extend(row for row in rows if row.direction is not Direction.NONE)
        elif self._wrapped:
            self._ended = True
        else:
            self._wrapped, self._last = True, None

    async def _page(self) -> list[GridRow]:
        order = self._chosen, self._sort, self._descending
        if self._last is not None:
            return await self._grid.after(*order, self._last, _PAGE)
        if self._wrapped or self._start is None:
            return await self._grid.first(*order, _PAGE)
        return await self._grid.page_at(*order, self._start, _PAGE)

    def _stands_before_start(self, key: Key) -> bool:
        assert self._start is not None  # noqa: S101 - only asked where there is one
        return key > self._start if self._descending else key < self._start
