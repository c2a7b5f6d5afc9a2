"""Time of the sandbox: ticks of 100 ns since 1970 in UTC, so that KSeF's seventh digit has a place.

Nothing here waits: what takes time in the real KSeF is ready once the clock says so, which lets a virtual
clock move days in no time.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol

SECOND = 10_000_000
"""Ticks in a second."""
DAY = 86_400 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1)
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Clock(Protocol):
    """What the sandbox asks for the time."""

    def now(self) -> int:
        """The present in ticks."""

    def advance(self, amount: float) -> None:
        """Move the present by so many seconds, back as well."""

    def go_to(self, now: int) -> None:
        """Make an instant the present."""


class RealClock:
    """The machine's clock, shifted as far as it was moved."""

    def __init__(self) -> None:
        self._shift = 0

    def now(self) -> int:
        return time.time_ns() // 100 + self._shift

    def advance(self, amount: float) -> None:
        """Move the present by so many seconds, back as well."""
        self._shift += seconds(amount)

    def go_to(self, now: int) -> None:
        """Make an instant the present; time goes on from there."""
        self._shift += now - self.now()


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = ticks_of(start)

    def now(self) -> int:
        return self._now

    def advance(self, amount: float) -> None:
        """Move the present by so many seconds, back as well."""
        self._now += seconds(amount)

    def go_to(self, now: int) -> None:
        """Make an instant the present."""
        self._now = now


def seconds(amount: float) -> int:
    """Ticks of a length of time in seconds."""
    return round(amount * SECOND)


def ticks_of(moment: datetime) -> int:
    """Ticks of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 10


def start_of_day(day: date) -> int:
    """Ticks of the first instant of a UTC day."""
    return (day - _EPOCH_DAY).days * DAY


def day_of(ticks: int) -> date:
    """UTC day of an instant."""
    return _EPOCH_DAY + timedelta(days=ticks // DAY)


def datetime_of(ticks: int) -> datetime:
    """Aware UTC datetime, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=ticks // 10)


def header_of(ticks: int) -> str:
    """The instant as HTTP's `Date` has it."""
    return format_datetime(datetime_of(ticks), usegmt=True)


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).isoformat()[:19]


def text_of(ticks: int, digits: int = 6) -> str:
    """The instant as KSeF writes it, cut (never rounded) to 6 or 7 fractional digits (PROTOCOL 6)."""
    second, fraction = divmod(ticks, SECOND)
    return f"{_second_text(second)}.{f'{fraction:07d}'[:digits]}+00:00"


@lru_cache(maxsize=4096)
def parse_ticks(text: str) -> int:
    """Ticks of an instant with `Z` or an offset; digits after the seventh are cut. Raises ValueError."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    day, clock, fraction, offset = match.groups()
    moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    return ticks_of(moment) + int((fraction or "0").ljust(7, "0")[:7])
