"""Shapes of rules, schemes and the data source, as their TOML says them: texts of expressions, nothing computed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from blink_tui.model.books import BookKind
from blink_tui.model.coding import Identity, Side
from blink_tui.model.documents import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTemplate:
    """One posting line. Patterns hold `{role}` of the firm's accounts, `{parameter}` of the scheme, `{nip}`."""

    side: Side
    account: str
    """Pattern: `{vat_in}`, `{account}`, `202-{nip}`."""
    amount: str
    """Expression for an amount in PLN; a line of zero is left out."""
    description: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    """Dimension and pattern of its code; an empty code leaves it out."""
    when: str = ""
    """Expression that must be true; empty: always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTemplate:
    """One row of a VAT register; under cash method one for each payment."""

    register: Direction
    amounts: Mapping[str, str]
    """Field (`K_42`) and the expression of its amount."""
    marks: tuple[str, ...] = ()
    """Beside those of the invoice itself (GTU, TP, MPP is none of JPK)."""
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTemplate:
    """One amount of the KPiR or of the register of revenue, according to the firm's books."""

    column: str
    """Pattern: `{column}`, `{rate}`, `9`."""
    amount: str
    when: str = ""
    book: BookKind = BookKind.KPIR
    """Of which book; templates for another one than the firm's are passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What a kind of document becomes in the books."""

    name: str
    title: str
    identity: Identity
    directions: frozenset[Direction]
    parameters: Mapping[str, str] = field(default_factory=dict)
    """With their usual values: `account`, `column`, `rate`, `share` (of VAT deducted), `cost` (share of a tax cost)."""
    document_type: str = ""
    """Of the target, where the data source names none."""
    description: str = ""
    """Pattern of the postings' text."""
    category: str = ""
    lines: tuple[LineTemplate, ...] = ()
    rows: tuple[RowTemplate, ...] = ()
    entries: tuple[EntryTemplate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a document is coded by which scheme."""

    name: str
    title: str = ""
    direction: Direction | None = None
    """None: of any direction."""
    condition: str = ""
    """Expression; empty: always."""
    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    automatic: bool = False
    """It may code by itself, within the bounds of BOOKKEEPING 3; it never approves."""
    weight: int = 0
    """Among rules of the same precedence the higher one wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A row of the data source "Businesslink": what a direction and kind become in the target."""

    direction: Direction
    kind: str
    """RodzajFaktury (`VAT`, `KOR` …), a form (`FA_RR`, `PEF`), or `*` for all others."""
    document_type: str = ""
    scheme: str = ""
    register: str = ""
    column: str = ""
    category: str = ""
