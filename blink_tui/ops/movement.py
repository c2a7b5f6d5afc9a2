"""Whether a daemon moves: what decides that it may tell the watchdog that it lives."""

from __future__ import annotations

import os
from collections.abc import Hashable
from datetime import timedelta
from pathlib import Path

STALLED = timedelta(minutes=10)
"""Without any sign for so long it hangs: KSeF is looked at every 15 s while it prepares a package, a silent connection
is given up after a minute, and every 500 documents read are a sign."""


class Movement:
    """Signs of life by name; one that stays the same for STALLED means that something hangs."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Hashable, float]] = {}

    def moves(self, signs: dict[str, Hashable], steady: float) -> bool:
        """Take the signs that ought to change now, at a steady moment; False when one has not for too long."""
        self._seen = {
            name: before
            if (before := self._seen.get(name)) is not None and before[0] == sign
            else (sign, steady)
            for name, sign in signs.items()
        }
        limit = STALLED.total_seconds()
        return all(steady - since < limit for _sign, since in self._seen.values())


def growth_of(folder: Path) -> Hashable:
    """Another value when a file in a folder or a folder below it was written: parts of packages arrive there."""
    found = []
    for place, folders, files in os.walk(folder):  # one that is removed meanwhile ends nothing
        for path in (os.path.join(place, name) for name in (*folders, *files)):  # noqa: PTH118 - often, of many
            try:
                about = os.stat(path)  # noqa: PTH116 - as above
            except OSError:  # removed meanwhile, which is a sign too
                continue
            found.append((path, about.st_size, about.st_mtime_ns))
    return tuple(sorted(found))
