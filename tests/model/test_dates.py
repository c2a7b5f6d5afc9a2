"""Instants and legal days (BOOKKEEPING 1)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from blink_tui.model.dates import (
    Instant,
    datetime_of,
    first_day_of_previous_month,
    instant_key,
    instant_of,
    parse_instant,
    shifted,
    start_of_warsaw_day,
    warsaw_day,
)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-31T21:59:59Z", date(2026, 3, 31)),
        ("2026-03-31T22:00:00Z", date(2026, 4, 1)),
        ("2026-01-31T22:59:59Z", date(2026, 1, 31)),
        ("2026-01-31T23:00:00Z", date(2026, 2, 1)),
        ("2026-03-28T23:00:00Z", date(2026, 3, 29)),
        ("2026-03-29T21:59:59.9999999Z", date(2026, 3, 29)),
        ("2026-10-24T22:00:00Z", date(2026, 10, 25)),
        ("2026-10-25T22:59:59Z", date(2026, 10, 25)),
        ("2026-10-25T23:00:00Z", date(2026, 10, 26)),
    ],
)
def test_a_legal_day_is_the_day_in_warsaw(instant: str, day: date) -> None:
    assert warsaw_day(Instant(instant)) == day


def test_the_machine_s_zone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("PYTHONTZPATH", "")
    assert warsaw_day(Instant("2026-03-31T21:30:00Z")) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00.1234568Z"),
        ("2026-01-01T00:00:00.123456Z", "2026-01-01T00:00:00.1234561Z"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0000001Z"),
        ("2026-01-01T01:00:00.5+01:00", "2026-01-01T00:00:00.6Z"),
        ("2026-07-01T12:00:00", "2026-07-01T10:00:01Z"),
    ],
)
def test_keys_order_instants_to_the_seventh_digit(earlier: str, later: str) -> None:
    assert instant_key(Instant(earlier)) < instant_key(Instant(later))


def test_equal_instants_have_equal_keys_however_written() -> None:
    same = ["2026-07-01T10:00:00Z", "2026-07-01T12:00:00+02:00", "2026-07-01T10:00:00.0000000Z"]
    assert len({instant_key(Instant(text)) for text in same}) == 1


def test_shifting_keeps_every_digit() -> None:
    mark = Instant("2026-03-01T00:00:00.1234567Z")
    assert shifted(mark, timedelta(seconds=-1)) == "2026-02-28T23:59:59.1234567Z"


@pytest.mark.parametrize(
    "text", ["", "2026-01-01", "2026-13-01T00:00:00Z", "yesterday", "2026-01-01T00:00:00.Z"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_instant(text)


def test_an_instant_of_a_datetime_reads_back() -> None:
    moment = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    assert datetime_of(instant_of(moment)) == moment


def test_a_warsaw_day_starts_where_the_clock_changed_too() -> None:
    assert start_of_warsaw_day(date(2026, 3, 29)) == "2026-03-28T23:00:00.000000Z"
    assert start_of_warsaw_day(date(2026, 3, 30)) == "2026-03-29T22:00:00.000000Z"


def test_the_default_first_day_makes_the_open_vat_month_whole() -> None:
    assert first_day_of_previous_month(date(2026, 1, 25)) == date(2025, 12, 1)
    assert first_day_of_previous_month(date(2026, 3, 31)) == date(2026, 2, 1)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59Z"])
def test_a_moment_at_the_ends_of_the_calendar_is_no_instant(text: str) -> None:
    """It has no day in every zone; what arithmetic would raise is no ValueError."""
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_instant(text)
