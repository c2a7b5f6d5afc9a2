"""An invoice as plain text for a terminal: one block a tab, columns aligned in cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blink_tui.invoices.checks import Finding
from blink_tui.invoices.page import sections
from blink_tui.invoices.page_blocks import Block, Fields, Section, Table, Words
from blink_tui.invoices.page_dates import Arrival
from blink_tui.model.invoice import Invoice
from blink_tui.model.wrapping import cells, wrapped

_GAP = 2
_NARROWEST = 10
"""Cells under which a column is not squeezed; a table that is wider still is printed field by field."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its id and title as `page.Section` has them, its text in lines of at most the width asked."""

    id: str
    title: str
    lines: tuple[str, ...]


def render_tabs(
    invoice: Invoice,
    *,
    ksef_number: str | None = None,
    findings: Sequence[Finding] = (),
    arrival: Arrival | None = None,
    width: int = 80,
) -> tuple[Tab, ...]:
    """All tabs of an invoice. The text holds no markup; show it as text, not through a markup parser."""
    shown = sections(invoice, ksef_number=ksef_number, findings=findings, arrival=arrival)
    return tuple(_tab(part, width) for part in shown)


def render_text(
    invoice: Invoice,
    *,
    ksef_number: str | None = None,
    findings: Sequence[Finding] = (),
    arrival: Arrival | None = None,
    width: int = 80,
) -> str:
    """All tabs that hold something below one another, each under its title."""
    shown = sections(invoice, ksef_number=ksef_number, findings=findings, arrival=arrival)
    return text_page(shown, width)


def text_page(shown: Sequence[Section], width: int = 80) -> str:
    """Sections below one another, each under its title; those that hold nothing are left out."""
    tabs = [_tab(part, width) for part in shown]
    return (
        "\n\n".join("\n".join((tab.title, "─" * cells(tab.title), *tab.lines)) for tab in tabs if tab.lines)
        + "\n"
    )


def _tab(section: Section, width: int) -> Tab:
    lines: list[str] = []
    for block in section.blocks:
        if lines:
            lines.append("")
        lines += _block(block, width)
    return Tab(section.id, section.title, tuple(lines))


def _block(block: Block, width: int) -> list[str]:
    match block:
        case Fields(pairs, title):
            return [*_title(title, width), *_pairs(pairs, width)]
        case Table():
            return [*_title(block.title, width), *_table(block, width)]
        case Words(lines, title):
            return [*_title(title, width), *(line for text in lines for line in wrapped(text, width))]


def _title(title: str, width: int) -> list[str]:
    return wrapped(title, width) if title else []


def _pairs(pairs: Sequence[tuple[str, str]], width: int) -> list[str]:
    label_width = min(max((cells(label) for label, _value in pairs), default=0), width // 3)
    widths = label_width, width - label_width - _GAP
    return [line for pair in pairs for line in _side_by_side(pair, widths, (False, False))]


def _table(table: Table, width: int) -> list[str]:
    widths = _widths(table, width)
    if widths is None:
        return _one_by_one(table, width)
    return [line for row in (table.heads, *table.rows) for line in _side_by_side(row, widths, table.right)]


def _one_by_one(table: Table, width: int) -> list[str]:
    """Each row as fields, with a line between; empty cells are left out."""
    lines: list[str] = []
    for row in table.rows:
        pairs = [(head, cell) for head, cell in zip(table.heads, row, strict=True) if cell]
        lines += ["", *_pairs(pairs, width)]
    return lines[1:]


def _widths(table: Table, width: int) -> list[int] | None:
    """Cells of each column: as wide as its content, the widest of words squeezed first; numbers are never broken.

    None where the table does not fit.
    """
    columns = list(zip(table.heads, *table.rows, strict=True))
    widths = [max(1, *map(_widest_line, column)) for column in columns]
    room = width - _GAP * (len(widths) - 1)
    if sum(widths) > room:
        widths = [
            _least(column) if right else widths[place]
            for place, (column, right) in enumerate(zip(columns, table.right, strict=True))
        ]
    words = [place for place, right in enumerate(table.right) if not right]
    while sum(widths) > room:
        widest = max(words, key=lambda place: widths[place], default=None)
        if widest is None or widths[widest] <= _NARROWEST:
            return None
        widths[widest] -= min(sum(widths) - room, max(1, widths[widest] - _NARROWEST))
    return widths


def _least(column: Sequence[str]) -> int:
    """Cells that a column of numbers needs: its head may be broken between words."""
    head, *numbers = column
    return max(1, *map(_widest_line, numbers), *map(cells, head.split()))


def _widest_line(cell: str) -> int:
    return max(map(cells, cell.split("\n")))


def _side_by_side(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    columns = [
        [line for part in cell.split("\n") for line in wrapped(part, room)]
        for cell, room in zip(row, widths, strict=True)
    ]
    lines = []
    for index in range(max(map(len, columns))):
        parts = []
        for column, width, to_right in zip(columns, widths, right, strict=True):
            text = column[index] if index < len(column) else ""
            space = " " * (width - cells(text))
            parts.append(space + text if to_right else text + space)
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines
