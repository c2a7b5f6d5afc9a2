"""Who works with the profile now, and on which document: rows that processes write while they live.

A process of this machine is known to be gone by its number and start (`sync.leases.is_gone`), so a sign of life is
needed only where that cannot be told. Every commit makes each console look at the buffer again: signs are rare.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from blink_tui.buffer.database import Database
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, datetime_of, instant_of

REFRESHED = timedelta(minutes=5)
"""A sign of life that says nothing new is written so often at the most."""
TERM = 3 * REFRESHED
"""Whoever gave no sign for so long counts as gone, whatever is known of the process; so does one whose sign is of so
long after now, which a clock that was wrong gave."""
_FORGOTTEN = timedelta(days=1)


class Kind(StrEnum):
    """What sort of program is here."""

    CONSOLE = "console"
    DAEMON = "daemon"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Present:
    """A program that works with the profile."""

    holder: str
    """The process, as leases name it."""
    kind: Kind
    who: str
    """Its account of the system."""
    since: Instant
    seen_at: Instant
    document_id: int | None
    """The document that it has open."""


class Presence:
    """Signs of life of a profile's processes. `is_gone` is `sync.leases.is_gone`, or what a test says instead."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def beat(
        self, holder: str, kind: Kind, who: str, document_id: int | None = None, *, patient: bool = True
    ) -> None:
        """Say that a process is here, with the document it has open; to be repeated every 20 seconds or so.

        What was said a short while ago is not written again. Who is not `patient` waits a moment for other writers.
        """
        now = self._clock.now()
        if any(
            (one.holder, one.kind, one.document_id) == (holder, kind, document_id)
            and timedelta() <= now - datetime_of(one.seen_at) < REFRESHED
            for one in await self._rows()
        ):
            return
        async with self._database.transaction(durable=False, patient=patient) as session:
            await session.run("DELETE FROM presence WHERE seen_at < ?", (instant_of(now - _FORGOTTEN),))
            await session.run(
                "INSERT INTO presence (holder, kind, who, since, seen_at, document_id) VALUES (?1, ?2, ?3, ?4, ?4, ?5)"
                " ON CONFLICT (holder) DO UPDATE SET kind = excluded.kind, seen_at = excluded.seen_at,"
                " document_id = excluded.document_id",
                (holder, kind.value, who, instant_of(now), document_id),
            )

    async def gone(self, holder: str, *, patient: bool = True) -> None:
        """A process ends."""
        async with self._database.transaction(durable=False, patient=patient) as session:
            await session.run("DELETE FROM presence WHERE holder = ?", (holder,))

    async def all(self, is_gone: Callable[[str], bool]) -> list[Present]:
        """Who is here, those who came first at the beginning."""
        now = self._clock.now()
        return [
            one
            for one in await self._rows()
            if abs(now - datetime_of(one.seen_at)) < TERM and not is_gone(one.holder)
        ]

    async def daemon(self, is_gone: Callable[[str], bool]) -> Present | None:
        """The daemon that keeps the schedule of this profile; None when none runs."""
        return next((one for one in await self.all(is_gone) if one.kind is Kind.DAEMON), None)

    async def _rows(self) -> list[Present]:
        rows = await self._database.reader.rows(
            "SELECT holder, kind, who, since, seen_at, document_id FROM presence ORDER BY since, holder"
        )
        return [
            Present(holder, Kind(kind), who, since, seen, document)
            for holder, kind, who, since, seen, document in rows
        ]
