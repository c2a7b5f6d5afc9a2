"""Finds the secrets of this process in a text, in every encoding in which programs print them.

Each known form of a secret leaves a few grams of six characters in a dictionary. A text is read once: where one of its
grams is known, the forms that have it are laid against the text. So a line costs the same whatever number there are.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from string import ascii_lowercase, ascii_uppercase
from threading import RLock
from urllib.parse import quote, quote_plus
from weakref import ref

from blink_tui.model.secret import LIVING, LivingSecrets, Secret

SHORTEST = 6
"""Bytes of the shortest secret that is looked for: what is shorter stands in any text by chance."""
PIECE = 16
"""So many characters of a token or key are found without the rest, as where a line was cut."""

_GRAM = 6
_GRAMS_OF_FORM = 12
_AT_ONE_GRAM = 8
"""Forms that may share a gram, as tokens do that begin alike: more tell nothing and cost time."""
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_DENSE = re.compile(r"[A-Za-z0-9+/=_-]{24,}")
"""What is a secret by itself within a larger one: a key in a JSON record, a line of PEM, a field of a token."""
_REFERENCE = re.compile(r"\d{8}-[A-Z]{2}-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}")
"""The reference number within a KSeF token: people know the token by it."""


def lowered(text: str) -> str:
    """The text in lower case, each character at its place."""
    low = text.lower().replace("ς", "σ")
    return low if len(low) == len(text) else text.translate(_LOWER)


def _flat(low: str) -> str:
    """The two alphabets of base64 as one, as `lowered` does it with the two cases of hex. Positions stay."""
    return low.replace("-", "+").replace("_", "/")


@dataclass(frozen=True, slots=True, eq=False)
class _Form:
    """A way in which a secret, or a piece of it, is written; two secrets may have pieces that are alike."""

    text: str
    """Flat."""
    least: int
    """Characters that must agree."""


@dataclass(slots=True)
class _Known:
    """A secret value, held by one or more secrets."""

    forms: tuple[_Form, ...]
    grams: list[str]
    numbers: set[int]


class SecretIndex:
    """Knows the living secrets; each method may be called from any thread."""

    def __init__(self, living: LivingSecrets = LIVING) -> None:
        self._living = living
        self._lock = RLock()
        """The collector may run a destructor in the midst of a search, and that may log: it comes in again."""
        self._seen = 0
        self._following = False
        self._values: dict[int, bytes] = {}
        self._known: dict[bytes, _Known] = {}
        self._forms: dict[str, tuple[_Form, ...]] = {}

    def spans(self, low: str) -> list[tuple[int, int]]:
        """Where secrets stand in a text that `lowered` gave; spans may overlap."""
        flat = _flat(low)
        with self._lock:
            self._follow()
            return self._search(flat)

    def _search(self, flat: str) -> list[tuple[int, int]]:
        forms = self._forms
        found: list[tuple[int, int]] = []
        end = 0
        for at in [at for at in range(len(flat) - _GRAM + 1) if flat[at : at + _GRAM] in forms]:
            if at + _GRAM > end:
                span = _longest(flat, at, forms.get(flat[at : at + _GRAM], ()))
                if span is not None:
                    found.append(span)
                    end = max(end, span[1])
        return found

    def _follow(self) -> None:
        """Learn the secrets that are new, forget those that are gone, unless that is being done."""
        if self._seen == self._living.change or self._following:
            return
        self._following = True
        try:
            self._seen = self._living.change
            self._update(self._living.all())
        finally:
            self._following = False

    def _update(self, living: Mapping[int, ref[Secret]]) -> None:
        for number in [number for number in self._values if number not in living]:
            value = self._values.pop(number)
            known = self._known[value]
            known.numbers.discard(number)
            if not known.numbers:
                self._forget(value)
        for number, reference in living.items():
            secret = None if number in self._values else reference()
            if secret is not None and len(secret.reveal()) >= SHORTEST:
                self._learn(number, secret.reveal())

    def _learn(self, number: int, value: bytes) -> None:
        self._values[number] = value
        known = self._known.get(value)
        if known is None:
            known = self._known[value] = _Known(tuple(forms_of(value)), [], set())
            for form in known.forms:
                known.grams += self._noted(form)
        known.numbers.add(number)

    def _noted(self, form: _Form) -> list[str]:
        """Put grams of a form into the dictionary, at least one; returns them."""
        last = len(form.text) - _GRAM
        step = max(PIECE, last // _GRAMS_OF_FORM)
        grams = {form.text[at : at + _GRAM] for at in (*range(0, last, step), last)}
        free = [gram for gram in grams if self._has_room(gram)]
        if not free:
            anywhere = (form.text[at : at + _GRAM] for at in range(last + 1))
            free = [next(filter(self._has_room, anywhere), form.text[:_GRAM])]
        for gram in free:
            self._forms[gram] = (*self._forms.get(gram, ()), form)
        return free

    def _has_room(self, gram: str) -> bool:
        return len(self._forms.get(gram, ())) < _AT_ONE_GRAM

    def _forget(self, value: bytes) -> None:
        known = self._known.pop(value)
        own = set(known.forms)
        for gram in known.grams:
            left = tuple(form for form in self._forms.pop(gram, ()) if form not in own)
            if left:
                self._forms[gram] = left


def _longest(flat: str, at: int, forms: tuple[_Form, ...]) -> tuple[int, int] | None:
    """The longest run around a gram of the text that agrees with enough of one of the forms."""
    gram = flat[at : at + _GRAM]
    spans = []
    for form in forms:
        for place in islice(_places(form.text, gram), _AT_ONE_GRAM):
            start, stop = _run(flat, at, form.text, place)
            if stop - start >= form.least:
                spans.append((start, stop))
                break
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _places(form: str, gram: str) -> Iterator[int]:
    place = form.find(gram)
    while place >= 0:
        yield place
        place = form.find(gram, place + 1)


def _run(flat: str, at: int, form: str, place: int) -> tuple[int, int]:
    """How far text and form agree to the left and to the right of a place where they do."""
    start, first = at, place
    while start and first and flat[start - 1] == form[first - 1]:
        start, first = start - 1, first - 1
    stop, last = at + _GRAM, place + _GRAM
    while stop < len(flat) and last < len(form) and flat[stop] == form[last]:
        stop, last = stop + 1, last + 1
    return start, stop


def forms_of(value: bytes) -> Iterator[_Form]:
    """Every way to write a secret as a whole, and what of it is a secret by itself."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        pieces = {value}
    else:
        dense = _DENSE.findall(text)
        pieces = {piece.encode() for piece in dense if not _REFERENCE.fullmatch(piece)}
    seen: set[str] = set()
    for one in {value, *pieces}:
        for form in _written(one):
            flat = _flat(lowered(form))
            if len(flat) >= _GRAM and flat not in seen:
                seen.add(flat)
                yield _Form(flat, min(PIECE, len(flat)) if one in pieces else len(flat))


def _written(value: bytes) -> Iterator[str]:
    """A value as programs print it."""
    yield value.hex()
    yield from _base64(value)
    yield repr(value)[2:-1]
    yield quote(value, safe="")
    yield quote(value)
    yield quote_plus(value)
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return
    yield text
    yield repr(text)[1:-1]
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield html.escape(text)


def _base64(value: bytes) -> Iterator[str]:
    """What is the same in the base64 of any text that holds the value, for each of three alignments."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + value).decode()
        yield encoded[-(-8 * before // 6) : 8 * (before + len(value)) // 6]
