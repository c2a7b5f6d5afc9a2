from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from blink_tui.buffer import Buffer, UnknownEvent, schema
from blink_tui.buffer.database import open_database
from blink_tui.buffer.log import FetchLog
from blink_tui.model.events import DocumentsStored, Event, PassFailed, PassFinished, PassStarted
from blink_tui.model.firms import Firm
from tests.buffer.factory import SELLER, StillClock


async def test_events_are_read_back_as_they_were(buffer: Buffer, firm: Firm, clock: StillClock) -> None:
    events: list[Event] = [
        PassStarted(run="r1", firm_id=firm.id),
        DocumentsStored(run="r1", firm_id=firm.id, role="buyer", seen=3, new=2),
        PassFailed(run="r1", code="x", problem="źle", cause=None),
    ]
    await buffer.log.append(events[:2])
    clock.moment += timedelta(seconds=1)
    await buffer.log.append(events[2:])
    await buffer.log.append([])
    rows = await buffer.log.read()
    assert [row.event for row in rows] == events
    assert [row.at[-10:] for row in rows] == ["00.000000Z", "00.000000Z", "01.000000Z"]


async def test_the_log_is_followed_cut_to_a_firm_and_read_from_its_end(buffer: Buffer, firm: Firm) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    await buffer.log.append([PassStarted(run=str(n), firm_id=(firm.id, other.id)[n % 2]) for n in range(6)])
    runs = [row.event.run for row in await buffer.log.read(limit=2, newest=True)]
    assert runs == ["4", "5"]
    assert [row.event.run for row in await buffer.log.read(after_id=2, limit=2)] == ["2", "3"]
    assert [row.event.run for row in await buffer.log.read(firm_id=other.id)] == ["1", "3", "5"]
    assert [row.id for row in await buffer.log.read(after_id=6)] == []


async def test_an_event_of_a_newer_program_is_shown_as_it_stands(
    buffer: Buffer, firm: Firm, path: Path
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO fetch_log (at, firm_id, name, payload) VALUES ('2026-10-01T00:00:00Z', ?, ?, ?)",
            [
                (firm.id, "future", '{"run":"r","x":1}'),
                (None, "documents-stored", '{"run":"r","seen":"all"}'),
            ],
        )
    future, changed = [row.event for row in await buffer.log.read()]
    assert future == UnknownEvent(run="", firm_id=firm.id, event="future", payload='{"run":"r","x":1}')
    assert isinstance(changed, UnknownEvent)
    assert str(future.message) == 'Event future: {"run":"r","x":1}'


async def test_settings_are_kept_by_name(buffer: Buffer) -> None:
    assert await buffer.settings.get("grid.columns") is None
    await buffer.settings.set("grid.columns", "a")
    await buffer.settings.set("grid.columns", "b")
    assert await buffer.settings.get("grid.columns") == "b"


async def test_the_oldest_rows_go_when_there_are_too_many(path: Path, clock: StillClock) -> None:
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, schema.scripts())
        log = FetchLog(database, clock, kept=3)
        for number in range(1, 6):
            await log.append([PassFinished(run="1", new=number), PassFinished(run="1", new=-number)])
        assert [row.event.new for row in await log.read()] == [-4, 5, -5]  # type: ignore[attr-defined]  # PassFinished
        assert [row.id for row in await log.read()] == [8, 9, 10]
