"""Where commands write (a folder, one file, stdout), and what they are given to read (a file, stdin)."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.text import clean

STDOUT = "-"
LARGEST = 4 * 1024 * 1024
"""Bytes of a text that a command reads at once."""


def given(file: str) -> bytes | None:
    """What is in a file, or came by stdin for `-`; None for more than `LARGEST`. Raises BlinkError (usage)."""
    if file == STDOUT:
        content = sys.stdin.buffer.read(LARGEST + 1)
    else:
        path = Path(file)
        if not path.is_file():
            raise BlinkError(USAGE, problem=_("There is no file {file}.").format(file=clean(file)))
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    return content if len(content) <= LARGEST else None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where files go: into a folder under names of their own, into one file, or to stdout (neither)."""

    folder: Path | None = None
    file: Path | None = None

    def path(self, name: str) -> Path | None:
        """Where a file with this name of its own goes; None for stdout."""
        return self.file or (self.folder / name if self.folder else None)


def destination(out: str, suffix: str, *, files: int, named: bool) -> Destination:
    """What `--out` means: `-`, a file by its suffix, else a folder. Raises BlinkError (usage) where that cannot be.

    `files` are to be written; `named` says that each has a name of its own, which a folder needs.
    """
    path = Path(out)
    if out == STDOUT or (path.suffix.lower() == suffix and not path.is_dir()):
        if files > 1:
            raise BlinkError(
                USAGE, problem=_("Several files need a folder, and this is none: {out}").format(out=out)
            )
        return Destination() if out == STDOUT else Destination(file=path)
    if not named:
        problem = _(
            "One file of several documents needs a name that ends with {suffix}; this is a folder: {out}"
        )
        raise BlinkError(USAGE, problem=problem.format(suffix=suffix, out=out))
    return Destination(folder=path)
