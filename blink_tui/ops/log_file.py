"""A log file that several processes may write at once: a new one each day and when it is large, old ones removed."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from blink_tui.model.dates import warsaw
from blink_tui.model.modes import make_folder, open_private

_FILES_AT_MOST = 60
"""However many days are kept: a program that writes without end fills no disk."""
_OLD_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d+))?")


class _Old(NamedTuple):
    """A file that was written before; they sort by age."""

    day: date
    part: int
    name: str


class LogFile:
    """Appends lines to `path`; what was there before it became `path.2026-08-26` or `path.2026-08-26.2`.

    Each line is one write to a file opened for appending, so lines of several processes do not mix. Who finds the file
    moved, by another process or by logrotate, opens a new one. Each method raises OSError.
    """

    def __init__(self, path: Path, *, most_bytes: int, keep: timedelta) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._keep = keep
        self._number: int | None = None
        self._day = date.min
        self._torn = False
        """The last line was cut by a full disk."""

    def write(self, line: bytes, moment: datetime) -> None:
        """Append a line that ends with a line break, in the file of the moment's Warsaw day."""
        day = moment.astimezone(warsaw()).date()
        number = self._current(day)
        size = os.fstat(number).st_size
        if size and (day > self._day or size + len(line) > self._most_bytes):
            number = self._next(day)
        data = b"\n" + line if self._torn else line
        self._torn = True
        if os.write(number, data) == len(data):
            self._torn = False

    def close(self) -> None:
        """Let go of the file; the next line opens it anew."""
        number, self._number = self._number, None
        if number is not None:
            os.close(number)

    def _current(self, day: date) -> int:
        """The file that has the name now."""
        if self._number is None or self._moved(self._number):
            self.close()
            make_folder(self._path.parent)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            self._number = open_private(self._path, flags)
            found = os.fstat(self._number)
            written = datetime.fromtimestamp(found.st_mtime, warsaw()).date()
            self._day = written if found.st_size else day
        return self._number

    def _moved(self, number: int) -> bool:
        mine = os.fstat(number)
        try:
            there = self._path.stat(follow_symlinks=False)
        except FileNotFoundError:
            return True
        return (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino)

    def _next(self, day: date) -> int:
        """Begin a new file, unless another process does it just now; returns the one to write to."""
        number = self._current(day)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with suppress(BlockingIOError):
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not self._moved(number):
                    self._path.rename(self._old_name())
                    self._remove_old(day)
        finally:
            os.close(folder)
        return self._current(day)

    def _old_name(self) -> Path:
        """A name for what was written until now, after all others of its day."""
        count = max((old.part for old in self._old() if old.day == self._day), default=0)
        name = f"{self._path.name}.{self._day}"
        return self._path.with_name(f"{name}.{count + 1}" if count else name)

    def _remove_old(self, day: date) -> None:
        """Remove what is older than is kept, and the oldest of too many."""
        for place, old in enumerate(sorted(self._old(), reverse=True)):
            if place >= _FILES_AT_MOST or old.day < day - self._keep:
                with suppress(FileNotFoundError):
                    self._path.with_name(old.name).unlink()

    def _old(self) -> list[_Old]:
        found = []
        for path in self._path.parent.iterdir():
            base, _dot, rest = path.name.partition(f"{self._path.name}.")
            match = None if base else _OLD_NAME.fullmatch(rest)
            with suppress(ValueError):
                if match:
                    found.append(_Old(date.fromisoformat(match[1]), int(match[2] or 1), path.name))
        return found
