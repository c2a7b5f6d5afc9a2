"""Tables *tag → field* and the one pass over an element's children that fills them.

A `Record` names the fields of one kind of element in the schema's own words. It is compiled once per namespace into
a closure that looks every child up by its full tag. What no rule is there for, of foreign namespaces too, and what a
field that holds one value would get a second time, is handed back as unread: nothing is lost without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, TypeVar

from lxml import etree

from blink_tui.invoices.errors import UNREADABLE
from blink_tui.invoices.xml import amount as to_amount
from blink_tui.invoices.xml import day as to_day
from blink_tui.invoices.xml import flag as to_flag
from blink_tui.invoices.xml import whole as to_whole
from blink_tui.model.errors import BlinkError

Fields = dict[str, Any]
Convert = Callable[[str], Any]
Unread = list[etree._Element]
"""Elements that no field took."""
Fill = Callable[[etree._Element, Fields, Unread], None]
Read = Callable[[etree._Element, Unread], Any]
Namespaces = tuple[str, ...]
Made = TypeVar("Made")

_TEXT, _VALUE, _TEXTS, _ONE, _MANY, _INTO, _MERGED, _SPECIAL, _PASSED = range(9)


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A kind of element: what is made of its fields, and its table."""

    make: Callable[..., Any]
    """A dataclass, or a function that is called with the fields that were found, by name."""
    table: Mapping[str, Rule]

    def only(self, *fields: str) -> Record:
        """The same kind of element, read for some of its fields; all else is among the unread."""
        missing = set(fields) - _fields_of(self.table)
        if missing:
            raise TypeError(f"{self.make} has no {missing}")
        return Record(self.make, {tag: rule for tag, rule in self.table.items() if rule[1] in fields})


Rule = tuple[int, str, Any]
"""What is done with a child: how, into which field, by what."""


def text(field: str) -> Rule:
    """Its text, as written but for space at the ends."""
    return _TEXT, field, None


def texts(field: str) -> Rule:
    """The texts of all such children, in order."""
    return _TEXTS, field, None


def amount(field: str) -> Rule:
    """An exact decimal."""
    return _VALUE, field, to_amount


def whole(field: str) -> Rule:
    """A whole number."""
    return _VALUE, field, to_whole


def day(field: str) -> Rule:
    """A calendar day."""
    return _VALUE, field, to_day


def flag(field: str) -> Rule:
    """Yes (1) or no (2)."""
    return _VALUE, field, to_flag


PASSED: Rule = (_PASSED, "", None)
"""Says nothing that another field does not say: passed over on purpose."""


def one(field: str, record: Record) -> Rule:
    """A record; the first of repeated ones counts."""
    return _ONE, field, record


def many(field: str, record: Record) -> Rule:
    """Records of all such children, in order."""
    return _MANY, field, record


def into(table: Mapping[str, Rule]) -> Rule:
    """Its children fill the same record as itself."""
    return _INTO, "", Record(dict, table)


def merged(record: Record, repeated: str = "") -> Rule:
    """A record whose `make` gives fields for its parent; `repeated` as in `special`."""
    return _MERGED, repeated, record


def special(fields_of: Callable[[etree._Element], Fields], repeated: str = "") -> Rule:
    """Whatever a function makes of the element; `repeated` names those of its fields that are lists to gather."""
    return _SPECIAL, repeated, fields_of


@lru_cache(maxsize=32)
def reader(record: Record, namespaces: Namespaces) -> Read:
    """The record's reader for elements of these namespaces (an empty one is none); it adds to what is unread.

    It raises BlinkError (unreadable) naming the tag whose text does not convert, or that holds elements instead.
    """
    return _reader(record, namespaces)


def _reader(record: Record, namespaces: Namespaces) -> Read:
    make, fill, repeated = _maker(record), _filler(record.table, namespaces), _repeated(record.table)

    def read(element: etree._Element, unread: Unread) -> Any:
        fields: Fields = {}
        fill(element, fields, unread)
        for field in repeated:
            if field in fields:
                fields[field] = tuple(fields[field])
        return make(fields)

    return read


def _maker(record: Record) -> Callable[[Fields], Any]:
    make = record.make
    if not is_dataclass(make):
        return lambda fields: make(**fields)
    unknown = _fields_of(record.table) - {field.name for field in dataclass_fields(make)}
    if unknown:
        raise TypeError(f"{make} has no {unknown}")
    return partial(built, make)


def built(made_of: type[Made], fields: Fields) -> Made:
    """A frozen dataclass that takes these fields for its own; the others are its class's defaults.

    Its `__init__` would set every field by `object.__setattr__`: 5 µs for a party, 9 µs for an invoice.
    """
    made = object.__new__(made_of)
    object.__setattr__(made, "__dict__", fields)
    return made


def _fields_of(table: Mapping[str, Rule]) -> set[str]:
    """Fields that the table fills by itself, without those that its functions make."""
    found: set[str] = set()
    for kind, field, action in table.values():
        found |= _fields_of(action.table) if kind == _INTO else set(field.split())
    return found


def _repeated(table: Mapping[str, Rule]) -> tuple[str, ...]:
    """Fields that gather values in a list."""
    found: set[str] = set()
    for kind, field, action in table.values():
        if kind in (_TEXTS, _MANY):
            found.add(field)
        elif kind in (_MERGED, _SPECIAL):
            found.update(field.split())
        elif kind == _INTO:
            found.update(_repeated(action.table))
    return tuple(sorted(found))


_Values = dict[str, tuple[str, Convert | None]]


def _by_tag(table: Mapping[str, Rule], namespaces: Namespaces) -> tuple[_Values, dict[str, Fill]]:
    """Full tags of single values with their field, and of all else with what it does."""
    values: _Values = {}
    others: dict[str, Fill] = {}
    for tag, (kind, field, action) in table.items():
        names = [f"{{{namespace}}}{tag}" if namespace else tag for namespace in namespaces]
        if kind in (_TEXT, _VALUE):
            values |= dict.fromkeys(names, (field, action))
        else:
            others |= dict.fromkeys(names, _step(kind, field, action, namespaces))
    return values, others


def _filler(table: Mapping[str, Rule], namespaces: Namespaces) -> Fill:
    """What puts an element's children into fields, each found by its full tag at once."""
    values, others = _by_tag(table, namespaces)
    value_of, step_of = values.get, others.get

    def fill(element: etree._Element, fields: Fields, unread: Unread) -> None:
        for child in element:
            tag = child.tag
            found = value_of(tag)
            if found is not None:
                if len(child):
                    raise unreadable(child, "elements within")
                written = child.text
                if written and (written := written.strip()):
                    field, convert = found
                    if field in fields:
                        unread.append(child)
                        continue
                    try:
                        fields[field] = written if convert is None else convert(written)
                    except ValueError as error:
                        raise unreadable(child, written) from error
            elif (step := step_of(tag)) is not None:
                step(child, fields, unread)
            else:
                unread.append(child)

    return fill


def _step(kind: int, field: str, action: Any, namespaces: Namespaces) -> Fill:
    """What a child that is no single value does to the fields."""
    if kind == _PASSED:
        return lambda child, fields, unread: None
    if kind == _INTO:
        return _filler(action.table, namespaces)
    if kind == _SPECIAL:
        return lambda child, fields, unread: _merge(fields, action(child), child, unread)
    if kind == _TEXTS:
        return lambda child, fields, unread: _append_text(fields, field, child)
    read = _reader(action, namespaces)
    if kind == _MERGED:
        return lambda child, fields, unread: _merge(fields, read(child, unread), child, unread)
    if kind == _MANY:
        return lambda child, fields, unread: fields.setdefault(field, []).append(read(child, unread))
    return partial(_first, field, read)


def _first(field: str, read: Read, element: etree._Element, fields: Fields, unread: Unread) -> None:
    if field in fields:
        unread.append(element)
    else:
        fields[field] = read(element, unread)


def _append_text(fields: Fields, field: str, element: etree._Element) -> None:
    if written := text_of(element):
        fields.setdefault(field, []).append(written)


def text_of(element: etree._Element) -> str:
    """An element's whole text without space at its ends, for special rules.

    Raises BlinkError (unreadable) where there are elements within, since what is before them is another text.
    """
    if len(element):
        raise unreadable(element, "elements within")
    return (element.text or "").strip()


def unreadable(element: etree._Element, written: str) -> BlinkError:
    """The error of an element whose text is not what its schema says."""
    return BlinkError(UNREADABLE, cause=f"{etree.QName(element).localname}: {written!r:.80}")


def _merge(fields: Fields, more: Fields, element: etree._Element, unread: Unread) -> None:
    for name, value in more.items():
        if value.__class__ is list:
            fields.setdefault(name, []).extend(value)
        elif value != fields.setdefault(name, value) and (not unread or unread[-1] is not element):
            unread.append(element)


def written_amount(element: etree._Element) -> Decimal | None:
    """An element's own amount, for special rules. Raises BlinkError (unreadable)."""
    written = text_of(element)
    try:
        return to_amount(written) if written else None
    except ValueError as error:
        raise unreadable(element, written) from error
