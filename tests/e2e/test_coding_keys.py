"""A purchase coded from its proposal with two keys, and a split one with fewer than fifteen, in a real terminal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from blink_tui.buffer import Document, GridFilter, open_buffer
from blink_tui.model.coding import Coding
from blink_tui.model.documents import Direction, Status
from tests.e2e.terminal import console
from tests.e2e.tmux import Tmux, needs_tmux

pytestmark = [pytest.mark.proof, needs_tmux]

WORDS = {
    "en": {"to pay": "To pay", "place": "{} of ", "coded": "decided 1", "title": "Name of account", "tab": "F4 Decide",
           "proposed": "Proposed", "help": "F1 Help"},
    "pl": {"to pay": "Do zapłaty", "place": "{} z ", "coded": "zdecydowane 1", "title": "Nazwa konta",
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


async def _first(folder: Path) -> tuple[Document, Coding | None]:
    async with open_buffer(folder / "buffer.sqlite") as buffer:
        firms = await buffer.firms.list()
        chosen = GridFilter(firm_ids=(firms[0].id,), direction=Direction.PURCHASE)
        (row,) = await buffer.grid.first(chosen, "received_date", False, 1)
        kept = await buffer.codings.get(row.id)
        return await buffer.documents.get(row.id), kept.coding if kept is not None else None


def first(folder: Path) -> tuple[Document, Coding | None]:
    """The purchase that the queue begins with, and its coding as it is kept."""
    return asyncio.run(_first(folder))


def at_purchases(tmux: Tmux, words: dict[str, str]) -> None:
    """Screen 5, the purchases alone, from the oldest on: the queue begins with the first of them."""
    tmux.see("Żółw", words["help"])
    tmux.press("5")
    tmux.see("1/")
    tmux.press("F8")
    tmux.type("zakup firma:żółw")
    tmux.press("Enter")
    tmux.see("zakup")


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
    assert asyncio.run(_status(tmp_path, number)) is Status.CODED


async def _status(folder: Path, number: str) -> Status:
    async with open_buffer(folder / "buffer.sqlite") as buffer:
        firms = await buffer.firms.list()
        rows = await buffer.grid.first(GridFilter(firm_ids=(firms[0].id,)), "id", False, 100)
        return next(row.status for row in rows if row.invoice_number == number)


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
    lines = asyncio.run(_lines(tmp_path, number))
    assert [account for account, _amount in lines][1] == "409"
    assert sum(amount for _account, amount in lines[:2]) == lines[0][1] + lines[1][1]


async def _lines(folder: Path, number: str) -> list[tuple[str, object]]:
    async with open_buffer(folder / "buffer.sqlite") as buffer:
        firms = await buffer.firms.list()
        rows = await buffer.grid.first(GridFilter(firm_ids=(firms[0].id,)), "id", False, 100)
        row = next(row for row in rows if row.invoice_number == number)
        kept = await buffer.codings.get(row.id)
        assert row.status is Status.CODED
        assert kept is not None
        assert not kept.coding.difference
        return [(line.account, line.amount) for line in kept.coding.lines]
