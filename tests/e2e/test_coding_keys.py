"""A purchase coded from its proposal with two keys, and a split one with fewer than fifteen, in a real terminal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import GridFilter, open_buffer
from blink_tui.model.coding import Coding
from blink_tui.model.documents import Status
from tests.e2e.terminal import Terminal, console
from tests.e2e.tmux import Tmux, needs_tmux

pytestmark = [pytest.mark.proof, pytest.mark.alone, needs_tmux]

WORDS = {
    "en": {"to pay": "To pay", "place": "{} of ", "coded": "decided 1", "title": "Name of account", "tab": "F4 Decide",
           "proposed": "Proposed", "help": "F1 Help"},
    "pl": {"to pay": "Do zapłaty", "place": "{} z ", "coded": "zdecydowane: 1", "title": "Nazwa konta",
           "tab": "F4 Po kolei", "proposed": "Propozycja", "help": "F1 Pomoc"},
}  # fmt: skip


class Counted:
    """Keys go in one by one and are counted."""

    def __init__(self, tmux: Tmux) -> None:
        self._tmux = tmux
        self.keys = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._tmux.press(key)
            self.keys += 1


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_purchase_is_coded_from_its_proposal_with_two_keys(tmp_path: Path, language: str) -> None:
    words = WORDS[language]
    command = console(tmp_path, "--documents", "60", "--books", "--lang", language)
    with Tmux(tmp_path, command, width=80, height=24) as tmux:
        tmux.see("Żółw", words["help"])
        tmux.press("6")
        tmux.see("Żółw", words["tab"])
        keys = Counted(tmux)
        keys.press("F4")
        shown = tmux.see(words["place"].format(1), words["to pay"], words["proposed"], "Optima")
        number = re.search(r"FV/2026/\d\d/\d{4}", shown).group()  # type: ignore[union-attr]
        keys.press("Enter")
        after = tmux.see(words["place"].format(2), words["coded"])
        assert keys.keys == 2
        assert number not in after
        tmux.press("Escape")
        tmux.see("[6")
        tmux.press("C-q")
        tmux.see("EXIT 0")
    assert asyncio.run(_found(tmp_path, number))[0] is Status.CODED


async def _found(folder: Path, number: str) -> tuple[Status, Coding | None]:
    async with open_buffer(folder / "buffer.sqlite") as buffer:
        firm = next(firm for firm in await buffer.firms.list() if firm.context_value == "1111111111")
        rows = await buffer.grid.first(GridFilter(firm_ids=(firm.id,)), "id", False, 100)
        row = next(row for row in rows if row.invoice_number == number)
        kept = await buffer.codings.get(row.id)
        return row.status, kept.coding if kept is not None else None


SPLIT: Sequence[str] = ("F4", "F4", "s", "3", "0", "%", "Enter", "4", "0", "9", "Enter", "F10")


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_split_purchase_takes_fewer_than_fifteen_keys(tmp_path: Path, language: str) -> None:
    words = WORDS[language]
    command = console(tmp_path, "--documents", "60", "--books", "--lang", language)
    with Tmux(tmp_path, command, width=80, height=24) as tmux:
        tmux.see("Żółw", words["help"])
        tmux.press("6")
        tmux.see("Żółw", words["tab"])
        keys = Counted(tmux)
        keys.press("F4")
        tmux.see(words["place"].format(1), words["to pay"], words["proposed"])
        keys.press("F4")
        shown = tmux.see(words["title"], "0,00")
        assert all(len(line) <= 80 for line in shown.splitlines())
        number = re.search(r"FV/2026/\d\d/\d{4}", shown).group()  # type: ignore[union-attr]
        keys.press(*SPLIT[2:])
        tmux.see(words["place"].format(2), words["coded"])
        assert keys.keys == len(SPLIT) < 15
        tmux.press("Escape")
        tmux.see("[6")
        tmux.press("C-q")
        tmux.see("EXIT 0")
    status, coding = asyncio.run(_found(tmp_path, number))
    assert status is Status.CODED
    assert coding is not None
    first, second, tax, owed = coding.lines
    assert (first.account, second.account) == ("402", "409")
    whole = first.amount + second.amount
    assert first.amount == (whole * 3 / 10).quantize(Decimal("0.01"))
    assert whole + tax.amount == owed.amount


RIGHT, DOWN, UP = "\x1b[C", "\x1b[B", "\x1b[A"
A_MOVE = 450


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_the_editor_is_light_on_the_line(tmp_path: Path, width: int, height: int) -> None:
    """A move is a row or two, a letter is a word or two, and nothing is sent while nobody types."""
    with Terminal(console(tmp_path, "--documents", "60", "--books"), width=width, height=height) as terminal:
        terminal.see("Żółw", "F1 Help")
        terminal.send("6")
        terminal.see("Żółw", "F4 Decide")
        terminal.press("F4")
        terminal.see("To pay", "Proposed")
        terminal.until_quiet(1.0)
        terminal.press("F4")
        terminal.see("Name of account", "difference 0,00")
        terminal.until_quiet(1.0)
        moves = []
        for key in (RIGHT, DOWN, UP, RIGHT, DOWN):
            moves.append(terminal.ask(key).bytes)
            terminal.until_quiet()
        assert 0 < min(moves) <= max(moves) <= A_MOVE, moves
        terminal.press("Enter")  # the focus changes, for which Textual sends the screen
        terminal.until_quiet(1.0)
        terminal.ask("4")  # suggestions appear
        terminal.until_quiet()
        assert 0 < terminal.ask("0").bytes + terminal.until_quiet() <= A_MOVE
        assert terminal.read(3.0) == 0
