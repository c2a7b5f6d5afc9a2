"""Worker processes start while a console runs, which has put something that is no file in the place of stderr."""

from __future__ import annotations

import subprocess
import sys

_CONSOLE = """
from textual.app import App
from blink_tui.sync.workers import Worker

class Console(App):
    async def on_mount(self):
        async with Worker() as worker:
            self.exit([number async for number in worker.stream(iter, [1, 2, 3])])

if __name__ == "__main__":
    print(Console().run(headless=True))
"""


def test_a_worker_starts_while_a_console_runs() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _CONSOLE], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stdout.splitlines()[-1:] == ["[1, 2, 3]"], ended.stdout + ended.stderr
