"""Which limits hold for a request: documented ones, those told to a context, the user's reserve (PROTOCOL 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

import msgspec

from blink_tui.ksef.operations import Operation
from blink_tui.model.dates import warsaw

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0

Windows = tuple[tuple[float, int], ...]
"""Pairs of a window's length in seconds and the requests in it; a window without a limit is not among them."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Requests allowed in each window; None is no limit."""

    per_second: int | None
    per_minute: int | None
    per_hour: int | None


DOCUMENTED: Mapping[str, RateLimit] = {
    "invoiceMetadata": RateLimit(8, 16, 20),
    "invoiceExport": RateLimit(8, 16, 20),
    "invoiceExportStatus": RateLimit(10, 60, 600),
    "invoiceDownload": RateLimit(8, 16, 64),
    "collectiveIdentifier": RateLimit(20, 120, 240),
    "other": RateLimit(10, 30, 120),
    "anonymous": RateLimit(60, None, None),
    "global": RateLimit(75, None, None),
}
"""What holds for a group of which KSeF says nothing."""

ANONYMOUS, GLOBAL, OTHER = "anonymous", "global", "other"

_CHANGES = (time(6), time(20))
"""Hours in Warsaw at which KSeF may change its values (PROTOCOL 5)."""


def counter_of(operation: Operation) -> str:
    """Name of the windows that count an operation: its group's, but among the others each has its own."""
    return f"{OTHER}/{operation.name}" if operation.group == OTHER else operation.group


def group_of(counter: str) -> str:
    """The group whose limits hold for a counter."""
    return counter.partition("/")[0]


def encoded(limits: Mapping[str, RateLimit]) -> str:
    """Limits as a text to be kept."""
    return msgspec.json.encode(
        {group: astuple(limit) for group, limit in limits.items()}, order="sorted"
    ).decode()


@lru_cache(maxsize=256)
def decoded(text: str) -> Mapping[str, RateLimit]:
    """Limits from such a text; an empty one tells of none."""
    shape = dict[str, tuple[int | None, int | None, int | None]]
    told = msgspec.json.decode(text, type=shape) if text else {}
    return {group: RateLimit(*values) for group, values in told.items()}


@lru_cache(maxsize=4096)
def limit_in_force(group: str, told: str, *, stale: bool) -> RateLimit:
    """The limit of a group, by what KSeF told (as `encoded`).

    What was told before a change of hours may since have been lowered, so by then it can tighten the documented
    values but not loosen them. A limit of nothing counts as one request: only by asking is it found to have ended.
    """
    documented = DOCUMENTED.get(group, DOCUMENTED[OTHER])
    limit = decoded(told).get(group, documented)
    if stale:
        limit = _tightest(limit, documented)
    return RateLimit(*(None if most is None else max(1, most) for most in astuple(limit)))


def _tightest(one: RateLimit, other: RateLimit) -> RateLimit:
    pairs = zip(astuple(one), astuple(other), strict=True)
    return RateLimit(*(min((most for most in pair if most is not None), default=None) for pair in pairs))


def reserve_of(per_hour: int) -> int:
    """How much of an hourly window scheduled passes leave to the user: a quarter, at least 2 where there are over 4.

    A quarter of 20 exports or lists lets a user fetch a few firms' roles at once in any hour, while the other 15 hold
    what a schedule needs: a probe a role every 15 minutes, and a page or an export each.
    """
    return max(per_hour // 4, 2 if per_hour > 4 else 0)


@lru_cache(maxsize=4096)
def windows_of(limit: RateLimit, *, keep_reserve: bool) -> Windows:
    """The windows that hold for a request, shortest first; the hourly one without the reserve if that is kept."""
    windows = zip((SECOND, MINUTE, HOUR), astuple(limit), strict=True)
    return tuple(
        (length, most - reserve_of(most) if keep_reserve and length == HOUR else most)
        for length, most in windows
        if most is not None
    )


@lru_cache(maxsize=4096)
def next_change(moment: datetime) -> datetime:
    """The first 06:00 or 20:00 in Warsaw after a moment, aware."""
    local = moment.astimezone(warsaw())
    today = [datetime.combine(local.date(), hour, warsaw()) for hour in _CHANGES]
    tomorrow = datetime.combine(local.date() + timedelta(days=1), _CHANGES[0], warsaw())
    return next(change for change in (*today, tomorrow) if change > local)


def is_stale(read_at: datetime, elapsed: float, now: datetime) -> bool:
    """True when values read at a moment may have changed since.

    `elapsed` is how many seconds have passed by a clock that nobody sets, at least: when `now` was set back, it counts.
    """
    present = max(now, read_at + timedelta(seconds=elapsed))
    return present >= next_change(read_at).astimezone(UTC)
