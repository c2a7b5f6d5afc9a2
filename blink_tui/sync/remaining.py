"""What firms may still ask of KSeF, told from the profile's book of requests; nothing is asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import environment_of
from blink_tui.ksef.budget import Budget
from blink_tui.ksef.operations import Context
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.firms import Firm


@dataclass(frozen=True, slots=True)
class RequestsLeft:
    """Requests of this hour, the user's reserve included; None where KSeF sets no limit."""

    lists: int | None
    packages: int | None
    documents: int | None
    parked_until: datetime | None
    """KSeF asked to be left alone until then."""


def requests_left(folder: Path, firms: Iterable[Firm], clock: Clock | None = None) -> dict[int, RequestsLeft]:
    """By firm what is left; `folder` is the engine's. Empty where it has counted nothing yet. Raises BlinkError."""
    path = folder / "limits.db"
    if not path.exists():
        return {}
    with LimitBook(path) as book:
        return {firm.id: _left(book, firm, clock or SystemClock()) for firm in firms}


def _left(book: LimitBook, firm: Firm, clock: Clock) -> RequestsLeft:
    remaining = Budget(clock, book, environment_of(firm.base_url)).left(
        Context(firm.context_type, firm.context_value)
    )
    groups = remaining.groups
    return RequestsLeft(
        lists=groups["invoiceMetadata"].per_hour,
        packages=groups["invoiceExport"].per_hour,
        documents=groups["invoiceDownload"].per_hour,
        parked_until=remaining.parked_until,
    )
