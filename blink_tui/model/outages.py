"""When KSeF was away: failures and maintenance that the Ministry told of, by the Warsaw days that they touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from blink_tui.model.dates import Instant, instant_key, warsaw_day


class OutageCategory(StrEnum):
    """Why documents could be issued offline; in the order in which one is named where several hold."""

    FAILURE = "FAILURE"
    """Documents issued in it are sent to KSeF afterwards, and may have been received before (art. 106nf)."""
    TOTAL_FAILURE = "TOTAL_FAILURE"
    """Documents issued in it never come to KSeF (art. 106ng)."""
    MAINTENANCE = "MAINTENANCE"
    """Announced ahead: KSeF cannot be reached and nothing failed (art. 106nh)."""


_PLACES = {category: place for place, category in enumerate(OutageCategory)}


@dataclass(frozen=True, slots=True)
class Outage:
    """One failure or maintenance of one environment."""

    env: str
    """As a firm names its environment (`Firm.env`)."""
    event: str
    """What the Ministry's messages about it have in common."""
    category: OutageCategory
    start: Instant
    end: Instant | None
    """None as long as no end was told."""
    title: str
    """As announced, made safe to show."""

    def covers(self, day: date, today: date) -> bool:
        """A Warsaw day lies in it, that of its start and that of its end included; an open one reaches today."""
        last = today if self.end is None else warsaw_day(self.end)
        return warsaw_day(self.start) <= day <= last


@dataclass(frozen=True, slots=True)
class SystemState:
    """How an environment is in the Ministry's words, as far as it told."""

    env: str
    asked: Instant
    """When it was last asked, by this machine's clock."""
    status: str | None
    """`AVAILABLE`, `MAINTENANCE`, `FAILURE`, `TOTAL_FAILURE` or what may be added; None when it never told."""
    told: Instant | None
    """When it last told the status."""
    silent: bool
    """It did not answer when it was last asked."""

    @property
    def troubled(self) -> bool:
        """The last that was told is that something is the matter."""
        return self.status not in (None, "AVAILABLE")


def outage_of_document(
    outages: Iterable[Outage], env: str, issue_date: date | None, *, offline: bool, today: date
) -> Outage | None:
    """The outage of a document's environment in which it was issued offline; None where there is none.

    Both dates are Warsaw days. Where several hold, a failure goes before maintenance and a later one before an earlier.
    """
    if not offline or issue_date is None:
        return None
    found = [one for one in outages if one.env == env and one.covers(issue_date, today)]
    latest_first = sorted(found, key=lambda one: instant_key(one.start), reverse=True)
    return min(latest_first, key=lambda one: _PLACES[one.category], default=None)
