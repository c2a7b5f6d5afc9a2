"""The console at a million documents, as its user has it: the real program on a terminal of 120x40.

    python -m tests.bench.console --folder FOLDER [--documents N] [--only start keys filters arrivals]

The buffer is made once in the folder (`tests.bench.million`). Times run from the key, or from the start of the
process, to the last byte of the repaint. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psutil

from blink_tui.buffer import open_buffer
from blink_tui.sync.derive import derive_pending
from tests.bench.filling import fill
from tests.bench.measure import MIB, row
from tests.bench.million import RARE_WORD, filled
from tests.e2e.terminal import Answer, Terminal

WIDTH, HEIGHT = 120, 40
DOWN, UP, PAGE_DOWN, PAGE_UP, HOME, END = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~", "\x1b[H", "\x1b[F"
QUIT = "\x11"
_STARTS = 5
_A_JUMP = 2000
"""Bytes from which on a repaint is one of the whole list."""
_COMING = 10_000
_OTHER_FIRMS = 11
"""Seed of the firms that the invoices are of."""
_BLINK = "from blink_tui.cli import main; main()"


def blink(folder: Path) -> list[str]:
    """The command that users type, on the profile in a folder."""
    return [
        sys.executable,
        "-c",
        _BLINK,
        "--home",
        str(folder.parent),
        "--profile",
        folder.name,
        "--lang",
        "en",
    ]


def console(folder: Path, *options: str) -> list[str]:
    """The same past the command line."""
    return [sys.executable, "-m", "tests.e2e.launch_profile", str(folder), *options]


@contextmanager
def opened(command: list[str]) -> Iterator[Terminal]:
    """A console at rest on its documents."""
    with Terminal(command, width=WIDTH, height=HEIGHT) as terminal:
        terminal.see("F1 Help")
        terminal.send("5")
        terminal.see("1/")
        terminal.until_quiet(1.0)
        yield terminal
        terminal.send(QUIT)
        terminal.ended()


def has_rows(text: str) -> bool:
    """Whether documents stand in the list, and not their places alone."""
    return len(re.findall(r"^.*20[0-9]{2}-[0-9]{2}-[0-9]{2} .* PLN", text, re.MULTILINE)) > HEIGHT // 3


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


# Start


def starts(folder: Path) -> None:
    """From the start of the process to the rows, the last screen restored; then from another screen."""
    for name, command in (
        ("blink", blink(folder)),
        ("console, no engine", console(folder, "--without-engine")),
        ("console, engine", console(folder)),
    ):
        with opened(command):
            pass
        found, opening, cpu = [], [], []
        for _turn in range(_STARTS):
            start = time.perf_counter()
            with Terminal(command, width=WIDTH, height=HEIGHT) as terminal:
                found.append(terminal.painted(start, has_rows, 0.1))
                cpu.append(sum(psutil.Process(terminal.process.pid).cpu_times()[:2]))
                terminal.send("1")
                terminal.see("[1 Desk]")
                terminal.send(QUIT)
                terminal.ended()
            with Terminal(command, width=WIDTH, height=HEIGHT) as terminal:
                terminal.see("[1 Desk]")
                terminal.until_quiet(1.0)
                start = time.perf_counter()
                terminal.send("5")
                opening.append(terminal.painted(start, has_rows))
                terminal.send(QUIT)
                terminal.ended()
        print(row(f"{name}: start to rows, median of {_STARTS}", median(found), "s", 0.8))
        print(row(f"{name}: start to rows, longest", max(found), "s"))
        print(row(f"{name}: processor time until a little after", median(cpu), "s"))
        print(row(f"{name}: from another screen to rows, median", median(opening), "s", 0.35))


# Keys


def pressed(terminal: Terminal, key: str, times: int) -> list[Answer]:
    """Answers to a key, each pressed when all that hangs on the last one has been shown."""
    answers = []
    for _turn in range(times):
        answers.append(terminal.ask(key))
        terminal.until_quiet(0.3)
    return answers


def tell(
    what: str, answers: Iterable[Answer], targets: tuple[float | None, float | None] = (None, None)
) -> None:
    """Median and 95th percentile of answers in milliseconds, and their bytes."""
    times = [answer.last * 1000 for answer in answers if answer.bytes]
    if times:
        print(row(f"{what}: key to last byte, median of {len(times)}", median(times), "ms", targets[0]))
        print(row(f"{what}: 95th percentile", p95(times), "ms", targets[1]))


def keys(terminal: Terminal) -> list[Answer]:
    """Keys at the beginning, at the end and in between."""
    down = pressed(terminal, DOWN, 60)
    moves = [answer for answer in down if answer.bytes < _A_JUMP]
    series = {
        "down within the page": moves,
        "down at the edge": [answer for answer in down if answer.bytes >= _A_JUMP],
        "page down": pressed(terminal, PAGE_DOWN, 20),
        "end": [answer for _ in range(5) for answer in
                (*pressed(terminal, END, 1), *(pressed(terminal, HOME, 1) and ()))],
    }  # fmt: skip
    pressed(terminal, END, 1)
    series["page up at the end"] = pressed(terminal, PAGE_UP, 20)
    series["up in the middle"] = pressed(terminal, UP, 40)
    for name, answers in series.items():
        tell(name, answers)
    print(row("bytes of a cursor move, largest", max(answer.bytes for answer in moves), "B", 450))
    return [answer for answers in series.values() for answer in answers]


def held(terminal: Terminal, key: str, seconds: float = 3.0) -> float:
    """kB a second while a key is held, 30 times a second."""
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        due = time.monotonic() + 1 / 30
        terminal.send(key)
        count += terminal.read(1 / 30)
        time.sleep(max(0.0, due - time.monotonic()))
    return (count + terminal.until_quiet()) / seconds / 1000


def at_keys(folder: Path, *options: str) -> None:
    """Keys, bytes, memory."""
    with opened(console(folder, *options)) as terminal:
        process = psutil.Process(terminal.process.pid)
        print(row("memory after the first rows (RSS)", process.memory_info().rss / MIB, "MiB"))
        tell("all keys", keys(terminal), (6, 16))
        terminal.send(HOME)
        terminal.until_quiet(1.0)
        print(row("holding down for 3 s", held(terminal, DOWN), "kB/s", 30))
        print(row("five seconds at rest", terminal.read(5.0), "B", 0))
        print(row("memory (RSS)", process.memory_info().rss / MIB, "MiB", 120))
        print(row("memory (PSS), all its processes", _all_memory(process), "MiB"))


def _all_memory(process: psutil.Process) -> float:
    return sum(one.memory_full_info().pss for one in [process, *process.children(recursive=True)]) / MIB


# Filters


def filters(folder: Path, *options: str) -> None:
    """From Enter to the rows: words and fields in the filter line, the next hit of a search, branches of the tree."""
    for memory in folder.glob("console-*.json"):  # over all firms, whatever was chosen before
        memory.unlink()
    with opened(console(folder, *options)) as terminal:
        for text, target in _FILTERS:
            taken = _narrowed(terminal, text)
            print(row(f"filter {text}: {_place(terminal)}", taken * 1000, "ms", target))
            _change(terminal, "\x1b")
        for text in (RARE_WORD, "uslugi"):
            _typed(terminal, "/", "\x15")
            _typed(terminal, text, "")
            taken = _answered(terminal, "\r")
            print(row(f"search of {text}, to the row: {_place(terminal)}", taken * 1000, "ms"))
        _typed(terminal, HOME, "")
        terminal.send("\x1b[Z")
        terminal.until_quiet()
        for _turn in range(4):
            taken = _change(terminal, DOWN)
            print(row(f"a branch of the tree: {_place(terminal)}", taken * 1000, "ms", 100))


_FILTERS = (
    (RARE_WORD, 50), ("zadnychtakichslow", 50), ("uslugi", None), ("status:fetched", 100),
    ("amount:1000..1010", 100), ("currency:EUR", 100), ("from:2026-09-20 to:2026-09-22", 100), ("type:KOR", 100),
)  # fmt: skip
"""Texts, and how many milliseconds they may take."""


def _typed(terminal: Terminal, key: str, text: str) -> None:
    terminal.send(key)
    terminal.until_quiet()
    if text:
        terminal.send(text)
        terminal.until_quiet()


def _narrowed(terminal: Terminal, text: str) -> float:
    _typed(terminal, "f", text)
    return _change(terminal, "\r")


def _answered(terminal: Terminal, key: str) -> float:
    """Seconds from a key to another place in the list."""
    before, start = _place(terminal), time.perf_counter()
    terminal.send(key)
    return terminal.painted(start, lambda _text: _place(terminal) != before, 0.7)


_PLACE = re.compile(r"· ([0-9 \u00a0]+/[0-9 \u00a0]+|no documents)")


def _list(terminal: Terminal) -> str:
    """The rows of the grid, at the right of the tree, and where one is in which list."""
    return "\n".join([_place(terminal), *(line[36:] for line in terminal.screen.display[4:20])])


def _change(terminal: Terminal, key: str) -> float:
    """Seconds from a key to the list that it brings."""
    before, start = _list(terminal), time.perf_counter()
    terminal.send(key)
    return terminal.painted(start, lambda _text: _list(terminal) != before, 0.7)


def _place(terminal: Terminal) -> str:
    found = _PLACE.search(terminal.text)
    return found[1].strip() if found else "?"


# Arrivals


def arrivals(folder: Path) -> None:
    """The same keys while another process stores and reads 10,000 invoices as an engine does."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        busy = Path(name)
        shutil.copy(folder / "buffer.db", busy / "buffer.db")
        with opened(console(busy)) as terminal:
            process, start = psutil.Process(terminal.process.pid), time.monotonic()
            answers: list[Answer] = []
            with subprocess.Popen(
                [sys.executable, "-m", "tests.bench.console", "--arriving", name]
            ) as coming:
                while coming.poll() is None:
                    answers += [terminal.ask(key, 0.05) for key in (DOWN, DOWN, PAGE_DOWN, UP, END, HOME)]
            print(row(f"{_COMING:,} invoices came in while keys were pressed", time.monotonic() - start, "s"))
            tell("keys meanwhile", answers, (None, 30))
            print(row("longest", max(answer.last for answer in answers) * 1000, "ms"))
            print(row("memory (RSS) after it", process.memory_info().rss / MIB, "MiB", 120))
            print(row("memory (PSS), all its processes", _all_memory(process), "MiB"))


async def _arrive(folder: Path) -> None:
    async with open_buffer(folder / "buffer.db") as buffer:
        await fill(buffer, _COMING, firms=5, seed=_OTHER_FIRMS)
        await derive_pending(buffer, datetime.now(UTC).date())


PARTS: dict[str, Callable[[Path], None]] = {
    "start": starts,
    "keys": at_keys,
    "filters": filters,
    "arrivals": arrivals,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the buffer is kept")
    parser.add_argument("--arriving", type=Path, help="store and read invoices in a folder, and end")
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    chosen = parser.parse_args()
    if chosen.arriving:
        asyncio.run(_arrive(chosen.arriving))
        return
    if chosen.folder is None:
        parser.error("--folder is wanted")
    folder = filled(chosen.folder, chosen.documents).parent
    for name in chosen.only:
        print(f"\n{name}")
        PARTS[name](folder)


if __name__ == "__main__":
    main()
