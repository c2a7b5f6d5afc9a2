"""Requests left to the firm under a cursor, read from the book of requests beside the loop."""

from __future__ import annotations

import asyncio
from pathlib import Path

from blink_tui.model.firms import Firm
from blink_tui.sync.remaining import RequestsLeft, requests_left

LeftOf = tuple[int, RequestsLeft | None]
"""Whose requests they are, by the firm's id, and what is left; None where nothing was asked for it yet."""


async def left_of(folder: Path | None, firm: Firm) -> LeftOf:
    """What a firm may still ask; `folder` is the engine's, None where no engine is known. Raises BlinkError."""
    if folder is None:
        return firm.id, None
    return firm.id, (await asyncio.to_thread(requests_left, folder, [firm])).get(firm.id)
