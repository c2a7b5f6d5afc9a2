"""KSeF's request limits, kept on our side: sliding windows for each context and operation, and for the address.

A slot frees one whole window after its response, whatever the network did in between (PROTOCOL 5).
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from blink_tui.ksef.errors import LIMITS, AskedToWaitError
from blink_tui.ksef.operations import Context, Operation
from blink_tui.model.clock import Clock, SystemClock

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
Limits = Mapping[timedelta, int]
"""Length of a window → requests in it."""

ADDRESS: Limits = {SECOND: 75}
ANONYMOUS: Limits = {SECOND: 60}
DOCUMENTED: Mapping[str, Limits] = {
    "invoiceMetadata": {SECOND: 8, MINUTE: 16, HOUR: 20},
    "invoiceExport": {SECOND: 8, MINUTE: 16, HOUR: 20},
    "invoiceExportStatus": {SECOND: 10, MINUTE: 60, HOUR: 600},
    "invoiceDownload": {SECOND: 8, MINUTE: 16, HOUR: 64},
}
OTHER: Limits = {SECOND: 10, MINUTE: 30, HOUR: 120}
PATIENCE = timedelta(seconds=5)
"""Longest wait for a slot inside a request; what takes longer is refused with the time it takes."""


@dataclass(slots=True)
class _Ticket:
    """One request; `answered` is when its response had come."""

    answered: datetime | None = None


class SlidingWindow:
    """At most so many requests within any span of a length."""

    def __init__(self, length: timedelta, most: int) -> None:
        self._length = length
        self._most = most
        self._tickets: deque[_Ticket] = deque()

    def free_at(self, now: datetime) -> datetime | None:
        """When one more request fits: now or later; None when that depends on a response still to come."""
        kept = (ticket for ticket in self._tickets if self._counts(ticket, now))
        self._tickets = deque(kept)
        if len(self._tickets) < self._most:
            return now
        answered = [ticket.answered for ticket in self._tickets if ticket.answered is not None]
        return min(answered) + self._length if answered else None

    def add(self, ticket: _Ticket) -> None:
        """Count a request from now on."""
        self._tickets.append(ticket)

    def _counts(self, ticket: _Ticket, now: datetime) -> bool:
        return ticket.answered is None or now < ticket.answered + self._length


class Limiter:
    """Implements transport.Gate for all clients of one KSeF on this address; nothing it lets through is refused."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._windows: dict[tuple[object, ...], list[SlidingWindow]] = {}
        self._parked: dict[Context, datetime] = {}
        self._answered = asyncio.Event()

    @asynccontextmanager
    async def slot(self, operation: Operation, context: Context) -> AsyncIterator[None]:
        """Hold a slot in every window that counts the request.

        Raises AskedToWaitError when none frees within PATIENCE, or while KSeF's own `Retry-After` holds.
        """
        ticket = await self._taken(operation, context)
        try:
            yield
        except AskedToWaitError as refusal:
            self._parked[context] = self._clock.now() + timedelta(seconds=refusal.retry_after)
            raise
        finally:
            ticket.answered = self._clock.now()
            self._answered.set()

    async def _taken(self, operation: Operation, context: Context) -> _Ticket:
        deadline = self._clock.now() + PATIENCE
        while True:
            now = self._clock.now()
            windows = list(self._counting(operation, context))
            frees = [window.free_at(now) for window in windows]
            known = [moment for moment in (*frees, self._parked.get(context)) if moment is not None]
            free = max(known, default=now)
            if free > deadline:
                seconds = math.ceil((free - now).total_seconds())
                raise AskedToWaitError(LIMITS, seconds, firm=context.value, cause=operation.name)
            if free > now:
                await self._clock.sleep((free - now).total_seconds())
            elif None in frees:
                self._answered.clear()
                await self._answered.wait()
            else:
                ticket = _Ticket()
                for window in windows:
                    window.add(ticket)
                return ticket

    def _counting(self, operation: Operation, context: Context) -> Iterator[SlidingWindow]:
        """Every window that a request counts in."""
        yield from self._of(("address",), ADDRESS)
        if operation.group == "anonymous":
            yield from self._of(("anonymous",), ANONYMOUS)
        elif operation.group in DOCUMENTED:
            yield from self._of((context, operation.group), DOCUMENTED[operation.group])
        else:
            yield from self._of((context, operation.name), OTHER)

    def _of(self, key: tuple[object, ...], limits: Limits) -> list[SlidingWindow]:
        if key not in self._windows:
            self._windows[key] = [SlidingWindow(length, most) for length, most in limits.items()]
        return self._windows[key]
