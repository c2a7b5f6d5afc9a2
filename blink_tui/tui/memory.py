"""What a console remembers of its user from one start to the next: where one was, filters, columns, half-typed forms.

It is a file beside the buffer, one for each user, which nobody else can read. Secrets are never given to it. A file
that is damaged or of another version is as good as none: nothing in it is worth an error at the start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from blink_tui.model.modes import open_private
from blink_tui.model.months import Month

_VERSION = 1
FIRST_RUN = "form.first-run"
"""Where the guided start keeps what is half typed: it was left there if there is anything."""

Kept = Mapping[str, Any]
"""What a screen or a form wants to find again: JSON values by name."""


class Memory:
    """Values by the name of the screen or form that they belong to; without a path they last as long as the program."""

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        self._path = None if read_only else path
        self._kept = _read(path) if path is not None else {}
        self._written = json.dumps(self._kept, sort_keys=True)

    def of(self, name: str) -> Kept:
        """What was kept under a name; empty when nothing was."""
        found = self._kept.get(name)
        return found if isinstance(found, dict) else {}

    def keep(self, name: str, values: Kept) -> None:
        """Keep values under a name in place of what was kept; empty ones are forgotten."""
        if values:
            self._kept[name] = dict(values)
        else:
            self._kept.pop(name, None)

    def save(self) -> None:
        """Write what has changed; a disk that refuses is no reason to stop the work."""
        text = json.dumps(self._kept, sort_keys=True)
        if self._path is None or text == self._written:
            return
        with suppress(OSError):
            _write(self._path, json.dumps({"version": _VERSION, "kept": self._kept}, ensure_ascii=False))
            self._written = text


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        return {}
    kept = found.get("kept")
    return kept if isinstance(kept, dict) else {}


def _write(path: Path, text: str) -> None:
    """In place of the old file at once, so that a kill leaves one or the other."""
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    number = open_private(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, own=True)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    aside.replace(path)


def kept_month(month: Month | None) -> Kept:
    """As a screen keeps the month that it shows."""
    return {} if month is None else {"month": str(month)}


def month_of(kept: Kept) -> Month | None:
    """The month kept, where there is one."""
    try:
        return Month.parse(str(kept["month"]))
    except (KeyError, ValueError):
        return None
