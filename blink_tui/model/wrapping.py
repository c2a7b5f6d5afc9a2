"""Cleaned text in the cells of a terminal: how wide it is, and how it is broken into lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def cells(text: str) -> int:
    """How many cells of a terminal a cleaned text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me")
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most so many cells, broken at spaces, within a word only where it is too long itself."""
    lines: list[str] = []
    current, taken = "", 0
    for word in text.split():
        for piece in _pieces(word, width):
            wide = cells(piece)
            if not current:
                current, taken = piece, wide
            elif taken + 1 + wide <= width:
                current, taken = f"{current} {piece}", taken + 1 + wide
            else:
                lines.append(current)
                current, taken = piece, wide
    return [*lines, current] if current or not lines else lines


def _pieces(word: str, width: int) -> Iterator[str]:
    """A word in pieces of at most so many cells, in one walk over its letters; a lone wider letter stays whole."""
    start = taken = 0
    if cells(word) > width:
        for place, char in enumerate(word):
            wide = cells(char)
            if taken + wide > width and place > start:
                yield word[start:place]
                start, taken = place, 0
            taken += wide
    yield word[start:]
