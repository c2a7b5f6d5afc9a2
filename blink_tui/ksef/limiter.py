"""KSeF's request limits, kept on our side: nothing that the limiter lets through is refused (PROTOCOL 5).

Windows of a context and operation are kept in a book that outlives the process, those of the address in a file that
the whole machine shares. A slot frees one whole window after its response, whatever the network did in between.
All waiting goes by a clock that nobody sets.
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from blink_tui.ksef import rates
from blink_tui.ksef.address_window import WINDOWS, AddressTicket, AddressWindow
from blink_tui.ksef.budget import Budget
from blink_tui.ksef.errors import (
    ANSWER_UNREADABLE,
    EXPORT_UNCERTAIN,
    LIMITS,
    TIMED_OUT,
    AskedToWaitError,
)
from blink_tui.ksef.operations import Context, Operation
from blink_tui.ksef.rates import ANONYMOUS, GLOBAL, RateLimit
from blink_tui.ksef.session import Session
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.model.ports import BookTicket, Full, LimitBook, Standing

PATIENCE = 5.0
"""Longest wait for a slot inside a request, in seconds; what takes longer is refused with the time it takes."""
_LOOK_AGAIN = 0.25
"""Seconds after which answers to other processes are looked for."""
_SHORTEST_SLEEP = 0.001
"""A loop does not wake more finely."""
_STILL_UNDER_WAY = 10.0
"""Seconds for which what we gave up waiting for may still be on its way to KSeF."""
_MAY_ARRIVE_LATE = (TIMED_OUT, EXPORT_UNCERTAIN)


class _Tickets(NamedTuple):
    """What a request holds: its slots by address, and its entry in the book where the context counts it."""

    address: AddressTicket
    context: BookTicket | None


class Limiter(Budget):
    """Implements transport.Gate for all clients of one environment in this process.

    With `keep_reserve` it is the gate of scheduled passes; what a user asks for himself goes without.
    """

    def __init__(
        self, clock: Clock, book: LimitBook, address: AddressWindow, *, keep_reserve: bool = False
    ) -> None:
        super().__init__(clock, book, address.environment, keep_reserve=keep_reserve)
        self.reading: defaultdict[Context, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Held while a context's limits are asked for."""
        self._address = address
        self._answered = asyncio.Event()
        self._lines = {kind: asyncio.Lock() for kind in (True, False)}
        """Requests that wait for the address stand in line, those without a login in one of their own."""
        self._moved = -math.inf
        """When the address last had a slot for a request of this process."""

    @asynccontextmanager
    async def slot(self, operation: Operation, context: Context) -> AsyncIterator[None]:
        """Hold a slot in every window that counts the request.

        Raises AskedToWaitError when none frees within PATIENCE, or while KSeF's own `Retry-After` holds.
        """
        tickets = await self._admitted(operation, context)
        late = _STILL_UNDER_WAY
        try:
            yield
            late = 0.0
        except AskedToWaitError as refusal:
            late = 0.0
            self._park(operation, context, refusal.retry_after)
            raise
        except BlinkError as error:
            late = _STILL_UNDER_WAY if error.kind in _MAY_ARRIVE_LATE else 0.0
            raise
        finally:
            self._leave(tickets, self._clock.steady() + late)

    async def _admitted(self, operation: Operation, context: Context) -> _Tickets:
        """Room everywhere at one and the same moment: nothing is held while something else is waited for."""
        deadline = self._clock.steady() + PATIENCE
        while True:
            address = await self._of_address(operation, context, deadline)
            try:
                taken = self._of_context(operation, context)
            except BaseException:
                self._address.release(address)
                raise
            if not isinstance(taken, Full):
                return _Tickets(address, taken)
            self._address.release(address)
            await self._wait(taken, deadline, operation, context)

    def _of_context(self, operation: Operation, context: Context) -> BookTicket | Full | None:
        """A ticket in the context's windows, or why there is none; None for what is counted by address alone."""
        now = self._clock.steady()
        standing = self._standing(context)
        if standing.parked_until > now:
            return Full(standing.parked_until, running=False)
        if operation.group == ANONYMOUS:
            return None
        windows = self._windows(operation, standing)
        return self._book.take(self.name_of(context), rates.counter_of(operation), windows, now)

    async def _of_address(self, operation: Operation, context: Context, deadline: float) -> AddressTicket:
        """A ticket in the address's windows.

        A line of any length is waited through, since it moves 75 times a second; when it does not, patience ends.
        """
        wanted = self._of_windows(operation, self._standing(context))
        async with self._lines[operation.group == ANONYMOUS]:
            while True:
                now = self._clock.steady()
                taken = self._address.take(wanted, now)
                if isinstance(taken, AddressTicket):
                    self._moved = now
                    return taken
                await self._wait(taken, max(deadline, self._moved + PATIENCE), operation, context)

    def _of_windows(self, operation: Operation, standing: Standing) -> Mapping[str, int]:
        """The address's windows that count an operation, as narrow as KSeF told the context."""
        groups = (GLOBAL, ANONYMOUS) if operation.group == ANONYMOUS else (GLOBAL,)
        told = {group: self._limit(group, standing).per_second for group in groups}
        return {group: WINDOWS[group] if most is None else most for group, most in told.items()}

    async def _wait(self, full: Full, deadline: float, operation: Operation, context: Context) -> None:
        """Until there may be room. Raises AskedToWaitError when that is past the deadline."""
        wait = full.earliest - self._clock.steady()
        if full.earliest > deadline:
            raise AskedToWaitError(LIMITS, math.ceil(wait), firm=context.value, cause=operation.name)
        if full.running:
            await self._wait_for_answer()
        else:
            await self._clock.sleep(max(_SHORTEST_SLEEP, wait))

    async def _wait_for_answer(self) -> None:
        """Until a request of this process is answered, or it is time to look at the others."""
        self._answered.clear()
        waiting = {
            asyncio.ensure_future(self._answered.wait()),
            asyncio.ensure_future(self._clock.sleep(_LOOK_AGAIN)),
        }
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    def _park(self, operation: Operation, context: Context, seconds: float) -> None:
        """Leave KSeF alone as long as it asks: with the whole context, or with what it counts by address."""
        with suppress(BlinkError, OSError):  # a full disk must not hide what KSeF said
            if operation.group == ANONYMOUS:
                self._address.park(ANONYMOUS, self._clock.steady(), seconds)
            else:
                self._book.park(self.name_of(context), self._clock.steady(), seconds)

    def _leave(self, tickets: _Tickets, moment: float) -> None:
        """Let the windows run from a moment. Where that cannot be written they run from the latest possible one."""
        with suppress(OSError):
            self._address.answered(tickets.address, moment)
        if tickets.context is not None:
            with suppress(BlinkError):
                self._book.answered(tickets.context, moment)
        self._answered.set()


async def ensure_limits(session: Session, limiter: Limiter) -> Mapping[str, RateLimit] | None:
    """Ask KSeF for the limits of a session's context if what is known of them is stale: one request, or none.

    What it told, or None where it was not asked. An answer that cannot be read leaves the documented values in force
    until the next change of hours. Raises BlinkError as `Session.rate_limits` does otherwise.
    """
    async with limiter.reading[session.context]:
        if not limiter.limits_are_stale(session.context):
            return None
        try:
            limits = await session.rate_limits()
        except BlinkError as error:
            if error.kind is not ANSWER_UNREADABLE:
                raise
            limits = {}
        limiter.learn(session.context, limits)
        return limits
