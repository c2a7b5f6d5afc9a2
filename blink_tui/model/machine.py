"""Which boot of this machine it is, and which of its processes run: what tells the living from the dead."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@lru_cache(maxsize=1)
def boot_id() -> str:
    """A name that no other boot has, equal in all processes of this one; `-` where the system gives none."""
    return _BOOT.read_text().strip() if _BOOT.exists() else "-"


HIDDEN = "hidden"
"""In place of the start of a process that runs, but of which this account is told nothing more."""


def start_of(pid: int) -> str:
    """When a process started, as the system counts; empty when it does not run.

    HIDDEN for another account's where the system hides those (`hidepid`, or `ProtectProc=` of a service).
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _start_without_proc(pid)
    return "" if fields[0] in "ZX" else fields[19]


def _start_without_proc(pid: int) -> str:
    """Whether a process runs is all that can be told where /proc shows nothing of it, or is not there at all."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return HIDDEN if Path("/proc/self").exists() else "runs"
    return "" if Path("/proc/self").exists() else "runs"
