"""What is known of documents when they are compared with one another: plain values, so that the rules need no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from blink_tui.model.values import KsefNumber


@dataclass(frozen=True, slots=True)
class Known:
    """One document among those of its seller."""

    document_id: int
    ksef_number: KsefNumber
    received: str
    """Warsaw day, ISO."""
    kind: str
    """RodzajFaktury as the XML has it."""
    number_key: str
    """`model.matching.number_key` of its number."""
    issued: str
    """ISO day; empty where unknown."""
    term: int | None
    """Days from issue to the first due date; None where there is none or it is paid already."""
    gross: Decimal | None
    currency: str
    text_key: int | None
    accounts: tuple[str, ...]
    """Keys of the accounts that it asks money into; none of a sale."""

    @property
    def is_correction(self) -> bool:
        """True for every kind of correction."""
        return self.kind.startswith("KOR")


@dataclass(frozen=True, slots=True)
class OtherSeller:
    """Another seller that an account was seen with."""

    seller: str
    name: str
    since: str
    """Warsaw day of the first document that names the account."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """An invoice, the correction that brought it to zero, and what looks like the same invoice issued anew."""

    original: tuple[int, KsefNumber]
    """Id and KSeF number, as the others."""
    correction: tuple[int, KsefNumber]
    renewed: tuple[int, KsefNumber]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the buffer knows beyond the documents of one seller."""

    since: str
    """Warsaw day of the first document that the firm has; empty where it has none."""
    accounts: Mapping[str, tuple[OtherSeller, ...]] = field(default_factory=dict)
    """By account, who else was seen with it, oldest first."""
    same_text: Mapping[int, int] = field(default_factory=dict)
    """By document, how many firms got the same text as their first invoice of its seller within a month."""
