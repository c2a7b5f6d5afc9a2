"""The schedule "Businesslink": how often a role of a firm is asked for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role

NIGHTLY = 0
"""In place of minutes: once a night."""
NEVER = -1
"""In place of minutes: not by the schedule; a person may still ask."""


@dataclass(frozen=True, slots=True)
class ScheduledRole:
    """One role of one firm in the schedule."""

    firm_id: int
    role: Role
    every: int | None
    """Minutes, NIGHTLY or NEVER; None is what the firm's kind asks for."""
    asked: Instant | None
    """When the last pass over the role began, whoever asked for it."""
    wanted: Instant | None
    """When a person last wanted a pass of whoever runs the schedule."""
    not_before: Instant | None
    """The schedule leaves the role alone until then."""
    problem: str | None
    """Code of what stopped the last pass; None when it ended well."""
    brought: tuple[int, int]
    """Documents that the last pass brought, and the one before."""
    swept: Instant | None
    """When the role was last compared with KSeF's list by the schedule."""
    begun: bool = False
    """The last pass has not ended: it goes on, or was interrupted by a stop or a kill."""


@dataclass(frozen=True, slots=True)
class RoleEnd:
    """How a role's pass ended."""

    brought: int
    problem: str | None = None
    not_before: Instant | None = None
    every: int | None = None
    """A new interval, where the pass found that the old one makes no sense."""
