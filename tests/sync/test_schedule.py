"""Due passes against a sandbox whose time the test moves: what is asked for, how often, and who asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.dates import datetime_of, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.schedule import NEVER
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sync.course import Course
from blink_tui.sync.engine import SyncEngine, Wish
from blink_tui.sync.timetable import is_night, nightly_slot
from tests.sync.clocks import SandboxClock
from tests.sync.conftest import Office, arrive, fault, requests

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DUE = Wish(due=True)
OFTEN = {Role.SELLER, Role.BUYER}


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=20, firms=1, export_delay=0.0, auth_delay=0.0)
    with running_sandbox(options, VirtualClock(NOON)) as running:
        yield running


def asked_roles(sandbox: RunningSandbox, profile: Office, after: int) -> set[Role]:
    """Roles whose marks or windows the last pass touched, by its events."""
    return {Role(event.role) for event in profile.told[after:] if event.role}


async def due(profile: Office) -> set[Role]:
    """A due pass; the roles that it told something of."""
    before = len(profile.told)
    outcome = await profile.run(wish=DUE)
    assert not outcome.failed
    return {Role(event.role) for event in profile.told[before:] if event.role}


async def test_the_first_due_pass_asks_for_every_role_and_the_next_for_those_asked_often(
    profile: Office, clock: SandboxClock
) -> None:
    assert await due(profile) == set(Role)
    assert await due(profile) == set()
    clock.pass_by(minutes=14, seconds=59)
    assert await due(profile) == set()
    clock.pass_by(minutes=8)
    assert await due(profile) == OFTEN


async def test_a_day_by_schedule_asks_often_but_not_too_often_and_the_others_at_night(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    asked: dict[Role, list[datetime]] = {role: [] for role in Role}
    for _ in range(26 * 20):
        for role in await due(profile):
            asked[role].append(clock.now())
        clock.pass_by(minutes=3)
    for role in OFTEN:
        gaps = [later - one for one, later in zip(asked[role], asked[role][1:], strict=False)]
        assert min(gaps) >= timedelta(minutes=15)
        assert max(gaps) <= timedelta(minutes=26)
    for role in set(Role) - OFTEN:
        assert len(asked[role]) == 2  # the first of all, and one a night
        assert is_night(asked[role][1])
    assert {row["status"] for row in sandbox.state.journal.rows() if not row["fault"]} <= {200, 201, 202}


async def test_a_role_that_is_off_is_left_alone_and_a_person_may_still_ask(profile: Office) -> None:
    firm = profile.firms[0]
    await profile.buffer.schedules.set_interval([(firm.id, Role.SELLER)], NEVER)
    assert await due(profile) == set(Role) - {Role.SELLER}
    await profile.run()
    assert {mark.role for mark in await profile.buffer.marks.all()} == set(Role) - {Role.SELLER}
    await profile.run(wish=Wish((Role.SELLER,)))
    assert {mark.role for mark in await profile.buffer.marks.all()} == set(Role)


async def test_a_paused_firm_is_left_alone_until_it_is_wanted_again(
    profile: Office, sandbox: RunningSandbox
) -> None:
    (firm,) = profile.firms
    profile.firms = [await profile.buffer.firms.edit(firm.id, firm.version, paused=True)]
    assert await due(profile) == set()
    assert sandbox.state.journal.total == 0
    profile.firms = [await profile.buffer.firms.edit(firm.id, profile.firms[0].version, paused=False)]
    assert await due(profile) == set(Role)


async def test_a_wish_is_taken_by_whoever_runs_the_schedule(profile: Office, clock: SandboxClock) -> None:
    await due(profile)
    clock.pass_by(minutes=1)
    await profile.buffer.schedules.want([profile.firms[0].id], [Role.BUYER], instant_of(clock.now()))
    clock.pass_by(seconds=1)
    assert await due(profile) == {Role.BUYER}
    assert await due(profile) == set()


async def test_two_that_run_the_schedule_ask_once(
    profile: Office, sandbox: RunningSandbox, tmp_path: Path, clock: SandboxClock
) -> None:
    """Both find the roles due; whoever comes second into the lease sees that they were asked for meanwhile."""
    async with open_buffer(tmp_path / "buffer.db", clock=clock) as other:
        second = SyncEngine(other, profile.vault, profile.folder / "work", clock=clock)
        tasks = await second._tasks(profile.firms, DUE)
        assert await due(profile) == set(Role)
        before = sandbox.state.journal.total
        outcomes = await second._passes(tasks, DUE, "second", Course())
    assert [(one.new, one.errors) for one in outcomes] == [(0, ())]
    assert sandbox.state.journal.total == before


async def test_few_new_documents_come_within_one_pass_and_without_a_package(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await due(profile)
    clock.pass_by(minutes=20)
    numbers = arrive(sandbox, 5)
    clock.pass_by(minutes=3)
    before = sandbox.state.journal.total
    assert await due(profile) == OFTEN
    assert set(numbers) <= {one.ksef_number for one in await profile.documents(profile.firms[0])}
    assert requests(sandbox, "order_export", before) == []


async def test_a_role_that_brought_much_twice_is_ordered_without_a_look(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    for lists, orders in ((4, 4), (2, 1), (1, 1)):
        before = sandbox.state.journal.total
        arrive(sandbox, 30)
        clock.pass_by(minutes=23)
        await due(profile)
        seen = [len(requests(sandbox, name, before)) for name in ("query_metadata", "order_export")]
        if orders != 4:
            assert seen == [lists, orders]
    for _ in range(2):
        clock.pass_by(minutes=23)
        before = sandbox.state.journal.total
        await due(profile)
    assert len(requests(sandbox, "order_export", before)) == 0


async def test_retry_after_is_waited_out_whole(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await due(profile)
    clock.pass_by(minutes=30)
    fault(sandbox, "answer", operation="query_metadata", status=429, retry_after=3565)
    outcome = await profile.run(wish=DUE)
    assert {error.kind.code for error in outcome.failed[0].errors} == {"ksef-limits"}
    before = sandbox.state.journal.total
    for _ in range(6):
        clock.pass_by(minutes=9)
        await profile.run(wish=DUE)
    assert sandbox.state.journal.total == before
    clock.pass_by(minutes=20)
    assert await due(profile) == OFTEN


async def test_a_role_that_ksef_refuses_is_turned_off(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await due(profile)
    clock.pass_by(minutes=30)
    fault(sandbox, "answer", operation="query_metadata", status=400, code=21181)
    outcome = await profile.run(wish=DUE)
    assert [error.kind.code for error in outcome.failed[0].errors] == ["role-impossible"]
    clock.pass_by(minutes=30)
    assert len(await due(profile)) == 1


async def test_the_nightly_sweep_finds_and_fetches_what_is_missing(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    await due(profile)
    numbers = arrive(sandbox, 3)
    clock.pass_by(minutes=30)
    await due(profile)
    async with profile.buffer._database.transaction() as session:
        for table in (
            "document_role", "document_vat", "document_search", "document_event",
            "document_finding", "document_trait", "document_link",
        ):  # fmt: skip
            await session.run(
                f"DELETE FROM {table} WHERE document_id = (SELECT id FROM document WHERE ksef_number = ?)",
                (numbers[0],),
            )
        await session.run("DELETE FROM document WHERE ksef_number = ?", (numbers[0],))
    slot = nightly_slot(profile.firms[0], clock.now()) + timedelta(days=1)
    clock.pass_by(seconds=(slot - clock.now()).total_seconds() + 1)
    await due(profile)
    assert set(numbers) <= {one.ksef_number for one in await profile.documents(profile.firms[0])}
    proofs = {proof.role: proof for proof in await profile.buffer.proofs.all()}
    assert proofs[Role.BUYER].missing == 1
    assert 3 <= proofs[Role.BUYER].listed < len(await profile.documents(profile.firms[0]))
    assert proofs[Role.SELLER].equal
    since = datetime_of(proofs[Role.BUYER].since)
    assert slot - timedelta(days=7) <= since <= slot - timedelta(days=6, hours=23)
    before = sandbox.state.journal.total
    clock.pass_by(minutes=30)
    await due(profile)
    assert requests(sandbox, "order_export", before) == []
