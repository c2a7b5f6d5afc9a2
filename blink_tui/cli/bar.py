"""A bar on stderr for long work of a known size, with the time that is left; none where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import typer

_SEVERAL = 2
"""Less is done before a bar could be read."""


@contextmanager
def bar(label: str, total: int, *, counted: bool = True) -> Iterator[Callable[[int], None]]:
    """A function that moves the bar on by so many of `total`; `counted` shows how many."""
    if total < _SEVERAL or not sys.stderr.isatty():
        yield lambda count: None
        return
    with typer.progressbar(length=total, label=label, file=sys.stderr, show_pos=counted) as shown:
        yield shown.update


class Bars:
    """One bar after another, of work that tells how far it is; the last one ends with the block."""

    def __init__(self) -> None:
        self._shown = ExitStack()
        self._move: Callable[[int], None] = lambda count: None
        self.done: int | None = None
        """So far, in the bar that is shown; None before the first."""

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._shown.close()

    def begin(self, label: str, total: int, *, counted: bool = True) -> None:
        """Show the next bar."""
        self._shown.close()
        self._move = self._shown.enter_context(bar(label, total, counted=counted))
        self.done = 0

    def reach(self, done: int) -> None:
        """Move on to so many; never back."""
        if self.done is not None and done > self.done:
            self._move(done - self.done)
            self.done = done
