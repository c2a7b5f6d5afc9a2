"""What may stand at a place of an expression: fields, functions, keys, the words that a field takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from blink_tui.coding.language_functions import BY_NAME, FUNCTIONS, Function
from blink_tui.coding.language_grammar import WORDS
from blink_tui.coding.language_types import Catalogue, Field, Kind
from blink_tui.i18n import N_, language
from blink_tui.model.filtering.completing import Suggestion
from blink_tui.model.text import folded

_QUOTES = frozenset('"„”')
_SIGNS = frozenset("=<>~≠≤≥!")
_SIGNS_AFTER = {
    Kind.AMOUNT: ("=", "<>", ">", ">=", "<", "<="),
    Kind.DATE: ("=", "<>", ">", ">=", "<", "<="),
    Kind.TEXT: ('= "', '<> "', '~ "'),
    Kind.TEXTS: ('= "', '<> "', '~ "'),
}
_JOINS = {"pl": ("i", "lub"), "en": ("and", "or")}
_MEANINGS = {
    "=": N_("is equal"),
    '= "': N_("is this text"),
    "<>": N_("is not equal"),
    '<> "': N_("is not this text"),
    '~ "': N_("holds these words; * for any letters, a comma for or"),
    "i": N_("both hold"),
    "and": N_("both hold"),
    "lub": N_("one of them holds"),
    "or": N_("one of them holds"),
}


@dataclass(slots=True)
class _Before:
    """What stands before a place."""

    word: str = ""
    """The name that is being typed."""
    start: int = 0
    """Where it begins, or the text within quotes."""
    quoted: bool = False
    last: str = ""
    """The last thing before it: a name, a sign, a bracket, `"` for a text, `0` for a number."""
    name: str = ""
    """The last name before it, with whatever sign or bracket is between them."""
    functions: list[str] = field(default_factory=list)
    """Names before the brackets that are open, the outermost first; empty for a bracket of its own."""


def complete(text: str, place: int, names: Catalogue) -> list[Suggestion]:
    """What may go on at a place, the cursor's, in the language in force; nothing where anything may be typed."""
    before = _read(text[:place])
    if before.quoted:
        end = next((at for at in range(place, len(text)) if text[at] in _QUOTES), place)
        return _quoted(text[before.start : place], before, names, end)
    end = place
    while end < len(text) and (text[end].isalnum() or text[end] in "._"):
        end += 1
    if not before.word and (before.last in (")", "]", '"', "0") or before.last == before.name != ""):
        return [Suggestion(sign, place, place, _MEANINGS.get(sign, "")) for sign in _after(before, names)]
    if before.last == "[":
        return _keys(before, names, before.word, before.start, end)
    return _named(before, names, end)


def _read(text: str) -> _Before:
    """One pass over what stands before the place."""
    found = _Before()
    at = 0
    while at < len(text):
        char = text[at]
        begun = at
        if char in _QUOTES:
            at = next((end for end in range(at + 1, len(text)) if text[end] in _QUOTES), -1) + 1
            if not at:
                found.quoted, found.start = True, begun + 1
                return found
            found.last = '"'
        elif char.isalnum() or char == "_":
            while at < len(text) and (text[at].isalnum() or text[at] in "._"):
                at += 1
            if at == len(text) and not char.isdigit():
                found.word, found.start = text[begun:], begun
                return found
            found.last, found.name = _word(text[begun:at])
        else:
            at += 1
            _sign(found, char)
    found.start = len(text)
    return found


def _word(word: str) -> tuple[str, str]:
    """A name as itself twice, a number or a yes as a value, a word of the language as a sign."""
    if word[0].isdigit() or WORDS.get(folded(word)) == "YES":
        return "0", ""
    return (word, "") if folded(word) in WORDS else (word, word)


def _sign(found: _Before, char: str) -> None:
    if char == "(":
        found.functions.append(found.name if found.last == found.name else "")
    elif char == ")" and found.functions:
        found.functions.pop()
    if not char.isspace():
        found.last = char
        if char not in _SIGNS and char not in "[]":
            found.name = ""


def _quoted(begun: str, before: _Before, names: Catalogue, end: int) -> list[Suggestion]:
    """Keys after a bracket, words of a field after = or <>."""
    if before.last == "[":
        return _keys(before, names, begun, before.start, end, quotes="")
    known = names.find(before.name)
    if known is None or known.words is None or before.last not in ("=", ">"):
        return []
    words = dict.fromkeys(known.words.values())
    return [Suggestion(word, before.start, end) for word in words if folded(word).startswith(folded(begun))]


def _keys(
    before: _Before, names: Catalogue, begun: str, start: int, end: int, quotes: str = '"'
) -> list[Suggestion]:
    known = names.find(before.name)
    keys = dict.fromkeys((known.keys or {}).values()) if known is not None else {}
    return [
        Suggestion(f"{quotes}{key}{quotes}", start, end)
        for key in keys
        if folded(key).startswith(folded(begun))
    ]


def _after(before: _Before, names: Catalogue) -> Iterator[str]:
    """Signs for what stands before, else the words that join conditions."""
    known = names.find(before.name) if before.last in (before.name, "]") else None
    if known is not None:
        yield from _SIGNS_AFTER.get(known.kind, ())
    if known is None or known.kind is Kind.FLAG:
        yield from _JOINS[language()]


def _named(before: _Before, names: Catalogue, end: int) -> list[Suggestion]:
    """Fields and functions that begin so, those of rows only within what goes over rows, and there first."""
    opened = [BY_NAME.get(folded(name)) for name in before.functions]
    in_rows = any(function is not None and function.over_rows for function in opened)
    fields = sorted((one for one in names if in_rows or not one.row), key=lambda one: not one.row)
    functions = [one for one in FUNCTIONS if not (in_rows and one.over_rows)]
    found = [*_begun(fields, before.word), *_begun(functions, before.word)]
    return [Suggestion(text, before.start, end, meaning) for text, meaning in found]


def _begun(known: Iterable[Field | Function], begun: str) -> Iterator[tuple[str, str]]:
    plain = folded(begun)
    for one in known:
        order = (one.name, *one.others) if language() == "pl" else (*one.others, one.name)
        name = next((name for name in order if folded(name).startswith(plain)), None)
        if name is not None:
            behind = "(" if isinstance(one, Function) else '["' if one.needs_key else ""
            yield f"{name}{behind}", one.meaning
