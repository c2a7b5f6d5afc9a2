"""From the key that decides to the next document on the screen: `python -m tests.bench.deciding [--documents N]`.

In the console's own process, without a terminal: what a line adds is measured elsewhere. Wanted: 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from textual.pilot import Pilot

from blink_tui.buffer import GridFilter, open_buffer
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.screens.queue import QueueWindow
from tests.bench.measure import row
from tests.tui.office import open_office

_WANTED = 100.0
_DECISIONS = 50


async def measure(documents: int) -> None:
    """Approve one document after another and wait for the next each time."""
    with tempfile.TemporaryDirectory(prefix="blink-deciding-") as folder:
        async with open_buffer(Path(folder) / "buffer.db") as buffer:
            await open_office(buffer, documents)
            app = ConsoleApp(buffer, None, who="anna", export_dir=Path(folder))
            async with app.run_test(size=(120, 40)) as pilot:
                window = QueueWindow(GridFilter())
                await app.push_screen(window)
                await _until(pilot, app, "1 of ", "1 z ")
                found = sorted([await _one(pilot, app, window, place) for place in range(_DECISIONS)])
    print(row(f"next document painted after the key, median of {_DECISIONS}", median(found), "ms", _WANTED))
    print(row("slowest", found[-1], "ms", _WANTED))


async def _one(pilot: Pilot[None], app: ConsoleApp, window: QueueWindow, place: int) -> float:
    await pilot.pause(0.3)  # a person looks; meanwhile the next one is read
    start = time.perf_counter()
    window.action_approve()
    await _until(pilot, app, f"{place + 2} of ", f"{place + 2} z ")
    return (time.perf_counter() - start) * 1000


async def _until(pilot: Pilot[None], app: ConsoleApp, *starts: str) -> None:
    while True:
        await asyncio.sleep(0.001)
        strips = app.screen._compositor.render_strips()
        text = strips[0].text.strip()
        if text.startswith(starts) and any("PLN" in strip.text or "EUR" in strip.text for strip in strips):
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    asyncio.run(measure(parser.parse_args().documents))


if __name__ == "__main__":
    main()
