"""From the key to the coding editor on the screen, and what its keys cost: `python -m tests.bench.editor`.

The real program on a terminal of 120x40, over 100,000 documents of a firm with a chart of 2,000 accounts. Wanted:
100 ms to open. The buffer is made once in the folder. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from statistics import median

import psutil

from blink_tui.buffer import open_buffer
from tests.bench.measure import row
from tests.e2e.terminal import Terminal, console
from tests.tui.coded_office import open_coded_office

_WANTED = 100.0
_TURNS = 15
RIGHT, DOWN, UP = "\x1b[C", "\x1b[B", "\x1b[A"


async def _fill(path: Path, documents: int, accounts: int) -> None:
    async with open_buffer(path) as buffer:
        if not await buffer.firms.list():
            await open_coded_office(buffer, documents, accounts=accounts)


def _shows_editor(text: str) -> bool:
    return "Name of account" in text and "will go to" in text


def measure(folder: Path) -> None:
    """Open the editor from the queue, leave it, go on; then move its cursor and stay still."""
    opening, processor, moves = [], [], []
    with Terminal(console(folder, "--without-engine"), width=120, height=40) as terminal:
        terminal.see("F1 Help")
        terminal.send("6")
        terminal.see("F4 Decide", "Żółw")
        terminal.press("F4")
        terminal.see("To pay", "Proposed")
        terminal.until_quiet(1.0)
        process = psutil.Process(terminal.process.pid)
        for _turn in range(_TURNS):
            before = sum(process.cpu_times()[:2])
            start = time.perf_counter()
            terminal.press("F4")
            opening.append(terminal.painted(start, _shows_editor, 0.3) * 1000)
            processor.append((sum(process.cpu_times()[:2]) - before) * 1000)
            terminal.press("Escape")
            terminal.until_quiet(1.0)
            terminal.press("Space")
            terminal.until_quiet(0.6)
        terminal.press("F4")
        terminal.see("Name of account")
        terminal.until_quiet(1.0)
        for key in (RIGHT, RIGHT, DOWN, UP, RIGHT):
            moves.append(terminal.ask(key).bytes)
            terminal.until_quiet()
        idle = terminal.read(5.0)
        terminal.press("Escape")
        terminal.until_quiet(1.0)
    print(row(f"editor painted after the key, median of {_TURNS}", median(opening), "ms", _WANTED))
    print(row("slowest", max(opening), "ms"))
    print(row("its processor time, what follows included, median", median(processor), "ms", _WANTED))
    print(row("bytes of a cursor move, most", max(moves), "B", 450))
    print(row("bytes in 5 s of rest", idle, "B", 0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=2_000)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_fill(options.folder / "buffer.sqlite", options.documents, options.accounts))
    measure(options.folder)


if __name__ == "__main__":
    main()
