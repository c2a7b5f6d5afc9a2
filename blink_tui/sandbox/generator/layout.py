"""XML as programs that issue invoices lay it out: indents, line ends, prefixes; all text is escaped here."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

YES = "1"
NO = "2"
"""How the schema writes yes and no."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a program that issues invoices lays out its XML."""

    producer: str
    indent: str = "\t"
    newline: str = "\n"
    prefix: str = ""


STYLES = (
    Style("Fakturomat 7.2"),
    Style("Źródło ERP", "  ", "\r\n"),
    Style("Kwitek Online", "", ""),
    Style("Bóbr & Synowie Handel", "    ", "\n", "tns:"),
)


class Writer:
    """Collects lines of XML. As a context manager it closes the element opened last."""

    def __init__(self, style: Style, depth: int = 0) -> None:
        self._style = style
        self._lines: list[str] = []
        self._open = [""] * depth
        self._margin = style.indent * depth

    def leaf(self, tag: str, text: str) -> None:
        if "&" in text or "<" in text or ">" in text:
            text = escape(text)
        name = self._style.prefix + tag
        self._lines.append(f"{self._margin}<{name}>{text}</{name}>")

    def maybe(self, tag: str, text: str | None) -> None:
        if text:
            self.leaf(tag, text)

    def flag(self, tag: str, yes: bool) -> None:
        """The schema's 1 for yes, 2 for no."""
        self.leaf(tag, YES if yes else NO)

    def element(self, tag: str, attributes: str = "") -> Writer:
        """Open an element; `with` closes it."""
        name = self._style.prefix + tag
        self._lines.append(f"{self._margin}<{name}{attributes}>")
        self._open.append(name)
        self._margin = self._style.indent * len(self._open)
        return self

    def __enter__(self) -> None:
        """Everything is done by `element`."""

    def __exit__(self, *_error: object) -> None:
        name = self._open.pop()
        self._margin = self._style.indent * len(self._open)
        self._lines.append(f"{self._margin}</{name}>")

    def raw(self, text: str) -> None:
        self._lines.append(self._margin + text)

    def block(self, lines: tuple[str, ...]) -> None:
        """Lines written before."""
        self._lines += lines

    def lines(self) -> tuple[str, ...]:
        """What was written, to be used as a block."""
        return tuple(self._lines)

    def result(self) -> bytes:
        newline = self._style.newline
        body = newline.join(self._lines)
        return f'<?xml version="1.0" encoding="UTF-8"?>{newline}{body}{newline}'.encode()
