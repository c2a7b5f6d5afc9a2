"""How firms stand with KSeF: complete from and to, late or not, what is left of history, when each is asked for next.

Everything is read with a fixed number of queries, however many firms there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from blink_tui.buffer import Buffer
from blink_tui.model.dates import Instant, datetime_of, instant_key
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm, FirmCredential
from blink_tui.model.marks import HistoryRange, Mark, Proof
from blink_tui.model.mismatches import Mismatch
from blink_tui.model.schedule import NEVER, NIGHTLY, ScheduledRole
from blink_tui.sync.timetable import SHORTEST, due_at, interval_of

T = TypeVar("T")
_DAY = timedelta(days=1)
_ORDER = {role: place for place, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class RoleStanding:
    """One role of a firm."""

    role: Role
    scheduled: ScheduledRole
    every: int
    """The interval in force: minutes, NIGHTLY or NEVER."""
    due: datetime | None
    """When the schedule asks for it next, a moment that has passed meaning now; None while it does not."""
    mark: Mark | None
    lag: timedelta | None
    """From the mark to now; None before the first pass ended."""
    history: tuple[HistoryRange, ...]
    """What is still to be fetched before the mark."""
    proof: Proof | None
    """The last comparison with KSeF's list."""

    @property
    def late(self) -> bool:
        """The mark is more than two intervals old; below 15 minutes KSeF's own mark lags too much to count."""
        return self.lag is not None and self.every != NEVER and self.lag > 2 * self.interval

    @property
    def interval(self) -> timedelta:
        """The time between two passes by which lateness is told, of a role that the schedule asks for."""
        return _DAY if self.every == NIGHTLY else timedelta(minutes=max(self.every, SHORTEST))

    @property
    def days_left(self) -> float:
        """Days of history that are not fetched yet."""
        spans = (datetime_of(one.until) - datetime_of(one.reached) for one in self.history)
        return sum(spans, timedelta()) / _DAY


@dataclass(frozen=True, slots=True)
class FirmStanding:
    """One firm over its roles."""

    firm: Firm
    roles: tuple[RoleStanding, ...]
    documents: int
    credential: FirmCredential | None
    mismatches: tuple[Mismatch, ...]
    """What KSeF's accounts disagree on, accepted or not."""

    @property
    def asked(self) -> tuple[RoleStanding, ...]:
        """The roles that the schedule asks for at all."""
        return tuple(one for one in self.roles if one.every != NEVER)

    @property
    def by_day(self) -> tuple[RoleStanding, ...]:
        """The roles that the schedule asks for all day: those that bring the firm's own documents."""
        return tuple(one for one in self.asked if one.every != NIGHTLY)

    @property
    def at_night(self) -> tuple[RoleStanding, ...]:
        """The roles that it asks for once a night: complete to some hours ago at the best."""
        return tuple(one for one in self.asked if one.every == NIGHTLY)

    @property
    def since(self) -> Instant | None:
        """Every role that the schedule asks for is complete from here; None while one was never fetched."""
        span = span_of(self.asked)
        return span.since if span else None

    @property
    def until(self) -> Instant | None:
        """Every role that the schedule asks for is complete to here; None while one was never fetched."""
        span = span_of(self.asked)
        return span.until if span else None

    @property
    def lag(self) -> timedelta | None:
        """From `until` to now."""
        lags = [one.lag for one in self.asked if one.lag is not None]
        return max(lags) if self.until is not None else None

    @property
    def late(self) -> bool:
        """One of its roles is."""
        return any(one.late for one in self.asked)

    @property
    def due(self) -> datetime | None:
        """When the schedule asks for the first of its roles."""
        return min((one.due for one in self.roles if one.due is not None), default=None)

    @property
    def quarantine(self) -> tuple[Mismatch, ...]:
        """What waits for a person's decision."""
        return tuple(one for one in self.mismatches if one.quarantined)


class Span(NamedTuple):
    """What some roles have in common."""

    since: Instant
    until: Instant


def span_of(roles: Sequence[RoleStanding]) -> Span | None:
    """In which span all of these roles are complete; None where there are none, or one was never fetched."""
    marks = [one.mark for one in roles if one.mark is not None]
    if not marks or len(marks) < len(roles):
        return None
    return Span(
        max((mark.since for mark in marks), key=instant_key),
        min((mark.until for mark in marks), key=instant_key),
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of all firms, as the buffer has it."""

    scheduled: Sequence[ScheduledRole]
    marks: Sequence[Mark]
    ranges: Sequence[HistoryRange]
    proofs: Sequence[Proof]
    mismatches: Sequence[Mismatch]
    credentials: Mapping[int, FirmCredential]
    totals: Mapping[int, int]


async def read_facts(buffer: Buffer, *, totals: bool = True) -> Facts:
    """Everything that standings are decided by; without `totals`, which take the longest, documents count as none."""
    return Facts(
        await buffer.schedules.all(),
        await buffer.marks.all(),
        await buffer.ranges.all(),
        await buffer.proofs.all(),
        await buffer.mismatches.all(),
        await buffer.credentials.by_firm(),
        await buffer.documents.totals() if totals else {},
    )


async def standings(buffer: Buffer, firms: Iterable[Firm], now: datetime) -> list[FirmStanding]:
    """How each of these firms stands, in their order."""
    return standings_of(await read_facts(buffer), firms, now)


def standings_of(facts: Facts, firms: Iterable[Firm], now: datetime) -> list[FirmStanding]:
    """The same without I/O; for thousands of firms it takes a moment that no event loop should wait for."""
    scheduled = _by(facts.scheduled, lambda one: one.firm_id)
    marks = {(mark.firm_id, mark.role): mark for mark in facts.marks}
    ranges = _by(facts.ranges, lambda one: (one.firm_id, one.role))
    proofs = {(proof.firm_id, proof.role): proof for proof in facts.proofs}
    mismatches = _by(facts.mismatches, lambda one: one.firm_id)

    def role(firm: Firm, one: ScheduledRole) -> RoleStanding:
        mark = marks.get((firm.id, one.role))
        rests = firm.paused or not firm.enabled or firm.id not in facts.credentials
        return RoleStanding(
            one.role,
            one,
            interval_of(firm, one),
            None if rests else due_at(firm, one, now),
            mark,
            now - datetime_of(mark.until) if mark else None,
            tuple(left for left in ranges.get((firm.id, one.role), ()) if not left.whole),
            proofs.get((firm.id, one.role)),
        )

    def in_order(firm: Firm) -> list[ScheduledRole]:
        return sorted(scheduled[firm.id], key=lambda one: _ORDER[one.role])

    return [
        FirmStanding(
            firm,
            tuple(role(firm, one) for one in in_order(firm)),
            facts.totals.get(firm.id, 0),
            facts.credentials.get(firm.id),
            tuple(mismatches.get(firm.id, ())),
        )
        for firm in firms
    ]


def complete_until(firms: Sequence[FirmStanding]) -> Instant | None:
    """Until when all of them are complete; None while one is not."""
    known = [firm.until for firm in firms if firm.until is not None]
    return min(known, key=instant_key) if known and len(known) == len(firms) else None


def _by(items: Iterable[T], key: Callable[[T], object]) -> Mapping[object, list[T]]:
    found: dict[object, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found
