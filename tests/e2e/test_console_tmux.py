"""The whole way at the keyboard in tmux: from the firms to a CSV file in the books' folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import console
from tests.e2e.tmux import Tmux, needs_tmux

pytestmark = [pytest.mark.proof, pytest.mark.alone, needs_tmux]


@pytest.fixture(params=[(80, 24), (120, 40)], ids=["80x24", "120x40"])
def tmux(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tmux]:
    width, height = request.param
    with Tmux(tmp_path, console(tmp_path), width=width, height=height) as window:
        yield window


def test_from_the_firms_to_a_file(tmux: Tmux, tmp_path: Path) -> None:
    tmux.see("Desk]", "Żółw", "1 800", "F1 Help")
    tmux.press("5")
    tmux.see("1/2 000", "Purchases", "FV/2026/")
    tmux.press("F8")
    tmux.see("-type:KOR")
    tmux.type("zażółć 007")
    tmux.press("Enter")
    found = tmux.see("zażółć 007 · 1/", "Zażółć Tra")
    count = int(re.search(r"1/(\d+) ", found).group(1))  # type: ignore[union-attr]
    assert 0 < count < 200
    tmux.press("+")
    tmux.see(f"{count} marked")
    tmux.press("F9")
    tmux.see("Approve ", "gross")
    tmux.press("Enter")
    tmux.see("approved.")
    tmux.press("F5")
    tmux.see("KSeF is asked for: all firms.")
    tmux.press("4")
    tmux.see("25 new: 25 buyer", "ERROR: KSeF refused")
    tmux.press("8")
    tmux.see("approved document", "Gross")
    tmux.press("F10")
    tmux.see("Hand over?", "F10 Write")
    tmux.press("F10")
    tmux.see("handed over:", "1 batch")
    assert len(list((tmp_path / "out").glob("*.csv"))) == 1
    tmux.press("C-q")
    tmux.see("EXIT 0")


def test_a_smaller_window_is_drawn_whole(tmux: Tmux) -> None:
    tmux.see("Desk]", "Żółw")
    tmux.press("5")
    tmux.see("1/2 000")
    tmux.resize(70, 20)
    shown = tmux.see("Gross")
    assert all(len(line) <= 70 for line in shown.splitlines())
    tmux.press("C-q")
    tmux.see("EXIT 0")
