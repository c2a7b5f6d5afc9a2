"""What KSeF's accounts of one package or document disagree on (DESIGN, rule 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role

PACKAGE = "package"
"""Subject of a disagreement over the number of documents, which names none of them."""
FRESH_PACKAGES = 3
"""So many that disagree alike, and it stands in quarantine: fetching again will not cure it."""


class Disagreement(NamedTuple):
    """One subject, told in two ways."""

    subject: str
    """A KSeF number, or PACKAGE."""
    listed: str
    """SHA-256 in KSeF's list, hexadecimal, or an announced count; empty where the list does not name it."""
    found: str
    """SHA-256 of the bytes, or a count; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A disagreement as it was seen in a firm's role."""

    firm_id: int
    role: Role
    what: Disagreement
    times: int
    """In how many fresh packages."""
    first_at: Instant
    last_at: Instant
    accepted_by: str | None
    """Who let the role go on in spite of it."""
    reason: str | None

    @property
    def quarantined(self) -> bool:
        """It stays, and waits for a person."""
        return self.accepted_by is None and self.times >= FRESH_PACKAGES
