"""The engine beside a console keeps the schedule: what is due, what others want, and nothing while another works."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.buffer.errors import DISK_FULL
from blink_tui.buffer.presence import Kind
from blink_tui.model.dates import datetime_of, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.events import PassFailed, PassStarted
from blink_tui.model.firms import Firm
from blink_tui.model.schedule import NEVER
from blink_tui.model.secret import Secret
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sync import attendant
from blink_tui.sync.agenda import Agenda, read_agenda
from blink_tui.sync.engine import SyncEngine
from blink_tui.sync.thread import EngineThread
from blink_tui.sync.timetable import due_at
from blink_tui.vault import MemorySource, PassphraseSource, Vault, VaultHolder, open_vault
from tests.sync.conftest import Office, office
from tests.sync.stepped import SteppedClock
from tests.sync.test_leases import holder_of

START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
LOOK = attendant.LOOK_EVERY
OTHERS = (Role.THIRD_PARTY, Role.AUTHORIZED)


@dataclass
class Desk:
    """A profile with one firm, and what the tests ask of it."""

    office: Office
    sandbox: RunningSandbox
    clock: SteppedClock

    @property
    def firm(self) -> Firm:
        return self.office.firms[0]

    @property
    def requests(self) -> int:
        """What KSeF has been asked."""
        return self.sandbox.state.journal.total

    @contextmanager
    def engine(self, vault: Vault | VaultHolder | None = None) -> Iterator[EngineThread]:
        thread = EngineThread(
            self.office.folder / "buffer.db",
            vault or self.office.vault,
            self.office.folder / "work",
            clock=self.clock,
        )
        thread.start()
        try:
            yield thread
        finally:
            assert thread.stop(10)

    async def rested(self, *engines: EngineThread) -> None:
        """Wait until every engine has nothing to do."""
        await asyncio.to_thread(
            self.clock.until,
            lambda sleeps: sleeps == len(engines) and not any(engine.busy for engine in engines),
        )

    async def passes(self, span: timedelta, *engines: EngineThread) -> None:
        """Let time pass and wait until every engine has done what comes with it."""
        self.clock.advance(span)
        await self.rested(*engines)

    async def started(self) -> int:
        """Passes so far."""
        return sum(
            isinstance(row.event, PassStarted) for row in await self.office.buffer.log.read(limit=10_000)
        )

    async def asked(self, role: Role) -> datetime | None:
        """When a role was asked for last."""
        instant = (await self.office.buffer.schedules.of(self.firm.id))[role].asked
        return datetime_of(instant) if instant else None

    async def next_due(self, role: Role) -> datetime:
        scheduled = (await self.office.buffer.schedules.of(self.firm.id))[role]
        moment = due_at(self.firm, scheduled, self.clock.now())
        assert moment is not None
        return moment


@pytest.fixture
async def desk(tmp_path: Path, vault: Vault) -> AsyncIterator[Desk]:
    clock = SteppedClock(START)
    options = SandboxOptions(
        documents=20, firms=1, limits=False, export_delay=0.0, auth_delay=0.0, as_of=START.date()
    )
    with running_sandbox(options, clock.sandbox) as sandbox:
        async with office(sandbox, tmp_path, vault, clock) as opened:
            yield Desk(opened, sandbox, clock)


async def test_what_is_due_is_asked_for_at_its_time_and_nothing_before(desk: Desk) -> None:
    with desk.engine() as engine:
        await desk.rested(engine)
        assert await desk.office.buffer.documents.total(desk.firm.id) > 0
        first = await desk.asked(Role.BUYER)
        before, nightly = desk.requests, await desk.asked(Role.AUTHORIZED)
        due = await desk.next_due(Role.BUYER)
        assert first is not None
        assert timedelta(minutes=15) <= due - first <= timedelta(minutes=23)
        await desk.passes(due - desk.clock.now() - timedelta(seconds=10), engine)
        assert desk.requests == before
        await desk.passes(timedelta(seconds=10), engine)
        assert desk.requests > before
        assert await desk.asked(Role.BUYER) == await desk.asked(Role.SELLER) == due
        assert await desk.asked(Role.AUTHORIZED) == nightly


async def test_a_wish_before_the_start_is_kept_and_an_engine_that_never_started_stops(desk: Desk) -> None:
    engine = EngineThread(
        desk.office.folder / "buffer.db", desk.office.vault, desk.office.folder / "work", clock=desk.clock
    )
    assert engine.stop()
    engine.fetch_now()
    assert engine.busy
    engine.start()
    try:
        await desk.rested(engine)
        assert await desk.started() == 1
    finally:
        assert engine.stop(10)


async def test_a_second_engine_watches_and_asks_nothing(desk: Desk) -> None:
    with desk.engine() as engine, desk.engine() as second:
        await desk.rested(engine, second)
        assert await desk.started() == 1
        before = desk.requests
        await desk.passes(await desk.next_due(Role.BUYER) - desk.clock.now(), engine, second)
        assert await desk.started() == 2
        with_two = desk.requests - before
    with desk.engine() as alone:
        await desk.rested(alone)
        before = desk.requests
        await desk.passes(await desk.next_due(Role.BUYER) - desk.clock.now(), alone)
        assert await desk.started() == 3
        assert with_two == desk.requests - before > 0


@contextmanager
def another_process() -> Iterator[str]:
    """The name of a process that runs."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        try:
            yield holder_of(child.pid)
        finally:
            child.kill()


async def test_beside_a_daemon_an_engine_only_leaves_wishes_until_the_daemon_is_gone(desk: Desk) -> None:
    with another_process() as holder:
        await desk.office.buffer.presence.beat(holder, Kind.DAEMON, "blink")
        with desk.engine() as engine:
            await desk.rested(engine)
            engine.fetch_now()
            await desk.passes(LOOK, engine)
            assert (desk.requests, await desk.started()) == (0, 0)
            wanted = [one.wanted for one in (await desk.office.buffer.schedules.of(desk.firm.id)).values()]
            assert any(wanted)
    with desk.engine() as engine:  # nobody has to say that the daemon has died
        await desk.rested(engine)
        assert await desk.started() == 1


async def test_a_wish_of_another_process_is_taken_at_the_next_look(desk: Desk) -> None:
    with desk.engine() as engine:
        await desk.rested(engine)
        desk.clock.advance(timedelta(seconds=1))
        wanted = desk.clock.now()
        await desk.office.buffer.schedules.want([desk.firm.id], [Role.AUTHORIZED], instant_of(wanted))
        assert await desk.started() == 1
        await desk.passes(LOOK, engine)
        assert await desk.started() == 2
        asked = await desk.asked(Role.AUTHORIZED)
        assert asked is not None
        assert wanted <= asked <= wanted + LOOK


async def test_a_paused_firm_is_left_alone_until_it_is_not(desk: Desk) -> None:
    await desk.office.buffer.schedules.pause([desk.firm.id], True)
    with desk.engine() as engine:
        await desk.rested(engine)
        await desk.passes(timedelta(hours=1), engine)
        assert desk.requests == 0
        await desk.office.buffer.schedules.pause([desk.firm.id], False)
        await desk.passes(LOOK, engine)
        assert await desk.started() == 1


async def test_f5_while_another_process_works_leaves_a_wish(desk: Desk) -> None:
    buffer, other, held = desk.office.buffer, holder_of(os.getppid()), (Role.SELLER, Role.BUYER)
    await buffer.schedules.set_interval([(desk.firm.id, role) for role in OTHERS], NEVER)
    await buffer.leases.take(desk.firm.id, held, other, lambda _: False)
    with desk.engine() as engine:
        await desk.rested(engine)
        assert desk.requests == 0
        engine.fetch_now()
        await desk.rested(engine)
        scheduled = await buffer.schedules.of(desk.firm.id)
        assert all(scheduled[role].wanted is not None and scheduled[role].asked is None for role in held)
        assert all(scheduled[role].wanted is None and scheduled[role].asked is not None for role in OTHERS)
        assert not any(isinstance(row.event, PassFailed) for row in await buffer.log.read())
        await desk.passes(LOOK, engine)
        assert await desk.started() == 1
        await buffer.leases.release(desk.firm.id, held, other)
        await desk.passes(LOOK, engine)
        assert await desk.started() == 2
        assert await desk.asked(Role.BUYER) is not None


@pytest.mark.parametrize("registered", [False, True])
async def test_a_firm_for_which_nothing_logs_in_costs_nothing(desk: Desk, registered: bool) -> None:
    if not registered:
        known = await desk.office.buffer.credentials.for_firm(desk.firm.id)
        assert known is not None
        await desk.office.buffer.credentials.remove(known.id)
    empty = open_vault(Path(), MemorySource(), create=True)
    with desk.engine(empty if registered else None) as engine:
        await desk.rested(engine)
        await desk.passes(timedelta(hours=1), engine)
        assert desk.requests == 0
        assert await desk.office.buffer.log.read() == []


async def test_nothing_is_looked_up_while_nothing_changes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async def counted(buffer: Buffer, now: datetime, vault: Vault) -> Agenda:
        nonlocal looks
        looks += 1
        return await read_agenda(buffer, now, vault)

    monkeypatch.setattr(attendant, "read_agenda", counted)
    with desk.engine() as engine:
        await desk.rested(engine)
        before = looks
        for _turn in range(5):
            await desk.passes(LOOK, engine)
        assert looks == before
        await desk.office.buffer.settings.set("x", "y")
        await desk.passes(LOOK, engine)
        assert looks == before + 1


async def test_a_vault_that_does_not_open_is_told_once_and_fetching_goes_on_when_it_does(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "vault.blink"
    vault = open_vault(path, PassphraseSource(lambda: Secret("sesame")), create=True)
    for name in desk.office.vault.names():
        vault.put(name, desk.office.vault.get(name))
    kept = path.read_bytes()
    path.write_bytes(b"not a vault")
    with desk.engine(vault) as engine:
        await desk.rested(engine)
        problems = [engine.problem]
        await desk.passes(LOOK, engine)
        problems.append(engine.problem)
        assert problems[0] is problems[1] is not None
        assert desk.requests == 0
        path.write_bytes(kept)
        await desk.passes(LOOK, engine)
        assert engine.problem is None
        assert await desk.started() == 1


async def test_a_wish_that_came_to_nothing_can_be_wished_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.office.buffer.schedules.set_interval([(desk.firm.id, role) for role in Role], NEVER)
    with desk.engine() as engine:
        await desk.rested(engine)
        problems = []
        with monkeypatch.context() as patch:
            patch.setattr(SyncEngine, "run", _full)
            engine.fetch_now()
            await desk.rested(engine)
            problems.append(engine.problem)
        engine.fetch_now()
        await desk.rested(engine)
        problems.append(engine.problem)
        assert isinstance(problems[0], BlinkError)
        assert problems[1] is None
        assert await desk.started() == 1


async def _full(*_arguments: object) -> None:
    """The disk has no room; how that comes about is proven where disks are really full."""
    raise BlinkError(DISK_FULL, path="buffer.db")


async def test_a_vault_that_is_opened_while_it_runs_is_used_from_the_next_turn(
    desk: Desk, tmp_path: Path
) -> None:
    holder = VaultHolder(tmp_path / "new.blink")
    with desk.engine(holder) as engine:
        await desk.rested(engine)
        assert desk.requests == 0
        opened = holder.open(Secret("correct horse"))
        for name in desk.office.vault.names():
            opened.put(name, desk.office.vault.get(name))
        engine.vault_opened()
        await desk.passes(LOOK, engine)
        assert await desk.office.buffer.documents.total(desk.firm.id) > 0
        assert engine.problem is None
    assert any(name.startswith("session/") for name in opened.names())
