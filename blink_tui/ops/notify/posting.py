"""Has one message sent by a process of its own, which is ended where a service hangs or the program stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import ParamSpec, TypeVar

from blink_tui.model.errors import BlinkError
from blink_tui.model.notices import Text
from blink_tui.model.secret import Secret
from blink_tui.ops.notify import errors
from blink_tui.ops.notify.sending import Address, Fault, look, send
from blink_tui.sync.errors import WORKER_DIED
from blink_tui.sync.workers import Worker

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 30.0
"""Seconds that a service has to take a message."""


async def look_at(name: str, url: Secret) -> Address:
    """What may be shown of a target's address. Raises BlinkError for one that nothing may be sent to."""
    found = await asyncio.to_thread(look, url.reveal_text())
    if isinstance(found, Fault):
        raise _error(name, found)
    return found


async def post(name: str, url: Secret, text: Text, patience: float = PATIENCE) -> None:
    """Send a message to a target within so many seconds. Raises BlinkError: why it did not go."""
    try:
        fault = await _answer(patience, send, url.reveal_text(), text.title, text.body)
    except TimeoutError:
        raise BlinkError(errors.SILENT, target=name, cause="timeout") from None
    if fault is not None:
        raise _error(name, fault)


def _error(name: str, fault: Fault) -> BlinkError:
    kind = errors.FAULTS[fault.code]
    if kind is errors.ADDRESS_IN_CLEAR:
        return BlinkError(kind, secure=fault.cause)
    return BlinkError(kind, target=name, cause=fault.cause or None)


async def _answer(
    patience: float, function: Callable[P, Iterator[T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """The one value that a function of a worker process yields. Raises TimeoutError."""
    async with (
        Worker() as worker,
        asyncio.timeout(patience),
        aclosing(worker.stream(function, *args, **kwargs)) as answers,
    ):
        async for answer in answers:
            return answer
    raise BlinkError(WORKER_DIED)
