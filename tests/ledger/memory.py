"""Files of an export kept in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


class MemoryFiles:
    """What an exporter wrote, by `part` and suffix."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}

    @contextmanager
    def create(self, part: str, suffix: str) -> Iterator[BinaryIO]:
        name = part + suffix
        assert name not in self.written, f"written twice: {name}"
        file = io.BytesIO()
        yield file
        self.written[name] = file.getvalue()

    @property
    def only(self) -> bytes:
        """The one file there is."""
        (content,) = self.written.values()
        return content
