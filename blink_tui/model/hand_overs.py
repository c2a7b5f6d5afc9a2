"""A hand-over as it is told outside the database, so that a restored buffer learns of those after its backup."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from blink_tui.model.dates import Instant


class HandedTo(StrEnum):
    """Who got the files."""

    BOOKS = "books"
    BANK = "bank"
    """A list of payments."""


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file of a hand-over."""

    file: str
    temp: str
    sha256: str
    """In hexadecimal."""
    size: int | None
    folder: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A batch whose files are about to get their names, or one that was cancelled."""

    to: HandedTo
    number: int
    """Of the batch, or of the list of payments."""
    context_type: str
    context: str
    env: str
    format: str
    """Of the ledger; of payments the currency."""
    at: Instant
    who: str
    amends: bool = False
    files: tuple[HandedFile, ...] = ()
    documents: tuple[str, ...] = ()
    """KSeF numbers."""
    count: int = 0
    """How many they are, where their numbers are kept elsewhere."""
    waiting: bool = False
    """Its files were still aside when the journal was read, and get their names now."""
    cancelled_at: Instant | None = None
    cancelled_by: str = ""
    reason: str = ""
