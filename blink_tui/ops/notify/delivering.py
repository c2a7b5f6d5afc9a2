"""Sends what is due: each target by itself, so that one that hangs or is down hinders no other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from blink_tui.buffer import Buffer
from blink_tui.model.clock import Clock
from blink_tui.model.dates import datetime_of, instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.notices import Claimed, Text
from blink_tui.model.secret import Secret
from blink_tui.ops.notify.posting import post
from blink_tui.ops.notify.wording import message_of
from blink_tui.sync.leases import holder_name, is_gone
from blink_tui.sync.workers import ended
from blink_tui.vault import Vault

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=4)
"""Before a message is tried again: twice as long each time, up to the longest."""
GIVEN_UP_AFTER = timedelta(days=3)
_AT_ONCE = 4
"""Targets that are sent to side by side: each takes a process of some 50 MB meanwhile."""

Post = Callable[[str, Secret, Text], Awaitable[None]]
"""Sends a text to a target, by its name and address. Raises BlinkError: why it did not go."""


def pause_after(tries: int) -> timedelta:
    """How long to wait after a try, when it was tried so often before."""
    return min(FIRST_PAUSE * (1 << min(tries, 10)), LONGEST_PAUSE)


class Delivery:
    """Sends the messages of a profile."""

    def __init__(self, buffer: Buffer, vault: Vault, clock: Clock, profile: str, post: Post = post) -> None:
        self._buffer = buffer
        self._vault = vault
        self._clock = clock
        self._profile = profile
        self._post = post

    async def run(self) -> list[tuple[str, BlinkError]]:
        """One try for each target that has something due; returns those that failed, by name.

        Cancelled, it ends what is under way; those messages are sent by whoever looks next. Raises BlinkError where
        the buffer itself refuses.
        """
        due = await self._buffer.outbox.due(self._clock.now())
        if not due:
            return []
        names = {firm.id: firm.name for firm in await self._buffer.firms.list()}
        turns = asyncio.Semaphore(_AT_ONCE)

        async def one(target_id: int) -> tuple[str, BlinkError] | None:
            async with turns:
                return await self._deliver(target_id, names)

        running = [asyncio.create_task(one(target_id)) for target_id in due]
        try:
            return [failure for failure in await asyncio.gather(*running) if failure is not None]
        finally:
            await ended(running)

    async def _deliver(self, target_id: int, names: dict[int, str]) -> tuple[str, BlinkError] | None:
        async with self._claimed(target_id) as claimed:
            if claimed is None:
                return None
            try:
                await self._send(claimed, names)
            except BlinkError as error:
                await self._failed(claimed, error, self._clock.now())
                return claimed.target.name, error
            await self._buffer.outbox.sent(claimed, holder_name(), instant_of(self._clock.now()))
        return None

    async def _send(self, claimed: Claimed, names: dict[int, str]) -> None:
        target = claimed.target
        url = await asyncio.to_thread(self._vault.get, target.vault_name)
        text = await asyncio.to_thread(
            message_of,
            claimed.items,
            names,
            target.language,
            profile=self._profile,
            number=claimed.message,
        )
        await self._post(target.name, url, text)

    @asynccontextmanager
    async def _claimed(self, target_id: int) -> AsyncIterator[Claimed | None]:
        """A target's message, let go of where it was not settled."""
        outbox = self._buffer.outbox
        claimed = await outbox.claim(target_id, holder_name(), is_gone, self._clock.now())
        try:
            yield claimed
        except BaseException:
            if claimed is not None:
                with contextlib.suppress(BlinkError):
                    await outbox.let_go(claimed, holder_name())
            raise

    async def _failed(self, claimed: Claimed, error: BlinkError, now: datetime) -> None:
        problem, next_at = error.kind.code, instant_of(now + pause_after(claimed.tries))
        if now - datetime_of(claimed.begun_at) >= GIVEN_UP_AFTER:
            await self._buffer.outbox.given_up(claimed, holder_name(), problem, next_at)
        else:
            await self._buffer.outbox.failed(claimed, holder_name(), problem, next_at)
