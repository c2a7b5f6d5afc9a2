"""A file judged by an XML schema that lies on this machine; nothing is fetched, however the schema names its parts."""

from __future__ import annotations

from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from blink_tui.i18n import N_
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.text import clean

SCHEMA_UNREADABLE = ErrorKind(
    "schema-unreadable",
    ExitCode.USAGE,
    N_("{path} is no schema that can be used: {problem}. The parts that it names must lie beside it."),
)
_MOST = 20
"""Problems of one file that are worth reading."""
_LONGEST = 300


class _Beside(etree.Resolver):
    """Answers what a schema includes with the file of that name beside it, in its folder or a little below."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override] # stubs lag
        asked = Path(system_url)
        found = asked if asked.is_file() else next(self._named(asked.name), None)
        if found is None:
            raise OSError(system_url)
        return self.resolve_filename(str(found), context)  # type: ignore[attr-defined] # stubs lag

    def _named(self, name: str) -> Iterator[Path]:
        for below in ("", "*/", "*/*/"):
            yield from self._folder.glob(below + escape(name))


class _Nothing:
    """Keeps nothing of what is read: a file of 100,000 rows is judged as it passes."""

    def start(self, tag: str | bytes, attrib: Any) -> None:
        """An element begins."""

    def end(self, tag: str | bytes) -> None:
        """It ends."""

    def data(self, data: str | bytes) -> None:
        """Text."""

    def comment(self, text: str | bytes) -> None:
        """A comment."""

    def close(self) -> None:
        """All is read."""


def validated(xml: Path | BinaryIO, xsd: Path) -> list[str]:
    """What a schema objects to in a file, the first objections; empty means valid.

    Raises BlinkError(SCHEMA_UNREADABLE).
    """
    parser = etree.XMLParser(
        schema=_schema(xsd), target=_Nothing(), no_network=True, resolve_entities=False, huge_tree=True
    )
    try:
        etree.parse(str(xml) if isinstance(xml, Path) else xml, parser)
    except etree.XMLSyntaxError as error:
        return [_shown(str(error))]
    messages = dict.fromkeys(_shown(entry.message) for entry in parser.error_log)
    return list(messages)[:_MOST]


def _schema(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_Beside(path.parent))
    try:
        return etree.XMLSchema(etree.parse(str(path), parser))
    except (OSError, etree.LxmlError) as error:
        raise BlinkError(SCHEMA_UNREADABLE, path=str(path), problem=_shown(str(error))) from error


def _shown(message: str) -> str:
    return clean(message)[:_LONGEST]
