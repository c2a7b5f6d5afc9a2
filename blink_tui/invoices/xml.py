"""Hostile bytes become a bounded XML tree: no entities, no network, no DTD (DESIGN, rule 6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from blink_tui.invoices.errors import UNREADABLE
from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are not parsed; KSeF takes 3 MB unless a context has more (PROTOCOL 4)."""

_LONGEST_CAUSE = 200
"""Characters; the parser quotes names of elements, which may be long."""

_is_amount = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})", re.ASCII).fullmatch
_is_whole = re.compile(r"[+-]?\d{1,18}", re.ASCII).fullmatch
_is_day = re.compile(r"(\d{4}-\d\d-\d\d)(?:[TZ+-].{0,40})?", re.ASCII).fullmatch


def parse(xml: bytes) -> etree._Element:
    """Root element without comments, instructions and blank text between elements.

    Raises BlinkError (unreadable) for anything that is not plain, bounded XML.
    """
    if len(xml) > MAX_BYTES:
        raise BlinkError(UNREADABLE, cause=f"{len(xml)} bytes")
    # Without `collect_ids=False`: lxml tells libxml2 by a flag that makes it open an external document type.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        raise BlinkError(UNREADABLE, cause=clean(str(error))[:_LONGEST_CAUSE]) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BlinkError(UNREADABLE, cause="DOCTYPE")
    return root


def name_of(element: etree._Element) -> tuple[str, str]:
    """Namespace (empty when there is none) and local name."""
    namespace, _, local = str(element.tag).rpartition("}")
    return namespace[1:], local


def told(elements: Iterable[etree._Element]) -> Iterator[tuple[str, str]]:
    """Path (`Fa/Nowe/Pole`) and text of everything written in these elements, attributes too."""
    for element in elements:
        above = [name_of(one)[1] for one in element.iterancestors()][-2::-1]
        yield from _written(element, "/".join((*above, name_of(element)[1])))


def _written(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    if words := (element.text or "").strip():
        yield path, words
    for attribute, value in element.attrib.items():
        yield f"{path}@{etree.QName(attribute).localname}", str(value)
    for child in element:
        yield from _written(child, f"{path}/{name_of(child)[1]}")
        if words := (child.tail or "").strip():
            yield path, words


def amount(text: str) -> Decimal:
    """A decimal number as the schemas write it: no exponent, no infinity. Raises ValueError."""
    if _is_amount(text) is None:
        raise ValueError(text)
    return Decimal(text)


def whole(text: str) -> int:
    """A whole number of at most 18 digits. Raises ValueError."""
    if _is_whole(text) is None:
        raise ValueError(text)
    return int(text)


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """A calendar day; an offset or time behind it is cut, as the schema's date type allows one. Raises ValueError."""
    match = _is_day(text)
    if match is None:
        raise ValueError(text)
    return date.fromisoformat(match[1])


def flag(text: str) -> bool:
    """The schema's yes (1) and no (2), and UBL's true."""
    return text in ("1", "true")
