"""Events on their way: stamped with run and firm, to the log table and to listeners, at most twice a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol

from blink_tui.buffer import Buffer
from blink_tui.model.events import (
    CollectivesNotRead,
    Event,
    LatarniaSilent,
    LoginFailed,
    PassFailed,
    SystemWarned,
)
from blink_tui.model.redaction import redacted

Listener = Callable[[Event], None]
_FLUSH_SECONDS = 0.5
_WITH_CAUSE = (PassFailed, LoginFailed, LatarniaSilent, CollectivesNotRead)
"""What a library or a server said may name what logs in, and the log stays for years."""


def _redacted(event: Event) -> Event:
    if isinstance(event, SystemWarned):
        return replace(event, warning=redacted(event.warning))
    if isinstance(event, _WITH_CAUSE) and event.cause is not None:
        return replace(event, cause=redacted(event.cause))
    return event


class Reporter(Protocol):
    """Tells one event of a firm's pass; run and firm are filled in."""

    def __call__(self, kind: type[Event], **fields: Any) -> None: ...


class EventSink:
    """Collects events for the log table and passes each on at once to a listener."""

    def __init__(self, buffer: Buffer, listener: Listener | None) -> None:
        self._buffer = buffer
        self._listener = listener
        self._waiting: list[Event] = []

    def tell(self, event: Event) -> None:
        """Take an event; it is in the log within half a second."""
        event = _redacted(event)
        self._waiting.append(event)
        if self._listener is not None:
            self._listener(event)

    def reporter(self, run: str, firm_id: int | None) -> Reporter:
        """A function that tells events of one firm, or of a run over all of them."""

        def report(kind: type[Event], **fields: Any) -> None:
            self.tell(kind(run=run, firm_id=firm_id, **fields))

        return report

    async def flush(self) -> None:
        """Write what waits to the log table, and what is told meanwhile."""
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._buffer.log.append(waiting)

    @asynccontextmanager
    async def flushing(self) -> AsyncIterator[None]:
        """Write what is told inside, regularly and at the end."""
        ended = asyncio.Event()
        task = asyncio.create_task(self._flush_until(ended))
        try:
            yield
        finally:
            ended.set()
            await task

    async def _flush_until(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _FLUSH_SECONDS)
            await self.flush()
        await self.flush()  # the block may have ended before this task began
