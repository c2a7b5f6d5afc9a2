"""KSeF's request limits, kept on our side: nothing that the limiter lets through is refused (PROTOCOL 5).

Windows of a context and operation are kept in a book that outlives the process, those of the address in a file that
the whole machine shares. A slot frees one whole window after its response, whatever the network did in between.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from blink_tui.ksef.address_window import AddressTicket, AddressWindow
from blink_tui.ksef.errors import LIMITS, AskedToWaitError
from blink_tui.ksef.operations import Context, Operation
from blink_tui.model.clock import Clock
from blink_tui.model.ports import LimitBook

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
Limits = Mapping[timedelta, int]
"""Length of a window → requests in it."""

DOCUMENTED: Mapping[str, Limits] = {
    "invoiceMetadata": {SECOND: 8, MINUTE: 16, HOUR: 20},
    "invoiceExport": {SECOND: 8, MINUTE: 16, HOUR: 20},
    "invoiceExportStatus": {SECOND: 10, MINUTE: 60, HOUR: 600},
    "invoiceDownload": {SECOND: 8, MINUTE: 16, HOUR: 64},
}
OTHER: Limits = {SECOND: 10, MINUTE: 30, HOUR: 120}
PATIENCE = timedelta(seconds=5)
"""Longest wait for a slot inside a request; what takes longer is refused with the time it takes."""
_LOOK_AGAIN = 0.25
"""Seconds after which answers to other processes are looked for."""


class Limiter:
    """Implements transport.Gate for all clients of one environment in this process."""

    def __init__(self, clock: Clock, book: LimitBook, address: AddressWindow) -> None:
        self._clock = clock
        self._book = book
        self._address = address
        self._answered = asyncio.Event()

    @asynccontextmanager
    async def slot(self, operation: Operation, context: Context) -> AsyncIterator[None]:
        """Hold a slot in every window that counts the request.

        Raises AskedToWaitError when none frees within PATIENCE, or while KSeF's own `Retry-After` holds.
        """
        deadline = self._clock.now() + PATIENCE
        ticket = await self._of_context(operation, context, deadline)
        try:
            address = await self._of_address(operation, context, deadline)
            try:
                yield
            except AskedToWaitError as refusal:
                until = self._clock.now() + timedelta(seconds=refusal.retry_after)
                self._book.park(context.value, until)
                raise
            finally:
                self._address.answered(address, self._clock.now())
        finally:
            if ticket is not None:
                self._book.answered(ticket, self._clock.now())
            self._answered.set()

    async def _of_context(self, operation: Operation, context: Context, deadline: datetime) -> int | None:
        """A ticket in the context's windows; None for what is counted by address alone."""
        while True:
            now = self._clock.now()
            until = self._book.parked(context.value)
            if until is not None and until > now:
                await self._wait_until(until, deadline, operation, context)
                continue
            if operation.group == "anonymous":
                return None
            taken = self._book.take(_counter(operation, context), _limits(operation), now)
            if isinstance(taken, int):
                return taken
            await self._wait_until(taken, deadline, operation, context)

    async def _of_address(self, operation: Operation, context: Context, deadline: datetime) -> AddressTicket:
        """A ticket in the address's windows; they are short, so a queue of any length is waited through."""
        names = ("address", "anonymous") if operation.group == "anonymous" else ("address",)
        while True:
            taken = self._address.take(names, self._clock.now())
            if isinstance(taken, AddressTicket):
                return taken
            if taken is None:
                await self._wait_for_answer()
            else:
                await self._clock.sleep(taken)

    async def _wait_until(
        self, moment: datetime | None, deadline: datetime, operation: Operation, context: Context
    ) -> None:
        """Wait for a moment, or for an answer when there is none. Raises AskedToWaitError past the deadline."""
        if moment is None:
            await self._wait_for_answer()
            return
        wait = (moment - self._clock.now()).total_seconds()
        if moment > deadline:
            raise AskedToWaitError(LIMITS, math.ceil(wait), firm=context.value, cause=operation.name)
        await self._clock.sleep(max(0.0, wait))

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


def _counter(operation: Operation, context: Context) -> str:
    """Name of the windows of an operation: by group where KSeF has one, else each operation by itself."""
    name = operation.group if operation.group in DOCUMENTED else operation.name
    return f"{context.type}:{context.value}:{name}"


def _limits(operation: Operation) -> Limits:
    return DOCUMENTED.get(operation.group, OTHER)
