"""What a check is given, and the shape of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from blink_tui.model.findings import Finding, Kind, Severity
from blink_tui.model.invoice import Invoice

__all__ = ["Check", "Context", "Finding", "Kind", "Severity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a document beside its content; what is unknown is None and not checked."""

    today: date
    """Warsaw day of the check."""
    firm_nip: str | None = None
    ksef_number: str | None = None
    received: date | None = None
    """Warsaw day on which the KSeF number was given."""


Check = Callable[[Invoice, Context], Iterator[Finding]]
