"""When a month is ready: only if it is covered and nothing is left in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from blink_tui.buffer import MonthCount
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.marks import HistoryRange, Mark
from blink_tui.model.mismatches import Disagreement, Mismatch
from blink_tui.model.months import Month
from blink_tui.model.schedule import NEVER, ScheduledRole
from blink_tui.sync.closing import FirmMonth
from blink_tui.sync.standing import Facts, standings_of
from tests.sync.test_agenda import FIRM

NOW = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
BEGINS, ENDS = "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"
"""The first instants of November and of December in Warsaw."""
NOVEMBER = Month(2026, 11)


def month(
    since: str = BEGINS,
    until: str = ENDS,
    *,
    counts: tuple[MonthCount, ...] = (),
    without_month: int = 0,
    ranges: tuple[HistoryRange, ...] = (),
    mismatches: tuple[Mismatch, ...] = (),
    roles: tuple[Role, ...] = tuple(Role),
) -> FirmMonth:
    facts = Facts(
        [
            ScheduledRole(FIRM.id, role, None if role in roles else NEVER, None, None, None, None, (0, 0), None)
            for role in Role
        ],
        [Mark(FIRM.id, role, Instant(since), Instant(until)) for role in roles],
        ranges, [], mismatches, {}, {},
    )  # fmt: skip
    (standing,) = standings_of(facts, [FIRM], NOW)
    return FirmMonth(standing, NOVEMBER, counts, without_month)


def count(status: Status, documents: int = 1, late: int = 0) -> MonthCount:
    return MonthCount(
        FIRM.id, Direction.PURCHASE, status, "PLN", documents, Decimal("10.00"), late, Decimal("5.00")
    )


@pytest.mark.parametrize(
    ("since", "until", "covered"),
    [
        (BEGINS, ENDS, True),
        ("2026-09-01T00:00:00Z", "2026-12-03T11:00:00Z", True),
        ("2026-10-31T23:00:00.0000001Z", ENDS, False),  # not from the month's first instant
        (BEGINS, "2026-11-30T22:59:59.9999999Z", False),  # not to its last one
        ("2026-11-15T00:00:00Z", ENDS, False),
    ],
)
def test_a_month_is_covered_from_its_first_instant_in_warsaw_to_its_last(
    since: str, until: str, covered: bool
) -> None:
    assert month(since, until).covered is covered
    assert month(since, until).ready is covered


def test_history_that_waits_leaves_the_month_open() -> None:
    left = HistoryRange(1, FIRM.id, Role.BUYER, Instant(BEGINS), Instant(ENDS), Instant(BEGINS))
    assert not month(ranges=(left,)).covered
    later = replace(left, since=Instant(ENDS), reached=Instant(ENDS), until=Instant("2026-12-02T00:00:00Z"))
    assert month(ranges=(later,)).covered


def test_a_role_that_is_never_asked_for_does_not_count_and_one_never_fetched_does() -> None:
    assert month(roles=(Role.SELLER, Role.BUYER)).covered
    found = month()
    roles = tuple(replace(one, mark=None) if one.role is Role.BUYER else one for one in found.standing.roles)
    assert not replace(found, standing=replace(found.standing, roles=roles)).covered


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        (Status.FETCHED, False), (Status.QUERIED, False), (Status.CODED, False), (Status.APPROVED, False),
        (Status.EXPORTED, False), (Status.BOOKED, True), (Status.EXCLUDED, True),
    ],
)  # fmt: skip
def test_a_month_is_ready_when_all_is_booked_or_excluded(status: Status, ready: bool) -> None:
    found = month(counts=(count(status),))
    assert found.ready is ready
    assert found.left == (0 if ready else 1)
    assert found.sums(status) == (("PLN", Decimal("10.00")),)


def test_what_has_no_month_or_stands_in_quarantine_keeps_it_open() -> None:
    assert not month(without_month=1).ready
    at = Instant("2026-11-02T00:00:00Z")
    held = Mismatch(FIRM.id, Role.BUYER, Disagreement("x", "a", "b"), 3, at, at, None, None)
    assert not month(mismatches=(held,)).ready
    assert month(mismatches=(replace(held, accepted_by="anna"),)).ready


def test_late_documents_are_told_and_keep_nothing_open() -> None:
    found = month(counts=(count(Status.BOOKED, 3, late=2),))
    assert found.ready
    assert (found.late(Direction.PURCHASE), found.late(Direction.SALE)) == (2, 0)
    assert found.late_sums(Direction.PURCHASE) == (("PLN", Decimal("5.00")),)
    assert found.late_sums(Direction.SALE) == ()
