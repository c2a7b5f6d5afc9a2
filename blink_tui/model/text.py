"""Text that comes from outside, made safe to show (DESIGN, rule 6)."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset(
    "\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def clean(text: str | None) -> str:
    """One line without control, bidirectional, zero-width and unpaired characters, in NFC; None is empty.

    Line breaks and tabs become spaces. What is cleaned is shown; the bytes of the invoice stay as they are.
    """
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return text
    kept = (
        " " if char in "\n\r\t\u2028\u2029" else char
        for char in text
        if char in "\n\r\t\u2028\u2029"
        or (char not in _HIDDEN and unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn", "Cf"))
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


_FOLDS = str.maketrans({"ł": "l", "Ł": "l", "ß": "ss", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


def folded(text: str) -> str:
    """Lower case without marks, ł as l: what a search compares (`zolw` finds `Żółw`)."""
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_FOLDS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
