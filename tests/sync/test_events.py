"""Events on their way to the log: none is lost, however late it is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.events import Event, PassFinished
from blink_tui.sync.events import EventSink


async def test_what_is_told_while_the_last_rows_are_written_is_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        heard: list[Event] = []
        sink = EventSink(buffer, heard.append)
        append = buffer.log.append

        async def slow(events: Sequence[Event]) -> None:
            if len(heard) < 3:
                sink.tell(PassFinished(run="1", new=len(heard)))
            await append(events)

        monkeypatch.setattr(buffer.log, "append", slow)
        async with sink.flushing():
            sink.tell(PassFinished(run="1", new=0))
        assert [row.event for row in await buffer.log.read()] == heard
        assert len(heard) == 3
