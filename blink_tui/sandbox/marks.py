"""High-water marks that stay the same for all pages of one query, as the contract promises."""

from __future__ import annotations

from collections import OrderedDict

from blink_tui.sandbox.facts import Context

_SIZE = 1_024


class PinnedMarks:
    """The present and the mark as they were when the first page of a query was asked."""

    def __init__(self) -> None:
        self._pins: OrderedDict[tuple[Context, bytes], tuple[int, int]] = OrderedDict()

    def pin(self, context: Context, query: bytes, page: int, now: int, mark: int) -> tuple[int, int]:
        """Present and mark for a page: those of its query's first page when that was asked before."""
        key = (context, query)
        if page > 0 and key in self._pins:
            return self._pins[key]
        self._pins[key] = now, mark
        self._pins.move_to_end(key)
        if len(self._pins) > _SIZE:
            self._pins.popitem(last=False)
        return now, mark
