"""The documented request limits as sliding windows (PROTOCOL 5).

A window holds the moments of the last admitted requests; a request is refused while as many as the limit lie
within it. Whoever comes again before the time he was told prolongs his block by a second a try.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from blink_tui.sandbox.clock import SECOND
from blink_tui.sandbox.errors import too_many
from blink_tui.sandbox.facts import Context

UNLIMITED = -1
_WINDOWS = ((SECOND, "sekundę"), (60 * SECOND, "minutę"), (3600 * SECOND, "godzinę"))
_PENALTY = SECOND


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests allowed per second, minute and hour; -1 is no limit."""

    second: int
    minute: int = UNLIMITED
    hour: int = UNLIMITED

    def published(self) -> dict[str, int]:
        """The values as `GET /rate-limits` gives them."""
        return {"perSecond": self.second, "perMinute": self.minute, "perHour": self.hour}


NO_LIMIT = Rates(UNLIMITED)

GROUPS: dict[str, Rates] = {
    "onlineSession": Rates(10, 30, 120),
    "onlineSessionClose": Rates(20, 60, 240),
    "batchSession": Rates(10, 20, 60),
    "batchSessionClose": Rates(20, 40, 120),
    "invoiceSend": Rates(10, 30, 180),
    "invoiceStatus": Rates(30, 120, 1200),
    "sessionList": Rates(5, 10, 60),
    "sessionInvoiceList": Rates(10, 20, 200),
    "sessionMisc": Rates(10, 120, 1200),
    "invoiceMetadata": Rates(8, 16, 20),
    "invoiceExport": Rates(8, 16, 20),
    "invoiceExportStatus": Rates(10, 60, 600),
    "invoiceDownload": Rates(8, 16, 64),
    "collectiveIdentifier": Rates(20, 120, 240),
    "other": Rates(10, 30, 120),
    "anonymous": Rates(60),
    "global": Rates(75),
}
"""Every group of the contract with its documented values."""

_SHARED = frozenset(GROUPS) - {"other", "anonymous"}
"""Groups with one counter; in the others every operation has its own."""


@dataclass(slots=True)
class _Windows:
    """The admitted requests of one counter, one queue a window, each as long as its limit."""

    rates: Rates
    admitted: tuple[deque[int], ...] = field(init=False)
    blocked_until: int = 0

    def __post_init__(self) -> None:
        limits = (self.rates.second, self.rates.minute, self.rates.hour)
        self.admitted = tuple(deque(maxlen=max(limit, 0)) for limit in limits)

    def free_at(self, now: int) -> tuple[int, int]:
        """When the next request is free to come, and the index of the window that decides it."""
        latest, decisive = now, 0
        for index, ((length, _), moments) in enumerate(zip(_WINDOWS, self.admitted, strict=True)):
            if moments and len(moments) == moments.maxlen and moments[0] + length > latest:
                latest, decisive = moments[0] + length, index
        return latest, decisive

    def admit(self, now: int) -> None:
        for moments in self.admitted:
            moments.append(now)


class Limiter:
    """Counters by key. A key names what is counted: (context, address, operation), or an address alone."""

    def __init__(self) -> None:
        self._counters: dict[Hashable, _Windows] = {}

    def admit(self, now: int, *counters: tuple[Hashable, Rates]) -> None:
        """Count one request under all its counters, or under none. Raises ApiError (429) when one is full."""
        windows = [self._counter(key, rates) for key, rates in counters]
        for counter in windows:
            self._check(counter, now)
        for counter in windows:
            counter.admit(now)

    def _counter(self, key: Hashable, rates: Rates) -> _Windows:
        counter = self._counters.get(key)
        if counter is None or counter.rates != rates:
            counter = self._counters[key] = _Windows(rates)
        return counter

    @staticmethod
    def _check(counter: _Windows, now: int) -> None:
        free_at, index = counter.free_at(now)
        if now < counter.blocked_until:
            free_at = max(free_at, counter.blocked_until + _PENALTY)
        if free_at <= now:
            return
        counter.blocked_until = free_at
        rates = counter.rates
        retry_after = -(-(free_at - now) // SECOND)
        raise too_many((rates.second, rates.minute, rates.hour)[index], _WINDOWS[index][1], retry_after)


def common_rates(limits: bool, *, older: bool) -> dict[str, Rates]:
    """The limits of every context that has none of its own; servers before 2.9 have none for an address."""
    rates = GROUPS if limits else dict.fromkeys(GROUPS, NO_LIMIT)
    return {group: each for group, each in rates.items() if not (older and group == "global")}


class RateBook:
    """The request limits in force: common ones, and those of contexts that have their own."""

    def __init__(self, common: Mapping[str, Rates]) -> None:
        self.common = common
        self._own: dict[Context, Mapping[str, Rates]] = {}
        self._limiter = Limiter()

    def of(self, context: Context | None) -> Mapping[str, Rates]:
        """The limits of a context by group."""
        return self.common if context is None else self._own.get(context, self.common)

    def change(self, context: Context, rates: Mapping[str, Rates]) -> None:
        """Give a context limits of its own; groups that are not among them keep the common ones."""
        self._own[context] = {**self.common, **rates}

    def restore(self, context: Context) -> None:
        """Let the common limits hold for a context again."""
        self._own.pop(context, None)

    def admit(self, now: int, group: str, operation: str, address: str, context: Context | None) -> None:
        """Count a request for its address, and for its context or again its address (PROTOCOL 5).

        Raises ApiError (429) when one of its windows is full.
        """
        rates = self.of(context)
        everything = rates.get("global", NO_LIMIT)
        own = rates.get(group, NO_LIMIT)
        if everything == own == NO_LIMIT:
            return
        who = None if group == "anonymous" else context
        counted = group if group in _SHARED else operation
        self._limiter.admit(now, (address, everything), ((who, address, counted), own))
