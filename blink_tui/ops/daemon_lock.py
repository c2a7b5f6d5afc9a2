"""One daemon a machine and profile: a lock on a file of the profile, which the system takes away with the process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blink_tui.buffer import errors as buffer_errors
from blink_tui.i18n import N_
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import make_folder, open_private

DAEMON_RUNS = ErrorKind(
    "daemon-runs",
    ExitCode.WORK_HELD,
    N_("A daemon of this profile runs already: {holder}. It does what this one would do; stop it first."),
)
_LONGEST = 200


@contextmanager
def only_daemon(path: Path, who: str) -> Iterator[None]:
    """Hold the lock in a file while the block runs. Raises BlinkError: DAEMON_RUNS, NOT_OPENED.

    The file stays: removed, it would let two processes lock two files of one name.
    """
    try:
        make_folder(path.parent)
        number = open_private(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise BlinkError(buffer_errors.NOT_OPENED, cause=str(error), path=str(path)) from error
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(number, _LONGEST, 0).decode("utf-8", "replace").strip()
            raise BlinkError(DAEMON_RUNS, holder=holder or "?") from None
        os.ftruncate(number, 0)
        os.pwrite(number, f"{who}, PID {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(number)
