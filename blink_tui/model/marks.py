"""How far a firm's role is complete, and what is under way to move it (DESIGN, rules 1 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.model.dates import Instant, instant_key
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
class HistoryRange:
    """Everything that KSeF stored for a firm's role in [since, reached) is in the buffer; wanted is [since, until).

    It lies before the forward mark, or is read once more; `reached` moves as a mark does.
    """

    id: int
    firm_id: int
    role: Role
    since: Instant
    until: Instant
    reached: Instant

    @property
    def whole(self) -> bool:
        """Nothing of it is left to fetch."""
        return instant_key(self.reached) >= instant_key(self.until)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a comparison with KSeF's own list found for a role in [since, until)."""

    firm_id: int
    role: Role
    at: Instant
    since: Instant
    until: Instant
    listed: int
    """Documents that KSeF lists."""
    missing: int
    """Listed and not in the buffer; they were fetched after it."""
    different: int
    """In both, with other bytes or amounts."""
    unlisted: int
    """In the buffer and not listed."""

    @property
    def equal(self) -> bool:
        """Both sides hold the same."""
        return not (self.missing or self.different or self.unlisted)


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
    range_id: int | None = None
    """The range of history whose mark it moves; None is the forward mark."""
