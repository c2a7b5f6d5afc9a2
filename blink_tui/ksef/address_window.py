"""Requests of this machine's address in the last second: one small file that all profiles and users share.

KSeF counts an address over all its programs (PROTOCOL 5). The file holds, for each window, a slot for every request
that it admits: the moment of the last answer there. It is locked for some microseconds at a time.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

SECOND = 1.0
WINDOWS: Mapping[str, int] = {"address": 75, "anonymous": 60}
"""Window → requests in any second: everything together, and what needs no login."""
_LONGEST_ANSWER = 90.0
"""Seconds after which a request whose process was killed counts as answered."""
_SLOT = struct.Struct("<d")
_EVERYBODY_S_FOLDER = 0o1777
"""Rights of a folder like the system's own for temporary files: all may add files, only owners remove theirs."""


def shared_window(base_url: str) -> AddressWindow:
    """The machine's window for an environment, in BLINK_LIMITS_DIR or a folder that all its users can write.

    Where that cannot be used, another user's rights being in the way, this process counts for itself.
    """
    folder = Path(os.environ.get("BLINK_LIMITS_DIR") or Path(tempfile.gettempdir()) / "blink-limits")
    host = urlsplit(base_url).hostname or ""
    path = folder / f"{re.sub('[^a-z0-9.-]', '_', host)}.slots"
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(_EVERYBODY_S_FOLDER)
        with AddressWindow(path) as window:
            return window
    except OSError:
        return AddressWindow(None)


class AddressTicket(NamedTuple):
    """A slot held until the answer."""

    slots: tuple[int, ...]


class AddressWindow:
    """The windows of one environment on this machine. Use as `with`. Raises OSError when the file cannot be used."""

    def __init__(self, path: Path | None) -> None:
        """A path of None counts for this process alone."""
        self._path = path
        self._file = -1
        self._offsets: dict[str, range] = {}
        start = 0
        for name, most in WINDOWS.items():
            self._offsets[name] = range(start, start + most)
            start += most
        self._moments = [0.0] * start

    def __enter__(self) -> Self:
        if self._path is not None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
            if os.fstat(self._file).st_uid == os.geteuid():
                os.fchmod(self._file, 0o666)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file >= 0:
            os.close(self._file)

    def take(self, names: tuple[str, ...], now: datetime) -> AddressTicket | float | None:
        """A slot in each named window; else seconds until one frees, or None while that depends on answers to come."""
        moment = now.timestamp()
        with self._locked():
            earliest = [min(self._offsets[name], key=lambda slot: self._ends(slot, moment)) for name in names]
            waits = [self._ends(slot, moment) + SECOND - moment for slot in earliest]
            if max(waits) > 0:
                running = any(self._ends(slot, moment) > moment for slot in earliest)
                return None if running else max(waits)
            for slot in earliest:
                self._set(slot, moment + _LONGEST_ANSWER)
        return AddressTicket(tuple(earliest))

    def answered(self, ticket: AddressTicket, now: datetime) -> None:
        """The response has come: its second begins."""
        with self._locked():
            for slot in ticket.slots:
                self._set(slot, now.timestamp())

    def _ends(self, slot: int, moment: float) -> float:
        """Moment of a slot's last answer; one that no clock of today could have written is as if free."""
        value = self._moments[slot]
        return value if value <= moment + _LONGEST_ANSWER else 0.0

    def _set(self, slot: int, moment: float) -> None:
        self._moments[slot] = moment
        if self._file >= 0:
            os.pwrite(self._file, _SLOT.pack(moment), slot * _SLOT.size)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the file and know what it says."""
        if self._file < 0:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            content = os.pread(self._file, len(self._moments) * _SLOT.size, 0)
            for slot, (moment,) in enumerate(_SLOT.iter_unpack(content[: len(content) // 8 * 8])):
                self._moments[slot] = moment
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
