"""Hostile bytes become a bounded XML tree: no entities, no network, no DTD (DESIGN, rule 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from lxml import etree

from blink_tui.invoices.errors import UNREADABLE
from blink_tui.model.errors import BlinkError

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are not parsed; KSeF takes 3 MB unless a context has more (PROTOCOL 4)."""

Convert = Callable[[str], Any]
Table = Mapping[str, tuple[str, Convert]]
"""Local tag → (field, conversion of its text)."""


def parse(xml: bytes) -> etree._Element:
    """Root element. Raises BlinkError (unreadable) for anything that is not plain, bounded XML."""
    if len(xml) > MAX_BYTES:
        raise BlinkError(UNREADABLE, cause=f"{len(xml)} bytes")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BlinkError(UNREADABLE, cause=str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BlinkError(UNREADABLE, cause="DOCTYPE")
    return root


@lru_cache(maxsize=4096)
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: etree._Element) -> str:
    """Tag without its namespace."""
    return _without_namespace(str(element.tag))


def filled(element: etree._Element | None, table: Table) -> dict[str, Any]:
    """Fields of the table's tags among an element's children; the first of repeated tags counts.

    Raises BlinkError (unreadable) naming the tag whose text does not convert.
    """
    fields: dict[str, Any] = {}
    for child in element if element is not None else ():
        rule = table.get(local(child))
        if rule is not None and child.text is not None and rule[0] not in fields:
            fields[rule[0]] = converted(child, rule[1])
    return fields


def converted(element: etree._Element, convert: Convert) -> Any:
    """The element's text through a conversion. Raises BlinkError (unreadable) naming the tag."""
    try:
        return convert((element.text or "").strip())
    except (ValueError, InvalidOperation) as error:
        raise BlinkError(UNREADABLE, cause=f"{local(element)}: {element.text!r:.80}") from error


def children(element: etree._Element | None, tag: str) -> list[etree._Element]:
    """Children with a local tag, in order."""
    return [child for child in element if local(child) == tag] if element is not None else []


def child(element: etree._Element | None, tag: str) -> etree._Element | None:
    """First child with a local tag."""
    return next((found for found in element if local(found) == tag), None) if element is not None else None


def amount(text: str) -> Decimal:
    """A decimal number, finite. Raises ValueError or InvalidOperation."""
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


def day(text: str) -> date:
    """A calendar day; an offset or time behind it is cut, as the schema's date type allows one."""
    return date.fromisoformat(text[:10])


def flag(text: str) -> bool:
    """The schema's yes (1) and no (2)."""
    return text == "1"
