"""The terminal's own cursor, hidden but placed, stands on the row: screen readers and magnifiers follow it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, console

pytestmark = [pytest.mark.proof, pytest.mark.alone]

DOWN, UP, PAGE_DOWN, END, HOME = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[F", "\x1b[H"


@pytest.fixture(params=[(80, 24), (120, 40)], ids=["80x24", "120x40"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    width, height = request.param
    with Terminal(console(tmp_path), width=width, height=height) as opened:
        opened.see("Piekarnia", "F1 Help")
        opened.until_quiet(1.0)
        yield opened


def rows_marked(terminal: Terminal, column: int) -> list[int]:
    """Lines that have the mark of the row under the cursor in a column."""
    return [number for number, line in enumerate(terminal.screen.display) if line[column : column + 1] == ">"]


def stands_on_the_row(terminal: Terminal) -> None:
    terminal.until_quiet()
    cursor = terminal.screen.cursor
    assert rows_marked(terminal, cursor.x) == [cursor.y], (cursor.x, cursor.y, terminal.text)
    assert cursor.hidden


def test_it_follows_the_row_of_the_grid(terminal: Terminal) -> None:
    terminal.send("5")
    terminal.see("1/2 000")
    for keys in ("", DOWN, DOWN * 3, UP, PAGE_DOWN, DOWN * 30, END, UP, HOME):
        if keys:
            terminal.send(keys)
        stands_on_the_row(terminal)


def test_it_follows_the_row_of_a_list(terminal: Terminal) -> None:
    for keys in ("", DOWN, UP):
        if keys:
            terminal.send(keys)
        stands_on_the_row(terminal)


def test_it_follows_the_pane_in_focus(terminal: Terminal) -> None:
    terminal.send("5")
    terminal.see("1/2 000")
    terminal.until_quiet(1.0)
    grid = terminal.screen.cursor.x
    terminal.send("\x1b[Z")  # Shift+Tab
    stands_on_the_row(terminal)
    assert terminal.screen.cursor.x < grid, "the tree is at the left of the grid"
    terminal.send(DOWN)
    stands_on_the_row(terminal)


def test_it_is_there_again_when_one_comes_back(terminal: Terminal) -> None:
    terminal.send("5")
    terminal.see("1/2 000")
    terminal.send(DOWN * 5)
    stands_on_the_row(terminal)
    terminal.send("1")
    terminal.see("Piekarnia")
    stands_on_the_row(terminal)
    terminal.send("5")
    terminal.see("6/2 000")
    stands_on_the_row(terminal)
