"""Who holds locks on a file, as the system tells it: also of processes whose open files it shows to nobody."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

_LOCKS = Path("/proc/locks")


class FileLock(NamedTuple):
    """A lock of another process on some bytes of a file."""

    pid: int
    write: bool
    first: int
    last: int | None
    """None: to the end of the file, however long it grows."""

    def covers(self, byte: int) -> bool:
        """Whether a byte is locked."""
        return self.first <= byte and (self.last is None or byte <= self.last)


def locks_on(path: Path) -> list[FileLock]:
    """Locks of other processes on a file; none where the system does not tell (Linux does). Raises OSError."""
    if not (_LOCKS.exists() and path.exists()):
        return []
    inode = str(path.stat().st_ino)
    found = []
    for line in _LOCKS.read_text().splitlines():
        words = line.split()  # 1: POSIX ADVISORY WRITE 4711 fd:00:123456 120 120
        if len(words) == 8 and words[5].rpartition(":")[2] == inode and int(words[4]) > 0:
            last = None if words[7] == "EOF" else int(words[7])
            found.append(FileLock(int(words[4]), words[3] == "WRITE", int(words[6]), last))
    return [lock for lock in found if lock.pid != os.getpid()]
