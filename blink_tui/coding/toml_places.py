"""On which line of a TOML text a key stands: parsers do not tell."""

from __future__ import annotations

import re
from collections import Counter
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and, for lists of tables, numbers from 0."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*([\w-]+|"[^"]*"|'[^']*')\s*=""")
_LONG_QUOTES = ("'''", '"""')


class Places:
    """Lines of the headers and keys of a text, as far as they stand on lines of their own."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._counts: Counter[Path] = Counter()
        path: Path = ()
        within = ""
        for number, line in enumerate(text.split("\n"), start=1):
            if within:
                within = "" if within in line else within
                continue
            if header := _HEADER.match(line):
                path = self._path(header[2], repeated=header[1] == "[[")
                self._lines.setdefault(path, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*path, key[1].strip("\"'")), number)
                within = next((quotes for quotes in _LONG_QUOTES if line.count(quotes) % 2), "")

    def _path(self, name: str, *, repeated: bool) -> Path:
        *above, last = (part.strip().strip("\"'") for part in name.split("."))
        path: Path = ()
        for part in above:
            path = (*path, part)
            if self._counts[path]:
                path = (*path, self._counts[path] - 1)
        path = (*path, last)
        if repeated:
            self._counts[path] += 1
            return (*path, self._counts[path] - 1)
        return path

    def line(self, path: Path) -> int:
        """Line of a key, else of the nearest one around it that is known, counted from 1."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)
