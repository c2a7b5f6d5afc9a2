"""What a context may still ask of KSeF now, told from the book alone: no request is sent and no slot taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta

from blink_tui.ksef import rates
from blink_tui.ksef.operations import Context, Operation
from blink_tui.ksef.rates import HOUR, MINUTE, SECOND, RateLimit
from blink_tui.model.clock import Clock
from blink_tui.model.ports import LimitBook, Standing


@dataclass(frozen=True, slots=True)
class Left:
    """Requests that the windows of a group still take; None where nothing limits them."""

    per_second: int | None
    per_minute: int | None
    per_hour: int | None

    @property
    def now(self) -> int | None:
        """How many can go at once."""
        return min((left for left in astuple(self) if left is not None), default=None)


@dataclass(frozen=True, slots=True)
class Remaining:
    """What a context may still ask."""

    parked_until: datetime | None
    """KSeF asked to be left alone until then, whatever the windows have room for; None when it did not."""
    groups: Mapping[str, Left]
    """By KSeF's name of the group; in `other` each operation has windows of its own, and the fullest are told."""


class Budget:
    """The limits and requests of one environment's contexts, as a book has them.

    With `keep_reserve` it is that of scheduled passes, which leave the user a part of every hourly window.
    """

    def __init__(
        self, clock: Clock, book: LimitBook, environment: str, *, keep_reserve: bool = False
    ) -> None:
        """`environment` is as `address_window.environment_of` has it."""
        self._clock = clock
        self._book = book
        self._environment = environment
        self._keep_reserve = keep_reserve

    def learn(self, context: Context, limits: Mapping[str, RateLimit]) -> None:
        """Obey from now on what KSeF told of a context (`Session.rate_limits`)."""
        read_at = self._clock.now().timestamp()
        self._book.learn(self.name_of(context), rates.encoded(limits), read_at, self._clock.steady())

    def limits_are_stale(self, context: Context) -> bool:
        """True when KSeF was never asked for the limits of a context, or they may have changed since (PROTOCOL 5)."""
        return self._stale(self._standing(context))

    def left(self, context: Context) -> Remaining:
        """What can be asked for a context now."""
        standing, now = self._standing(context), self._clock.steady()
        parked = standing.parked_until - now
        known = {*rates.DOCUMENTED, *rates.decoded(standing.limits)} - {rates.ANONYMOUS, rates.GLOBAL}
        requests: dict[str, list[Sequence[float]]] = {group: [()] for group in known}
        for counter, answered in self._book.requests(self.name_of(context), now - HOUR).items():
            requests.setdefault(rates.group_of(counter), [()]).append(answered)
        groups = {
            group: self._left(self._limit(group, standing), counters, now)
            for group, counters in sorted(requests.items())
        }
        return Remaining(self._clock.now() + timedelta(seconds=parked) if parked > 0 else None, groups)

    def _left(self, limit: RateLimit, counters: Sequence[Sequence[float]], now: float) -> Left:
        """What the fullest of some counters has left, in each window."""
        left: dict[float, int] = {}
        for length, most in rates.windows_of(limit, keep_reserve=self._keep_reserve):
            used = max(sum(moment + length > now for moment in answered) for answered in counters)
            left[length] = max(0, most - used)
        return Left(left.get(SECOND), left.get(MINUTE), left.get(HOUR))

    def _windows(self, operation: Operation, standing: Standing) -> rates.Windows:
        limit = self._limit(operation.group, standing)
        return rates.windows_of(limit, keep_reserve=self._keep_reserve)

    def _limit(self, group: str, standing: Standing) -> RateLimit:
        return rates.limit_in_force(group, standing.limits, stale=self._stale(standing))

    def _stale(self, standing: Standing) -> bool:
        if not standing.limits:
            return True
        read_at = datetime.fromtimestamp(standing.read_at, UTC)
        elapsed = self._clock.steady() - standing.read_steady
        return rates.is_stale(read_at, elapsed, self._clock.now())

    def _standing(self, context: Context) -> Standing:
        return self._book.standing(self.name_of(context), self._clock.steady())

    def name_of(self, context: Context) -> str:
        """The context in the book, which several environments share."""
        return f"{self._environment}|{context.type}|{context.value}"
