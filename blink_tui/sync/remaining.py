"""What firms may still ask of KSeF, told from the profile's book of requests; nothing is asked for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.i18n import _
from blink_tui.ksef.address_window import environment_of
from blink_tui.ksef.budget import Budget
from blink_tui.ksef.operations import Context
from blink_tui.ksef.rates import HOUR
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import instant_of
from blink_tui.model.firms import Firm
from blink_tui.model.modes import readable_only
from blink_tui.model.telling import minute_words

_UNLIMITED = "∞"


@dataclass(frozen=True, slots=True)
class RequestsLeft:
    """Requests of this hour, the user's reserve included; None where KSeF sets no limit."""

    lists: int | None
    packages: int | None
    documents: int | None
    parked_until: datetime | None
    """KSeF asked to be left alone until then."""


def requests_left(folder: Path, firms: Iterable[Firm], clock: Clock | None = None) -> dict[int, RequestsLeft]:
    """By firm what is left; `folder` is the engine's. Empty where nothing was counted yet, or may not be looked up.

    Raises BlinkError.
    """
    path = folder / "limits.db"
    if not os.access(path, os.R_OK) or readable_only(path):
        return {}
    with LimitBook(path) as book:
        return {firm.id: _left(book, firm, clock or SystemClock()) for firm in firms}


def requests_made(folder: Path, clock: Clock | None = None) -> dict[str, int]:
    """How many requests were made in the last hour, by what was asked, over all firms. Raises BlinkError."""
    path = folder / "limits.db"
    if not path.exists():
        return {}
    with LimitBook(path) as book:
        return book.made((clock or SystemClock()).steady() - HOUR)


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


def left_words(left: RequestsLeft) -> Iterator[str]:
    """What a firm may still ask in this hour, and until when KSeF wants to be left alone."""
    if left.parked_until is not None:
        until = minute_words(instant_of(left.parked_until))
        yield _("! KSeF asked to be left alone until {until}").format(until=until)
    counts = [
        _UNLIMITED if count is None else str(count) for count in (left.lists, left.packages, left.documents)
    ]
    yield _("requests left this hour: {lists} lists, {packages} packages, {documents} documents").format(
        lists=counts[0], packages=counts[1], documents=counts[2]
    )
