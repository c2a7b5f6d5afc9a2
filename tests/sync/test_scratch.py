"""Where a package lies while it is stored: a folder of the process's own, swept when it is gone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blink_tui.sync.arrival import scratch, sweep


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


async def worked(folder: Path) -> None:
    """Work that fails in its folder."""
    async with scratch(folder) as place:
        assert place.stat().st_mode & 0o777 == 0o700
        assert names(place.parent) == {"export-7-1", place.name}
        raise ZeroDivisionError


def test_a_folder_is_this_process_s_own_and_goes_with_the_work(tmp_path: Path) -> None:
    (tmp_path / "export-7-1").mkdir()
    with pytest.raises(ZeroDivisionError):
        asyncio.run(worked(tmp_path / "export-7"))
    assert names(tmp_path) == {"export-7-1"}


def test_what_dead_processes_left_is_swept_and_the_living_keep_theirs(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    kept = f"list-x-y-{os.getppid()}"
    for name in (f"export-7-{dead.pid}", kept, "export-named"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part").touch()
    (tmp_path / "limits.db").touch()
    sweep(tmp_path)
    assert names(tmp_path) == {kept, "export-named", "limits.db"}
    sweep(tmp_path / "missing")
