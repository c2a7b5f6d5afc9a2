"""What to ask next, decided without I/O (PROTOCOL 4)."""

from __future__ import annotations

from dataclasses import dataclass
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
from blink_tui.model.marks import Mark

LONGEST_WINDOW = timedelta(days=89)
"""KSeF takes 100 days, older servers three months; both ends count."""
LONGEST_PREPARATION = timedelta(hours=24)
"""An export that is not ready after so long is given up: empty ones too have hung for days (PROTOCOL 6)."""
OVERLAP = timedelta(seconds=1)
"""Whether KSeF's bounds include their ends is not documented: ask from a little before, deduplicate."""


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


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What KSeF said of a package, as far as it decides where the mark goes."""

    truncated: bool
    last_stored: Instant | None
    """lastPermanentStorageDate: the storage date of a truncated package's last document."""
    high_water: Instant | None
    """permanentStorageHwmDate."""


MOST_SINGLE = 8
"""Documents fetched one by one: as many as KSeF hands out within a second. More come as a package."""


class Way(StrEnum):
    """How a window's documents are fetched."""

    NOTHING = "nothing"
    SINGLE = "single"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class ProbeFacts:
    """What one page of metadata told of a window."""

    unknown: int
    """Documents on it that the firm does not have in this role."""
    more: bool
    """There are further pages, or the list was cut."""
    unreadable: int
    """Entries that name no document which could be fetched and checked."""
    high_water: Instant | None


def worth_a_probe(mark: Mark | None, window: Window) -> bool:
    """True when a look at the list may spare a package: the role has been fetched, and the window is not history."""
    return mark is not None and window.end is None


def after_probe(facts: ProbeFacts) -> Way:
    """The cheapest way that brings everything the probe saw (PROTOCOL 5: packages are the scarcest)."""
    if facts.more or facts.unreadable or facts.unknown > MOST_SINGLE:
        return Way.EXPORT
    return Way.SINGLE if facts.unknown else Way.NOTHING


def first_instant(first_day: date | None, now: datetime) -> Instant:
    """Where a firm's first fetch begins: its own day, or the first day of the previous month, Warsaw time."""
    return start_of_warsaw_day(first_day or first_day_of_previous_month(warsaw_day(instant_of(now))))


def next_window(mark: Mark | None, first: Instant, now: datetime) -> Window:
    """The window that follows the mark: to the high-water mark, or 89 days of history."""
    start = mark.until if mark else first
    if now - datetime_of(start) <= LONGEST_WINDOW:
        return Window(start, None)
    return Window(start, shifted(start, LONGEST_WINDOW))


def windows_between(start: Instant, end: Instant) -> list[Window]:
    """A span cut into windows that KSeF takes, each with an explicit end."""
    windows = []
    while instant_key(start) < instant_key(end):
        stop = min(shifted(start, LONGEST_WINDOW), end, key=instant_key)
        windows.append(Window(start, stop))
        start = stop
    return windows


def given_up(asked_at: Instant, now: datetime) -> bool:
    """True when an export has been prepared for longer than is worth waiting."""
    return now - datetime_of(asked_at) > LONGEST_PREPARATION


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


def more_to_ask(window: Window, facts: PackageFacts) -> bool:
    """True when another window follows at once: the package was truncated, or it was history."""
    return facts.truncated or window.end is not None
