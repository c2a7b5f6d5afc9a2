"""Rules, schemes and the data source as readable TOML: equal ones are written alike, faults told with their line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass
from dataclasses import fields as fields_of
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeAlias, cast

from blink_tui.coding.language_typing import nearest
from blink_tui.coding.shapes import Rule, Scheme, Source
from blink_tui.coding.toml_places import Places
from blink_tui.coding.toml_words import TABLES, Key, Table, WrongValueError, word_of
from blink_tui.i18n import N_, Message, _
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.rulebook import EntryKind, digest_of
from blink_tui.model.text import clean, folded

__all__ = [
    "Fault",
    "Item",
    "digest_of",
    "key_of",
    "read",
    "read_with_faults",
    "shipped_entries",
    "written",
]

Item: TypeAlias = Rule | Scheme | Source

BAD_RULES = ErrorKind("bad-rules", ExitCode.USAGE, N_("{problem}"))
MOST_CHARACTERS = 1_000_000
MOST_FAULTS = 50
_MOST_PARTS = 50
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a text: its line, of which rule or scheme and key, and a sentence."""

    line: int
    place: str
    message: Message

    def __str__(self) -> str:
        where = _("line {line}, {place}") if self.place else _("line {line}")
        return f"{where.format(line=self.line, place=self.place)}: {self.message}"


def read(text: str) -> list[Item]:
    """Everything that a text holds, in its order. Raises BlinkError (usage) that tells every fault with its line."""
    items, faults = read_with_faults(text)
    if faults:
        raise BlinkError(BAD_RULES, problem="\n".join(map(str, faults)))
    return items


def read_with_faults(text: str) -> tuple[list[Item], list[Fault]]:
    """What can be understood of a text, and what cannot, in the order of its lines."""
    if len(text) > MOST_CHARACTERS:
        too_long = Message(N_("Rules have {most} characters at the most."), {"most": MOST_CHARACTERS})
        return [], [Fault(1, "", too_long)]
    if _has_deep_keys(text):
        return [], [Fault(1, "", Message(N_("Too many names joined by dots.")))]
    try:
        document = tomllib.loads(text, parse_float=str)
    except ValueError as error:  # TOMLDecodeError, and Python's own of a number with thousands of digits
        return [], [_broken(text, str(error))]
    except RecursionError:
        return [], [Fault(1, "", Message(N_("Too many brackets within one another.")))]
    reading = _Reading(text)
    items = reading.items(document)
    return items, sorted(reading.faults, key=lambda fault: fault.line)


def _has_deep_keys(text: str) -> bool:
    """A key of many parts: the parser takes the square of their number."""
    run = 0
    for piece in text.split("."):
        run = run + 1 if piece.strip(" \t\"'").replace("-", "").replace("_", "").isalnum() else 0
        if run > _MOST_PARTS:
            return True
    return False


def _broken(text: str, cause: str) -> Fault:
    """The parser's own sentence is English and technical: it goes behind ours."""
    _before, _at, place = cause.rpartition("(at line ")
    number = place.partition(",")[0]
    line = int(number) if number.isdecimal() else text.rstrip().count("\n") + 1
    sentence = N_(
        "This is no TOML: a quotation mark, a bracket or a = is missing, or a key is there twice ({cause})."
    )
    return Fault(line, "", Message(sentence, {"cause": clean(cause)}))


class _Reading:
    """One text, with what was found wrong in it."""

    def __init__(self, text: str) -> None:
        self._places = Places(text)
        self._wrong = 0
        self.faults: list[Fault] = []
        """The first `MOST_FAULTS` of them."""

    def items(self, document: Mapping[str, Any]) -> list[Item]:
        found: list[Item] = []
        seen: set[tuple[EntryKind, str]] = set()
        for typed, value in document.items():
            table = next((one for one in TABLES if folded(typed) in (one.name, one.english)), None)
            if table is None:
                self._unknown(typed, (typed,), "", [one.name for one in TABLES])
                continue
            for number, one in enumerate(self._tables(value, (typed,), table.name)):
                item = cast("Item | None", self._made(table, one, (typed, number), table.name))
                if item is None:
                    continue
                key = key_of(item)
                if key in seen:
                    sentence = N_("there are two of this name")
                    self._fault((typed, number), f"{table.name} „{key[1]}”", Message(sentence))
                seen.add(key)
                found.append(item)
        return found

    def _tables(self, value: object, path: tuple[str | int, ...], place: str) -> list[Any]:
        if isinstance(value, dict):
            value = [value]
        if isinstance(value, list):
            return value
        self._fault(path, place, Message(N_("this is written as [[{name}]]"), {"name": path[-1]}))
        return []

    def _made(self, table: Table, value: object, path: tuple[str | int, ...], place: str) -> object | None:
        if not isinstance(value, dict):
            self._fault(path, place, Message(N_("this is written as [[{name}]]"), {"name": table.name}))
            return None
        place = f"{place} „{_name_in(value)}”" if _name_in(value) else place
        before = self._wrong
        found: dict[str, Any] = {}
        for typed, one in value.items():
            key = table.key(typed)
            if key is None:
                self._unknown(typed, (*path, typed), place, [known.name for known in table.keys])
            elif key.field in found:
                self._fault((*path, typed), f"{place}, {typed}", Message(N_("this is there twice")))
            else:
                found[key.field] = self._value(key, one, (*path, typed), f"{place}, {typed}")
        for key in table.keys:
            if key.needed and key.field not in found:
                self._fault(path, place, Message(N_("“{name}” is missing"), {"name": key.name}))
        return table.shape(**found) if self._wrong == before else None

    def _value(self, key: Key, value: object, path: tuple[str | int, ...], place: str) -> Any:
        if key.table is not None:
            table = key.table
            made = [
                self._made(table, one, (*path, number), f"{place} {number + 1}")
                for number, one in enumerate(self._tables(value, path, place))
            ]
            return tuple(made)
        try:
            return key.read(value)
        except WrongValueError as error:
            self._fault(path, place, error.message)
            return None

    def _unknown(self, typed: str, path: tuple[str | int, ...], place: str, known: Iterable[str]) -> None:
        guess = nearest(typed, known) if self._wrong < MOST_FAULTS else None
        if guess is not None:
            sentence = N_("there is no “{name}” here, did you mean {guess}?")
        else:
            sentence = N_("there is no “{name}” here; there are: {known}")
        values = {"name": clean(typed)[:60], "guess": guess, "known": ", ".join(known)}
        self._fault(path, place, Message(sentence, values))

    def _fault(self, path: tuple[str | int, ...], place: str, message: Message) -> None:
        self._wrong += 1
        if self._wrong <= MOST_FAULTS:
            self.faults.append(Fault(self._places.line(path), clean(place), message))


def _name_in(value: Mapping[str, Any]) -> str:
    found = value.get("nazwa") or value.get("name")
    return clean(found)[:60] if isinstance(found, str) else ""


# writing


def written(items: Iterable[Item]) -> str:
    """Readable TOML of these, by kind and name: equal ones give the same text, and `read` gives them back."""
    tables = {table.shape: table for table in TABLES}
    order = [table.shape for table in TABLES]
    ordered = sorted(items, key=lambda item: (order.index(type(item)), key_of(item)[1]))
    return "\n".join(_written(tables[type(item)], item, "") for item in ordered)


def _written(table: Table, item: object, above: str) -> str:
    path = f"{above}{table.name}"
    lines = [f"[[{path}]]"]
    below: list[str] = []
    usual = {one.name: _usual(one) for one in fields_of(cast("Any", item))}
    for key in table.keys:
        value = getattr(item, key.field)
        if not key.needed and value == usual[key.field]:
            continue
        if key.table is not None:
            below += [_written(key.table, one, f"{path}.") for one in value]
        else:
            lines.append(f"{key.name} = {_spelled(value)}")
    return "\n".join(["\n".join(lines) + "\n", *below])


def _usual(one: Any) -> object:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Enum):
        return _quoted(word_of(value))
    if isinstance(value, Mapping):
        pairs = (f"{_key(name)} = {_quoted(text)}" for name, text in sorted(value.items()))
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, (tuple, frozenset)):
        parts = [_spelled(one) for one in value]
        return f"[{', '.join(sorted(parts) if isinstance(value, frozenset) else parts)}]"
    return _quoted(str(value))


def _key(name: str) -> str:
    return name if name and _PLAIN.issuperset(name) else _quoted(name)


def _quoted(text: str) -> str:
    """In apostrophes where quotation marks stand in it, over several lines where it has some."""
    if "\n" in text and "'''" not in text and _is_shown(text.replace("\n", "")):
        return f"'''\n{text}'''"
    if ('"' in text or "\\" in text) and "'" not in text and _is_shown(text):
        return f"'{text}'"
    return f'"{"".join(map(_escaped, text))}"'


def _is_shown(text: str) -> bool:
    return all(char >= " " and char != "\x7f" for char in text)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\u{ord(char):04X}" if char < " " or char == "\x7f" else char


# entries of the rulebook


def key_of(item: Item) -> tuple[EntryKind, str]:
    """Under which kind and name the rulebook keeps it; a row of the data source by its direction and kind."""
    if isinstance(item, Rule):
        return EntryKind.RULE, item.name
    if isinstance(item, Scheme):
        return EntryKind.SCHEME, item.name
    return EntryKind.SOURCE, f"{word_of(item.direction)} {item.kind}"


@lru_cache(maxsize=1)
def shipped_entries() -> tuple[tuple[EntryKind, str, str, str], ...]:
    """Kind, name, text and digest of all that comes with the program."""
    folder = files("blink_tui.coding").joinpath("shipped")
    if not folder.is_dir():
        return ()
    found = []
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            for item in read(file.read_text(encoding="utf-8")):
                text = written([item])
                found.append((*key_of(item), text, digest_of(text)))
    return tuple(found)
