"""The whole way by keys alone: from an empty profile to a CSV batch of approved documents, handed over once.

On a bare pty and in tmux, in Polish and English, at 80x24.
"""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blink_tui.buffer import GridFilter, open_buffer
from blink_tui.model.documents import Status
from tests.cli.conftest import sandbox_process
from tests.e2e.guided import Keyboard, command, environment, guided_start
from tests.e2e.terminal import Terminal
from tests.e2e.tmux import Tmux, needs_tmux

pytestmark = [pytest.mark.proof, pytest.mark.alone]

TEXTS = {
    "en": ("marked: ", r"Approve (\d+) document", "approved.", "Take the decision back?", "Taken back: approval",
           ">  Alfa", "Hand over? Alfa", "documents handed over:", "Nothing is approved"),
    "pl": ("zaznaczon", r"Zatwierdzić (\d+) dokument", "Zatwierdzono", "Cofnąć decyzję?", "Cofnięto: ", ">  Alfa",
           "Przekazać? Alfa", "rzekazano", "Nic zatwierdzonego"),
}  # fmt: skip


@contextmanager
def in_pty(folder: Path, language: str) -> Iterator[Keyboard]:
    with Terminal(command(folder, language), width=80, height=24, env=environment(folder)) as terminal:
        yield terminal
        terminal.leave()


@contextmanager
def in_tmux(folder: Path, language: str) -> Iterator[Keyboard]:
    program, env = command(folder, language), environment(folder)
    with Tmux(folder, program, width=80, height=24, env=env) as tmux:
        yield tmux
        tmux.leave()


@pytest.mark.parametrize(
    ("window", "language"),
    [(in_pty, "pl"), (in_pty, "en"), pytest.param(in_tmux, "pl", marks=needs_tmux),
     pytest.param(in_tmux, "en", marks=needs_tmux)],
    ids=["pty-pl", "pty-en", "tmux-pl", "tmux-en"],
)  # fmt: skip
def test_from_an_empty_profile_to_a_batch(
    tmp_path: Path, window: Callable[[Path, str], Iterator[Keyboard]], language: str
) -> None:
    marked, question, approved, sure, back, waits, over, handed, nothing = TEXTS[language]
    with sandbox_process("--demo") as sandbox, window(tmp_path, language) as keys:  # type: ignore[attr-defined]  # a context manager
        guided_start(keys, sandbox, language)
        keys.press("F8")
        keys.see("-typ:KOR" if language == "pl" else "-type:KOR")
        keys.type("kwota:>100 waluta:PLN")
        keys.press("Enter")
        keys.see("kwota:>100 waluta:PLN", "1/")
        keys.press("+")
        keys.see(marked)
        keys.press("F9")
        asked = keys.see("PLN")
        count = asked_count(keys, question)
        assert count > 1, asked
        keys.press("Enter")
        keys.see(approved)
        keys.press("C-z")
        keys.see(sure)
        keys.press("Enter")
        keys.see(back)
        keys.press("+")
        keys.see(marked)
        keys.press("F9")
        assert asked_count(keys, question) == count
        keys.press("Enter")
        keys.see(approved)
        keys.press("8")
        keys.see(waits)
        keys.press("F10")
        shown = keys.see(over, "F10 ")
        going = int(re.search(r" (\d+) do", shown).group(1))  # type: ignore[union-attr]
        assert 1 < going <= count  # what is for information alone is refused, and stays approved
        keys.press("F10")
        keys.see(handed, str(going))
        if going < count:
            keys.press("Escape")
        keys.see(waits if going < count else nothing)
    (file,) = (tmp_path / "blink" / "default" / "export").glob("*.csv")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened, delimiter=";"))
    assert len(rows) == going + 1
    assert asyncio.run(exported(tmp_path / "blink" / "default" / "buffer.db")) == going


def asked_count(keys: Keyboard, question: str) -> int:
    """The number in the question about so many documents."""
    start = question.split(r"(\d", 1)[0]
    found = re.search(question, keys.see(start))
    assert found is not None
    return int(found[1])


async def exported(path: Path) -> int:
    """How many documents of a buffer were handed over."""
    async with open_buffer(path, read_only=True) as buffer:
        return await buffer.grid.count(GridFilter(statuses=(Status.EXPORTED,)))
