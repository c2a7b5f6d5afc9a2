"""A clock for the engine that is the sandbox's own, so that both live in one time that tests move."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from blink_tui.sandbox import RunningSandbox
from blink_tui.sandbox.clock import datetime_of

HEARTBEAT = 20.0


class SandboxClock:
    """Tells the sandbox's time; whoever waits moves it, so that nothing really waits."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._sandbox = sandbox
        self.off = timedelta()
        """How far this side's clock is ahead of KSeF's."""

    def now(self) -> datetime:
        return datetime_of(self._sandbox.state.clock.now()) + self.off

    def steady(self) -> float:
        return datetime_of(self._sandbox.state.clock.now()).timestamp()

    async def sleep(self, seconds: float) -> None:
        if seconds >= HEARTBEAT:  # it goes on beside the work, and would drive time on and on
            await asyncio.Event().wait()
        while self._sandbox.state.exports.building:  # noqa: ASYNC110 - by the sandbox's clock that takes no time
            await asyncio.sleep(0)
        self._sandbox.state.clock.advance(seconds)
        await asyncio.sleep(0)

    def pass_by(self, **length: float) -> None:
        """Let so much time pass."""
        self._sandbox.state.clock.advance(timedelta(**length).total_seconds())
