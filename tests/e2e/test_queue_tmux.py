"""Five documents decided in tmux with keys only, and the last decision taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.terminal import console
from tests.e2e.tmux import Tmux, needs_tmux

pytestmark = [pytest.mark.proof, pytest.mark.alone, needs_tmux]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_five_documents_by_keys(tmp_path: Path, width: int, height: int) -> None:
    with Tmux(tmp_path, console(tmp_path), width=width, height=height) as tmux:
        tmux.see("Żółw", "F1 Help")
        tmux.press("6")
        tmux.see("F4 Decide")
        tmux.press("F4")
        shown = tmux.see("1 of ", "To pay", "F9 Approve")
        total = re.search(r"1 of (\d+ ?\d+)", shown).group(1)  # type: ignore[union-attr]
        assert all(len(line) <= width for line in shown.splitlines())
        tmux.press("F9")
        tmux.see(f"2 of {total}", "decided 1")
        tmux.press("a")
        tmux.see(f"3 of {total}", "decided 2")
        tmux.press("w")
        tmux.see("What is to be cleared up?")
        tmux.type("czyj to samochód?")
        tmux.press("Enter")
        tmux.see(f"4 of {total}", "decided 3")
        tmux.press("Space")
        tmux.see(f"5 of {total}", "skipped 1")
        tmux.press("a")
        tmux.see(f"6 of {total}", "decided 4")
        tmux.press("N")
        tmux.see(f"5 of {total}", "decided 4")
        tmux.press("a")
        tmux.see(f"6 of {total}", "decided 5")
        tmux.press("C-z")
        tmux.see(f"5 of {total}", "decided 4", "Taken back: approval")
        tmux.press("Escape")
        tmux.see("[6")
        tmux.press("C-q")
        tmux.see("EXIT 0")
