"""Which limits hold: told, documented, reserved, and for how long they can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blink_tui.ksef.operations import METADATA, TOKENS
from blink_tui.ksef.rates import (
    DOCUMENTED,
    RateLimit,
    counter_of,
    decoded,
    encoded,
    group_of,
    is_stale,
    limit_in_force,
    next_change,
    reserve_of,
    windows_of,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_documented_values_are_those_of_the_contract() -> None:
    assert {
        group: (each.per_second, each.per_minute, each.per_hour) for group, each in DOCUMENTED.items()
    } == {
        "invoiceMetadata": (8, 16, 20),
        "invoiceExport": (8, 16, 20),
        "invoiceExportStatus": (10, 60, 600),
        "invoiceDownload": (8, 16, 64),
        "collectiveIdentifier": (20, 120, 240),
        "other": (10, 30, 120),
        "anonymous": (60, None, None),
        "global": (75, None, None),
    }


def test_a_group_has_one_counter_but_each_of_the_others_its_own() -> None:
    assert [counter_of(operation) for operation in (METADATA, TOKENS)] == ["invoiceMetadata", "other/tokens"]
    assert [group_of(counter) for counter in ("invoiceMetadata", "other/tokens")] == [
        "invoiceMetadata",
        "other",
    ]


def test_limits_are_kept_as_text_without_loss() -> None:
    limits = {"other": RateLimit(1, None, 3), "newGroup": RateLimit(None, None, None)}
    assert decoded(encoded(limits)) == limits
    assert encoded({}) == "{}"
    assert decoded("{}") == decoded("") == {}


def test_a_limit_of_nothing_is_a_window_all_the_same() -> None:
    assert windows_of(RateLimit(0, None, 0), keep_reserve=True) == ((1.0, 0), (3600.0, 0))


def test_the_same_limits_are_the_same_text_in_whatever_order_they_are_told() -> None:
    one, two = ("other", RateLimit(1, 2, 3)), ("global", RateLimit(4, None, None))
    assert encoded(dict((one, two))) == encoded(dict((two, one)))


@pytest.mark.parametrize(
    ("group", "stale", "limit"),
    [
        ("invoiceMetadata", False, RateLimit(2, None, 40)),
        ("invoiceMetadata", True, RateLimit(2, 16, 20)),
        ("invoiceExport", False, RateLimit(1, 1, 1)),
        ("invoiceExport", True, RateLimit(1, 1, 1)),
        ("invoiceDownload", False, RateLimit(8, 16, 64)),
        ("invoiceDownload", True, RateLimit(8, 16, 64)),
        ("unheardOf", False, RateLimit(10, 30, 120)),
        ("newGroup", False, RateLimit(500, None, None)),
        ("newGroup", True, RateLimit(10, 30, 120)),
        ("global", True, RateLimit(75, None, None)),
    ],
)
def test_what_was_told_holds_and_tightens_alone_when_it_is_old(
    group: str, stale: bool, limit: RateLimit
) -> None:
    told = encoded(
        {
            "invoiceMetadata": RateLimit(2, None, 40),
            "invoiceExport": RateLimit(0, 0, 1),
            "newGroup": RateLimit(500, None, None),
            "global": RateLimit(None, None, None),
        }
    )
    assert limit_in_force(group, told, stale=stale) == limit


def test_the_reserve_is_a_quarter_and_two_at_least_where_there_is_enough() -> None:
    reserves = {1: 0, 2: 0, 3: 0, 4: 1, 5: 2, 8: 2, 11: 2, 12: 3, 20: 5, 64: 16, 120: 30, 240: 60, 600: 150}
    assert {limit: reserve_of(limit) for limit in reserves} == reserves


def test_only_the_hourly_window_holds_a_reserve() -> None:
    assert windows_of(RateLimit(8, 16, 20), keep_reserve=False) == ((1.0, 8), (60.0, 16), (3600.0, 20))
    assert windows_of(RateLimit(8, 16, 20), keep_reserve=True) == ((1.0, 8), (60.0, 16), (3600.0, 15))
    assert windows_of(RateLimit(None, 16, None), keep_reserve=True) == ((60.0, 16),)


@pytest.mark.parametrize(
    ("moment", "change"),
    [
        ("2026-11-22T12:00:00", "2026-11-22T19:00:00"),
        ("2026-11-22T18:59:59.999999", "2026-11-22T19:00:00"),
        ("2026-11-22T19:00:00", "2026-11-23T05:00:00"),
        ("2026-11-22T23:30:00", "2026-11-23T05:00:00"),
        ("2026-11-23T04:59:59", "2026-11-23T05:00:00"),
        ("2026-11-23T05:00:00", "2026-11-23T19:00:00"),
        ("2026-07-01T17:59:59", "2026-07-01T18:00:00"),  # summer time
        ("2026-10-24T18:00:00", "2026-10-25T05:00:00"),  # the night with an hour more
        ("2027-03-27T19:00:00", "2027-03-28T04:00:00"),  # the night with an hour less
        ("2026-12-31T19:00:00", "2027-01-01T05:00:00"),
    ],
)
def test_values_may_change_at_six_and_at_twenty_in_warsaw(moment: str, change: str) -> None:
    assert next_change(utc(moment)) == utc(change)


@pytest.mark.parametrize(
    ("now", "elapsed", "stale"),
    [
        ("2026-11-22T18:59:59", 0.0, False),
        ("2026-11-22T19:00:00", 0.0, True),
        ("2026-11-22T08:00:00", 25_199.0, False),  # set back, and the time that has passed decides
        ("2026-11-22T08:00:00", 25_200.0, True),
        ("2026-11-23T12:00:00", 60.0, True),
    ],
)
def test_values_are_stale_when_either_clock_has_passed_a_change(
    now: str, elapsed: float, stale: bool
) -> None:
    assert is_stale(utc("2026-11-22T12:00:00"), elapsed, utc(now)) is stale


def test_a_clock_that_was_years_ahead_does_not_make_values_last_for_years() -> None:
    read_at = utc("2031-01-01T12:00:00")
    assert not is_stale(read_at, timedelta(hours=6).total_seconds(), utc("2026-11-22T18:00:00"))
    assert is_stale(read_at, timedelta(hours=7).total_seconds(), utc("2026-11-22T19:00:00"))
