"""Texts on their way into a format: cleaned, cut, put into its alphabet, every change told (FORMATS "Common rules")."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from blink_tui.i18n import N_
from blink_tui.model.coding import Problem
from blink_tui.model.text import clean

CUT_NUMBERS = "cut_numbers"
"""Setting of formats with short document numbers: `tak` lets longer ones be cut."""
YES = "tak"
_SHOWN = 60
_LOOSE = " ,;:-–(„"
"""Signs that end no text."""
_PLAIN = str.maketrans(
    {"Ð": "D", "đ": "d", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "−": "-"}
)


class Texts:
    """The texts of one document; `warnings` says what became of them."""

    def __init__(self, *, codec: str = "utf-8") -> None:
        self._codec = codec
        self._told: list[Problem] = []

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """In the order in which they were met, each once."""
        return tuple({(one.code, *one.values.values()): one for one in self._told}.values())

    def tell(self, code: str, sentence: str, /, *, blocks: bool = False, **values: str) -> None:
        """A warning of the exporter's own; values are texts."""
        self._told.append(Problem(code, sentence, values, blocks=blocks))

    def of(self, text: str | None, field: str, limit: int = 0) -> str:
        """A text that may stand in a field; cut with a warning where it is longer than the limit (0 is none)."""
        if not text:
            return ""
        plain = (
            text.isascii() and text.isprintable()
        )  # most are, and need neither cleaning nor another alphabet
        found = text.strip() if plain else self._spelled(clean(text).strip(), field)
        if not limit or len(found) <= limit:
            return found
        self.tell(
            "text-cut",
            N_("{field}: “{text}” is longer than {limit} characters and was cut."),
            field=field, text=found[:_SHOWN], limit=str(limit),
        )  # fmt: skip
        return found[:limit].rstrip()

    def fitted(self, text: str, limit: int = 0, *, spare: str = "") -> str:
        """A text that nobody typed, made to fit without a warning: without `spare`, else cut at a word."""
        found = self._in_alphabet(clean(text).strip())
        if not limit or len(found) <= limit:
            return found
        if spare:
            return self.fitted(" ".join(found.replace(spare, " ").split()), limit)
        cut = found[: limit + 1].rsplit(" ", 1)[0]
        return (cut if len(cut) > limit // 2 else found)[:limit].rstrip(_LOOSE)

    def number(self, text: str, field: str, limit: int, *, may_cut: bool) -> str:
        """A document's number; one that is too long blocks the document unless the firm chose to have it cut."""
        found = self._spelled(clean(text).strip(), field)
        if len(found) <= limit:
            return found
        if may_cut:
            return self.of(text, field, limit)
        self.tell(
            "number-too-long",
            N_(
                "{field}: the number “{text}” is longer than {limit} characters."
                " Set cut_numbers to tak to have such numbers cut."
            ),
            blocks=True, field=field, text=found[:_SHOWN], limit=str(limit),
        )  # fmt: skip
        return found[:limit].rstrip()

    def _spelled(self, text: str, field: str) -> str:
        found = self._in_alphabet(text)
        if found != text:
            self.tell(
                "letters-replaced",
                N_("{field}: letters that {codec} does not have were replaced: “{text}” became “{found}”."),
                field=field, codec=self._codec, text=text[:_SHOWN], found=found[:_SHOWN],
            )  # fmt: skip
        return found

    def _in_alphabet(self, text: str) -> str:
        if text.isascii():
            return text
        try:
            text.encode(self._codec)
        except UnicodeEncodeError:
            return "".join(self._letters(text))
        return text

    def _letters(self, text: str) -> Iterator[str]:
        """Each letter itself, without its marks where those are missing, or a question mark."""
        for char in text:
            for form in (
                char,
                char.translate(_PLAIN),
                unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode(),
            ):
                try:
                    form.encode(self._codec)
                except UnicodeEncodeError:
                    continue
                if form:
                    yield form
                    break
            else:
                yield "?"
