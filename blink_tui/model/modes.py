"""Who may read what the program writes: the account alone, or a group that an administrator made the folder for."""

from __future__ import annotations

import os
import stat
from enum import Enum
from pathlib import Path


class Sharing(Enum):
    """For whom a folder is; each with the modes of its files and folders."""

    ALONE = (0o600, 0o700)
    GROUP = (0o660, 0o2770)

    @property
    def file_mode(self) -> int:
        return self.value[0]

    @property
    def folder_mode(self) -> int:
        return self.value[1]


_SHARED = stat.S_ISGID | stat.S_IRWXU | stat.S_IRWXG


def sharing(path: Path) -> Sharing:
    """For whom a file or folder is, or will be once it is made: what the nearest folder above it that exists says.

    A folder is a group's when it hands its group on, lets it write, and is closed to all others (2770), which nobody
    makes by accident. Raises OSError.
    """
    for folder in (path, *path.parents):
        if folder.is_dir():
            mode = stat.S_IMODE(folder.stat().st_mode)
            return Sharing.GROUP if mode == _SHARED else Sharing.ALONE
    return Sharing.ALONE


def make_folder(folder: Path) -> None:
    """A folder, with those above it that are missing, closed to whom it is not for. Raises OSError."""
    missing = [part for part in (*reversed(folder.parents), folder) if not part.exists()]
    mode = sharing(folder).folder_mode
    for part in missing:
        part.mkdir(mode=mode & 0o777, exist_ok=True)
        part.chmod(mode)


def open_private(path: Path, flags: int) -> int:
    """`os.open` of a file that this program writes, made with the right mode whatever the umask. Raises OSError."""
    number = os.open(path, flags | os.O_CLOEXEC, sharing(path.parent).file_mode)
    close_to_others(number, path)
    return number


def close_to_others(number: int, path: Path) -> None:
    """Give an open file the mode that is right for its folder; one of another account stays as it is.

    Raises OSError.
    """
    found, wanted = os.fstat(number), sharing(path.parent).file_mode
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != wanted:
        os.fchmod(number, wanted)
