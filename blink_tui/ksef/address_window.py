"""Requests of this machine's address in the last second: one small file that all profiles and users share.

KSeF counts an address over all its programs (PROTOCOL 5). For each window the file holds a slot for every request that
it admits, the moment of the last answer there, and until when KSeF asked to be left alone. Moments are readings of the
steady clock; those of another boot are as old as this boot at least, so they are set to its beginning. The file is
locked for some microseconds at a time, and read rather than mapped, since anybody may cut it short.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from blink_tui.model.machine import boot_id
from blink_tui.model.ports import Full

SECOND = 1.0
WINDOWS: Mapping[str, int] = {"global": 75, "anonymous": 60}
"""KSeF's group → requests in any second: everything together, and what needs no login."""
_LONGEST_ANSWER = 90.0
"""Seconds after which a request counts as answered whose process was killed before the answer came."""
_LONGEST_PARKING = 86_400.0
"""A file that anybody can write may not stop the work for longer."""
_MOMENT = struct.Struct("<d")
_PARKED = struct.Struct("<dd")
_HEADER_SIZE = 24
_FORMAT = b"blinkw2\n"
_EVERYBODY_S_FOLDER = 0o1777
"""Rights of a folder like the system's own for temporary files: all may add files, only owners remove theirs."""


def environment_of(base_url: str) -> str:
    """What tells one KSeF from another in counting: host, and port where one is given."""
    return urlsplit(base_url).netloc.rpartition("@")[2].lower()


def limits_folder() -> Path:
    """Where the windows of this machine's address lie."""
    return Path(os.environ.get("BLINK_LIMITS_DIR") or Path(tempfile.gettempdir()) / "blink-limits")


def shared_window(base_url: str) -> AddressWindow:
    """The machine's window for an environment, in BLINK_LIMITS_DIR or a folder that all its users can write.

    Where that cannot be used, another user's rights being in the way, this process counts for itself.
    """
    environment = environment_of(base_url)
    folder = limits_folder()
    path = folder / f"{re.sub('[^a-z0-9.-]', '_', environment)}.window"
    try:
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            folder.chmod(_EVERYBODY_S_FOLDER)
        with AddressWindow(path, environment) as window:
            return window
    except OSError:
        return AddressWindow(None, environment)


def _opened(path: Path) -> int:
    """The file, made where it is missing. Raises OSError.

    It is not opened and made in one call: systems refuse that for another account's file in a folder of everybody's
    (`fs.protected_regular`), and every account would count for itself.
    """
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        with suppress(FileNotFoundError):
            return os.open(path, flags)
        with suppress(FileExistsError):  # another process was faster
            return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)


class AddressTicket(NamedTuple):
    """Slots held until the answer."""

    offsets: tuple[int, ...]
    until: float
    """What stands in them meanwhile; when it does no more, they are another request's."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a window lies in the file, in bytes."""

    parked: int
    slots: struct.Struct
    first: int


def _places() -> tuple[dict[str, _Place], int]:
    """The windows' places and the size of the file."""
    places, start = {}, _HEADER_SIZE
    for name, most in WINDOWS.items():
        slots = struct.Struct(f"<{most}d")
        places[name] = _Place(start, slots, start + _PARKED.size)
        start += _PARKED.size + slots.size
    return places, start


_PLACES, _SIZE = _places()


class AddressWindow:
    """The windows of one environment on this machine. Use as `with`. Raises OSError when the file cannot be used.

    `now` is always a reading of the steady clock.
    """

    def __init__(self, path: Path | None, environment: str = "", boot: str | None = None) -> None:
        """A path of None counts for this process alone."""
        self.environment = environment
        self._path = path
        self._file = -1
        boot = boot_id() if boot is None else boot
        self._header = _FORMAT + hashlib.blake2b(boot.encode(), digest_size=16).digest()
        self._content = bytearray(self._header.ljust(_SIZE, b"\0"))
        """What the file holds, as of the moment in which it was locked."""

    def __enter__(self) -> Self:
        if self._path is not None:
            self._file = _opened(self._path)
            try:
                if os.fstat(self._file).st_uid == os.geteuid():
                    os.fchmod(self._file, 0o666)
                with self._locked():
                    self._write(0, bytes(self._content))  # whole, so that no later write finds the disk full
            except BaseException:
                self.__exit__(None, None, None)
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def take(self, wanted: Mapping[str, int], now: float) -> AddressTicket | Full:
        """A slot in each named window, if no more than so many requests less one are in it; never over WINDOWS."""
        with self._locked():
            free = [self._look(name, most, now) for name, most in wanted.items()]
            full = [found for found in free if isinstance(found, Full)]
            if full:
                return max(full)
            ticket = AddressTicket(
                tuple(found for found in free if isinstance(found, int)), now + _LONGEST_ANSWER
            )
            self._set(ticket.offsets, ticket.until)
        return ticket

    def answered(self, ticket: AddressTicket, moment: float) -> None:
        """The response has come: its second begins."""
        with self._locked():
            held = [
                offset
                for offset in ticket.offsets
                if _MOMENT.unpack_from(self._content, offset)[0] == ticket.until
            ]
            self._set(held, moment)

    def release(self, ticket: AddressTicket) -> None:
        """Nothing was sent."""
        self.answered(ticket, 0.0)

    def park(self, name: str, now: float, seconds: float) -> None:
        """Ask nothing of a window's kind for so long; a shorter time does not shorten a longer one."""
        seconds = min(seconds, _LONGEST_PARKING)
        with self._locked():
            if now + seconds > self._parked_until(name, now):
                self._write(_PLACES[name].parked, _PARKED.pack(now + seconds, seconds))

    def parked_until(self, name: str, now: float) -> float:
        """Reading of the steady clock before which nothing of a window's kind may be asked."""
        with self._locked():
            return self._parked_until(name, now)

    def _look(self, name: str, most: int, now: float) -> int | Full:
        """The offset of a free slot, or why there is none."""
        place = _PLACES[name]
        parked_until = self._parked_until(name, now)
        if parked_until > now:
            return Full(parked_until, running=False)
        moments = [
            moment if moment <= now + _LONGEST_ANSWER + SECOND else 0.0  # no clock of this boot wrote that
            for moment in place.slots.unpack_from(self._content, place.first)
        ]
        oldest = min(moments)
        decisive = oldest if most >= len(moments) else sorted(moments)[-most]
        if decisive > now:
            return Full(now + SECOND, running=True)
        if decisive + SECOND > now:
            return Full(decisive + SECOND, running=False)
        return place.first + moments.index(oldest) * _MOMENT.size

    def _parked_until(self, name: str, now: float) -> float:
        """As the file says; what this boot cannot have written holds nothing up."""
        until, seconds = _PARKED.unpack_from(self._content, _PLACES[name].parked)
        possible = 0.0 < seconds <= _LONGEST_PARKING and until <= now + seconds + SECOND
        return float(until) if possible else 0.0

    def _set(self, offsets: tuple[int, ...] | list[int], moment: float) -> None:
        for offset in offsets:
            self._write(offset, _MOMENT.pack(moment))

    def _write(self, offset: int, data: bytes) -> None:
        self._content[offset : offset + len(data)] = data
        if self._file >= 0 and os.pwrite(self._file, data, offset) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the file and know what it says."""
        if self._file < 0:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            self._content[:] = os.pread(self._file, _SIZE, 0).ljust(_SIZE, b"\0")
            if not self._content.startswith(self._header):
                self._begin_anew()
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _begin_anew(self) -> None:
        """Carry over what another boot wrote, with the lock held: its requests are over, its parking may not be."""
        known = self._content.startswith(_FORMAT)
        parked = {
            name: _PARKED.unpack_from(self._content, place.parked)[1] for name, place in _PLACES.items()
        }
        self._write(0, self._header.ljust(_SIZE, b"\0"))
        for name, seconds in parked.items():
            if known and 0.0 < seconds <= _LONGEST_PARKING:
                self._write(_PLACES[name].parked, _PARKED.pack(seconds, seconds))
