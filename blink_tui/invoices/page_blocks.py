"""What a rendering is made of: sections of labelled fields, tables and words, all of them clean text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.i18n import _
from blink_tui.invoices.words import day, exact, money
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.text import clean


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with their values; those without a value are left out."""

    pairs: tuple[tuple[str, str], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of equal length; `right` marks columns of numbers. A cell may have several lines."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs."""

    lines: tuple[str, ...]
    title: str = ""


Block = Fields | Table | Words
Column = tuple[str, bool]
"""A head, and whether numbers stand under it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A tab of the console, a chapter of a page."""

    id: str
    """`summary`, `lines`, `vat`, `dates`, `payment`, `parties`, `checks`, `links`."""
    title: str
    blocks: tuple[Block, ...]


def holds(block: Block) -> bool:
    """Whether there is anything to show in it."""
    match block:
        case Fields(pairs):
            return any(value for _label, value in pairs)
        case Table(heads, rows):
            return bool(heads and rows)
        case Words(lines, title):
            return bool(lines or title)


def fields(*pairs: tuple[str, str | None], title: str = "") -> Fields:
    """Fields of the pairs that have a value."""
    return Fields(tuple((label, value) for label, value in pairs if value), title)


def words(*lines: str | None, title: str = "") -> Words:
    """Paragraphs of the texts, cleaned; empty ones are left out, and the title where all are."""
    shown = tuple(filter(None, map(clean, lines)))
    return Words(shown, title if shown else "")


def left(head: str) -> Column:
    """A column of words."""
    return head, False


def right(head: str) -> Column:
    """A column of numbers."""
    return head, True


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], title: str = "") -> Table:
    """A table without the columns that no row fills."""
    made = [tuple(row) for row in rows]
    kept = [place for place in range(len(columns)) if any(row[place] for row in made)]
    heads, numbers = zip(*(columns[place] for place in kept), strict=True) if kept else ((), ())
    return Table(heads, tuple(tuple(row[place] for place in kept) for row in made), numbers, title)


def joined(*parts: str | None, by: str = ", ") -> str:
    """The parts that are there."""
    return by.join(part for part in parts if part)


def labelled(label: str, value: str | None) -> str:
    """`PKWiU 62.01`, cleaned; empty without a value."""
    return f"{label} {clean(value)}" if value else ""


def amount_in(value: Decimal | None, currency: str | None) -> str:
    """`1 234,56 PLN`; empty when there is no amount."""
    return joined(money(value), clean(currency), by=" ") if value is not None else ""


def percent(value: Decimal | None) -> str:
    """`8,5 %`; empty when there is none."""
    return f"{exact(value)} %" if value is not None else ""


def span(period: tuple[date | None, date | None] | None) -> str:
    """`2026-01-01 – 2026-01-31`; one of the ends may be missing."""
    return joined(*map(day, period), by=" – ") if period else ""


def yes(flag: bool | None) -> str:
    """The word where it holds."""
    return _("yes") if flag else ""


def who(party: InvoiceParty) -> str:
    """Name and number of a party."""
    return joined(clean(party.name), clean(party.identifier), by=" · ")
