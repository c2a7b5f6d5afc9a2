"""The fetch log: every event of the engine as a row, read back as the event it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.i18n import N_
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.events import EVENTS, Event

_encoder = msgspec.json.Encoder()
KEPT = 1_000_000
"""Rows of the log, some 100 MB: years of a small office, a day of two thousand firms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Event):
    """An event that this version of the program does not know; a newer one wrote it."""

    name = "unknown"
    text = N_("Event {event}: {payload}")
    event: str
    payload: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the log."""

    id: int
    at: Instant
    event: Event


ERRORS = ("pass-failed", "login-failed", "document-quarantined", "chore-failed")
"""Events that say that something went wrong, by name; the index over them names the same."""
_WRONG = "name IN ('pass-failed', 'login-failed', 'document-quarantined', 'chore-failed')"
_LATEST = """
    SELECT l.id, l.at, l.firm_id, l.name, l.payload FROM firm f JOIN fetch_log l ON l.id IN (
        (SELECT max(id) FROM fetch_log WHERE firm_id = f.id),
        (SELECT max(id) FROM fetch_log WHERE firm_id = f.id AND {wrong} AND name <> 'document-quarantined')
    )
"""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which rows of the log; what is None or False does not narrow."""

    firm_ids: tuple[int, ...] | None = None
    errors: bool = False


class FetchLog:
    """Appended by whoever runs the engine, followed by every screen."""

    def __init__(self, database: Database, clock: Clock, kept: int = KEPT) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept

    async def append(self, events: Sequence[Event]) -> None:
        """Add events in one transaction, all at the clock's present; the oldest go when there are too many."""
        if not events:
            return
        at = instant_of(self._clock.now())
        rows = [(at, event.firm_id, event.name, _encoder.encode(event).decode()) for event in events]
        async with self._database.transaction() as session:
            await session.run_many(
                "INSERT INTO fetch_log (at, firm_id, name, payload) VALUES (?, ?, ?, ?)", rows
            )
            await session.run(
                "DELETE FROM fetch_log WHERE id <= (SELECT max(id) FROM fetch_log) - ?", (self._kept,)
            )

    async def read(
        self, after_id: int = 0, limit: int = 1000, firm_id: int | None = None, newest: bool = False
    ) -> list[LogRow]:
        """Rows after `after_id`, oldest first; with `newest` the last `limit` of them."""
        rows = await self._database.reader.rows(
            composed(
                "SELECT id, at, firm_id, name, payload FROM fetch_log WHERE id > ? {firm} ORDER BY id {way} LIMIT ?",
                firm="" if firm_id is None else "AND firm_id = ?",
                way="DESC" if newest else "",
            ),
            (after_id, *(() if firm_id is None else (firm_id,)), limit),
        )
        return [_log_row(row) for row in (reversed(rows) if newest else rows)]

    async def page(
        self, chosen: LogFilter, limit: int, *, before: int | None = None, after: int | None = None
    ) -> list[LogRow]:
        """The first rows after an id, or else the last ones before an id (None: of all), oldest first."""
        parts, values = ["1 = 1"], list[str | int]()
        if before is not None:
            parts.append("id < ?")
            values.append(before)
        if after is not None:
            parts.append("id > ?")
            values.append(after)
        if chosen.firm_ids is not None:
            parts.append("firm_id IN (SELECT value FROM json_each(?))")
            values.append(_encoder.encode(chosen.firm_ids).decode())
        if chosen.errors:
            parts.append(_WRONG)
        rows = await self._database.reader.rows(
            composed(
                "SELECT id, at, firm_id, name, payload FROM fetch_log WHERE {where} ORDER BY id {way} LIMIT ?",
                where=" AND ".join(parts),
                way="DESC" if after is None else "",
            ),
            (*values, limit),
        )
        return [_log_row(row) for row in (rows if after is not None else reversed(rows))]

    async def latest(self) -> dict[int, list[LogRow]]:
        """By firm its newest row, and its newest failure where that is another one; oldest first."""
        found: dict[int, list[LogRow]] = {}
        for row in sorted(await self._database.reader.rows(composed(_LATEST, wrong=_WRONG))):
            found.setdefault(row[2], []).append(_log_row(row))
        return found


def _log_row(row: Row) -> LogRow:
    id_, at, firm_id, name, payload = row
    kind = EVENTS.get(name)
    if kind is not None:
        try:
            return LogRow(id_, Instant(at), msgspec.json.decode(payload, type=kind))
        except msgspec.ValidationError:
            pass  # a newer program changed the fields; shown as it stands
    return LogRow(id_, Instant(at), UnknownEvent(run="", firm_id=firm_id, event=name, payload=payload))
