"""Small helpers for statements; the SQL itself stands in the modules that own the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

IN_LIMIT = 500
"""Values in one IN list: few enough for every SQLite and one plan for all."""


def places(count: int) -> str:
    """`?,?,?` for so many values."""
    return ",".join("?" * count)


def composed(template: str, **parts: str) -> str:
    """A statement with `{name}` places filled by other pieces of SQL of this program, never by values."""
    return template.format(**parts)


def sliced(values: Sequence[T], size: int = IN_LIMIT) -> Iterator[Sequence[T]]:
    """The values in pieces that fit one statement or one transaction."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
