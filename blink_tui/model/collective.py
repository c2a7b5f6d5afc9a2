"""Collective identifiers (IZ): one number under which several invoices of one seller are paid (PROTOCOL 4).

An identifier and its invoices never change once it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from blink_tui.model.dates import Instant
from blink_tui.model.values import CollectiveNumber, KsefNumber


@dataclass(frozen=True, slots=True)
class Listed:
    """An identifier as KSeF lists it to a firm."""

    number: CollectiveNumber
    created: Instant | None
    own: bool
    """Made in the firm's own context."""
    invoices: int | None = None
    """How many invoices it covers, where KSeF told."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What is paid for one invoice."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Member:
    """One invoice under an identifier."""

    collective: CollectiveNumber
    ksef_number: KsefNumber
    payment: Payment | None = None
    description: str | None = None
    """As told; to be cleaned where it is shown."""
    hidden: bool = False
    """Payment and description were stated, and KSeF does not tell them to who asked."""


@dataclass(frozen=True, slots=True)
class Collective:
    """An identifier as far as the firms here were told of it."""

    number: CollectiveNumber
    created: Instant | None
    invoices: int | None
    """How many invoices KSeF says that it covers."""
    firm_ids: tuple[int, ...]
    """Firms that KSeF told of it."""
    whole: bool
    """KSeF was asked which invoices it covers."""


@dataclass(frozen=True, slots=True)
class PaidUnder:
    """An invoice's place under one identifier."""

    collective: Collective
    member: Member


@dataclass(frozen=True, slots=True)
class HeldMember:
    """An invoice under an identifier, and what the buffer has of it."""

    member: Member
    firm_ids: tuple[int, ...]
    """Firms that have the document; none where the buffer lacks it."""
    invoice_number: str | None
    """The seller's own number, of a document that is there."""
