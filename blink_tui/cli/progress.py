"""What goes on while a pass runs: one line on a terminal, a stream of JSON on stderr for programs."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from blink_tui.i18n import ngettext
from blink_tui.model.dates import Instant, datetime_of, instant_of
from blink_tui.model.events import DocumentsStored, Event, ExportReady, ExportRequested, Waiting
from blink_tui.model.telling import sentence

if TYPE_CHECKING:
    from blink_tui.model.firms import Firm

Listener = Callable[[Event], None]
_NAME = 24
"""Letters of a firm's name, so that what happens has room beside it."""


def event_json(event: Event, at: Instant, firm: str | None) -> dict[str, Any]:
    """An event as programs read it: the same in the fetch log and in the stream of a running pass."""
    told = {one.name: getattr(event, one.name) for one in fields(event) if one.name != "firm_id"}
    return {"at": at, "event": event.name, "level": event.level, "firm": firm, **told}


@asynccontextmanager
async def listening(firms: list[Firm], *, stream: bool) -> AsyncIterator[Listener]:
    """A listener for a pass: JSON lines on stderr, or a line of progress where stderr is a terminal."""
    if stream:
        names = {firm.id: firm.context_value for firm in firms}
        yield lambda event: _stream(event, names)
    elif not sys.stderr.isatty():
        yield lambda event: None
    else:
        progress = Progress({firm.id: firm.name for firm in firms})
        ticking = asyncio.create_task(_tick(progress))
        try:
            yield lambda event: _paint(progress.heard(event, datetime.now(UTC)))
        finally:
            ticking.cancel()
            sys.stderr.write("\r\x1b[K")


class EventLines:
    """Events of a program that runs on and on, as JSON, a line each.

    A reader that has gone, or a full disk behind the stream, is no reason to stop.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream

    def hear(self, event: Event, firm: str | None) -> None:
        """Write an event; `firm` is the NIP or internal id of its firm."""
        self._write(json.dumps(event_json(event, instant_of(datetime.now(UTC)), firm), ensure_ascii=False))

    def _write(self, line: str) -> None:
        if self._stream is not None:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                self._stream = None


def _stream(event: Event, firms: dict[int, str]) -> None:
    line = event_json(event, instant_of(datetime.now(UTC)), firms.get(event.firm_id or 0))
    sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stderr.flush()


async def _tick(progress: Progress) -> None:
    """What waits counts its seconds, though nothing is told meanwhile."""
    while True:
        await asyncio.sleep(1)
        _paint(progress.line(datetime.now(UTC)))


def _paint(line: str) -> None:
    room = (
        shutil.get_terminal_size((80, 24)).columns - 1
    )  # a line that fills the terminal would begin another
    sys.stderr.write(f"\r\x1b[K{line[:room]}")
    sys.stderr.flush()


@dataclass(slots=True)
class Progress:
    """The line of a terminal: documents so far, the firm, how long it waits, what happened last."""

    names: dict[int, str]
    """Of the firms, by their ids."""
    _last: Event | None = None
    _stored: int = 0
    _ordered: dict[tuple[int | None, str | None], datetime] = field(default_factory=dict)
    """Packages that KSeF is preparing, by firm and role, with the time of the order."""

    def heard(self, event: Event, now: datetime) -> str:
        """Take an event; returns the line that it makes."""
        place = event.firm_id, event.role
        if isinstance(event, DocumentsStored):
            self._stored += event.new
        if isinstance(event, ExportRequested):
            self._ordered[place] = now
        if isinstance(event, ExportReady):
            self._ordered.pop(place, None)
        self._last = event
        return self.line(now)

    def line(self, now: datetime) -> str:
        """What stands on the terminal at a moment."""
        if self._last is None:
            return ""
        count = ngettext("{count} document", "{count} documents", self._stored).format(count=self._stored)
        firm = self.names.get(self._last.firm_id or 0, "")
        parts = [count, firm[:_NAME], self._clock(now), sentence(self._last)]
        return " · ".join(part for part in parts if part)

    def _clock(self, now: datetime) -> str:
        """Time left where the end is known, else how long the package in question is being prepared."""
        last = self._last
        if isinstance(last, Waiting) and last.until is not None:
            left = datetime_of(Instant(last.until)) - now
            return f"-{_minutes(left.total_seconds())}" if left.total_seconds() > 0 else ""
        since = self._ordered.get((last.firm_id, last.role)) if last else None
        return _minutes((now - since).total_seconds()) if since else ""


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    return f"{minutes}:{rest:02}"
