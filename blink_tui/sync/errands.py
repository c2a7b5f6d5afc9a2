"""What a person asks of KSeF outside a pass, such as checking an access: beside the caller's loop, not on it.

Each errand has a thread, a loop and a connection to the buffer of its own, so that signing, sealing and waiting hold up
no screen. Whoever no longer awaits it ends it at its next step.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.clock import Clock
from blink_tui.model.unwritable import unwritable

if TYPE_CHECKING:
    from blink_tui.sync.clients import KsefClients

T = TypeVar("T")
Work: TypeAlias = "Callable[[Buffer, KsefClients], Awaitable[T]]"


class Errands:
    """`folder` is where the profile counts its requests: the engine's own. None of them runs in what is `read_only`."""

    def __init__(
        self, buffer_path: Path, folder: Path, *, clock: Clock | None = None, read_only: bool = False
    ) -> None:
        self._buffer_path = buffer_path
        self._folder = folder
        self._clock = clock
        self._read_only = read_only

    async def run(self, work: Work[T]) -> T:
        """What the work returns or raises; cancelling the caller cancels the work."""
        if self._read_only:
            raise unwritable(self._buffer_path)
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()
        started: asyncio.Future[Callable[[], object]] = loop.create_future()

        def tell(settle: Callable[[], None]) -> None:
            try:
                loop.call_soon_threadsafe(settle)
            except RuntimeError:  # the program has ended meanwhile
                return

        async def serve() -> T:
            from blink_tui.sync.clients import (
                KsefClients,  # with HTTP and keys, which a console's start can do without
            )

            here, task = asyncio.get_running_loop(), asyncio.current_task()
            assert task is not None  # noqa: S101 - this runs as one
            tell(lambda: _settle(started, lambda: here.call_soon_threadsafe(task.cancel)))
            async with (
                open_buffer(self._buffer_path, clock=self._clock) as buffer,
                KsefClients(self._folder, clock=self._clock) as clients,
            ):
                return await work(buffer, clients)

        def live() -> None:
            try:
                result = asyncio.run(serve())
            except BaseException as error:
                failure = error
                tell(lambda: _fail(outcome, failure))
            else:
                tell(lambda: _settle(outcome, result))

        threading.Thread(target=live, name="blink-errand", daemon=True).start()
        cancel = await started
        try:
            return await asyncio.shield(outcome)
        except asyncio.CancelledError:
            if not outcome.done():
                _quietly(cancel)
                outcome.add_done_callback(_looked_at)
            raise


def _settle(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[T], error: BaseException) -> None:
    if not future.done():
        if isinstance(error, asyncio.CancelledError):
            future.cancel()
        else:
            future.set_exception(error)


def _quietly(call: Callable[[], object]) -> None:
    try:
        call()
    except RuntimeError:  # its loop has closed already
        return


def _looked_at(future: asyncio.Future[T]) -> None:
    """What an errand that nobody awaits any more ended with is of no interest, not even to the log of the loop."""
    if not future.cancelled():
        future.exception()
