"""Why nothing can be changed in a profile that is open for reading only."""

from __future__ import annotations

import os
from pathlib import Path

from blink_tui.model.errors import DISK_READ_ONLY, READ_ONLY, BlinkError


def unwritable(path: Path) -> BlinkError:
    """The error of a wish to write to a file of such a profile: its disk, or how it was opened and by whom."""
    return BlinkError(DISK_READ_ONLY if on_read_only_disk(path) else READ_ONLY, path=str(path))


def on_read_only_disk(path: Path) -> bool:
    """Whether the disk of a file, or of its folder where it is missing, is mounted for reading only. Raises OSError."""
    there = path if path.exists() else path.parent
    return bool(os.statvfs(there).f_flag & os.ST_RDONLY)
