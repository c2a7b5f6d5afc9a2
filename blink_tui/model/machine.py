"""Which boot of this machine it is: what was counted by a clock that starts with the machine belongs to one of them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@lru_cache(maxsize=1)
def boot_id() -> str:
    """A name that no other boot has, equal in all processes of this one; `-` where the system gives none."""
    return _BOOT.read_text().strip() if _BOOT.exists() else "-"
