"""The log of every request: a ring in memory, read by `GET /_sandbox/requests`, and a file of JSON lines on demand."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from blink_tui.sandbox.clock import text_of

_SIZE = 20_000


class Entry(msgspec.Struct, frozen=True):
    """One request; `body_size` is of the answer in bytes, `status` 0 when there was none."""

    number: int
    at: int
    method: str
    path: str
    query: str
    operation: str | None
    user_agent: str
    context: str | None
    bearer: bool
    """It carried an Authorization header."""
    fault: str | None
    """What struck it on purpose, several joined by `+`."""
    status: int
    body_size: int

    def published(self) -> dict[str, Any]:
        """The request as plain values."""
        return msgspec.structs.asdict(self) | {"at": text_of(self.at)}


class Journal:
    """The last requests in order of their answers, and how many there have been."""

    def __init__(self, file: Path | None = None) -> None:
        """Rows go to the end of `file` as well, each at once. Raises OSError."""
        self._entries: deque[Entry] = deque(maxlen=_SIZE)
        self._file = None if file is None else file.open("a", encoding="utf-8", buffering=1)
        self.total = 0

    def add(self, entry: Entry) -> None:
        """Note one answered request."""
        self.total = entry.number
        self._entries.append(entry)
        if self._file is not None:
            self._file.write(msgspec.json.encode(entry.published()).decode() + "\n")

    def rows(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """The requests with a number above `after`, oldest first."""
        known = len(self._entries)
        skip = max(after - (self.total - known), 0)
        for entry in islice(self._entries, skip, known):
            yield entry.published()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
