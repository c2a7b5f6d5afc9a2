"""When somebody may be told, and what the rules say together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blink_tui.model.dates import Instant, warsaw
from blink_tui.model.findings import Severity
from blink_tui.model.notices import (
    How,
    NoticeKind,
    Routes,
    Rule,
    Target,
    parse_digest,
    parse_quiet,
    usual_way,
)


def target(quiet: str = "", *, working_days: bool = False) -> Target:
    return Target(
        "a", "pl", "x", Severity.NOTE, parse_digest("08:00"), parse_quiet(quiet), working_days,
        id=1, paused=False, document_id=0, digested_at=Instant("2026-10-06T10:00:00Z"),
    )  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=warsaw())


@pytest.mark.parametrize(
    ("quiet", "working", "moment", "earliest"),
    [
        ("", False, "2026-10-10 23:00", "2026-10-10 23:00"),
        ("20:00-07:00", False, "2026-10-06 19:59", "2026-10-06 19:59"),
        ("20:00-07:00", False, "2026-10-06 20:00", "2026-10-07 07:00"),
        ("20:00-07:00", False, "2026-10-06 06:59", "2026-10-06 07:00"),
        ("12:00-13:00", False, "2026-10-06 12:30", "2026-10-06 13:00"),
        ("", True, "2026-10-10 12:00", "2026-10-12 00:00"),  # a Saturday
        ("20:00-07:00", True, "2026-10-09 21:00", "2026-10-12 07:00"),  # a Friday evening
        ("20:00-07:00", True, "2026-12-24 21:00", "2026-12-28 07:00"),  # Christmas, then a weekend
        ("01:00-04:00", False, "2026-10-25 02:30", "2026-10-25 04:00"),  # the hour that comes twice
    ],
)
def test_nothing_is_sent_at_quiet_hours_or_on_free_days(
    quiet: str, working: bool, moment: str, earliest: str
) -> None:
    assert target(quiet, working_days=working).earliest(at(moment)) == at(earliest)


@pytest.mark.parametrize(
    ("digest", "made", "next_at"),
    [
        ("08:00", "2026-10-06 07:59", "2026-10-06 08:00"),
        ("08:00", "2026-10-06 08:00", "2026-10-07 08:00"),
        ("08:00", "2026-10-24 09:00", "2026-10-25 08:00"),  # over the end of summer time
        ("4h", "2026-10-06 22:00", "2026-10-07 02:00"),
    ],
)
def test_digests_come_at_their_time(digest: str, made: str, next_at: str) -> None:
    assert parse_digest(digest).next_after(at(made).astimezone(UTC)) == at(next_at)
    assert str(parse_digest(digest)) == digest


@pytest.mark.parametrize("text", ["", "8:00", "24:00", "08:60", "0h", "25h", "-1h", "h", "08:00 ", "٠٨:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_digest(text)
    with pytest.raises(ValueError):
        parse_quiet(f"{text}-07:00")


def test_the_most_particular_rule_counts() -> None:
    stopped, documents = NoticeKind.STOPPED, NoticeKind.DOCUMENTS
    routes = Routes(
        [
            Rule(1, 0, None, How.USUAL),
            Rule(1, 0, stopped, How.DIGEST),
            Rule(1, 7, None, How.NEVER),
            Rule(1, 7, documents, How.USUAL),
        ]
    )
    assert routes.how(1, 5, stopped) is How.DIGEST
    assert routes.how(1, 5, NoticeKind.EXPIRY) is How.NOW
    assert routes.how(1, 7, stopped) is How.NEVER
    assert routes.how(1, 7, documents) is usual_way(documents) is How.DIGEST
    assert routes.how(1, 0, NoticeKind.CHORE) is How.NOW
    assert routes.how(2, 5, stopped) is How.NEVER


def test_a_span_over_midnight_covers_both_its_ends() -> None:
    quiet = parse_quiet("22:00-06:00")
    assert quiet is not None
    start = datetime(2026, 10, 6, tzinfo=UTC)
    covered = [hour for hour in range(24) if quiet.covers((start + timedelta(hours=hour)).time())]
    assert covered == [0, 1, 2, 3, 4, 5, 22, 23]
