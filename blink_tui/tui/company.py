"""Who else works with the profile: the daemon that fetches, colleagues and the documents that they have open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from blink_tui.buffer.presence import Kind, Present
from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.sync.leases import holder_name, is_gone

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer

BEAT_EVERY = 20.0
"""Seconds between signs of life."""


class Company:
    """One for a console, which says who it is and what it has open; in what is for reading only it says nothing."""

    def __init__(self, buffer: Buffer, who: str) -> None:
        self._buffer = buffer
        self._who = who
        self._open: dict[object, int] = {}
        self._present: Sequence[Present] = ()
        self._saying: asyncio.Task[None] | None = None

    @property
    def daemon(self) -> Present | None:
        """The daemon that keeps the schedule, where one runs."""
        return next((one for one in self._present if one.kind is Kind.DAEMON), None)

    def fetches(self, account: str) -> bool:
        """Whether a program of another account is here that may fetch.

        One of this account could not do more than this console: where it may not open the vault, only a service can.
        """
        return account != self._who and any(one.who == account for one in self._present)

    async def look(self) -> None:
        """See who is here, and say beside it that this console is: that waits for whoever writes. Raises BlinkError."""
        if not self._buffer.read_only and (self._saying is None or self._saying.done()):
            self._saying = asyncio.create_task(self._say())
        self._present = await self._buffer.presence.all(is_gone)

    async def _say(self) -> None:
        document = next(reversed(self._open.values()), None)
        with suppress(BlinkError):  # the next look says it; a full disk is told by what is worth writing
            await self._buffer.presence.beat(holder_name(), Kind.CONSOLE, self._who, document, patient=False)

    def hold(self, window: object, document_id: int | None) -> None:
        """A window has a document open from now on, or none; the newest is what the next look says."""
        self._open.pop(window, None)
        if document_id is not None:
            self._open[window] = document_id

    async def leave(self) -> None:
        """The console ends, at once: who is gone is known without its word. Raises BlinkError."""
        if self._saying is not None:
            await self._saying
        if not self._buffer.read_only:
            await self._buffer.presence.gone(holder_name(), patient=False)

    def on(self, document_id: int) -> str:
        """Who else has a document open, in words: `also open: anna`; empty for nobody."""
        others = [one for one in self._present if one.document_id == document_id]
        names = dict.fromkeys(one.who for one in others if one.holder != holder_name())
        return _("! also open: {names}").format(names=", ".join(names)) if names else ""

    def fetching(self) -> str:
        """Who fetches, in words, where that is not this console; empty where it is."""
        daemon = self.daemon
        return "" if daemon is None else _("fetches: the service (account {who})").format(who=daemon.who)
