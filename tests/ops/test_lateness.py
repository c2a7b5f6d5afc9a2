"""The dead-man check: who is late, since when and why; a firm gets its time before it counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, MarkMove, open_buffer, schedules
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import ExitCode
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.mismatches import Disagreement
from blink_tui.model.schedule import NEVER, RoleEnd
from blink_tui.model.settings import WATCH_COMPLETE_WITHIN
from blink_tui.model.values import Nip
from blink_tui.ops.lateness import LateFirm, late_firms, look
from tests.clocks import VirtualClock
from tests.sync.test_standing import counted

SINCE = Instant("2026-01-01T00:00:00Z")
OFTEN, NIGHTLY = (Role.SELLER, Role.BUYER), (Role.THIRD_PARTY, Role.AUTHORIZED)
HOUR = 3600.0


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def buffer(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db", clock=clock) as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    return await added(buffer, "1111111111")


async def added(buffer: Buffer, nip: str) -> Firm:
    firm = await buffer.firms.add(Nip(nip), name=nip, env="prod")
    await buffer.credentials.add(CredentialKind.TOKEN, f"token/{nip}", "T", [firm.id])
    return firm


async def fetched(buffer: Buffer, firm: Firm, clock: VirtualClock, *roles: Role) -> None:
    until = instant_of(clock.now())
    for role in roles or tuple(Role):
        await buffer.documents.store(firm, role, [], move=MarkMove(SINCE, until))


async def asked(buffer: Buffer, firm: Firm, clock: VirtualClock, problem: str | None = None) -> None:
    async with buffer._database.transaction() as session:
        await schedules.begun(session, firm.id, tuple(Role), instant_of(clock.now()))
        await schedules.ended(session, firm.id, dict.fromkeys(Role, RoleEnd(0, problem)))


async def late(buffer: Buffer, clock: VirtualClock) -> LateFirm | None:
    found = await late_firms(buffer, clock.now())
    assert len(found) < 2
    return found[0] if found else None


async def test_a_new_firm_gets_its_time(buffer: Buffer, clock: VirtualClock, firm: Firm) -> None:
    clock.advance(24 * HOUR)
    assert await late(buffer, clock) is None
    clock.advance(1)
    found = await late(buffer, clock)
    assert found is not None
    assert (found.firm, found.roles, found.until, found.since) == (firm, OFTEN, None, firm.watched_since)


async def test_late_is_counted_from_what_is_complete(buffer: Buffer, clock: VirtualClock, firm: Firm) -> None:
    clock.advance(100 * HOUR)
    await fetched(buffer, firm, clock)
    until = instant_of(clock.now())
    clock.advance(24 * HOUR)
    assert await late(buffer, clock) is None
    clock.advance(1)
    await fetched(buffer, firm, clock, Role.SELLER)
    found = await late(buffer, clock)
    assert found is not None
    assert (found.roles, found.until, found.since) == ((Role.BUYER,), until, until)


async def test_roles_of_the_night_have_two_nights_and_those_set_to_never_do_not_count(
    buffer: Buffer, clock: VirtualClock, firm: Firm
) -> None:
    await fetched(buffer, firm, clock)
    for role in OFTEN:
        await buffer.schedules.set_interval([(firm.id, role)], NEVER)
    clock.advance(48 * HOUR)
    assert await late(buffer, clock) is None
    clock.advance(1)
    found = await late(buffer, clock)
    assert found is not None
    assert found.roles == NIGHTLY
    for role in NIGHTLY:
        await buffer.schedules.set_interval([(firm.id, role)], NEVER)
    assert (await look(buffer, [firm], clock.now())).watched == 0


async def test_a_firm_left_alone_is_not_watched_and_gets_its_time_again(
    buffer: Buffer, clock: VirtualClock, firm: Firm
) -> None:
    for off, on in (({"paused": True}, {"paused": False}), ({"enabled": False}, {"enabled": True})):
        clock.advance(100 * HOUR)
        assert await late(buffer, clock) is not None
        firm = await buffer.firms.get(firm.id)
        left = await buffer.firms.edit(firm.id, firm.version, **off)
        assert await late(buffer, clock) is None
        clock.advance(100 * HOUR)
        again = await buffer.firms.edit(firm.id, left.version, **on)
        assert again.watched_since == instant_of(clock.now())
        clock.advance(24 * HOUR)
        assert await late(buffer, clock) is None
        named = await buffer.firms.edit(firm.id, again.version, name="B")
        assert named.watched_since == again.watched_since
    clock.advance(100 * HOUR)
    await buffer.schedules.pause([firm.id], True)
    clock.advance(100 * HOUR)
    await buffer.schedules.pause([firm.id], False)
    assert await late(buffer, clock) is None


async def test_a_firm_of_an_older_program_has_had_its_time(
    buffer: Buffer, clock: VirtualClock, firm: Firm
) -> None:
    async with buffer._database.transaction() as session:
        await session.run("UPDATE firm SET watched_since = NULL")
    found = await late(buffer, clock)
    assert found is not None
    assert found.since is None
    assert firm.watched_since is not None


async def test_the_limit_is_a_setting(buffer: Buffer, clock: VirtualClock, firm: Firm) -> None:
    clock.advance(3 * HOUR)
    assert await late(buffer, clock) is None
    await buffer.settings.set(WATCH_COMPLETE_WITHIN.key, "2")
    assert await late(buffer, clock) is not None
    assert (await look(buffer, [firm], clock.now(), timedelta(hours=4))).late == ()


async def test_why_and_what_to_do(buffer: Buffer, clock: VirtualClock, firm: Firm) -> None:
    async def told() -> tuple[str, ExitCode]:
        found = await look(buffer, [await buffer.firms.get(firm.id)], clock.now())
        (one,) = found.late
        assert "1111111111" in str(one.advice) or one.reason.code == "ksef-away"
        assert "{" not in str(one.why)
        return one.reason.code, found.exit_code

    clock.advance(100 * HOUR)
    assert await told() == ("not-asked", ExitCode.FAILED)
    await asked(buffer, firm, clock)
    assert await told() == ("stands-still", ExitCode.FAILED)
    await asked(buffer, firm, clock, "ksef-limits")
    assert await told() == ("stopped", ExitCode.LIMITS_EXHAUSTED)
    await asked(buffer, firm, clock, "of-another-version")
    assert await told() == ("stopped", ExitCode.FAILED)
    now = instant_of(clock.now())
    for _ in range(3):
        await buffer.mismatches.saw(firm.id, Role.BUYER, [Disagreement("X", "a", "b")], now)
    assert await told() == ("quarantine", ExitCode.FAILED)
    await buffer.outages.note_asked("prod", now, "FAILURE", silent=False)
    assert await told() == ("ksef-away", ExitCode.KSEF_UNAVAILABLE)
    (held,) = await buffer.credentials.list()
    await buffer.credentials.note_refused(held.id, firm.id, "token-revoked", {}, now)
    assert await told() == ("access-refused", ExitCode.CREDENTIAL_REFUSED)
    clock.advance(100 * HOUR)
    await buffer.credentials.note_accepted(held.id, firm.id, now)
    assert await told() == ("not-asked", ExitCode.FAILED)
    await asked(buffer, firm, clock)
    assert await told() == ("quarantine", ExitCode.FAILED), "what the Ministry told long ago is no reason"
    await buffer.credentials.remove(held.id)
    assert await told() == ("no-access", ExitCode.CREDENTIAL_REFUSED)


async def test_some_late_is_another_code_than_all_and_the_longest_comes_first(
    buffer: Buffer, clock: VirtualClock, firm: Firm
) -> None:
    clock.advance(50 * HOUR)
    second = await added(buffer, "2222222222")
    clock.advance(50 * HOUR)
    third = await added(buffer, "3333333333")
    found = await look(buffer, [third, second, firm], clock.now())
    assert [one.firm.id for one in found.late] == [firm.id, second.id]
    assert (found.exit_code, found.watched) == (ExitCode.PARTLY_FAILED, 3)
    assert (await look(buffer, [third], clock.now())).exit_code is ExitCode.DONE


async def test_the_number_of_queries_does_not_grow_with_firms(
    buffer: Buffer, clock: VirtualClock, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = []
    for number in (0, 20):
        for index in range(number):
            await added(buffer, f"{index:010}")
        with counted(monkeypatch) as statements:
            await late_firms(buffer, clock.now())
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] > 3
