"""One process at a time works on a firm's role."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.schedule import RoleEnd
from blink_tui.model.values import Nip
from blink_tui.sync.leases import heartbeat, holder_name, is_gone, leased, work_held
from tests.clocks import VirtualClock
from tests.sync.stepped import SteppedClock

ROOT = Path(__file__).parents[2]


class StillClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def steady(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def buffer(tmp_path: Path, clock: StillClock) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db", clock=clock) as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    return await buffer.firms.add(Nip("5265877635"), name="A", env="test")


def holder_of(pid: int) -> str:
    machine = holder_name().rpartition("/")[0].rpartition("/")[0]
    start = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{machine}/{pid}/{start}"


def killed_holder() -> str:
    """The name that a process had, which was there a moment ago."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = holder_of(child.pid)
    assert not is_gone(name)
    child.kill()
    child.communicate()
    assert is_gone(name)
    return name


async def test_a_second_process_is_told_who_holds_the_work(buffer: Buffer, firm: Firm) -> None:
    other = holder_of(os.getppid())
    assert (await buffer.leases.take(firm.id, [Role.BUYER], other, is_gone)).roles == (Role.BUYER,)
    async with leased(buffer, firm, [Role.BUYER, Role.SELLER]) as held:
        assert held.roles == (Role.SELLER,)
        assert held.others == {Role.BUYER: other}
    refusal = work_held(firm, other)
    assert refusal.kind.exit_code is ExitCode.WORK_HELD
    assert other in str(refusal)


async def test_a_lease_is_given_back_even_after_a_failure(buffer: Buffer, firm: Firm) -> None:
    with pytest.raises(ZeroDivisionError):
        async with leased(buffer, firm, [Role.BUYER]):
            raise ZeroDivisionError
    assert (await buffer.leases.take(firm.id, [Role.BUYER], "elsewhere/x/1/1", is_gone)).roles


async def test_what_a_killed_process_held_is_taken_over_at_once(buffer: Buffer, firm: Firm) -> None:
    dead = killed_holder()
    await buffer.leases.take(firm.id, [Role.BUYER], dead, lambda _: False)
    async with leased(buffer, firm, [Role.BUYER]) as held:
        assert held.roles == (Role.BUYER,)


async def test_another_machine_s_lease_ends_when_it_is_not_renewed(
    buffer: Buffer, firm: Firm, clock: StillClock
) -> None:
    far = "elsewhere/boot/1/1"
    await buffer.leases.take(firm.id, [Role.BUYER], far, is_gone)
    clock.moment += timedelta(seconds=50)
    await buffer.leases.renew(far)
    clock.moment += timedelta(seconds=50)
    assert (await buffer.leases.take(firm.id, [Role.BUYER], holder_name(), is_gone)).others == {
        Role.BUYER: far
    }
    clock.moment += timedelta(seconds=11)
    assert (await buffer.leases.take(firm.id, [Role.BUYER], holder_name(), is_gone)).roles
    await buffer.leases.release(firm.id, [Role.BUYER], far)
    assert (await buffer.leases.take(firm.id, [Role.BUYER], far, is_gone)).others == {
        Role.BUYER: holder_name()
    }


async def test_a_role_that_somebody_asked_for_meanwhile_is_left_alone(buffer: Buffer, firm: Firm) -> None:
    roles, me = [Role.BUYER, Role.SELLER], holder_name()
    planned = {role: one.asked for role, one in (await buffer.schedules.of(firm.id)).items()}
    first, second = Instant("2026-11-22T12:00:00Z"), Instant("2026-11-22T12:01:00Z")
    await buffer.leases.take(firm.id, [Role.BUYER], me, is_gone, asked=first, planned=planned)
    await buffer.leases.release(firm.id, [Role.BUYER], me)
    taken = await buffer.leases.take(firm.id, roles, me, is_gone, asked=second, planned=planned)
    assert (taken.roles, taken.others) == ((Role.SELLER,), {})
    asked = {role: one.asked for role, one in (await buffer.schedules.of(firm.id)).items()}
    assert (asked[Role.BUYER], asked[Role.SELLER]) == (first, second)


async def test_the_schedule_knows_of_a_pass_that_was_interrupted_until_one_has_ended(
    buffer: Buffer, firm: Firm
) -> None:
    async def begun() -> list[Role]:
        return [role for role, one in (await buffer.schedules.of(firm.id)).items() if one.begun]

    async def passed(*, ends: bool, by_schedule: bool = True) -> None:
        asked = Instant("2026-11-22T12:00:00Z") if by_schedule else None
        with suppress(ZeroDivisionError):
            async with leased(buffer, firm, [Role.BUYER, Role.SELLER], asked=asked) as held:
                held.ends[Role.SELLER] = RoleEnd(0)
                if not ends:
                    raise ZeroDivisionError
                held.ends[Role.BUYER] = RoleEnd(0)

    await passed(ends=False)
    assert await begun() == [Role.BUYER]
    assert await buffer.leases.held_elsewhere("another/1/2/3", lambda _holder: False) == {}
    await passed(ends=True)
    assert await begun() == []
    await passed(ends=False, by_schedule=False)  # no pass of the schedule's, such as one document
    assert await begun() == []
    await buffer.leases.take(firm.id, [Role.BUYER], killed_holder(), is_gone)
    assert await begun() == [Role.BUYER]


@pytest.mark.parametrize("how", ["paused", "switched off", "erased"])
async def test_a_firm_that_the_schedule_leaves_alone_meanwhile_is_left_alone(
    buffer: Buffer, firm: Firm, how: str
) -> None:
    planned = {role: one.asked for role, one in (await buffer.schedules.of(firm.id)).items()}
    if how == "paused":
        await buffer.schedules.pause([firm.id], True)
    elif how == "switched off":
        await buffer.firms.set_enabled(firm.id, firm.version, False)
    else:
        async with buffer._database.transaction(erasing=True) as session:
            await session.run("DELETE FROM schedule")
            await session.run("DELETE FROM firm")
    taken = await buffer.leases.take(firm.id, list(Role), holder_name(), is_gone, planned=planned)
    assert taken.roles == ()


async def test_a_lease_of_a_clock_that_was_wrong_holds_nothing(
    buffer: Buffer, firm: Firm, clock: StillClock
) -> None:
    clock.moment += timedelta(days=365)
    await buffer.leases.take(firm.id, [Role.BUYER], "elsewhere/boot/1/1", is_gone)
    clock.moment -= timedelta(days=365)
    async with leased(buffer, firm, [Role.BUYER]) as held:
        assert held.roles == (Role.BUYER,)


async def test_a_heartbeat_that_cannot_be_written_is_followed_by_the_next(
    buffer: Buffer, firm: Firm, clock: StillClock
) -> None:
    beats = SteppedClock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))

    async def beaten() -> None:
        beats.advance(timedelta(seconds=20))
        await asyncio.to_thread(beats.until, lambda sleepers: sleepers == 1)

    async def until() -> str:
        (row,) = await buffer._database.reader.rows("SELECT until FROM lease")
        return str(row[0])

    await buffer.leases.take(firm.id, [Role.BUYER], holder_name(), is_gone)
    first = await until()
    async with heartbeat(buffer, beats):
        await asyncio.to_thread(beats.until, lambda sleepers: sleepers == 1)
        buffer._database.read_only = True
        await beaten()
        buffer._database.read_only = False
        clock.moment += timedelta(seconds=40)
        await beaten()
    assert await until() > first


def test_a_number_used_again_by_another_process_is_not_the_holder() -> None:
    assert not is_gone(holder_name())
    assert is_gone(holder_name() + "0")


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_is_set_takes_no_work_from_the_living(tmp_path: Path, hours: int) -> None:
    """Processes of one boot go by a clock that nobody sets."""
    clock = VirtualClock()
    alive = holder_of(os.getppid())
    async with open_buffer(tmp_path / "buffer.db", clock=clock) as buffer:
        firm = await buffer.firms.add(Nip("5265877635"), name="A", env="test")
        await buffer.leases.take(firm.id, [Role.BUYER], alive, is_gone)
        clock.set_wall(clock.now() + timedelta(hours=hours))
        clock.advance(59)
        taken = await buffer.leases.take(firm.id, [Role.BUYER], holder_name(), is_gone)
        assert taken.others == {Role.BUYER: alive}
        assert await buffer.leases.held_elsewhere(holder_name(), is_gone) == {(firm.id, Role.BUYER): alive}
        clock.advance(1)  # it lives, but does not work any more
        assert await buffer.leases.held_elsewhere(holder_name(), is_gone) == {}
        taken = await buffer.leases.take(firm.id, [Role.BUYER], holder_name(), is_gone)
        assert taken.roles == (Role.BUYER,)


def test_a_process_that_the_system_hides_from_this_account_is_not_known_to_be_gone() -> None:
    """Services with ProtectProc= and machines with hidepid see nothing of others in /proc."""
    if os.geteuid():
        pytest.skip("only root can make a folder of processes that hides those of others")
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name, asked = (
        holder_of(child.pid),
        "from blink_tui.sync.leases import is_gone; import sys; print(is_gone(sys.argv[1]))",
    )
    as_stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-c", asked]
    hidden = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        'mount -t proc -o hidepid=2 proc /proc && exec "$@"',
        "sh",
        *as_stranger,
    ]
    try:
        assert told(hidden, name) == "False"
    finally:
        child.kill()
        child.communicate()
    assert told(hidden, name) == "True"


def told(command: list[str], name: str) -> str:
    done = subprocess.run(
        [*command, name], capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, check=False
    )
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(done.stderr)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


async def test_leases_are_given_back_whenever_and_however_often_a_pass_is_cancelled(
    buffer: Buffer, firm: Firm
) -> None:
    begun = asyncio.Event()

    async def working() -> None:
        async with leased(buffer, firm, [Role.BUYER]):
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(working())
    await begun.wait()
    async with buffer._database.transaction():  # giving back has to wait for it
        for _ in range(3):
            task.cancel()
            for _turn in range(5):
                await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await buffer.leases.held_elsewhere(holder_of(os.getppid()), is_gone) == {}
