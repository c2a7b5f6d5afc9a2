"""How a table fits on paper: size of its letters, upright or turned page, widths of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from blink_tui.invoices.page_blocks import Table
from blink_tui.model.wrapping import cells

_SIZES: Final = ((120, 8.0, False), (135, 7.0, False), (155, 6.0, False), (200, 7.0, True), (235, 6.0, True))
"""Cells that surely fit beside one another, size of the letters in points, whether the page is turned."""
_CROWDED: Final = (280, 5.0, True)
"""The same for a table that fits nowhere: its columns share the page by their content and every word may be broken."""

_NARROW, _NARROW_NUMBER = 12, 24
"""Columns whose widest line has at most so many cells take what they need; the others share the rest."""
_WORDS = 16
"""Cells that a wider column of words should have at the least."""
_WIDEST = 60
_GAP = 2
_BREAKABLE = 600
"""Letters of a cell from which its row may be broken over pages."""


def breaking(text: str, room: int) -> str | tuple[str, int]:
    """What the template takes for a text: with its room, where a word is so long that it must be broken to fit.

    `room` is in letters of different widths, so it is meant to be less than what fits on average.
    """
    if len(text) < room or all(len(word) < room for word in text.split()):
        return text
    return text, room


def laid_out(table: Table) -> dict[str, Any]:
    """What the template needs beside the title: texts, letters, and for each column its width and longest word.

    A width of 0 is what the content takes, another a share of the rest.
    """
    columns = list(zip(table.heads, *table.rows, strict=True))
    shares = [_share(column, right) for column, right in zip(columns, table.right, strict=True)]
    needs = [_GAP + _need(column, share) for column, share in zip(columns, shares, strict=True)]
    fitting = next((size for size in _SIZES if sum(needs) <= size[0]), None)
    capacity, letters, turned = fitting or _CROWDED
    if fitting is None:
        shares = [max(1, min(_widest(column), _WORDS)) for column in columns]
    rest = capacity - sum(need for need, share in zip(needs, shares, strict=True) if not share)
    rooms = [max(3, int(0.6 * rest * share / sum(shares))) if share else _WIDEST for share in shares]
    return {
        "heads": [breaking(head, room) for head, room in zip(table.heads, rooms, strict=True)],
        "cells": [
            breaking(cell, room)
            for row in table.rows
            for cell, room in zip(_row(row, table.right) if fitting else row, rooms, strict=True)
        ],
        "right": table.right,
        "widths": shares,
        "size": letters,
        "turned": turned,
        "breakable": any(len(cell) >= _BREAKABLE for row in table.rows for cell in row),
    }


def _share(column: Sequence[str], right: bool) -> int:
    widest = _widest(column)
    return 0 if widest <= (_NARROW_NUMBER if right else _NARROW) else min(widest, _WIDEST)


def _widest(column: Sequence[str]) -> int:
    """Cells of the widest line; of the head, of its longest word."""
    head, *rows = column
    lines = (line for cell in rows for line in cell.split("\n"))
    return max((*map(cells, head.split()), *map(cells, lines)), default=0)


def _need(column: Sequence[str], share: int) -> int:
    return min(share, _WORDS) if share else _widest(column)


def _row(row: Sequence[str], right: Sequence[bool]) -> list[str]:
    """A row whose numbers stay on one line."""
    return [
        cell.replace(" ", "\u00a0") if is_right and len(cell) <= _NARROW_NUMBER else cell
        for cell, is_right in zip(row, right, strict=True)
    ]
