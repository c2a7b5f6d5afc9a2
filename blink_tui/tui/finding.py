"""The next document with some words, in the order of a list: where n and N lead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from blink_tui.buffer import Key
from blink_tui.model.filtering import Filter
from blink_tui.tui.pages import BufferSource, Pages


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a document with the words stands in the list, and whether the end of the list was passed to find it."""

    index: int
    wrapped: bool


async def find(pages: Pages, words: Filter, start: Key | None, *, forward: bool) -> Hit | None:
    """The hit after a key, or before it; past the end it goes on at the other one. None: there is none at all."""
    source = pages.source
    if not isinstance(source, BufferSource):
        raise TypeError(type(source).__name__)
    grid = source.buffer.grid
    chosen = replace(source.chosen, query=Filter((*source.chosen.query.terms, *words.terms)))
    order = source.sort, source.descending
    rows = []
    if start is not None:
        ask = grid.after if forward else grid.before
        rows = await ask(chosen, *order, start, 1)
    wrapped = not rows
    if wrapped:
        rows = await (grid.first if forward else grid.last)(chosen, *order, 1)
    return Hit(await pages.index_of(rows[0].key), wrapped and start is not None) if rows else None
