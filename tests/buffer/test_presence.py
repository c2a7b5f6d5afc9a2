"""Who works with a profile now, and on which document."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.presence import REFRESHED, TERM, Kind
from tests.buffer.factory import StillClock


def nobody(_holder: str) -> bool:
    return False


async def test_who_is_here_is_seen_by_other_processes_until_it_leaves(
    buffer: Buffer, path: Path, clock: StillClock
) -> None:
    await buffer.presence.beat("a", Kind.CONSOLE, "anna")
    clock.moment += timedelta(seconds=20)
    await buffer.presence.beat("b", Kind.DAEMON, "blink")
    async with open_buffer(path, clock=clock) as other:
        assert [(one.who, one.kind) for one in await other.presence.all(nobody)] == [
            ("anna", Kind.CONSOLE),
            ("blink", Kind.DAEMON),
        ]
        daemon = await other.presence.daemon(nobody)
        assert daemon is not None
        assert daemon.who == "blink"
        assert daemon.since > (await other.presence.all(nobody))[0].since
        await buffer.presence.gone("b")
        assert await other.presence.daemon(nobody) is None


async def test_a_process_that_died_is_not_here(buffer: Buffer) -> None:
    await buffer.presence.beat("a", Kind.DAEMON, "anna", 7)
    assert await buffer.presence.daemon(lambda holder: holder == "a") is None
    assert await buffer.presence.all(lambda holder: holder == "a") == []


async def test_who_gave_no_sign_for_long_counts_as_gone_and_is_forgotten(
    buffer: Buffer, clock: StillClock
) -> None:
    await buffer.presence.beat("a", Kind.CONSOLE, "anna")
    clock.moment += TERM - timedelta(seconds=1)
    assert await buffer.presence.all(nobody)
    clock.moment += timedelta(seconds=1)
    assert not await buffer.presence.all(nobody)
    clock.moment += timedelta(days=1)
    await buffer.presence.beat("b", Kind.CONSOLE, "piotr")
    assert [one.who for one in await buffer.presence._rows()] == ["piotr"]


async def test_who_gave_a_sign_by_a_clock_that_was_wrong_is_not_here_for_ever(
    buffer: Buffer, clock: StillClock
) -> None:
    clock.moment += timedelta(days=365)
    await buffer.presence.beat("elsewhere", Kind.DAEMON, "blink")
    clock.moment -= timedelta(days=365)
    assert await buffer.presence.daemon(nobody) is None
    await buffer.presence.beat("elsewhere", Kind.DAEMON, "blink")
    assert await buffer.presence.daemon(nobody) is not None


async def test_signs_that_say_nothing_new_are_not_written(
    buffer: Buffer, path: Path, clock: StillClock
) -> None:
    await buffer.presence.beat("a", Kind.CONSOLE, "anna", 7)
    async with open_buffer(path, clock=clock) as other:
        before = await other.data_version()
        clock.moment += REFRESHED - timedelta(seconds=1)
        await buffer.presence.beat("a", Kind.CONSOLE, "anna", 7)
        assert await other.data_version() == before
        clock.moment += timedelta(seconds=1)
        await buffer.presence.beat("a", Kind.CONSOLE, "anna", 7)
        assert await other.data_version() != before
