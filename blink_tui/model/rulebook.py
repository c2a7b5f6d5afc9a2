"""Rules and schemes as the buffer keeps them: text in versions, and what was learned from accepted codings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from blink_tui.model.coding import RuleRef
from blink_tui.model.dates import Instant

OFFICE = 0
"""In the place of a firm's id: for all firms."""
_DIGEST = 8


def digest_of(text: str) -> str:
    """First hexadecimal digits of the SHA-256 of a text: what an event names it by."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


class EntryKind(StrEnum):
    """What a text of the rulebook holds."""

    RULE = "rule"
    SCHEME = "scheme"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class RulebookEntry:
    """One version of a rule, a scheme or a row of the data source."""

    firm_id: int
    """`OFFICE`, or the firm that it is for; a firm's own one stands in the place of the office's of the same name."""
    kind: EntryKind
    name: str
    version: int
    text: str
    """TOML; empty when it was taken out of use."""
    digest: str
    at: Instant
    who: str
    shipped: bool
    """Came with the program."""

    @property
    def ref(self) -> RuleRef:
        """How an event names it."""
        return RuleRef(self.name, self.version, self.digest)


@dataclass(frozen=True, slots=True)
class Learned:
    """What a person accepted for documents of a seller (of a buyer, for sales)."""

    scheme: str
    parameters: Mapping[str, str]
    text_key: str
    """Key of the rows' names and rates that it was accepted for; empty: any document of the seller."""
    uses: int
