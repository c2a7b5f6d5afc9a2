"""Sort keys of Polish names: comparing keys as plain text gives the order of a Polish directory."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_AFTER = "\x7f"
"""Sorts behind every letter and digit: `ą` becomes `a` and this, so it stands between `az` and `b`."""

_LETTERS = str.maketrans(
    {
        "ą": "a" + _AFTER,
        "ć": "c" + _AFTER,
        "ę": "e" + _AFTER,
        "ł": "l" + _AFTER,
        "ń": "n" + _AFTER,
        "ó": "o" + _AFTER,
        "ś": "s" + _AFTER,
        "ź": "z" + _AFTER,
        "ż": "z" + _AFTER * 2,
    }
)
_LENGTH = 60


@lru_cache(maxsize=65536)
def polish_key(name: str | None) -> str:
    """Key of a name: case, quotes and punctuation do not count, foreign marks are dropped; empty for no name."""
    lowered = unicodedata.normalize("NFC", (name or "").casefold()).translate(_LETTERS)
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFKD", lowered)
    kept = "".join(c for c in lowered if c.isalnum() or c in (" ", _AFTER))
    return " ".join(kept.split())[:_LENGTH]
