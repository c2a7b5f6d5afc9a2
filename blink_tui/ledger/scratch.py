"""Temporary files of writers: gone with the writer, however it ends."""

from __future__ import annotations

import tempfile
import weakref
from typing import BinaryIO, cast


def scratch(owner: object) -> BinaryIO:
    """A nameless file, open for writing and reading, that is closed when its owner is gone."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
    weakref.finalize(owner, file.close)
    return cast("BinaryIO", file)
