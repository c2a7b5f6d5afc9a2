"""The live log on a real terminal: many events a second stay a thin line, and what rests sends nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.events import DocumentsStored, Event, PassFinished, PassStarted
from tests.e2e.terminal import Terminal, console

pytestmark = [pytest.mark.proof, pytest.mark.alone]

_SECONDS = 10.0
_AT_MOST = 30_000
"""Bytes a second of the live log at 120x40 (TEXTUAL 3)."""


def _pass(number: int, firm_id: int) -> list[Event]:
    run = f"run-{number}"
    stored = [
        DocumentsStored(run=run, firm_id=firm_id, role=role, seen=number, new=number)
        for role in ("seller", "buyer", "third_party")
    ]
    return [
        PassStarted(run=run, firm_id=firm_id),
        *stored,
        PassFinished(run=run, firm_id=firm_id, new=number),
    ]


async def _pour(path: Path, ended: threading.Event) -> None:
    """Tell of some hundred events a second, as an engine does: in bundles."""
    async with open_buffer(path) as buffer:
        firms = await buffer.firms.list()
        number = 0
        while not ended.is_set():
            number += 1
            bundle = [event for n in range(20) for event in _pass(20 * number + n, firms[n % 2].id)]
            await buffer.log.append(bundle)
            await asyncio.sleep(0.25)


def test_a_live_log_stays_below_30_kb_a_second(tmp_path: Path, record_property) -> None:  # type: ignore[no-untyped-def]
    with Terminal(console(tmp_path, "--documents", "200"), width=120, height=40) as terminal:
        terminal.see("Piekarnia", "F1 Help")
        terminal.send("4")
        terminal.see("Fetching]")
        terminal.until_quiet()
        ended = threading.Event()
        writer = threading.Thread(target=lambda: asyncio.run(_pour(tmp_path / "buffer.sqlite", ended)))
        writer.start()
        try:
            terminal.see("following the newest", " new: ")
            count, end = 0, time.monotonic() + _SECONDS
            while (left := end - time.monotonic()) > 0:
                count += terminal.read(left)
        finally:
            ended.set()
            writer.join()
        rate = count / _SECONDS
        record_property("bytes_per_second", rate)
        print(f"live log: {rate:,.0f} B/s at 120x40")
        assert rate <= _AT_MOST
        assert rate > 500, "it is live"


@pytest.mark.parametrize("key", ["1", "4", "6", "7"])
def test_screens_at_rest_send_nothing(tmp_path: Path, key: str) -> None:
    with Terminal(console(tmp_path, "--documents", "200"), width=120, height=40) as terminal:
        terminal.see("Piekarnia", "F1 Help")
        terminal.send(key)
        terminal.see(f"[{key}")
        terminal.until_quiet(3.0)
        assert terminal.read(5.0) == 0
