"""Waiting for a package that KSeF has been asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from blink_tui.ksef.client import Session
from blink_tui.ksef.wire import ExportPackage
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.sync.errors import EXPORT_FAILED, EXPORT_STUCK

_READY = 200
_BUSY = 100
_BEYOND_MARK = 420
"""Export status: the window begins later than the high-water mark, so there is nothing new."""
_POLLS = (0.3, 0.5, 1.0, 2.0, 3.0, *[5.0] * 8, *[15.0] * 20)
"""Seconds between looks at an export: about six minutes, then the next pass goes on with it."""


async def ready_package(
    session: Session, clock: Clock, reference: str, meanwhile: Callable[[], None] | None = None
) -> ExportPackage | None:
    """The package once KSeF has prepared it; None when there is nothing in its window.

    `meanwhile` is done once, in a thread, where there is time to wait.

    Raises BlinkError: export-failed when it has to be ordered anew, export-stuck while it is not ready, and what
    KSeF answers.
    """
    for pause in (0.0, *_POLLS):
        if pause:
            if meanwhile is not None:
                await asyncio.to_thread(meanwhile)
                meanwhile = None
            await clock.sleep(pause)
        status = await session.export_status(reference)
        if status.code == _READY and status.package is not None:
            return status.package
        if status.code == _BEYOND_MARK:
            return None
        if status.code != _BUSY:
            raise BlinkError(EXPORT_FAILED, cause=f"{status.code} {status.description}")
    raise BlinkError(EXPORT_STUCK, cause=reference)
