"""Requests through a limiter, as its tests make them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blink_tui.ksef.errors import LIMITS, AskedToWaitError
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.operations import (
    METADATA,
    Context,
    Operation,
)
from tests.clocks import VirtualClock

FIRM, OTHER_FIRM = Context("Nip", "1111111111"), Context("Nip", "2222222222")
LATER = timedelta(hours=5)


async def ask(
    limiter: Limiter,
    clock: VirtualClock,
    operation: Operation = METADATA,
    context: Context = FIRM,
    seconds: float = 0.0,
) -> float:
    """One request with an answer after some time; when it was sent."""
    async with limiter.slot(operation, context):
        sent = clock.steady()
        clock.advance(seconds)
    return sent


async def refused(limiter: Limiter, operation: Operation = METADATA, context: Context = FIRM) -> int:
    """For how many seconds the limiter refuses a request."""
    with pytest.raises(AskedToWaitError) as refusal:
        async with limiter.slot(operation, context):
            pass
    assert refusal.value.kind is LIMITS
    return refusal.value.retry_after


async def send(limiter: Limiter, operation: Operation = METADATA, context: Context = FIRM) -> None:
    async with limiter.slot(operation, context):
        pass
