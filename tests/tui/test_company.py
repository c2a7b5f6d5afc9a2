"""Who else is here, as a console shows it; nothing of it holds up what is shown otherwise."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.presence import Kind
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.sync.leases import holder_name
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.company import Company
from tests.sync.test_leases import holder_of
from tests.tui.conftest import Desk, OpenDesk, Wishes


@pytest.fixture
def colleague() -> Iterator[str]:
    """Name of another process that runs."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        yield holder_of(child.pid)
        child.kill()


async def test_a_document_says_who_else_has_it_open_and_tells_others(
    open_desk: OpenDesk, firms: list[Firm], colleague: str
) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300", "FV/2026")
        await desk.press("enter")
        await desk.see("Summary")
        while not any(documents := await here(desk.buffer, holder_name())):
            await desk.pilot.pause(0.01)
        (document,) = documents
        await desk.buffer.presence.beat(colleague, Kind.CONSOLE, "ewa", document)
        await desk.see("! also open: ewa")
        await desk.buffer.presence.beat(colleague, Kind.CONSOLE, "ewa")
        await desk.until(lambda: "also open" not in desk.text, lambda: desk.text)
        await desk.press("escape")
        await desk.until(lambda: not desk.app.company._open)


async def here(buffer: Buffer, holder: str) -> list[int | None]:
    return [
        one.document_id for one in await buffer.presence.all(lambda _holder: False) if one.holder == holder
    ]


async def test_the_daemon_is_named_and_takes_what_f5_wishes(
    open_desk: OpenDesk, firms: list[Firm], colleague: str
) -> None:
    async with open_desk(120, 40) as desk:
        await desk.buffer.presence.beat(colleague, Kind.DAEMON, "blink")
        await desk.see("service: blink")
        await desk.press("f5")
        await desk.see("Left to the service (account blink)")
        await desk.press("4")
        await desk.see("fetches: the service (account blink)")
        await desk.press("1")
        await desk.see("[1", "decide on · service: blink")
        await desk.buffer.presence.gone(colleague)
        await desk.see("The service (account blink) has ended.")
        await desk.until(lambda: "service: blink" not in desk.text, lambda: desk.text)


async def test_neither_a_look_nor_the_end_waits_for_a_writer(buffer: Buffer, colleague: str) -> None:
    company = Company(buffer, "anna")
    await buffer.presence.beat(colleague, Kind.DAEMON, "blink")
    with closing(sqlite3.connect(buffer.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(10):  # a writer is waited for longer
            await company.look()
            assert company.daemon is not None
            with pytest.raises(BlinkError, match="for too long"):
                await company.leave()
        writer.execute("COMMIT")
    await company.look()
    assert company._saying is not None
    await company._saying
    assert await here(buffer, holder_name()) == [None]
    await company.leave()
    assert await here(buffer, holder_name()) == []


async def test_a_console_that_only_reads_says_so_on_every_screen_and_nothing_of_itself(
    buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    async with open_buffer(buffer.path, read_only=True) as reader:
        app = ConsoleApp(reader, None, who="ewa", export_dir=tmp_path)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            desk = Desk(app, pilot, reader, Wishes(), tmp_path)
            for key in "159":
                await desk.press(key)
                await desk.see("READ ONLY", f"[{key}")
            await desk.see("2026-12-31")
            await desk.press("down", "down", "down", "enter")
            await desk.see("F10 Save")
            await desk.press("ctrl+u", *"none", "f10")
            await desk.see("Nothing was changed: the profile is open for reading only.")
    assert await here(buffer, holder_name()) == []
