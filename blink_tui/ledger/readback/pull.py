"""Hostile and large XML read in pieces: the elements asked for, one at a time, in bounded memory (DESIGN, rule 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from lxml import etree

from blink_tui.i18n import N_
from blink_tui.ledger.readback.errors import at_line, unreadable
from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean

_PIECE = 64 * 1024
_BETWEEN = 4 * 1024 * 1024
"""Bytes without any element that was asked for: more is no register, and would be held in memory."""
_LARGEST = 1024 * 1024 * 1024
_LONGEST_CAUSE = 200

Fields = dict[str, str]
"""Texts of an element's children by their names."""


def elements(file: BinaryIO, names: Sequence[str]) -> Iterator[tuple[str, etree._Element]]:
    """Local name and element of everything that is called so, as it ends; what was yielded is gone at the next one.

    Raises BlinkError(UNREADABLE_BOOKS) with the line for what is not whole, plain, bounded XML.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    read = since = 0
    try:
        while piece := file.read(_PIECE):
            read, since = read + len(piece), since + len(piece)
            if read > _LARGEST or since > _BETWEEN:
                raise unreadable(N_("it is too large, or holds no register"))
            parser.feed(piece)
            for found in _ended(parser):
                since = 0
                yield found
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _told(at_line(error.lineno, N_("the file ends too early or is damaged")), error) from None
    except (etree.LxmlError, ValueError, LookupError) as error:
        raise _told(unreadable(N_("it is no XML")), error) from None
    yield from _ended(parser)


def _ended(parser: etree.XMLPullParser) -> Iterator[tuple[str, etree._Element]]:
    for _event, element in parser.read_events():
        if not isinstance(element, etree._Element):
            continue
        if element.getroottree().docinfo.internalDTD is not None:
            raise unreadable(N_("it declares a document type, which no JPK does"))
        yield str(element.tag).rpartition("}")[2], element
        parent = element.getparent()
        element.clear()
        if parent is not None:
            while element.getprevious() is not None:
                del parent[0]


def _told(refused: BlinkError, error: Exception) -> BlinkError:
    refused.cause = clean(str(error))[:_LONGEST_CAUSE]
    return refused


def fields(element: etree._Element) -> Fields:
    """Texts of an element's children by their local names, blanks cut; a repeated one counts once, the last."""
    return {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in element}


def line_of(element: etree._Element) -> int:
    """Where an element begins; 0 where the parser does not tell."""
    line: int | None = getattr(element, "sourceline", None)
    return line or 0
