"""The clock that nobody sets, and the name of a boot."""

from __future__ import annotations

import subprocess
import sys

from blink_tui.model.clock import SystemClock
from blink_tui.model.machine import boot_id

_CHILD = """
from blink_tui.model.clock import SystemClock
from blink_tui.model.machine import boot_id
print(repr(SystemClock().steady()), boot_id())
"""


def test_all_processes_of_a_boot_read_one_steady_clock() -> None:
    before = SystemClock().steady()
    child = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, text=True, check=True)
    reading, boot = child.stdout.split()
    assert before < float(reading) < SystemClock().steady()
    assert boot == boot_id()
