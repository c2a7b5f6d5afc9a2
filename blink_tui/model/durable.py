"""Files that stand in their place whole or not at all, after a power cut as well: written aside, synced, then named."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from blink_tui.model.modes import open_private

_NO_SYNC = (errno.EINVAL, errno.ENOTSUP)
"""Said of folders by some file systems of a network."""


def aside_of(path: Path) -> Path:
    """Where this process writes a file before it gets its name."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


@contextmanager
def replacing(path: Path, *, opened: Callable[[Path, int], int] = open_private) -> Iterator[BinaryIO]:
    """A new file that takes its place once all went well; else what stood there stays. Raises OSError.

    `opened` gives it its mode.
    """
    aside = aside_of(path)
    aside.unlink(missing_ok=True)
    try:
        with os.fdopen(opened(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folders({path.parent})


def sync_folders(folders: Iterable[Path]) -> None:
    """Make names in folders durable, where their file system knows how to. Raises OSError."""
    for folder in sorted(folders):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NO_SYNC:
                raise
        finally:
            os.close(descriptor)
