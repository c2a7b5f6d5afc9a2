"""The memory of a process that holds secrets: neither written to a core file nor shown to other processes."""

from __future__ import annotations

import contextlib
import os
import resource
import sys

_PR_SET_DUMPABLE = 4


def keep_to_itself() -> None:
    """Leave no core file, refuse debuggers and readers of /proc other than root, write no TLS keys to a file.

    A program that is started from here has to call this itself: Linux makes it readable again. Elsewhere than on Linux
    only the core file is prevented.
    """
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, MemoryError):  # of a Python without foreign calls
            import ctypes

            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.environ.pop("SSLKEYLOGFILE", None)  # every TLS context of Python would write its session keys there
