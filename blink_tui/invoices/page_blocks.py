"""What a rendering is made of: sections of labelled fields, tables and words, all of them clean text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from blink_tui.invoices.words import money
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.text import clean


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with their values; those without a value are left out."""

    pairs: tuple[tuple[str, str], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of equal length; `right` marks columns of numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs."""

    lines: tuple[str, ...]


Block = Fields | Table | Words


@dataclass(frozen=True, slots=True)
class Section:
    """A tab of the console, a chapter of a page."""

    id: str
    """`summary`, `lines`, `vat`, `payment`, `parties`, `checks`, `links`."""
    title: str
    blocks: tuple[Block, ...]


def fields(*pairs: tuple[str, str | None], title: str = "") -> Fields:
    """Fields of the pairs that have a value."""
    return Fields(tuple((label, value) for label, value in pairs if value), title)


def joined(*parts: str | None, by: str = ", ") -> str:
    """The parts that are there."""
    return by.join(part for part in parts if part)


def amount_in(value: Decimal | None, currency: str) -> str:
    """`1 234,56 PLN`; empty when there is no amount."""
    return f"{money(value)} {clean(currency)}" if value is not None else ""


def who(party: InvoiceParty) -> str:
    """Name and number of a party."""
    return joined(clean(party.name), clean(party.identifier), by=" · ")
