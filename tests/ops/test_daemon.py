"""The daemon in this process: what it does by itself, what it says, and what ends it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.buffer.errors import NEWER_SCHEMA
from blink_tui.buffer.presence import Kind
from blink_tui.model.dates import datetime_of, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.events import ChoreFailed, ExportRequested, PassFinished, PassStarted
from blink_tui.model.schedule import NEVER
from blink_tui.model.secret import Secret
from blink_tui.ops.chores import CHORE_BROKE, Chore, Surroundings
from blink_tui.ops.daemon import Daemon, _Every
from blink_tui.ops.daemon_lock import DAEMON_RUNS
from blink_tui.ops.sd_notify import Notifier
from blink_tui.sync.leases import is_gone
from blink_tui.vault import PassphraseSource, Vault, open_vault
from tests.ops.driven import LOOK, Driven, driven, listening, said

A_LOOK = timedelta(seconds=LOOK)
OFTEN = (Role.SELLER, Role.BUYER)
FAILS = ErrorKind("fails", ExitCode.FAILED, "no {what}")


@pytest.fixture
async def desk(tmp_path: Path, vault: Vault) -> AsyncIterator[Driven]:
    async with driven(tmp_path, vault) as opened:
        yield opened


async def _asked(desk: Driven, role: Role) -> datetime:
    instant = (await desk.office.buffer.schedules.of(desk.office.firms[0].id))[role].asked
    assert instant is not None
    return datetime_of(instant)


async def test_it_fetches_says_how_it_is_and_leaves_nothing_behind(desk: Driven) -> None:
    buffer = desk.office.buffer
    with listening(desk.socket_path) as manager:
        async with desk.daemon(desk.means()) as daemon:
            assert await buffer.documents.total(desk.office.firms[0].id) > 0
            await desk.after(A_LOOK, daemon)
            here = await buffer.presence.daemon(is_gone)
            assert here is not None
            assert here.who == "keeper"
            told = said(manager)
            assert told[:2] == ["STATUS=1 firm, not fetched whole yet: 1", "READY=1"]
            assert told[2:] == ["STATUS=1 firm, complete until 2026-11-18 09:58"]
        assert said(manager) == ["STOPPING=1"]
    assert await buffer.presence.daemon(is_gone) is None
    assert await buffer.leases.held_elsewhere("nobody", lambda _holder: False) == {}


async def test_a_second_one_names_the_first(desk: Driven) -> None:
    async with desk.daemon(desk.means()):
        with pytest.raises(BlinkError) as caught:
            await Daemon(desk.paths, replace(desk.means(), who="other")).run()
    assert caught.value.kind is DAEMON_RUNS
    assert caught.value.kind.exit_code is ExitCode.WORK_HELD
    assert "keeper, PID" in str(caught.value)


async def test_one_on_another_machine_is_named(desk: Driven) -> None:
    await desk.office.buffer.presence.beat("elsewhere/boot/1/1", Kind.DAEMON, "other")
    with pytest.raises(BlinkError) as caught:
        await Daemon(desk.paths, desk.means()).run()
    assert caught.value.kind is DAEMON_RUNS
    assert "other, elsewhere/boot/1/1" in str(caught.value)


def test_what_comes_from_time_to_time_comes_at_once_where_the_clock_was_set_back() -> None:
    every, noon = _Every(timedelta(minutes=1)), datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    assert every.comes(noon)
    assert not every.comes(noon + timedelta(seconds=59))
    assert every.comes(noon + timedelta(minutes=1))
    assert every.comes(noon)
    assert not every.comes(noon)


async def test_hours_by_schedule_ask_for_no_role_faster_than_every_15_minutes(desk: Driven) -> None:
    asked: dict[Role, list[datetime]] = {role: [] for role in OFTEN}
    async with desk.daemon(desk.means()) as daemon:
        for _ in range(2 * 60):
            await desk.after(timedelta(minutes=1), daemon)
            for role, moments in asked.items():
                moment = await _asked(desk, role)
                if moment not in moments:
                    moments.append(moment)
    for moments in asked.values():
        gaps = [later - one for one, later in pairwise(moments)]
        assert len(gaps) >= 4
        assert min(gaps) >= timedelta(minutes=15)
        assert max(gaps) <= timedelta(minutes=24)


async def test_after_a_long_sleep_what_was_missed_is_done_once(desk: Driven) -> None:
    async with desk.daemon(desk.means()) as daemon:
        assert desk.passes == 1
        await desk.after(timedelta(hours=7), daemon)
        assert desk.passes == 2
        first = await _asked(desk, Role.BUYER)
        await desk.after(timedelta(minutes=14), daemon)
        assert desk.passes == 2
        await desk.after(timedelta(minutes=10), daemon)
        assert desk.passes == 3
        assert await _asked(desk, Role.BUYER) - first >= timedelta(minutes=15)


async def test_what_another_process_wants_begins_at_the_next_look(desk: Driven) -> None:
    async with desk.daemon(desk.means()) as daemon:
        await desk.after(A_LOOK, daemon)
        firm = desk.office.firms[0]
        await desk.office.buffer.schedules.want([firm.id], [Role.BUYER], instant_of(desk.clock.now()))
        wanted = desk.clock.now()
        await desk.after(A_LOOK, daemon)
        assert desk.passes == 2
        assert await _asked(desk, Role.BUYER) <= wanted + A_LOOK
        await desk.office.buffer.schedules.pause([firm.id], True)
        await desk.after(timedelta(hours=3), daemon)
        assert desk.passes == 2


async def test_the_vault_of_a_new_profile_is_taken_when_it_is_made(
    tmp_path: Path, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    async with driven(tmp_path, vault) as desk:
        path = desk.paths.vault_path
        source = PassphraseSource(lambda: Secret("sesame"))

        def opened(_again: bool) -> Vault | None:
            return open_vault(path, source, create=False) if path.exists() else None

        def made() -> None:
            kept = open_vault(path, source, create=True)
            for name in vault.names():
                kept.put(name, vault.get(name))

        caplog.set_level(logging.INFO, Daemon.__module__)
        async with desk.daemon(replace(desk.means(), open_vault=opened)) as daemon:
            await desk.after(timedelta(hours=1), daemon)
            assert desk.passes == 0
            made()
            await desk.after(A_LOOK, daemon)
            assert desk.passes == 1
            whole = path.read_bytes()
            path.write_bytes(b"not a vault")
            for _ in range(3):
                for span in (timedelta(hours=1), A_LOOK, A_LOOK):
                    await desk.after(span, daemon)
            assert desk.passes == 1
            path.write_bytes(whole)
            await desk.after(timedelta(minutes=1), daemon)
            assert desk.passes == 2
            await desk.after(A_LOOK, daemon)
            told = [record.getMessage() for record in caplog.records if record.name == Daemon.__module__]
            assert told[0] == "ready"
            assert told[1].startswith("The vault is damaged")  # what lasts is told once
            assert told[2:] == ["goes on"]
            path.unlink()
            made()
            await desk.after(timedelta(hours=1), daemon)
            await desk.after(timedelta(minutes=1), daemon)
            assert desk.passes == 3


async def test_a_reload_reads_the_vault_and_the_log_anew_beside_its_turns(desk: Driven) -> None:
    told: list[str] = []

    def opened(again: bool) -> Vault:
        told.append(f"vault again: {again}")
        return desk.vault

    async def begin_log(_buffer: Buffer) -> None:
        told.append("log")

    means = replace(desk.means(), open_vault=opened, begin_log=begin_log)
    with listening(desk.socket_path) as manager:
        async with desk.daemon(means) as daemon:
            said(manager)
            daemon.reload()
            while "vault again: True" not in told:  # noqa: ASYNC110 - by a thread
                await asyncio.sleep(0)
            await desk.rested(daemon)
            assert told == ["log", "vault again: False", "log", "vault again: True"]
            reloading, ready, *_status = said(manager)
            assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")
            assert ready == "READY=1"
            assert desk.passes == 1


async def test_a_chore_that_fails_is_told_once_and_one_that_hangs_holds_up_neither_others_nor_fetching(
    desk: Driven,
) -> None:
    done: list[str] = []

    async def hourly(_around: Surroundings) -> timedelta:
        return timedelta(hours=1)

    async def fails(_around: Surroundings) -> None:
        done.append("fails")
        raise BlinkError(FAILS, what="mail")

    async def hangs(_around: Surroundings) -> None:
        done.append("hangs")
        await desk.clock.sleep(timedelta(days=1).total_seconds())

    async def well(_around: Surroundings) -> None:
        done.append("well")

    async def breaks(_around: Surroundings) -> None:
        done.append("breaks")
        raise ZeroDivisionError

    chores = [
        Chore("hangs", hourly, hangs),
        Chore("long", hourly, hangs, lengthy=True),
        Chore("fails", hourly, fails),
        Chore("breaks", hourly, breaks),
        Chore("well", hourly, well),
    ]
    async with desk.daemon(desk.means(chores)) as daemon:
        await desk.after(timedelta(minutes=40), daemon)
        assert done.count("fails") >= 2
        assert done.count("breaks") >= 2
        assert (done.count("hangs"), done.count("well")) == (2, 1)
        assert desk.passes == 2
    told = [row.event for row in await desk.office.buffer.log.read() if isinstance(row.event, ChoreFailed)]
    assert sorted((event.chore, event.code) for event in told) == [
        ("breaks", CHORE_BROKE.code),
        ("fails", "fails"),
    ]
    assert [event for event in desk.heard if isinstance(event, ChoreFailed)] == told


async def test_a_pass_that_a_stop_interrupts_is_made_up_for_after_the_shortest_interval(
    tmp_path: Path, vault: Vault
) -> None:
    async with driven(tmp_path, vault, export_delay=900.0) as desk:
        running = asyncio.create_task((daemon := Daemon(desk.paths, desk.means())).run())
        await desk.until(lambda: any(isinstance(event, ExportRequested) for event in desk.heard))
        began = await _asked(desk, Role.BUYER)
        daemon.stop()
        await running
        for _ in range(3):  # however often it is started
            async with desk.daemon(desk.means()):
                assert desk.passes == 1
        interrupted = [
            role
            for role, one in (await desk.office.buffer.schedules.of(desk.office.firms[0].id)).items()
            if one.begun
        ]
        assert set(interrupted) > set(OFTEN)
        running = asyncio.create_task((daemon := Daemon(desk.paths, desk.means())).run())
        await desk.rested(daemon)
        desk.clock.advance(began + timedelta(minutes=1) - desk.clock.now())
        await desk.until(lambda: desk.passes == 2)
        for role in interrupted:
            assert await _asked(desk, role) == desk.clock.now()
        daemon.stop()
        await running


async def test_a_chore_that_is_slow_to_end_keeps_no_lease_at_a_stop(tmp_path: Path, vault: Vault) -> None:
    async def hourly(_around: Surroundings) -> timedelta:
        return timedelta(hours=1)

    stopped, freed = asyncio.Event(), asyncio.Event()

    async def slow(_around: Surroundings) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
            await freed.wait()

    async with driven(tmp_path, vault, export_delay=900.0) as desk:
        daemon = Daemon(desk.paths, desk.means([Chore("slow", hourly, slow)]))
        running = asyncio.create_task(daemon.run())
        await desk.until(lambda: any(isinstance(event, ExportRequested) for event in desk.heard))
        daemon.stop()
        await stopped.wait()
        leases = desk.office.buffer.leases
        for _ in range(2000):
            if not (held := await leases.held_elsewhere("nobody", lambda _holder: False)):
                break
            await asyncio.sleep(0.001)  # for the engine's worker
        freed.set()
        await running
        assert not held


async def test_a_fault_beside_its_rounds_ends_it(desk: Driven) -> None:
    """A watchdog that is told nothing any more would end it much later, and say less."""

    class Broken(Notifier):
        def alive(self) -> None:
            raise ZeroDivisionError

    means = replace(desk.means(), notifier=Broken(None, timedelta(minutes=1)))
    with pytest.raises(ZeroDivisionError):
        await Daemon(desk.paths, means).run()


async def test_a_reload_that_fails_is_one_that_has_ended(desk: Driven) -> None:
    begun: list[str] = []

    async def begin_log(_buffer: Buffer) -> None:
        begun.append("log")
        if len(begun) == 2:
            raise BlinkError(FAILS, what="log")

    with listening(desk.socket_path) as manager:
        async with desk.daemon(replace(desk.means(), begin_log=begin_log)) as daemon:
            said(manager)
            daemon.reload()
            await desk.until(lambda: len(begun) == 2)
            await desk.rested(daemon)
            assert [text for text in said(manager) if not text.startswith("RELOADING")][:2] == [
                "READY=1",
                "STATUS=no log",
            ]


async def test_a_newer_program_s_schema_ends_it(desk: Driven) -> None:
    await desk.office.buffer.schedules.set_interval([(desk.office.firms[0].id, role) for role in Role], NEVER)
    daemon = Daemon(desk.paths, desk.means())
    running = asyncio.create_task(daemon.run())
    await desk.rested(daemon, running)
    with closing(sqlite3.connect(desk.paths.buffer_path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version + 1}")
    desk.clock.advance(A_LOOK)
    with pytest.raises(BlinkError) as caught:
        await running
    assert caught.value.kind is NEWER_SCHEMA


async def test_one_that_is_told_to_stop_before_it_began_ends_at_once(desk: Driven) -> None:
    daemon = Daemon(desk.paths, desk.means())
    daemon.stop()
    await daemon.run()
    assert desk.passes == 0


async def test_a_package_that_takes_long_holds_up_no_other_firm(tmp_path: Path, vault: Vault) -> None:
    async with driven(tmp_path, vault, firms=2, export_delay=900.0) as desk:
        first, second = desk.office.firms
        schedules = desk.office.buffer.schedules
        await schedules.pause([second.id], True)
        daemon = Daemon(desk.paths, desk.means())
        running = asyncio.create_task(daemon.run())
        try:
            await desk.until(lambda: any(isinstance(event, ExportRequested) for event in desk.heard))
            await schedules.pause([second.id], False)
            desk.clock.advance(A_LOOK)
            await schedules.want([second.id], [Role.BUYER], instant_of(desk.clock.now()))
            desk.clock.advance(A_LOOK)
            await desk.until(lambda: desk.passes == 2)
            started = [event.firm_id for event in desk.heard if isinstance(event, PassStarted)]
            finished = [event.firm_id for event in desk.heard if isinstance(event, PassFinished)]
            assert (started, finished) == ([first.id, second.id], [])
        finally:
            daemon.stop()
            await running
        assert await desk.office.buffer.leases.held_elsewhere("nobody", lambda _holder: False) == {}
