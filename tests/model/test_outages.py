"""Which Warsaw days lie in a failure, and which failure a document issued offline falls in."""

from __future__ import annotations

from datetime import date

import pytest

from blink_tui.model.dates import Instant
from blink_tui.model.outages import Outage, OutageCategory, SystemState, outage_of_document

TODAY = date(2026, 11, 20)


def outage(
    start: str, end: str | None, category: OutageCategory = OutageCategory.FAILURE, env: str = "prod"
) -> Outage:
    return Outage(env, start, category, Instant(start), Instant(end) if end else None, "Awaria")


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        # within a day, and over Warsaw's midnight in winter and in summer
        ("2026-02-10T10:00:00Z", "2026-02-10T12:00:00Z", date(2026, 2, 10), date(2026, 2, 10)),
        ("2026-01-31T22:59:59.9999999Z", "2026-01-31T23:00:00Z", date(2026, 1, 31), date(2026, 2, 1)),
        ("2026-01-31T23:00:00Z", "2026-02-01T22:59:59Z", date(2026, 2, 1), date(2026, 2, 1)),
        ("2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z", date(2026, 3, 31), date(2026, 4, 1)),
        # the days on which the clock changes have 23 and 25 hours
        ("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", date(2026, 3, 29), date(2026, 3, 29)),
        ("2026-03-28T22:59:59Z", "2026-03-29T22:00:00Z", date(2026, 3, 28), date(2026, 3, 30)),
        ("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", date(2026, 10, 25), date(2026, 10, 25)),
        ("2026-10-25T00:30:00Z", "2026-10-25T23:00:00Z", date(2026, 10, 25), date(2026, 10, 26)),
        # other ways to write an instant
        ("2026-05-05T00:30:00+02:00", "2026-05-05T23:59:59+02:00", date(2026, 5, 5), date(2026, 5, 5)),
    ],
)
def test_a_failure_covers_the_warsaw_days_of_both_its_ends(
    start: str, end: str, first: date, last: date
) -> None:
    one = outage(start, end)
    covered = {
        day
        for day in map(date.fromordinal, range(first.toordinal() - 3, last.toordinal() + 4))
        if one.covers(day, TODAY)
    }
    assert covered == set(map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)))


def test_an_open_failure_reaches_today_and_no_further() -> None:
    one = outage("2026-11-17T23:00:00Z", None)
    days = range(TODAY.toordinal() - 5, TODAY.toordinal() + 3)
    covered = [day for day in map(date.fromordinal, days) if one.covers(day, TODAY)]
    assert (covered[0], covered[-1], len(covered)) == (date(2026, 11, 18), TODAY, 3)


FAILURE = outage("2026-11-10T08:00:00Z", "2026-11-10T18:00:00Z")
LATER = outage("2026-11-10T20:00:00Z", "2026-11-11T18:00:00Z")
TOTAL = outage("2026-11-10T21:00:00Z", "2026-11-12T18:00:00Z", OutageCategory.TOTAL_FAILURE)
MAINTENANCE = outage("2026-11-10T22:00:00Z", "2026-11-13T18:00:00Z", OutageCategory.MAINTENANCE)
ELSEWHERE = outage("2026-11-01T22:00:00Z", "2026-11-30T18:00:00Z", env="test")
OUTAGES = [MAINTENANCE, TOTAL, LATER, FAILURE, ELSEWHERE]


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        (date(2026, 11, 9), None),
        (date(2026, 11, 10), LATER),
        (date(2026, 11, 11), LATER),
        (date(2026, 11, 12), TOTAL),
        (date(2026, 11, 13), MAINTENANCE),
        (date(2026, 11, 14), None),
        (None, None),
    ],
)
def test_a_document_issued_offline_falls_in_the_outage_of_its_day(
    issued: date | None, expected: Outage | None
) -> None:
    assert outage_of_document(OUTAGES, "prod", issued, offline=True, today=TODAY) == expected
    assert outage_of_document(OUTAGES, "prod", issued, offline=False, today=TODAY) is None


@pytest.mark.parametrize(
    ("status", "troubled"),
    [(None, False), ("AVAILABLE", False), ("FAILURE", True), ("MAINTENANCE", True), ("NOVELTY", True)],
)
def test_whatever_is_not_available_is_a_trouble(status: str | None, troubled: bool) -> None:
    at = Instant("2026-11-20T12:00:00Z")
    assert SystemState("prod", at, status, at, silent=False).troubled is troubled
