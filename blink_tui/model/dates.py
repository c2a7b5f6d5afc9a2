"""Instants and days: KSeF's UTC texts kept verbatim, legal days in Europe/Warsaw (BOOKKEEPING 1)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo

Instant = NewType("Instant", str)
"""A point in time as KSeF wrote it, up to 7 fractional digits, with `Z` or an offset; never rewritten."""

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)?",
    re.ASCII,
)

_ENDS = ("0001", "9999")
"""Years of the calendar's ends: a moment of theirs may have no day in another zone."""


@lru_cache(maxsize=1)
def warsaw() -> ZoneInfo:
    """Europe/Warsaw out of the shipped tzdata, never the host's own zone files or zone."""
    from importlib.resources import files

    with files("tzdata").joinpath("zoneinfo/Europe/Warsaw").open("rb") as zone:
        return ZoneInfo.from_file(zone, "Europe/Warsaw")


@lru_cache(maxsize=65536)
def _parsed(instant: str) -> tuple[datetime, str]:
    """UTC second and nine fractional digits. A value without offset is Warsaw time (PROTOCOL 7)."""
    match = _INSTANT.fullmatch(instant)
    if match is None or match[1].startswith(_ENDS):
        raise ValueError(instant)
    day, time, fraction, offset = match.groups()
    moment = datetime.fromisoformat(f"{day}T{time}{'+00:00' if offset in ('Z', 'z') else offset or ''}")
    if offset is None:
        moment = moment.replace(tzinfo=warsaw())
    return moment.astimezone(UTC), (fraction or "").ljust(9, "0")


def parse_instant(text: str) -> Instant:
    """Check that a text is an instant and return it unchanged. Raises ValueError."""
    _parsed(text)
    return Instant(text)


def instant_key(instant: Instant) -> str:
    """A text of one shape in UTC with nine fractional digits: comparing keys compares instants."""
    moment, fraction = _parsed(instant)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}"


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware datetime, in UTC with microseconds."""
    return Instant(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z")


def datetime_of(instant: Instant) -> datetime:
    """Aware UTC datetime, cut to microseconds: for showing and for distances, never for a mark."""
    moment, fraction = _parsed(instant)
    return moment.replace(microsecond=int(fraction[:6]))


def shifted(instant: Instant, delta: timedelta) -> Instant:
    """An instant moved by whole seconds, fraction kept as written, in UTC."""
    moment, _ = _parsed(instant)
    match = _INSTANT.fullmatch(instant)
    fraction = match.group(3) if match else None
    return Instant(f"{moment + delta:%Y-%m-%dT%H:%M:%S}{'.' + fraction if fraction else ''}Z")


def warsaw_day(instant: Instant) -> date:
    """The legal calendar day of an instant: its day in Europe/Warsaw."""
    return _parsed(instant)[0].astimezone(warsaw()).date()


def start_of_warsaw_day(day: date) -> Instant:
    """The first instant of a Warsaw day, in UTC."""
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=warsaw()))


def first_day_of_previous_month(day: date) -> date:
    """Default start of a first fetch, so that the open VAT month is whole."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
