"""What to ask next, as a table (PROTOCOL 4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from blink_tui.model.dates import Instant, datetime_of, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.marks import Mark
from blink_tui.sync.plan import (
    MOST_SINGLE,
    PackageFacts,
    ProbeFacts,
    Way,
    Window,
    after_probe,
    first_instant,
    mark_after,
    more_to_ask,
    next_window,
    stands_still,
    worth_a_probe,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST = Instant("2026-09-30T22:00:00.000000Z")


def mark(until: str) -> Mark:
    return Mark(1, Role.BUYER, FIRST, Instant(until))


def test_a_first_fetch_begins_with_the_previous_month_in_warsaw() -> None:
    assert first_instant(None, NOW) == FIRST
    assert first_instant(date(2026, 3, 29), NOW) == "2026-03-28T23:00:00.000000Z"


def test_without_a_mark_the_window_begins_at_the_first_instant() -> None:
    assert next_window(None, FIRST, NOW) == Window(FIRST, None)


def test_with_a_mark_the_window_begins_there_and_is_asked_one_second_earlier() -> None:
    window = next_window(mark("2026-11-22T11:00:00.1234567Z"), FIRST, NOW)
    assert window == Window(Instant("2026-11-22T11:00:00.1234567Z"), None)
    assert window.asked_from == "2026-11-22T10:59:59.1234567Z"


@pytest.mark.parametrize(("days", "explicit"), [(88, False), (89, False), (90, True), (400, True)])
def test_history_is_cut_into_windows_that_every_server_takes(days: int, explicit: bool) -> None:
    window = next_window(mark(instant_of(NOW - timedelta(days=days))), FIRST, NOW)
    assert (window.end is not None) is explicit
    if window.end is not None:
        assert datetime_of(window.end) - datetime_of(window.asked_from) < timedelta(days=90)


START, END, HWM = (
    Instant("2026-11-01T00:00:00.1234567Z"),
    Instant("2026-11-10T00:00:00.7654321Z"),
    Instant("2026-11-22T11:58:00Z"),
)


@pytest.mark.parametrize(
    ("facts", "until", "more", "still"),
    [
        (PackageFacts(False, None, HWM), HWM, False, False),
        (PackageFacts(True, END, HWM), END, True, False),
        (PackageFacts(True, START, HWM), START, True, True),
        (PackageFacts(True, None, HWM), None, True, True),
        (PackageFacts(False, None, None), None, False, False),
        (PackageFacts(False, None, Instant("2026-10-31T00:00:00Z")), None, False, False),
    ],
)
def test_the_mark_moves_only_to_dates_that_ksef_gave_and_never_back(
    facts: PackageFacts, until: Instant | None, more: bool, still: bool
) -> None:
    window = Window(START, None)
    assert mark_after(window, facts) == until
    assert more_to_ask(window, facts) is more
    assert stands_still(window, facts) is still


def test_after_history_another_window_follows() -> None:
    assert more_to_ask(Window(START, END), PackageFacts(False, None, END))


@pytest.mark.parametrize(
    ("unknown", "more", "unreadable", "way"),
    [
        (0, False, 0, Way.NOTHING),
        (5, False, 0, Way.SINGLE),
        (MOST_SINGLE, False, 0, Way.SINGLE),
        (MOST_SINGLE + 1, False, 0, Way.EXPORT),
        (250, True, 0, Way.EXPORT),
        (0, True, 0, Way.EXPORT),
        (0, False, 1, Way.EXPORT),
    ],
)
def test_the_cheapest_way_that_brings_everything_is_taken(
    unknown: int, more: bool, unreadable: int, way: Way
) -> None:
    assert after_probe(ProbeFacts(unknown, more, unreadable, HWM)) is way


def test_a_first_fetch_and_history_are_not_probed() -> None:
    assert not worth_a_probe(None, Window(START, None))
    assert not worth_a_probe(mark(START), Window(START, END))
    assert worth_a_probe(mark(START), Window(START, None))
