"""Clients of KSeF by environment that share the profile's request limits: one for all that a command asks."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import shared_window
from blink_tui.ksef.client import KsefClient
from blink_tui.ksef.limiter import Limiter
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.firms import Firm


class KsefClients:
    """A client for each environment, made when it is first asked for. Use as `async with`.

    `folder` is where the profile counts its requests: the engine's own.
    """

    def __init__(self, folder: Path, *, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self._folder = folder
        self._stack = AsyncExitStack()
        self._making = asyncio.Lock()
        self._book: LimitBook | None = None
        self._clients: dict[str, KsefClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def for_firm(self, firm: Firm) -> KsefClient:
        """The client for a firm's environment. Raises BlinkError(INSECURE_ADDRESS)."""
        async with self._making:
            if firm.base_url not in self._clients:
                self._clients[firm.base_url] = await self._made(firm.base_url)
            return self._clients[firm.base_url]

    async def _made(self, url: str) -> KsefClient:
        if self._book is None:
            book = LimitBook(self._folder / "limits.db")
            self._book = await asyncio.to_thread(self._stack.enter_context, book)
        gate = Limiter(self.clock, self._book, self._stack.enter_context(shared_window(url)))
        return await self._stack.enter_async_context(KsefClient(url, clock=self.clock, gate=gate))
