"""Files of an export in a folder: written aside, synced and summed, then given their names, never over another file."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import BinaryIO

from blink_tui.i18n import N_
from blink_tui.model.dates import warsaw
from blink_tui.model.durable import sync_folders
from blink_tui.model.errors import DISK_READ_ONLY, BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import make_folder, open_private
from blink_tui.model.months import Month
from blink_tui.model.values import Nip, Sha256

FOLDER_REFUSED = ErrorKind(
    "folder-refused",
    ExitCode.FAILED,
    N_("The file cannot be written to {folder}. No document was marked; choose another folder."),
)
FOLDER_FULL = ErrorKind(
    "folder-full",
    ExitCode.FAILED,
    N_(
        "The disk of {folder} is full. No document was marked and nothing was left there; make room and repeat."
    ),
)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_ASIDE = ".part"
_INTEGER = 2**63 - 1

Naming = tuple[Path, Path, int | None]
"""A name, the temporary one, and by what their folder is known again, if that was kept."""


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file that has not its name yet."""

    path: Path
    temporary: Path
    sha256: Sha256
    size: int
    folder: int
    """By which its folder is known again (`identity`)."""

    @property
    def naming(self) -> Naming:
        """How it is given its name."""
        return self.path, self.temporary, self.folder


def stem(nip: Nip, form: str, months: Sequence[Month], made: datetime) -> str:
    """How the names of an export's files begin; they sort by firm, format, month and time."""
    first, last = (str(months[0]), str(months[-1])) if months else ("all", "all")
    span = first if first == last else f"{first}_{last}"
    return f"{nip}-{form}-{span}-{made.astimezone(warsaw()):%Y%m%d-%H%M%S}"


class FolderFiles:
    """Implements `exporter.Files`: what is created is a temporary file until it is placed.

    Raises BlinkError: folder-refused or folder-full, as soon as the disk says so.
    """

    def __init__(self, folder: Path, stem: str, used: Collection[str] = ()) -> None:
        """`used` are paths that are not to be used again, though their files may have been taken away."""
        self._folder = folder
        self._stem = stem
        self._used = used
        self._begun: dict[Path, BinaryIO] = {}
        """Files that are being written, by their temporary names."""
        self.written: list[Written] = []
        """In the order in which they were finished."""

    @contextmanager
    def create(self, part: str, suffix: str) -> Iterator[BinaryIO]:
        """A new file to be written from its beginning to its end; a `/` in the part makes a folder of its own."""
        with translated(self._folder):
            path, temporary, file = self._opened(part, suffix)
            self._begun[temporary] = file
            try:
                with file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                with temporary.open("rb") as made:
                    digest = hashlib.file_digest(made, "sha256").digest()
                self.written.append(
                    Written(path, temporary, Sha256(digest), temporary.stat().st_size, identity(path.parent))
                )
                del self._begun[temporary]
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise

    def close(self) -> None:
        """No more files come. Their names aside are durable, so that no mark outlives a power cut without its file."""
        with translated(self._folder):
            sync_folders({one.temporary.parent for one in self.written})

    def discard(self) -> None:
        """Leave nothing of what was written, were it half a file that its writer gave up."""
        for file in self._begun.values():
            with suppress(OSError):  # a full disk does not take what is left to be written
                file.close()
        for temporary in (*self._begun, *(one.temporary for one in self.written)):
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        self._begun.clear()
        self.written.clear()

    def _opened(self, part: str, suffix: str) -> tuple[Path, Path, BinaryIO]:
        """A free name, the name aside that keeps it for this export, and the file under that."""
        name = self._stem + (f"/{part}" if "/" in part else f"-{part}" if part else "")
        make_folder((self._folder / name).parent)
        for number in count(1):
            path = self._folder / f"{name}{f'-{number}' if number > 1 else ''}{suffix}"
            temporary = path.with_name(f".{path.name}{_ASIDE}")
            if path.exists() or str(path) in self._used:
                continue
            with suppress(FileExistsError):
                file = os.fdopen(open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb")
                if not path.exists():  # whoever had the name aside before has not placed it meanwhile
                    return path, temporary, file
                file.close()
                temporary.unlink()
        raise AssertionError


def place(files: Iterable[Naming]) -> None:
    """Give finished files their names; one that is gone was given it before, by whoever was faster.

    Raises OSError, at once where a folder is gone, or something else stands there: what a disk that is not there left
    of its place has neither file, and would be taken for one whose files were imported.
    """
    folders = set()
    for path, temporary, folder in files:
        folders.add(path.parent)
        try:
            temporary.replace(path)
        except FileNotFoundError:
            if not path.exists():
                require_same(path.parent, folder)
    sync_folders(folders)


def require_same(folder: Path, known: int | None) -> None:
    """Refuse a folder that is gone, or is another one than it was: what is not in it may still be. Raises OSError."""
    if known not in (None, identity(folder)):
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), str(folder))


def identity(folder: Path) -> int:
    """Number of a folder, another one than that of the empty place which a disk leaves. Raises OSError."""
    return folder.stat().st_ino & _INTEGER


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn the disk's refusals into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EROFS:
            raise BlinkError(DISK_READ_ONLY, cause=str(error), path=str(folder)) from error
        kind = FOLDER_FULL if error.errno in _FULL else FOLDER_REFUSED
        raise BlinkError(kind, cause=str(error), folder=folder) from error
