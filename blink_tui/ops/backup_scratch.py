"""Private folders for databases in clear while a backup is made, opened or restored; whose process is gone, its go."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from blink_tui.model.modes import make_folder
from blink_tui.sync.files import refusals_told

_SCRATCH = "backup-"


@asynccontextmanager
async def scratch(work_folder: Path) -> AsyncIterator[Path]:
    """A private folder for a database in clear, beside the profile's own; one that a killed process left goes first.

    Folders that were made for it alone go with it.
    """
    made = [one for one in (work_folder, *work_folder.parents) if not await asyncio.to_thread(one.exists)]
    folder, lock = await asyncio.to_thread(_new_scratch, work_folder)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        os.close(lock)
        with suppress(OSError):
            for one in made:
                one.rmdir()


def _new_scratch(work_folder: Path) -> tuple[Path, int]:
    """The folder, and what holds its lock."""
    with refusals_told(work_folder):
        make_folder(work_folder)
        for left in work_folder.glob(f"{_SCRATCH}*"):
            if nobody_s(left):
                shutil.rmtree(left, ignore_errors=True)
        while True:
            folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=work_folder))
            with suppress(FileNotFoundError):
                lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
                fcntl.flock(lock, fcntl.LOCK_EX)
                if folder.exists():  # else another process took it for one that was left
                    return folder, lock
                os.close(lock)


def nobody_s(path: Path) -> bool:
    """Whether the process that made a folder or file is gone: the system let its lock go.

    False where that cannot be told, as of another account's.
    """
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
