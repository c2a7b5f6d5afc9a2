"""CPU work in other processes: a generator runs there, its batches are read here.

A worker ends by itself when this process dies, however it dies: its end of the pipe closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any, ParamSpec, TypeVar

from blink_tui.model.errors import BlinkError
from blink_tui.sync.errors import WORKER_DIED

P = ParamSpec("P")
T = TypeVar("T")

_PRELOADED = ["blink_tui.sync.unpack", "blink_tui.sync.derive_work"]
"""What the fork server imports once, so that workers start quickly and share its memory."""


@lru_cache(maxsize=1)
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


class Worker:
    """One worker process, started at its first call; `async with` ends it."""

    async def __aenter__(self) -> Worker:
        self._thread = ThreadPoolExecutor(1, "blink-worker")
        self._lock = asyncio.Lock()
        self._pipe: Connection | None = None
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pipe is not None:
            self._process.kill()
            await self._in_thread(self._process.join)
            self._pipe.close()
        self._thread.shutdown(wait=False)

    async def stream(
        self, function: Callable[P, Iterator[T]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncIterator[T]:
        """Run a generator function there and yield what it yields.

        Raises what it raises, or BlinkError (worker died).
        """
        async with self._lock:
            if self._pipe is None:
                await self._in_thread(self._start)
            pipe = self._pipe
            assert pipe is not None  # noqa: S101 - set by _start
            try:
                await self._in_thread(pipe.send, (function, args, kwargs))
                while True:
                    more, value = await self._in_thread(pipe.recv)
                    if isinstance(value, BaseException):
                        raise value
                    if not more:
                        return
                    yield value
            except (EOFError, OSError) as error:
                raise BlinkError(WORKER_DIED, cause=repr(error)) from error

    async def _in_thread(self, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    def _start(self) -> None:
        ours, theirs = _context().Pipe()
        self._process = _context().Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe = ours


def _serve(pipe: Connection) -> None:
    """Life of a worker: one call after another until the other end closes."""
    gc.disable()  # what is made here forms no cycles; without the search a run over 10,000 was 0.6 s shorter
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            function, args, kwargs = pipe.recv()
            try:
                for value in function(*args, **kwargs):
                    pipe.send((True, value))
            except Exception as error:
                pipe.send((False, error))
            else:
                pipe.send((False, None))


async def ended(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel what still runs and wait for it, so that nothing outlives its caller."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
