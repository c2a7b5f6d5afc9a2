"""Text tests: words and `*` on folded text, without regular expressions, in time linear in the text.

A test is a list with commas, one of which has to fit. Each is one or more words that have to stand side by side in this
order, anywhere in the text. Words are letters and digits; whatever else stands between them separates. `*` in a word is
any letters or none; a word that is `*` alone is any one word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from blink_tui.model.text import folded

MOST_WORDS = 100
"""Words of one test: it is compared with every text of every document."""
_KEPT_TEXT = 300
"""Longer texts are not remembered once they were taken apart."""


class _Separators(dict[int, int]):
    """Code point → itself for letters and digits, a space for all others; learns those of the usual planes."""

    def __missing__(self, code: int) -> int:
        kept = code if chr(code).isalnum() else 0x20
        if code < 0x500:
            self[code] = kept
        return kept


_SEPARATORS = _Separators()


def spaced(text: str) -> str:
    """The words of a text, folded, each between two single spaces."""
    return _spaced_kept(text) if len(text) <= _KEPT_TEXT else _spaced(text)


def _spaced(text: str) -> str:
    return f" {' '.join(folded(text).translate(_SEPARATORS).split())} "


_spaced_kept = lru_cache(maxsize=8192)(_spaced)


@dataclass(frozen=True, slots=True)
class _InOrder:
    """Words side by side, each as the pieces between its `*`."""

    words: tuple[tuple[str, ...], ...]
    needed: str
    """The longest of the pieces: most texts do not even hold that."""

    def fits(self, text: str) -> bool:
        """One pass: bit n of `begun` says that the last words of the text are the first n + 1 of these."""
        if self.needed not in text:
            return False
        whole = 1 << (len(self.words) - 1)
        begun = 0
        masks: dict[str, int] = {}
        for word in text.split():
            mask = masks.get(word)
            if mask is None:
                mask = masks[word] = self._mask(word)
            begun = (begun << 1 | 1) & mask
            if begun & whole:
                return True
        return False

    def _mask(self, word: str) -> int:
        """Bit n: this word may stand in the place of the nth."""
        return sum(1 << place for place, pieces in enumerate(self.words) if _word_fits(pieces, word))


def _word_fits(pieces: tuple[str, ...], word: str) -> bool:
    """Taking each piece at its first place is enough: what is left for those behind it is the most."""
    if len(pieces) == 1:
        return pieces[0] == word
    first, *middle, last = pieces
    if len(word) < len(first) + len(last) or not (word.startswith(first) and word.endswith(last)):
        return False
    place, end = len(first), len(word) - len(last)
    for piece in middle:
        found = word.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


@dataclass(frozen=True, slots=True)
class Wording:
    """A test of texts: one of these has to be there."""

    pieces: tuple[str, ...]
    """Words side by side without `*`, or with one at their outer ends: pieces that stand somewhere in the text."""
    phrases: tuple[_InOrder, ...]

    def fits(self, text: str) -> bool:
        """One of its phrases stands in the text."""
        words = spaced(text)
        for (
            piece
        ) in self.pieces:  # a loop: it runs for every row of every document, and any(…) takes twice as long
            if piece in words:
                return True
        return any(phrase.fits(words) for phrase in self.phrases)


def wording(pattern: str) -> Wording:
    """The test that a pattern says. Raises ValueError for one without a word, or with more than `MOST_WORDS`."""
    phrases = [words for part in pattern.split(",") if (words := _words(part))]
    if not phrases or sum(map(len, phrases)) > MOST_WORDS:
        raise ValueError(pattern)
    pieces = [_piece(words) for words in phrases]
    return Wording(
        tuple(piece for piece in pieces if "*" not in piece),
        tuple(_in_order(words) for words, piece in zip(phrases, pieces, strict=True) if "*" in piece),
    )


def _words(part: str) -> list[str]:
    """Words of a phrase, `*` among their letters."""
    pieces = [piece.translate(_SEPARATORS) for piece in folded(part).split("*")]
    return "*".join(pieces).split()


def _piece(words: list[str]) -> str:
    """The phrase as it stands between spaces, without a space where it begins or ends with `*`."""
    text = f" {' '.join(words)} "
    if words[0][0] == "*" and words[0].strip("*"):
        text = text[1:].lstrip("*")
    if words[-1][-1] == "*" and words[-1].strip("*"):
        text = text[:-1].rstrip("*")
    return text


def _in_order(words: list[str]) -> _InOrder:
    pieces = tuple(tuple(word.split("*")) for word in words)
    return _InOrder(pieces, max((piece for word in pieces for piece in word), key=len))
