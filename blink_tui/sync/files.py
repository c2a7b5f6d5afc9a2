"""Files that a person asked for: aside, synced, then renamed; one that is there already is never written over."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from blink_tui.i18n import N_, Message
from blink_tui.model.durable import replacing
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import make_folder

FILE_TAKEN = ErrorKind(
    "file-taken",
    ExitCode.FAILED,
    N_(
        "{path} is there already and holds something else. It was left as it is; move it or choose another place."
    ),
)
NOT_WRITTEN = ErrorKind(
    "file-not-written",
    ExitCode.FAILED,
    N_("{path} cannot be written: {reason}. What was written before stays."),
)
_REASONS = {
    errno.ENOSPC: N_("the disk is full"),
    errno.EDQUOT: N_("the disk is full"),
    errno.EACCES: N_("this user may not write there"),
    errno.EPERM: N_("this user may not write there"),
    errno.EROFS: N_("the disk can only be read"),
    errno.EEXIST: N_("a file stands where a folder is needed"),
    errno.ENOTDIR: N_("a file stands where a folder is needed"),
    errno.EISDIR: N_("it is a folder"),
    errno.ENAMETOOLONG: N_("its name is too long"),
}


def place(path: Path, content: bytes) -> bool:
    """Write a file whole or not at all; returns False where the same bytes stood there already.

    Raises BlinkError: file-taken where other bytes do, file-not-written where the system refuses.
    """
    with refusals_told(path):
        if path.exists():
            if not path.is_dir() and path.read_bytes() == content:
                return False
            raise BlinkError(FILE_TAKEN, path=path)
        make_folder(path.parent)
        with replacing(path) as file:
            file.write(content)
    return True


@contextmanager
def placing(path: Path) -> Iterator[BinaryIO]:
    """A file that is written piece by piece and stands in its place once all went well, else not at all.

    Raises BlinkError: file-taken where anything stands there, file-not-written where the system refuses.
    """
    with refusals_told(path):
        if path.exists():
            raise BlinkError(FILE_TAKEN, path=path)
        make_folder(path.parent)
        with replacing(path) as file:
            yield file


@contextmanager
def refusals_told(path: Path) -> Iterator[None]:
    """Say why the system refuses to write a file. Raises BlinkError(file-not-written)."""
    try:
        yield
    except OSError as error:
        reason = Message(_REASONS.get(error.errno or 0, N_("the system refuses")))
        raise BlinkError(NOT_WRITTEN, cause=str(error), path=path, reason=reason) from error
