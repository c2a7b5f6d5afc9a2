"""What a worker process says of itself."""

from __future__ import annotations

import ctypes
import resource
from collections.abc import Iterator

_PR_GET_DUMPABLE = 3


def dumpable() -> Iterator[tuple[int, int]]:
    """Whether this process may be read by others of its account, and how large a core it may leave."""
    yield ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE)[1]
