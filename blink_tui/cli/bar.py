"""A bar on stderr for long work of a known size, with the time that is left; none where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

_SEVERAL = 2
"""Less is done before a bar could be read."""


@contextmanager
def bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A function that moves the bar on by so many of `total`."""
    if total < _SEVERAL or not sys.stderr.isatty():
        yield lambda count: None
        return
    with typer.progressbar(length=total, label=label, file=sys.stderr, show_pos=True) as shown:
        yield shown.update
