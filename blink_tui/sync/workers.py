"""CPU work in other processes: a generator runs there, its batches are read here.

A worker ends by itself when this process dies, however it dies: its end of the pipe closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from blink_tui.model.errors import BlinkError
from blink_tui.model.memory import keep_to_itself
from blink_tui.sync.errors import WORKER_DIED

P = ParamSpec("P")
T = TypeVar("T")

_PRELOADED = ["blink_tui.sync.unpack", "blink_tui.sync.derive_work", "blink_tui.sync.proposing_work"]
"""What the fork server imports once, so that workers start quickly and share its memory."""
_NICENESS = 5
"""Where two cores are all there is, keys pressed in a console go before invoices that come in."""
_MET_IN: deque[str] = deque(maxlen=1)
"""Folder of the fork server's socket, once there is one."""
_LONGEST_FOLDER = 70
"""Characters of a folder in which the path of the fork server's socket still has the 107 bytes that a system allows."""
_STARTING = Lock()
"""Of whoever starts the fork server: standard error is another one for that moment."""


@lru_cache(maxsize=1)
def _context() -> ForkServerContext | SpawnContext:
    """Where temporary files lie too deep for a socket, each worker is begun anew, a fifth of a second later."""
    if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_FOLDER:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def warm_up() -> None:
    """Start the fork server where it does not run yet, a fifth of a second of work beside this thread; call it when
    work for it is likely. What keeps it from starting is told when a worker is needed.
    """
    with contextlib.suppress(OSError):
        _start_server()


def _start_server() -> None:
    context = _context()
    # The tracker wants a real file; a console's stderr is none.
    with _STARTING, contextlib.redirect_stderr(sys.__stderr__):
        resource_tracker.ensure_running()
        if isinstance(context, ForkServerContext):
            forkserver.ensure_running()
            _MET_IN.append(util.get_temp_dir())


def leave_nothing() -> None:
    """Remove the folder of the fork server's socket, for an end of the process that is not an orderly one."""
    for folder in _MET_IN:
        shutil.rmtree(folder, ignore_errors=True)


class Worker:
    """One worker process, started when it is first needed; `async with` ends it.

    A call that was not read to its end costs the process: what it had still to say is never taken for another's.
    """

    async def __aenter__(self) -> Worker:
        self._thread = ThreadPoolExecutor(1, "blink-worker")
        self._lock = asyncio.Lock()
        self._process: Future[_Process] | None = None
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end()
        await asyncio.to_thread(self._thread.shutdown)

    def wake(self) -> None:
        """Start the process, beside this thread, ahead of a call that will need it."""
        if self._process is None:
            self._process = self._thread.submit(_Process)

    async def stream(
        self, function: Callable[P, Iterator[T]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        """Run a generator function there and yield what it yields; the next value is read while one is used.

        Raises what it raises, or BlinkError (worker died).
        """
        async with self._lock:
            answer: asyncio.Future[Any] | None = None
            finished = False
            try:
                self.wake()
                assert self._process is not None  # noqa: S101 - by `wake`
                pipe = (await asyncio.wrap_future(self._process)).pipe
                await self._in_thread(pipe.send, (function, args, kwargs))
                answer = self._in_thread(pipe.recv)
                while not finished:
                    more, value = await answer
                    finished = not more
                    if isinstance(value, BaseException):
                        raise value
                    if more:
                        answer = self._in_thread(pipe.recv)
                        yield value
            except (EOFError, OSError) as error:
                raise BlinkError(WORKER_DIED, cause=repr(error)) from error
            finally:
                if not finished:
                    if answer is not None:
                        answer.cancel()
                    self._end()

    def _end(self) -> None:
        if self._process is None:
            return
        if self._process.done() and self._process.exception() is None:
            self._process.result().kill()  # whoever waits for its answer gets the end of the pipe
        self._thread.submit(_reap, self._process)
        self._process = None

    def _in_thread(self, function: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._thread, function, *args)


class _Process:
    """A process that serves calls, and our end of its pipe."""

    def __init__(self) -> None:
        _start_server()
        self.pipe, theirs = _context().Pipe()
        self._process = _context().Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def kill(self) -> None:
        self._process.kill()

    def reap(self) -> None:
        """Leave nothing of it."""
        self.kill()
        self._process.join()
        self.pipe.close()


def _reap(process: Future[_Process]) -> None:
    if process.exception() is None:
        process.result().reap()


def _serve(pipe: Connection) -> None:
    """Life of a worker: one call after another until the other end closes."""
    keep_to_itself()  # keys of packages come in here
    os.nice(_NICENESS)
    bytes(
        16 << 20
    )  # freed, it teaches glibc to keep memory for the next batch: a twentieth of a package's time
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
    """Cancel what still runs and wait for it, so that nothing outlives its caller.

    What is being cancelled already is left to give back what it holds: a second time would interrupt just that.
    """
    for task in tasks:
        if not task.cancelling():
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
