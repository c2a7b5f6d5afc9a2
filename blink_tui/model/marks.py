"""How far a firm's role is complete, and what is under way to move it (DESIGN, rules 1 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything that KSeF stored for a firm's role in [since, until) is in the buffer.

    `until` is a date that KSeF gave, moved only in the transaction that stores the last document before it.
    """

    firm_id: int
    role: Role
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class PendingExport:
    """An export that KSeF has been asked for and that is not in the buffer yet.

    Committed before the POST without `reference`, which follows at once after the answer.
    """

    id: int
    firm_id: int
    role: Role
    window_from: Instant
    """Start of what was asked, as the mark has it (one second later than what KSeF was sent)."""
    window_to: Instant | None
    """Explicit end of a history window; None asks to the high-water mark."""
    key: Secret
    """32 bytes, AES-256."""
    iv: bytes
    reference: str | None
    asked_at: Instant
