"""What a pass does next, as tables (PROTOCOL 4 and 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from blink_tui.ksef.rates import DOCUMENTED
from blink_tui.model.dates import Instant, instant_of, shifted
from blink_tui.model.documents import Role
from blink_tui.model.marks import HistoryRange, Mark
from blink_tui.sync.plan import (
    MOST_SINGLE,
    Budget,
    Ordered,
    PackageFacts,
    ProbeFacts,
    Reason,
    RoleFacts,
    Step,
    Verb,
    Window,
    first_instant,
    forward_start,
    history_before,
    mark_after,
    more_to_ask,
    next_step,
    next_window,
    range_window,
    stands_still,
    windows_between,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST = Instant("2026-09-30T22:00:00.000000Z")
MARK = Mark(1, Role.BUYER, FIRST, Instant("2026-11-22T11:00:00.1234567Z"))
PLENTY = Budget(lists=20, packages=20, documents=64)
FORWARD = Window(MARK.until, None)
DAY, SECOND, MICRO = timedelta(days=1), timedelta(seconds=1), timedelta(microseconds=1)


def facts(**changes: object) -> RoleFacts:
    """A role that was fetched an hour ago, with nothing under way."""
    usual = RoleFacts(
        now=NOW, first=FIRST, mark=MARK, ranges=(), ordered=(), budget=PLENTY, busy=False, history=False
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # the fields of RoleFacts


def before(**age: float) -> Instant:
    return instant_of(NOW - timedelta(**age))


def ordered(
    age: timedelta,
    reference: str | None = "R",
    *,
    opens: bool = True,
    range_id: int | None = None,
    tried: bool = False,
) -> Ordered:
    return Ordered(7, reference, instant_of(NOW - age), opens=opens, range_id=range_id, tried=tried)


def history(id_: int, since: str, until: str, reached: str | None = None) -> HistoryRange:
    return HistoryRange(id_, 1, Role.BUYER, Instant(since), Instant(until), Instant(reached or since))


# Windows


def test_a_first_fetch_begins_with_the_previous_month_in_warsaw() -> None:
    assert first_instant(None, NOW) == FIRST
    assert first_instant(date(2026, 3, 29), NOW) == "2026-03-28T23:00:00.000000Z"


def test_without_a_mark_the_window_begins_at_the_first_instant() -> None:
    assert next_window(None, FIRST, NOW) == Window(FIRST, None)


def test_with_a_mark_the_window_begins_there_and_is_asked_one_second_earlier() -> None:
    window = next_window(MARK, FIRST, NOW)
    assert window == FORWARD
    assert window.asked_from == "2026-11-22T10:59:59.1234567Z"


@pytest.mark.parametrize(
    ("age", "open_ended"), [(89 * DAY, True), (89 * DAY + MICRO, False), (400 * DAY, False)]
)
def test_history_is_cut_into_windows_of_89_days(age: timedelta, open_ended: bool) -> None:
    mark = replace(MARK, until=instant_of(NOW - age))
    window = next_window(mark, FIRST, NOW)
    assert window.start == mark.until
    assert window.end == (None if open_ended else shifted(mark.until, 89 * DAY))


def test_an_early_first_day_makes_history_that_new_documents_do_not_wait_for() -> None:
    early = first_instant(date(2026, 1, 1), NOW)
    assert forward_start(early, (), NOW) == FIRST
    assert history_before(early, FIRST, ()) == (early, FIRST)
    late = first_instant(date(2026, 11, 8), NOW)
    assert forward_start(late, (), NOW) == late
    assert history_before(late, late, ()) is None


def test_what_a_killed_pass_decided_of_history_holds_in_another_month() -> None:
    early, later = first_instant(date(2026, 1, 1), NOW), NOW + 40 * DAY
    made = history(1, early, FIRST)
    assert forward_start(early, [made], later) == FIRST
    assert history_before(early, FIRST, [made]) is None
    assert history_before(Instant("2025-12-01T00:00:00Z"), FIRST, [made]) == ("2025-12-01T00:00:00Z", early)


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("2026-10-01T00:00:00Z", "2026-05-01T00:00:00.5Z"),  # 89 days on
        ("2026-05-01T00:00:00.6Z", "2026-05-01T00:00:00.5Z"),  # a little more than they reach
        ("2026-05-01T00:00:00.5Z", "2026-05-02T00:00:00.5Z"),  # the last window reaches a day further
        ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
    ],
)
def test_a_range_is_asked_in_windows_whose_last_reaches_past_its_end(until: str, end: str) -> None:
    one = history(1, "2026-01-01T00:00:00Z", until, "2026-02-01T00:00:00.5Z")
    assert range_window(one, NOW) == Window(one.reached, Instant(end))


@pytest.mark.parametrize(("until", "end"), [(MARK.until, None), ("2026-11-20T12:00:00Z", None)])
def test_a_range_that_ends_near_the_present_is_asked_to_the_high_water_mark(until: str, end: None) -> None:
    assert range_window(history(1, "2026-11-01T00:00:00Z", until), NOW).end is end
    near = instant_of(NOW - 2 * DAY - MICRO)
    assert range_window(history(1, "2026-11-01T00:00:00Z", near), NOW).end == instant_of(NOW - DAY - MICRO)


def test_a_long_span_is_cut_into_adjoining_windows() -> None:
    windows = windows_between(Instant("2026-01-01T00:00:00Z"), Instant("2026-11-20T00:00:00Z"))
    assert windows[0].start == "2026-01-01T00:00:00Z"
    assert windows[-1].end == "2026-11-20T00:00:00Z"
    assert [one.end for one in windows[:-1]] == [one.start for one in windows[1:]]
    assert all(one.end == shifted(one.start, 89 * DAY) for one in windows[:-1])
    assert windows_between(MARK.until, MARK.until) == []


def test_instants_are_compared_not_their_texts() -> None:
    """01:00+02:00 of the first is 23:00 of the day before, though its text sorts behind that day's 23:30."""
    east, later = Instant("2026-10-01T01:00:00+02:00"), Instant("2026-09-30T23:30:00Z")
    ranges = [history(number, "2026-01-01T00:00:00Z", until) for number, until in enumerate((east, later))]
    assert forward_start(FIRST, ranges, NOW) == later
    before_it = Instant("2026-10-01T00:00:00+03:00")
    assert forward_start(before_it, (), NOW) == FIRST
    assert history_before(before_it, later, [history(1, east, later)]) == (before_it, east)
    span = (Instant("2026-07-03T23:30:00Z"), east)
    assert windows_between(*span) == [Window(*span)]


# Marks


@pytest.mark.parametrize(
    ("said", "until"),
    [
        (PackageFacts(False, None, Instant("2026-11-22T11:58:00.0000001Z")), "2026-11-22T11:58:00.0000001Z"),
        (PackageFacts(False, None, FORWARD.start), FORWARD.start),
        (PackageFacts(False, None, Instant("2026-11-22T11:00:00.1234566Z")), None),
        (PackageFacts(False, None, None), None),
        (
            PackageFacts(True, Instant("2026-11-22T11:30:00Z"), Instant("2026-11-22T11:58:00Z")),
            "2026-11-22T11:30:00Z",
        ),
        (PackageFacts(True, None, Instant("2026-11-22T11:58:00Z")), None),
    ],
)
def test_a_mark_moves_to_dates_of_ksef_alone_and_never_back(said: PackageFacts, until: str | None) -> None:
    assert mark_after(FORWARD, said) == until


def test_a_truncated_package_that_ends_where_it_began_stands_still() -> None:
    assert stands_still(FORWARD, PackageFacts(True, FORWARD.start, None))
    assert stands_still(FORWARD, PackageFacts(True, None, None))
    assert not stands_still(FORWARD, PackageFacts(True, Instant("2026-11-22T11:00:00.1234568Z"), None))
    assert not stands_still(FORWARD, PackageFacts(False, FORWARD.start, FORWARD.start))


def test_another_window_follows_a_cut_package_and_history_that_gets_on() -> None:
    cut, whole = PackageFacts(True, FORWARD.start, None), PackageFacts(False, None, None)
    past = Window(Instant("2026-03-01T00:00:00Z"), Instant("2026-05-01T00:00:00Z"))
    assert more_to_ask(FORWARD, cut, FORWARD.start)
    assert not more_to_ask(FORWARD, cut, None)
    assert not more_to_ask(FORWARD, whole, Instant("2026-11-22T11:58:00Z"))
    assert more_to_ask(past, whole, Instant("2026-03-02T00:00:00Z"))
    assert not more_to_ask(past, whole, Instant("2026-03-01T23:59:59Z"))
    assert not more_to_ask(past, whole, None)


# Steps


def test_an_idle_role_is_looked_at_and_then_done() -> None:
    assert next_step(facts()) == Step(Verb.PROBE, FORWARD)
    assert next_step(facts(forward_done=True)) == Step(Verb.DONE)


def test_a_first_fetch_and_history_behind_the_mark_are_ordered_without_a_look() -> None:
    assert next_step(facts(mark=None)) == Step(Verb.ORDER, Window(FIRST, None))
    old = replace(MARK, until=before(days=200))
    assert next_step(facts(mark=old)) == Step(Verb.ORDER, Window(old.until, shifted(old.until, 89 * DAY)))


@pytest.mark.parametrize(
    ("probe", "verb"),
    [
        (ProbeFacts(1, more=False, unreadable=0), Verb.SINGLE),
        (ProbeFacts(MOST_SINGLE, more=False, unreadable=0), Verb.SINGLE),
        (ProbeFacts(MOST_SINGLE + 1, more=False, unreadable=0), Verb.ORDER),
        (ProbeFacts(0, more=True, unreadable=0), Verb.ORDER),
        (ProbeFacts(1, more=False, unreadable=1), Verb.ORDER),
    ],
)
def test_few_documents_come_one_by_one_and_more_as_a_package(probe: ProbeFacts, verb: Verb) -> None:
    assert next_step(facts(probe=probe)) == Step(verb, FORWARD)


def test_as_many_come_one_by_one_as_ksef_hands_out_in_a_second() -> None:
    assert DOCUMENTED["invoiceDownload"].per_second == MOST_SINGLE


def test_a_role_that_always_brings_much_is_ordered_without_a_look() -> None:
    assert next_step(facts(busy=True)) == Step(Verb.ORDER, FORWARD)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        # no list left: a package tells as much
        ({"budget": replace(PLENTY, lists=0)}, Step(Verb.ORDER, FORWARD)),
        ({"budget": Budget(0, 0, 64)}, Step(Verb.WAIT, reason=Reason.BUDGET)),
        # one of each left
        ({"budget": Budget(1, 1, 1)}, Step(Verb.PROBE, FORWARD)),
        ({"budget": Budget(0, 1, 0)}, Step(Verb.ORDER, FORWARD)),
        # nothing but lists left
        ({"busy": True, "budget": replace(PLENTY, packages=0)}, Step(Verb.PROBE, FORWARD)),
        # few documents, but fewer requests: a package
        (
            {"probe": ProbeFacts(5, more=False, unreadable=0), "budget": replace(PLENTY, documents=4)},
            Step(Verb.ORDER, FORWARD),
        ),
        # many documents and no package left: as many as may be fetched one by one
        (
            {"probe": ProbeFacts(64, more=False, unreadable=0), "budget": replace(PLENTY, packages=0)},
            Step(Verb.SINGLE, FORWARD),
        ),
        (
            {"probe": ProbeFacts(65, more=False, unreadable=0), "budget": replace(PLENTY, packages=0)},
            Step(Verb.WAIT, reason=Reason.BUDGET),
        ),
        (
            {"probe": ProbeFacts(1, more=True, unreadable=0), "budget": replace(PLENTY, packages=0)},
            Step(Verb.WAIT, reason=Reason.BUDGET),
        ),
    ],
)
def test_the_budget_decides_between_the_ways(changes: dict[str, object], step: Step) -> None:
    assert next_step(facts(**changes)) == step


def test_an_order_of_an_earlier_pass_is_looked_at_first() -> None:
    assert next_step(facts(ordered=(ordered(DAY),))) == Step(Verb.RESUME, export_id=7)
    assert next_step(facts(ordered=(ordered(DAY),), forward_done=True)) == Step(Verb.RESUME, export_id=7)


@pytest.mark.parametrize(
    ("order", "lost"),
    [
        (ordered(DAY), False),
        (ordered(DAY + MICRO), True),
        (ordered(DAY, opens=False), True),
        (ordered(-30 * DAY), False),
        (ordered(timedelta(minutes=15) - MICRO, None), False),
        (ordered(timedelta(minutes=15), None), True),
        (ordered(timedelta(minutes=15), None, opens=False), True),
        (ordered(timedelta(0), None, opens=False), False),
        (ordered(-timedelta(minutes=15) + MICRO, None), False),
        (ordered(-timedelta(minutes=15), None), True),
    ],
)
def test_orders_are_given_up_when_nothing_can_come_of_them(order: Ordered, lost: bool) -> None:
    assert (next_step(facts(ordered=(order,))) == Step(Verb.FORGET, export_id=7)) is lost


def test_after_an_uncertain_order_nothing_is_ordered_but_few_documents_still_come() -> None:
    uncertain = ordered(timedelta(minutes=5), None)
    waits = Step(Verb.WAIT, reason=Reason.UNCERTAIN, until=NOW + timedelta(minutes=10))
    assert next_step(facts(ordered=(uncertain,), mark=None)) == waits
    assert next_step(facts(ordered=(uncertain,), busy=True)) == Step(Verb.PROBE, FORWARD)
    seen = facts(ordered=(uncertain,), probe=ProbeFacts(MOST_SINGLE + 1, more=False, unreadable=0))
    assert next_step(seen) == Step(Verb.SINGLE, FORWARD)
    assert next_step(replace(seen, budget=replace(PLENTY, documents=MOST_SINGLE))) == waits
    assert next_step(facts(ordered=(uncertain,), probe=ProbeFacts(0, more=True, unreadable=0))) == waits
    elsewhere = replace(uncertain, range_id=3)
    assert next_step(facts(ordered=(elsewhere,), mark=None)) == waits


def test_while_a_package_is_prepared_few_documents_still_come() -> None:
    preparing = ordered(timedelta(hours=3), tried=True)
    waits = Step(Verb.WAIT, reason=Reason.PREPARING, export_id=7)
    assert next_step(facts(ordered=(preparing,))) == Step(Verb.PROBE, FORWARD)
    assert next_step(facts(ordered=(preparing,), mark=None)) == waits
    of_history = replace(preparing, range_id=3)
    assert next_step(facts(ordered=(of_history,), mark=None)) == Step(Verb.ORDER, Window(FIRST, None))


OLDER = history(1, "2026-01-01T00:00:00Z", "2026-05-01T00:00:00Z")
LATER = history(2, "2026-05-01T00:00:00Z", FIRST)


def test_history_comes_after_new_documents_and_in_its_time_the_latest_range_first() -> None:
    both = facts(ranges=(OLDER, LATER), history=True, forward_done=True)
    assert next_step(both) == Step(Verb.ORDER, range_window(LATER, NOW), 2)
    assert next_step(replace(both, forward_done=False)) == Step(Verb.PROBE, FORWARD)
    assert next_step(replace(both, history=False)) == Step(Verb.DONE)
    assert next_step(replace(both, ranges_done=frozenset({2}))) == Step(
        Verb.ORDER, range_window(OLDER, NOW), 1
    )
    whole = replace(LATER, reached=LATER.until)
    assert next_step(replace(both, ranges=(OLDER, whole))) == Step(Verb.ORDER, range_window(OLDER, NOW), 1)
    assert next_step(replace(both, ranges_done=frozenset({1, 2}))) == Step(Verb.DONE)


@pytest.mark.parametrize(("packages", "goes_on"), [(3, True), (2, False), (0, False)])
def test_history_leaves_orders_for_new_documents(packages: int, goes_on: bool) -> None:
    step = next_step(
        facts(ranges=(OLDER,), history=True, forward_done=True, budget=replace(PLENTY, packages=packages))
    )
    if goes_on:
        assert step == Step(Verb.ORDER, range_window(OLDER, NOW), 1)
    else:
        assert step == Step(Verb.WAIT, range_id=1, reason=Reason.BUDGET)


def test_a_range_whose_package_is_prepared_lets_the_others_go_on() -> None:
    preparing = ordered(timedelta(hours=1), range_id=2, tried=True)
    step = next_step(facts(ranges=(OLDER, LATER), history=True, forward_done=True, ordered=(preparing,)))
    assert step == Step(Verb.ORDER, range_window(OLDER, NOW), 1)
    both = (preparing, replace(preparing, id=8, range_id=1))
    step = next_step(facts(ranges=(OLDER, LATER), history=True, forward_done=True, ordered=both))
    assert step == Step(Verb.WAIT, range_id=2, reason=Reason.PREPARING, export_id=7)
