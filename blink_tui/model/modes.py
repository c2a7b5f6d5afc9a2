"""Who may read what the program writes: the account alone, or a group that an administrator made the folder for."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path


class Sharing(Enum):
    """For whom a folder is; each with the modes of its files and folders."""

    ALONE = (0o600, 0o700)
    GROUP = (0o660, 0o2770)

    @property
    def file_mode(self) -> int:
        """Of every file but those that are one account's own."""
        return self.value[0]

    @property
    def folder_mode(self) -> int:
        """Of the folder and those in it."""
        return self.value[1]

    @property
    def umask(self) -> int:
        """What a process takes from the modes of whatever it makes."""
        return ~self.value[1] & 0o777


_HANDED_ON = stat.S_ISGID | stat.S_IRWXG


def sharing(path: Path) -> Sharing:
    """For whom a file or folder is, or will be once it is made: what the nearest folder above it that exists says.

    A folder is a group's when it hands its group on to what is made in it and lets it write (`install -d -m 2770`),
    which nobody makes by accident. Raises OSError.
    """
    for folder in (path, *path.parents):
        with suppress(FileNotFoundError, NotADirectoryError):
            mode = folder.stat().st_mode
            if stat.S_ISDIR(mode):
                return Sharing.GROUP if mode & _HANDED_ON == _HANDED_ON else Sharing.ALONE
    return Sharing.ALONE


def make_folder(folder: Path) -> None:
    """A folder, with those above it that are missing, closed to whom it is not for. Raises OSError."""
    missing = [part for part in (*reversed(folder.parents), folder) if not part.exists()]
    mode = sharing(folder).folder_mode
    for part in missing:
        with suppress(FileExistsError):  # another process was faster
            part.mkdir(mode=mode & 0o777)
            part.chmod(mode)


def open_private(path: Path, flags: int, *, own: bool = False) -> int:
    """`os.open` of a file that this program writes, made with the right mode whatever the umask.

    `own` is for what is this account's alone in a group's folder too. Raises OSError.
    """
    mode = 0o600 if own else sharing(path.parent).file_mode
    number = os.open(path, flags | os.O_CLOEXEC, mode)
    try:
        close_to_others(number, path.parent, own=own)
    except BaseException:
        os.close(number)
        raise
    return number


def open_public(path: Path, flags: int) -> int:
    """The same of a file that every account of the machine may read; nothing in it is secret. Raises OSError."""
    number = os.open(path, flags | os.O_CLOEXEC, 0o644)
    os.fchmod(number, 0o644)
    return number


def close_to_others(file: int | Path, folder: Path, *, own: bool = False) -> None:
    """Give a file the mode that is right in its folder; one of another account, and a device, stays as it is.

    Raises OSError.
    """
    found = os.stat(file)  # noqa: PTH116 - a Path has no open file
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        return
    mode = 0o600 if own else sharing(folder).file_mode
    group = folder.stat().st_gid
    if mode & stat.S_IRWXG and found.st_gid != group:
        os.chown(file, -1, group)
    if stat.S_IMODE(found.st_mode) != mode:
        os.chmod(file, mode)  # noqa: PTH101 - as above


def readable_only(path: Path) -> bool:
    """Whether this account may read a file but not write it, or not make the files that are written beside it."""
    return os.access(path, os.R_OK) and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def open_to_others(folder: Path, *, but: Collection[Path] = ()) -> list[Path]:
    """A folder of the program and what lies in it, as far as it is open to whom it is not for; [] where it is missing.

    What this account may close is closed by this call, except for `but`; what is another account's is returned. Raises
    OSError.
    """
    left: list[Path] = []
    kind = sharing(folder)
    for path, found in _contents(folder):
        if path in but:
            continue
        excess = stat.S_IMODE(found.st_mode) & kind.umask
        if excess and found.st_uid == os.geteuid():
            path.chmod(stat.S_IMODE(found.st_mode) & ~excess)
        elif excess:
            left.append(path)
    return left


def _contents(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """A folder and the files and folders in it; what goes meanwhile is left out, and what a link leads to."""
    for path in (folder, *(folder.iterdir() if folder.is_dir() else ())):
        with suppress(FileNotFoundError):
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
                yield path, found
