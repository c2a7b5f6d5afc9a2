"""What to ask next for one role of one firm, decided without I/O (PROTOCOL 4 and 5).

The pass gathers `RoleFacts`, does the one `Step` that `next_step` names, and asks again until there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from blink_tui.model.dates import (
    Instant,
    datetime_of,
    first_day_of_previous_month,
    instant_key,
    instant_of,
    shifted,
    start_of_warsaw_day,
    warsaw_day,
)
from blink_tui.model.marks import HistoryRange, Mark

LONGEST_WINDOW = timedelta(days=89)
"""KSeF takes 100 days, older servers three months; both ends count."""
LONGEST_PREPARATION = timedelta(hours=24)
"""An export that is not ready after so long is given up: empty ones too have hung for days (PROTOCOL 6)."""
OVERLAP = timedelta(seconds=1)
"""Whether KSeF's bounds include their ends is not documented: ask from a little before, deduplicate."""
UNCERTAIN = timedelta(minutes=15)
"""After an order whose outcome is not known, nothing is ordered for so long (PROTOCOL 4)."""
MOST_SINGLE = 8
"""Documents fetched one by one: as many as KSeF hands out within a second. More come as a package."""
_BEYOND_END = timedelta(days=1)
"""How far past its end a range's last window reaches: the mark that comes back is only about the end asked for."""
_PROGRESS = timedelta(days=1)
"""A window of history that brought its mark less far is not followed by another one in the same pass."""
_KEPT_FOR_NEW = 2
"""Package orders of an hour that history leaves for new documents."""


# What is asked


@dataclass(frozen=True, slots=True)
class Window:
    """A span of permanent storage to ask for, as the mark has it."""

    start: Instant
    end: Instant | None
    """None asks to the high-water mark."""

    @property
    def asked_from(self) -> Instant:
        """What KSeF is sent as `from`."""
        return shifted(self.start, -OVERLAP)


def first_instant(first_day: date | None, now: datetime) -> Instant:
    """Where a firm's first fetch begins: its own day, or the first day of the previous month, Warsaw time."""
    return start_of_warsaw_day(first_day or first_day_of_previous_month(warsaw_day(instant_of(now))))


def forward_start(first: Instant, ranges: Iterable[HistoryRange], now: datetime) -> Instant:
    """Where the first forward window begins: new documents do not wait for history before the previous month.

    A range that a pass made before it was killed has decided it already.
    """
    decided = [one.until for one in ranges]
    if decided:
        return max(decided, key=instant_key)
    return max(first, first_instant(None, now), key=instant_key)


def history_before(
    first: Instant, covered: Instant, ranges: Iterable[HistoryRange]
) -> tuple[Instant, Instant] | None:
    """What is to be fetched before `covered`, where the forward mark begins, and is in no range yet."""
    until = min((covered, *(one.since for one in ranges)), key=instant_key)
    return (first, until) if instant_key(first) < instant_key(until) else None


def next_window(mark: Mark | None, first: Instant, now: datetime) -> Window:
    """The window that follows the mark: to the high-water mark, or 89 days of history."""
    start = mark.until if mark else first
    if now - datetime_of(start) <= LONGEST_WINDOW:
        return Window(start, None)
    return Window(start, shifted(start, LONGEST_WINDOW))


def range_window(one: HistoryRange, now: datetime) -> Window:
    """The next window of a range of history; the last one reaches past its end, or to the high-water mark."""
    end = shifted(one.reached, LONGEST_WINDOW)
    if instant_key(end) >= instant_key(one.until):
        end = shifted(one.until, _BEYOND_END)
    return Window(one.reached, end if datetime_of(end) < now - _BEYOND_END else None)


def windows_between(start: Instant, end: Instant) -> list[Window]:
    """A span cut into windows that KSeF takes, each with an explicit end."""
    windows = []
    while instant_key(start) < instant_key(end):
        stop = min(shifted(start, LONGEST_WINDOW), end, key=instant_key)
        windows.append(Window(start, stop))
        start = stop
    return windows


# Where a mark goes


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What KSeF said of a package, as far as it decides where the mark goes."""

    truncated: bool
    last_stored: Instant | None
    """lastPermanentStorageDate: the storage date of a truncated package's last document."""
    high_water: Instant | None
    """permanentStorageHwmDate."""


def mark_after(window: Window, facts: PackageFacts) -> Instant | None:
    """Where the mark stands once a package is stored whole; None leaves it where it is.

    Only dates that KSeF gave, and never back. A truncated package reaches to its last document, any other to
    the high-water mark.
    """
    reached = facts.last_stored if facts.truncated else facts.high_water
    if reached is None or instant_key(reached) < instant_key(window.start):
        return None
    return reached


def stands_still(window: Window, facts: PackageFacts) -> bool:
    """True when a truncated package ends where it began, or tells no end: the next would be the same."""
    if not facts.truncated:
        return False
    return facts.last_stored is None or instant_key(facts.last_stored) <= instant_key(window.start)


def more_to_ask(window: Window, facts: PackageFacts, until: Instant | None) -> bool:
    """True when another window follows at once: the package was truncated, or it was history and got on by days."""
    if facts.truncated:
        return until is not None
    if window.end is None or until is None:
        return False
    return datetime_of(until) - datetime_of(window.start) >= _PROGRESS


# What is done next


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests that may be made now, as the limiter counts them."""

    lists: int
    """Pages of metadata."""
    packages: int
    """Orders of packages."""
    documents: int
    """Documents one by one."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A package ordered in an earlier pass or in this one, and not stored yet."""

    id: int
    reference: str | None
    """None: it is not known whether KSeF took the order."""
    asked_at: Instant
    opens: bool
    """The vault still gives its key."""
    range_id: int | None = None
    tried: bool = False
    """This pass looked at it, and KSeF was still preparing it."""


@dataclass(frozen=True, slots=True)
class ProbeFacts:
    """What one page of metadata told of a window."""

    unknown: int
    """Documents on it that the firm does not have in this role."""
    more: bool
    """There are further pages, or the list was cut."""
    unreadable: int
    """Entries that name no document which could be fetched and checked."""


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """All that decides what a pass does next for a role."""

    now: datetime
    """By KSeF's clock."""
    first: Instant
    """Where a first forward window begins."""
    mark: Mark | None
    ranges: tuple[HistoryRange, ...]
    ordered: tuple[Ordered, ...]
    budget: Budget
    busy: bool
    """The last two passes each brought more than is fetched one by one, so a look at the list spares nothing."""
    history: bool
    """Ranges of history may be fetched now: a person waits for them, or it is night."""
    probe: ProbeFacts | None = None
    """What this pass saw of the forward window and has not acted on."""
    forward_done: bool = False
    ranges_done: frozenset[int] = frozenset()


class Verb(StrEnum):
    """What a step does."""

    FORGET = "forget"
    """Give up an order that brings nothing any more."""
    RESUME = "resume"
    """Look at an order, store its package when it is ready."""
    PROBE = "probe"
    """One page of metadata of the forward window."""
    SINGLE = "single"
    """Fetch what the probe named, one by one."""
    ORDER = "order"
    """Order a package."""
    WAIT = "wait"
    """Nothing can be done before something that `reason` names."""
    DONE = "done"


class Reason(StrEnum):
    """Why a role waits."""

    UNCERTAIN = "uncertain"
    """An order's outcome is not known; until it is 15 minutes old."""
    PREPARING = "preparing"
    """KSeF is preparing a package."""
    BUDGET = "budget"
    """The hour's requests are used up."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    verb: Verb
    window: Window | None = None
    range_id: int | None = None
    export_id: int | None = None
    reason: Reason | None = None
    until: datetime | None = None
    """When waiting for UNCERTAIN ends."""


def next_step(facts: RoleFacts) -> Step:
    """The one thing to do next: what was ordered before, then new documents, then history."""
    for order in facts.ordered:
        if _is_lost(order, facts.now):
            return Step(Verb.FORGET, export_id=order.id)
    for order in facts.ordered:
        if order.reference is not None and not order.tried:
            return Step(Verb.RESUME, export_id=order.id)
    if not facts.forward_done:
        return _forward(facts)
    return _history(facts) or Step(Verb.DONE)


def _is_lost(order: Ordered, now: datetime) -> bool:
    """True for an order of which nothing can come, or of which it is time to stop waiting."""
    age = now - datetime_of(order.asked_at)
    if order.reference is None:
        return not -UNCERTAIN < age < UNCERTAIN  # older than that, or written by a clock that was set back
    return not order.opens or age > LONGEST_PREPARATION


def _forward(facts: RoleFacts) -> Step:
    window = next_window(facts.mark, facts.first, facts.now)
    held = _held(facts, None)
    if facts.probe is None and _worth_a_probe(facts, window, held):
        return Step(Verb.PROBE, window)
    if facts.probe is not None and _fits_single(facts.probe, facts.budget, packages=held is None):
        return Step(Verb.SINGLE, window)
    return held or Step(Verb.ORDER, window)


def _worth_a_probe(facts: RoleFacts, window: Window, held: Step | None) -> bool:
    """True when a look at the list may spare a package: the role has been fetched, the window is not history."""
    if facts.mark is None or window.end is not None or facts.budget.lists < 1:
        return False
    return held is not None or not facts.busy


def _fits_single(probe: ProbeFacts, budget: Budget, *, packages: bool) -> bool:
    """True when documents one by one are the cheapest way that brings all that the probe saw, or the only one."""
    if probe.more or probe.unreadable:
        return False
    return probe.unknown <= min(MOST_SINGLE if packages else budget.documents, budget.documents)


def _held(facts: RoleFacts, range_id: int | None, keep: int = 0) -> Step | None:
    """Why no package can be ordered now for the forward mark or a range; None when one can."""
    for order in facts.ordered:
        if order.reference is None:
            until = datetime_of(order.asked_at) + UNCERTAIN
            return Step(Verb.WAIT, reason=Reason.UNCERTAIN, until=until)
        if order.range_id == range_id:
            return Step(Verb.WAIT, reason=Reason.PREPARING, export_id=order.id)
    if facts.budget.packages <= keep:
        return Step(Verb.WAIT, reason=Reason.BUDGET)
    return None


def _history(facts: RoleFacts) -> Step | None:
    """The next window of history, the latest range first; None when there is none or its time has not come."""
    if not facts.history:
        return None
    left = [one for one in facts.ranges if one.id not in facts.ranges_done and not one.whole]
    held: Step | None = None
    for one in sorted(left, key=lambda each: instant_key(each.until), reverse=True):
        holds = _held(facts, one.id, _KEPT_FOR_NEW)
        if holds is None:
            return Step(Verb.ORDER, range_window(one, facts.now), one.id)
        held = held or replace(holds, range_id=one.id)
    return held
