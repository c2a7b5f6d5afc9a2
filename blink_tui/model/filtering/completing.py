"""What may stand at a place of a filter: fields, and the words that a field takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blink_tui.model.filtering import values
from blink_tui.model.filtering.fields import FIELDS, NAMES
from blink_tui.model.filtering.parsing import Token, tokens
from blink_tui.model.filtering.words import other_words_of, words_of
from blink_tui.model.text import folded


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would stand in `text[start:end]`."""

    text: str
    start: int
    end: int
    meaning: str = ""
    """English source text about a field; empty for a value."""


def complete(text: str, position: int, findings: Sequence[str] = ()) -> list[Suggestion]:
    """What may go on at a position, the cursor's, in the language in force; nothing where any word may stand.

    `findings` are ids of kinds that the buffer knows, for `uwaga:`.
    """
    token = next((one for one in tokens(text) if one.start <= position <= one.end), None)
    if token is None:
        return [Suggestion(f"{field.shown}:", position, position, field.meaning) for field in FIELDS]
    if token.name is None:
        return [] if token.quoted else _fields(token)
    if position < token.value_start:
        return []
    field = NAMES.get(folded(token.name))
    return _values(token, field.name, findings) if field is not None and not token.quoted else []


def _fields(token: Token) -> list[Suggestion]:
    """Fields that begin so, by their name in the language in force, else by any other name."""
    begun = folded(token.value)
    found: list[Suggestion] = []
    for field in FIELDS:
        names = (field.shown, field.name, *field.others)
        name = next((name for name in names if folded(name).startswith(begun)), None)
        if name is not None:
            found.append(Suggestion(f"{name}:", token.name_start, token.end, field.meaning))
    return found


def _values(token: Token, field: str, findings: Sequence[str]) -> list[Suggestion]:
    """Words of the field that begin as the last one of a list does; Polish ones where those of the language do not."""
    *before, last = token.value.split(",")
    start = token.value_start + sum(len(part) + 1 for part in before)
    extra = tuple(findings) if field == "uwaga" else ()
    begun = values.plain(last)
    for words in ((*words_of(field), *extra), other_words_of(field)):
        found = [word for word in words if values.plain(word).startswith(begun) and word not in before]
        if found:
            return [Suggestion(word, start, token.end) for word in found]
    return []
