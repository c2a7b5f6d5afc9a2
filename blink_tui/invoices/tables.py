"""Tables *tag → field* and the one pass over an element's children that fills them.

A `Record` names the fields of one kind of element in the schema's own words. It is compiled once per namespace into
a closure that looks every child up by its full tag: elements of foreign namespaces and unknown tags are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from lxml import etree

from blink_tui.invoices.errors import UNREADABLE
from blink_tui.invoices.xml import amount as to_amount
from blink_tui.invoices.xml import day as to_day
from blink_tui.invoices.xml import flag as to_flag
from blink_tui.invoices.xml import whole as to_whole
from blink_tui.model.errors import BlinkError

Fields = dict[str, Any]
Fill = Callable[[etree._Element, Fields], None]
Namespaces = tuple[str, ...]

_TEXT, _VALUE, _TEXTS, _ONE, _MANY, _INTO, _SPECIAL = range(7)


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A kind of element: what is made of its fields, and its table."""

    make: Callable[..., Any]
    """Called with the fields that were found, by name."""
    table: Mapping[str, Rule]


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


def one(field: str, record: Record) -> Rule:
    """A record; the first of repeated ones counts."""
    return _ONE, field, record


def many(field: str, record: Record) -> Rule:
    """Records of all such children, in order."""
    return _MANY, field, record


def into(table: Mapping[str, Rule]) -> Rule:
    """Its children fill the same record as itself."""
    return _INTO, "", Record(dict, table)


def special(fields_of: Callable[[etree._Element], Fields]) -> Rule:
    """Whatever a function makes of the element; a list among its fields adds to one already there."""
    return _SPECIAL, "", fields_of


@lru_cache(maxsize=32)
def reader(record: Record, namespaces: Namespaces) -> Callable[[etree._Element], Any]:
    """The record's reader for elements of these namespaces (an empty one is none).

    It raises BlinkError (unreadable) naming the tag whose text does not convert.
    """
    return _reader(record, namespaces)


def _reader(record: Record, namespaces: Namespaces) -> Callable[[etree._Element], Any]:
    make, fill = record.make, _filler(record.table, namespaces)

    def read(element: etree._Element) -> Any:
        fields: Fields = {}
        fill(element, fields)
        for name, value in fields.items():
            if value.__class__ is list:
                fields[name] = tuple(value)
        return make(**fields)

    return read


def _compiled(rule: Rule, namespaces: Namespaces) -> Rule:
    kind, field, action = rule
    if kind in (_ONE, _MANY):
        return kind, field, _reader(action, namespaces)
    if kind == _INTO:
        return kind, field, _filler(action.table, namespaces)
    return rule


def _filler(table: Mapping[str, Rule], namespaces: Namespaces) -> Fill:
    rules = {}
    for tag, rule in table.items():
        compiled = _compiled(rule, namespaces)
        for namespace in namespaces:
            rules[f"{{{namespace}}}{tag}" if namespace else tag] = compiled
    rule_of = rules.get

    def fill(element: etree._Element, fields: Fields) -> None:
        for child in element:
            rule = rule_of(child.tag)
            if rule is None:
                continue
            kind, field, action = rule
            if kind <= _TEXTS:
                written = child.text
                if written and (written := written.strip()):
                    if kind == _TEXTS:
                        fields.setdefault(field, []).append(written)
                    elif field not in fields:
                        fields[field] = written if kind == _TEXT else _converted(child, written, action)
            elif kind == _MANY:
                fields.setdefault(field, []).append(action(child))
            elif kind == _INTO:
                action(child, fields)
            elif kind == _SPECIAL:
                _merge(fields, action(child))
            elif field not in fields:
                fields[field] = action(child)

    return fill


def _converted(element: etree._Element, written: str, convert: Callable[[str], Any]) -> Any:
    try:
        return convert(written)
    except ValueError as error:
        raise unreadable(element, written) from error


def unreadable(element: etree._Element, written: str) -> BlinkError:
    """The error of an element whose text is not what its schema says."""
    return BlinkError(UNREADABLE, cause=f"{etree.QName(element).localname}: {written!r:.80}")


def _merge(fields: Fields, more: Fields) -> None:
    for name, value in more.items():
        if value.__class__ is list:
            fields.setdefault(name, []).extend(value)
        else:
            fields.setdefault(name, value)


def written_amount(element: etree._Element) -> Decimal | None:
    """An element's own amount, for special rules. Raises BlinkError (unreadable)."""
    written = (element.text or "").strip()
    return _converted(element, written, to_amount) if written else None
