"""Asks the Ministry's status service how KSeF is, beside the passes and never in their way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from blink_tui.buffer import Buffer
from blink_tui.ksef.errors import LATARNIA_SILENT
from blink_tui.ksef.latarnia import Latarnia, LatarniaMessage, latarnia_of
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, datetime_of, instant_key, instant_of, warsaw_day
from blink_tui.model.errors import BlinkError
from blink_tui.model.events import LatarniaSilent
from blink_tui.sync.events import EventSink
from blink_tui.sync.outages import news_of, outages_told
from blink_tui.sync.workers import ended

T = TypeVar("T")

ASKED_EVERY = timedelta(hours=1)
PATIENCE = 5.0
"""Seconds for all that one service is asked: a run that is done sooner waits for no more than the rest of them."""


class Lookout:
    """Keeps what Latarnia tells of environments, and tells what is new in it as events of one run."""

    def __init__(self, buffer: Buffer, clock: Clock, sink: EventSink, run: str) -> None:
        self._buffer = buffer
        self._clock = clock
        self._sink = sink
        self._run = run

    @asynccontextmanager
    async def beside(self, envs: Iterable[str]) -> AsyncIterator[None]:
        """Ask about environments while the block runs; it ends once they have answered or lost the patience."""
        asking = [asyncio.create_task(self._look(env)) for env in sorted(set(envs))]
        try:
            yield
            await asyncio.gather(*asking)
        finally:
            await ended(asking)

    async def _look(self, env: str) -> None:
        """Ask about one environment if that is due. What the disk refuses here, it refuses the passes too."""
        with contextlib.suppress(BlinkError):
            at = instant_of(self._clock.now())
            base = latarnia_of(env)
            if base is not None and self._is_due(await self._buffer.outages.asked(env)):
                await self._ask(env, base, at)

    def _is_due(self, asked: Instant | None) -> bool:
        """An hour has passed; a moment to come was read from a clock that was wrong, and says nothing."""
        if asked is None:
            return True
        since = self._clock.now() - datetime_of(asked)
        return not timedelta() <= since < ASKED_EVERY

    async def _ask(self, env: str, base: str, at: Instant) -> None:
        async with Latarnia(base, clock=self._clock) as latarnia:
            status, messages = await asyncio.gather(_answer(latarnia.status()), _answer(latarnia.messages()))
        heard: list[LatarniaMessage] = []
        problem: BlinkError | None = None
        if isinstance(status, BlinkError):
            problem = status
        else:
            heard += status.messages
        if isinstance(messages, BlinkError):
            problem = problem or messages
        else:
            heard += messages
        await self._keep(env, heard, at)
        word = None if isinstance(status, BlinkError) else status.status
        if await self._buffer.outages.note_asked(env, at, word, silent=problem is not None) and problem:
            self._sink.tell(LatarniaSilent(run=self._run, env=env, cause=problem.cause))

    async def _keep(self, env: str, heard: Iterable[LatarniaMessage], at: Instant) -> None:
        known = {one.event: one for one in await self._buffer.outages.all() if one.env == env}
        told = [one for one in outages_told(env, heard, known.values()) if known.get(one.event) != one]
        if told:
            changed = await self._buffer.outages.keep(env, told)
            if changed:
                before = [known[one.event].start for one in changed if one.event in known]
                first = min((*before, *(one.start for one in changed)), key=instant_key)
                await self._buffer.comparing.again(env, warsaw_day(first))
            for one in sorted(changed, key=lambda one: instant_key(one.start)):
                news = news_of(self._run, known.get(one.event), one, at)
                if news is not None:
                    self._sink.tell(news)


async def _answer(asking: Awaitable[T]) -> T | BlinkError:
    try:
        async with asyncio.timeout(PATIENCE):
            return await asking
    except TimeoutError:
        return BlinkError(LATARNIA_SILENT, cause=f"no answer within {PATIENCE:g} s")
    except BlinkError as error:
        return error
