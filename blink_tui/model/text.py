"""Text that comes from outside, made safe to show (DESIGN, rule 6)."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that Python holds for printable and nobody sees: Unicode's default ignorable ones."""
_BREAKS = str.maketrans(dict.fromkeys("\t\n\x0b\x0c\r\x85\u2028\u2029", " "))


def clean(text: str | None) -> str:
    """One line without control, bidirectional, zero-width and unpaired characters, in NFC; None is empty.

    Line breaks, tabs and unusual spaces become spaces. What is cleaned is shown; the bytes of the invoice stay.
    """
    if not text:
        return ""
    if not text.isprintable():
        text = "".join(filter(None, map(_shown, text.translate(_BREAKS))))
    return text if text.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _shown(char: str) -> str:
    """The character itself, a space for another kind of space, nothing for what steers a terminal."""
    if char.isprintable():
        return char
    return " " if unicodedata.category(char) == "Zs" else ""


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    """The text again, out of what `guarded` made of it."""
    return text[1:] if text.startswith("'") and text.startswith(_FORMULA_STARTS, 1) else text


_FOLDS = str.maketrans("ąćęłńóśźżäöüéøđ„”“’–—×", 'acelnoszzaoueod"""\'--x', "\u0301\u0307\u0328")
_MARKS = dict.fromkeys(range(0x0300, 0x0370))


def folded(text: str) -> str:
    """Lower case without marks, ł as l: what a search compares (`zolw` finds `Żółw`)."""
    lowered = text.lower().translate(_FOLDS)
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFKD", lowered).translate(_MARKS)
