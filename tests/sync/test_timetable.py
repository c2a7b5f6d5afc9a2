"""When a role is due: intervals by kind, spread over firms, nights, wrong clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.ksef.errors import LIMITS, SERVER_FAILED, AskedToWaitError
from blink_tui.model.dates import Instant, datetime_of, instant_of
from blink_tui.model.documents import FirmKind, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ContextType, Firm
from blink_tui.model.schedule import NEVER, NIGHTLY, ScheduledRole
from blink_tui.model.values import Nip
from blink_tui.sync.errors import QUARANTINED
from blink_tui.sync.timetable import (
    due_at,
    due_roles,
    hold_after,
    interval_of,
    is_due_tonight,
    is_night,
    nightly_slot,
    roles_asked,
    share_of,
    usual_interval,
)

FIRM = Firm(
    1, Nip("1111111111"), ContextType.NIP, "1111111111", "A", "prod", FirmKind.TAXPAYER, "csv", None,
    enabled=True, paused=False, version=1,
)  # fmt: skip
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE, MICRO = timedelta(minutes=1), timedelta(microseconds=1)
S, B, T, A = Role.SELLER, Role.BUYER, Role.THIRD_PARTY, Role.AUTHORIZED


def scheduled(role: Role = B, every: int | None = None, **changes: object) -> ScheduledRole:
    usual = ScheduledRole(1, role, every, None, None, None, None, (0, 0), None)
    return replace(usual, **changes)  # type: ignore[arg-type]  # the fields of ScheduledRole


def at(moment: datetime) -> Instant:
    return instant_of(moment)


@pytest.mark.parametrize(
    ("kind", "context", "intervals"),
    [
        (FirmKind.TAXPAYER, ContextType.NIP, {S: 15, B: 15, T: NIGHTLY, A: NIGHTLY}),
        (FirmKind.BRANCH, ContextType.NIP, {S: 15, B: 15, T: 15, A: NIGHTLY}),
        (FirmKind.LOCAL_GOVERNMENT_UNIT, ContextType.NIP, {S: NIGHTLY, B: NIGHTLY, T: 15, A: NIGHTLY}),
        (FirmKind.VAT_GROUP_MEMBER, ContextType.NIP, {S: NIGHTLY, B: NIGHTLY, T: 15, A: NIGHTLY}),
        (FirmKind.LOCAL_GOVERNMENT_UNIT, ContextType.INTERNAL_ID, {S: NEVER, B: NEVER, T: 15, A: NIGHTLY}),
        (FirmKind.TAXPAYER, ContextType.INTERNAL_ID, {S: NEVER, B: NEVER, T: 15, A: NIGHTLY}),
    ],
)
def test_the_kind_of_a_firm_says_which_roles_are_asked_for_often(
    kind: FirmKind, context: ContextType, intervals: dict[Role, int]
) -> None:
    firm = replace(FIRM, kind=kind, context_type=context)
    assert {role: usual_interval(firm, role) for role in Role} == intervals


@pytest.mark.parametrize(
    ("env", "every", "interval"),
    [
        ("prod", 14, 15), ("prod", 15, 15), ("prod", 16, 16), ("test", 1, 15), ("https://ksef.example", 1, 15),
        ("http://127.0.0.1:8080/v2", 1, 1), ("http://127.0.0.1:8080/v2", None, 15), ("prod", NIGHTLY, NIGHTLY),
        ("prod", NEVER, NEVER),
    ],
)  # fmt: skip
def test_no_schedule_is_faster_than_ksef_asks(env: str, every: int | None, interval: int) -> None:
    assert interval_of(replace(FIRM, env=env), scheduled(every=every)) == interval


def test_a_role_that_ksef_does_not_answer_stays_off() -> None:
    unit = replace(FIRM, context_type=ContextType.INTERNAL_ID)
    assert interval_of(unit, scheduled(S, 30)) == NEVER
    assert due_at(unit, scheduled(S, 30), NOON) is None


def test_a_wish_means_the_roles_it_names_or_all_that_are_not_switched_off() -> None:
    unit = replace(FIRM, context_type=ContextType.INTERNAL_ID)
    plan = {role: scheduled(role) for role in Role} | {A: scheduled(A, NEVER)}
    assert roles_asked(FIRM, plan, None) == [S, B, T]
    assert roles_asked(unit, plan, None) == [T]
    assert roles_asked(FIRM, plan, {A, S}) == [S, A]
    assert roles_asked(unit, plan, {A, S}) == [A]
    assert roles_asked(FIRM, plan, set()) == []


def test_a_role_that_was_never_asked_for_is_due_at_once() -> None:
    assert due_at(FIRM, scheduled(), NOON) == NOON
    assert due_at(FIRM, scheduled(T), NOON) == NOON
    assert due_at(FIRM, scheduled(every=NEVER), NOON) is None


@given(
    st.integers(0, 40 * 24 * 3600),
    st.sampled_from((15, 20, 30, 60, 24 * 60)),
    st.text("0123456789", min_size=10, max_size=10),
)
def test_two_passes_are_an_interval_apart_and_never_two(seconds: int, every: int, nip: str) -> None:
    firm, interval = replace(FIRM, context_value=nip), every * MINUTE
    asked = NOON + timedelta(seconds=seconds)
    due = due_at(firm, scheduled(every=every, asked=at(asked)), asked)
    assert due is not None
    assert interval <= due - asked <= 1.5 * interval
    place = timedelta(
        seconds=(due.timestamp() - share_of(firm) * interval.total_seconds()) % interval.total_seconds()
    )
    assert place <= interval / 2 + MICRO or interval - place <= MICRO * 100


def test_a_pass_that_came_late_goes_back_to_the_firms_place() -> None:
    interval = 15 * MINUTE
    place = NOON + share_of(FIRM) * interval
    assert datetime_of(at(place)) == place
    late = due_at(FIRM, scheduled(asked=at(place + 8 * MINUTE)), NOON + timedelta(hours=1))
    assert late is not None
    assert abs(late - (place + 2 * interval)) < timedelta(milliseconds=1)
    in_time = due_at(FIRM, scheduled(asked=at(place + 7 * MINUTE)), NOON + timedelta(hours=1))
    assert in_time == place + 7 * MINUTE + interval
    half = due_at(FIRM, scheduled(asked=at(place + interval / 2)), NOON + timedelta(hours=1))
    assert half == place + interval / 2 + interval


def test_firms_are_spread_over_the_interval() -> None:
    shares = [share_of(replace(FIRM, context_value=f"{nip:010}")) for nip in range(2000)]
    tenths = [sum(tenth / 10 <= share < (tenth + 1) / 10 for share in shares) for tenth in range(10)]
    assert sum(tenths) == 2000
    assert min(tenths) > 150


@pytest.mark.parametrize(
    ("hour", "minute", "night"), [(19, 59, False), (20, 0, True), (3, 0, True), (5, 59, True), (6, 0, False)]
)
@pytest.mark.parametrize(("month", "ahead"), [(11, 1), (7, 2)])
def test_night_is_warsaws(hour: int, minute: int, night: bool, month: int, ahead: int) -> None:
    local = datetime(2026, month, 10, hour, minute, tzinfo=UTC) - timedelta(hours=ahead)
    assert is_night(local) is night


@pytest.mark.parametrize(
    "start", [datetime(2026, 3, 28, 21, tzinfo=UTC), datetime(2026, 10, 24, 21, tzinfo=UTC), NOON]
)
def test_once_a_night_also_when_the_clocks_change(start: datetime) -> None:
    """Walks through four days in steps of five minutes."""
    role, asked = scheduled(T, asked=at(start)), []
    for step in range(4 * 24 * 12):
        now = start + step * 5 * MINUTE
        if T in due_roles(FIRM, [role], now):
            asked.append(now)
            role = replace(role, asked=at(now))
    assert len(asked) == 4
    assert all(is_night(moment) for moment in asked)
    assert all(timedelta(hours=22) < later - one < timedelta(hours=26) for one, later in pairwise(asked))


@given(st.integers(0, 366 * 24 * 60), st.text("0123456789", min_size=10, max_size=10))
def test_the_last_place_in_a_night_is_never_ahead_and_never_two_nights_ago(minutes: int, nip: str) -> None:
    firm, now = replace(FIRM, context_value=nip), NOON + minutes * MINUTE
    slot = nightly_slot(firm, now)
    assert is_night(slot)
    assert timedelta(0) <= now - slot <= timedelta(hours=25)
    assert nightly_slot(firm, slot) == slot


def test_a_night_that_was_missed_is_made_up_for() -> None:
    slot = nightly_slot(FIRM, NOON)
    assert NOON - timedelta(hours=16.5) <= slot <= NOON - timedelta(hours=7.5)
    assert due_at(FIRM, scheduled(T, asked=at(slot - MICRO)), NOON) == slot
    following = due_at(FIRM, scheduled(T, asked=at(slot)), NOON)
    begun = replace(scheduled(T, asked=at(slot)), begun=True)
    assert due_at(FIRM, begun, NOON) == slot + timedelta(minutes=15)
    assert due_at(FIRM, replace(begun, every=NEVER), NOON) is None
    assert due_at(FIRM, replace(begun, every=240), NOON) == slot + timedelta(minutes=15)
    assert following == slot + timedelta(days=1)


def test_what_a_person_wants_comes_at_once_and_once() -> None:
    asked = NOON - MINUTE
    wanted = scheduled(asked=at(asked), wanted=at(NOON), not_before=at(NOON + timedelta(hours=1)))
    assert due_at(FIRM, wanted, NOON) == NOON
    assert due_at(FIRM, replace(wanted, asked=at(NOON)), NOON) != NOON
    assert due_at(FIRM, replace(wanted, every=NEVER), NOON) is None


def test_a_failure_is_waited_out() -> None:
    held = scheduled(asked=at(NOON - timedelta(hours=1)), not_before=at(NOON + timedelta(hours=3)))
    assert due_at(FIRM, held, NOON) == NOON + timedelta(hours=3)
    assert due_roles(FIRM, [held], NOON) == []
    assert due_roles(FIRM, [held], NOON + timedelta(hours=3)) == [B]
    longest = NOON + timedelta(days=2)
    assert due_at(FIRM, replace(held, not_before=at(longest)), NOON) == longest
    for not_a_hold in (NOON, longest + MICRO):
        in_turn = due_at(FIRM, replace(held, not_before=None), NOON)
        assert due_at(FIRM, replace(held, not_before=at(not_a_hold)), NOON) == in_turn
    waits = AskedToWaitError(LIMITS, 3565)
    assert hold_after(FIRM, waits, NOON) == at(NOON + timedelta(seconds=3565))
    assert hold_after(FIRM, BlinkError(SERVER_FAILED), NOON) is None
    night = hold_after(FIRM, BlinkError(QUARANTINED, number="x"), NOON)
    assert night == at(nightly_slot(FIRM, NOON) + timedelta(days=1))


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    ahead = at(NOON + timedelta(days=30))
    assert due_at(FIRM, scheduled(asked=ahead), NOON) == NOON
    assert due_at(FIRM, scheduled(asked=ahead, not_before=ahead), NOON) == NOON
    assert due_at(FIRM, scheduled(asked=at(NOON), wanted=ahead), NOON) != NOON


def test_a_paused_or_disabled_firm_is_left_alone() -> None:
    assert due_roles(FIRM, [scheduled(B), scheduled(S)], NOON) == [B, S]
    assert due_roles(replace(FIRM, paused=True), [scheduled()], NOON) == []
    assert due_roles(replace(FIRM, enabled=False), [scheduled()], NOON) == []


def test_a_night_has_one_sweep() -> None:
    night = datetime(2026, 11, 22, 4, 59, tzinfo=UTC)
    slot = nightly_slot(FIRM, night)
    assert is_due_tonight(FIRM, None, night)
    assert not is_due_tonight(FIRM, None, NOON)
    assert is_due_tonight(FIRM, at(slot - MICRO), night)
    assert not is_due_tonight(FIRM, at(slot), night)
    assert is_due_tonight(FIRM, at(night + timedelta(days=9)), night)
