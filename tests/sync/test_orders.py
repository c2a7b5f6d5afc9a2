"""Orders for packages that get lost, hang, expire or fail; nothing is ordered blindly, nothing is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sync.engine import Wish
from blink_tui.vault import MemorySource, open_vault
from tests.sync.clocks import SandboxClock
from tests.sync.conftest import Office, arrive, fault, requests

BUYER = Wish((Role.BUYER,))


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=30, firms=1, sales=0, export_delay=0.0, auth_delay=0.0)
    with running_sandbox(options, VirtualClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))) as running:
        yield running


async def told(profile: Office) -> list[str]:
    """A pass over the buyer's role; the codes of what stopped it."""
    outcome = await profile.run(wish=BUYER)
    return [error.kind.code for error in outcome.firms[0].errors]


async def is_whole(profile: Office, sandbox: RunningSandbox) -> bool:
    """Everything is there, and nothing is under way."""
    (firm,) = profile.firms
    documents = await profile.documents(firm)
    assert len({one.ksef_number for one in documents}) == len(documents)
    pending = await profile.buffer.exports.list(firm.id)
    return len(documents) == len(sandbox.state.documents.by_number) and not pending


@pytest.mark.parametrize("do", ["drop after the work", "drop", "answer"])
async def test_an_order_whose_answer_was_lost_is_repeated_after_a_quarter_of_an_hour(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock, do: str
) -> None:
    if do == "answer":
        fault(sandbox, "answer", operation="order_export", status=504, after_work=True)
    else:
        fault(sandbox, "drop", operation="order_export", after_work=do != "drop")
    assert await told(profile) == ["order-uncertain"]
    (pending,) = await profile.buffer.exports.list(profile.firms[0].id)
    assert pending.reference is None
    for _ in range(2):
        clock.pass_by(minutes=7)
        assert await told(profile) == ["order-uncertain"]
    assert len(requests(sandbox, "order_export")) == 1
    clock.pass_by(minutes=1)
    assert await told(profile) == []
    assert len(requests(sandbox, "order_export")) == 2
    assert await is_whole(profile, sandbox)


async def test_while_an_order_is_uncertain_few_documents_still_come(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    assert await told(profile) == []
    arrive(sandbox, 12)
    clock.pass_by(minutes=3)
    fault(sandbox, "drop", operation="order_export", after_work=True)
    assert (
        await told(profile) == []
    )  # twelve are too many to be fetched one by one, unless nothing else is left
    assert await profile.buffer.exports.list(profile.firms[0].id) != []
    clock.pass_by(minutes=16)
    assert await told(profile) == []
    assert await is_whole(profile, sandbox)


async def test_an_order_that_was_refused_is_not_uncertain(profile: Office, sandbox: RunningSandbox) -> None:
    fault(sandbox, "answer", operation="order_export", status=429, retry_after=30)
    assert await told(profile) == ["ksef-limits"]
    assert await profile.buffer.exports.list(profile.firms[0].id) == []


@pytest.mark.parametrize("status", [415, 500, 550])
async def test_a_package_that_failed_is_ordered_anew_in_the_next_pass(
    profile: Office, sandbox: RunningSandbox, status: int
) -> None:
    fault(sandbox, "fail", status=status)
    assert await told(profile) == ["export-failed"]
    assert await told(profile) == []
    assert await is_whole(profile, sandbox)


async def test_a_package_that_expired_meanwhile_is_ordered_anew_in_the_same_pass(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    fault(sandbox, "hang", seconds=3600)
    assert await told(profile) == ["export-stuck"]
    fault(sandbox, "answer", operation="export_status", status=410)
    assert await told(profile) == []
    assert len(requests(sandbox, "order_export")) == 2
    assert await is_whole(profile, sandbox)


async def test_nothing_new_says_the_package_and_the_mark_stays(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    fault(sandbox, "fail", status=420)
    assert await told(profile) == []
    assert await profile.buffer.exports.list(profile.firms[0].id) == []
    assert await profile.buffer.marks.all() == []
    assert await told(profile) == []
    assert await is_whole(profile, sandbox)


async def test_a_package_that_hangs_is_waited_for_a_day_and_then_ordered_anew(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    fault(sandbox, "hang")
    assert await told(profile) == ["export-stuck"]
    clock.pass_by(hours=23, minutes=40)
    assert await told(profile) == ["export-stuck"]
    assert len(requests(sandbox, "order_export")) == 1
    clock.pass_by(minutes=20)
    assert await told(profile) == []
    assert len(requests(sandbox, "order_export")) == 2
    assert await is_whole(profile, sandbox)


async def test_new_documents_do_not_wait_for_a_package_that_hangs(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    assert await told(profile) == []
    arrive(sandbox, 9)
    clock.pass_by(minutes=3)
    fault(sandbox, "hang", seconds=50_000)
    assert await told(profile) == []
    assert await is_whole(profile, sandbox) is False
    assert len(await profile.documents(profile.firms[0])) == 39
    clock.pass_by(hours=14)
    assert await told(profile) == []
    assert await is_whole(profile, sandbox)


async def test_an_order_whose_key_is_lost_with_the_vault_is_given_up(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    fault(sandbox, "hang", seconds=3600)
    assert await told(profile) == ["export-stuck"]
    other = open_vault(Path(), MemorySource(), create=True)
    name = f"token/{profile.firms[0].nip}"
    other.put(name, profile.vault.get(name))
    profile.vault = other
    clock.pass_by(hours=1)
    assert await told(profile) == []
    assert len(requests(sandbox, "order_export")) == 2
    assert await is_whole(profile, sandbox)


async def test_the_key_of_an_order_is_durable_before_ksef_is_asked_and_wrapped(
    profile: Office, sandbox: RunningSandbox
) -> None:
    fault(sandbox, "drop", operation="order_export")
    await told(profile)
    (pending,) = await profile.buffer.exports.list(profile.firms[0].id)
    assert pending.window_from
    key = profile.vault.unwrap(pending.wrapped_key, f"export/{profile.firms[0].id}/{Role.BUYER}")
    assert len(key) == 32
    assert key not in pending.wrapped_key
    with pytest.raises(BlinkError):
        profile.vault.unwrap(pending.wrapped_key, f"export/{profile.firms[0].id}/{Role.SELLER}")


async def test_links_that_have_expired_are_renewed(profile: Office, sandbox: RunningSandbox) -> None:
    fault(sandbox, "expired-link")
    assert await told(profile) == []
    assert len(requests(sandbox, "order_export")) == 1
    assert await is_whole(profile, sandbox)


async def test_whoever_ends_the_program_waits_a_moment_for_the_answer_to_an_order(
    profile: Office, sandbox: RunningSandbox
) -> None:
    (firm,) = profile.firms
    fault(sandbox, "delay", operation="order_export", seconds=0.3)
    running = asyncio.create_task(profile.run(wish=BUYER))
    while not await profile.buffer.exports.list(firm.id):
        pass
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (pending,) = await profile.buffer.exports.list(firm.id)
    assert pending.reference is not None
    assert await told(profile) == []
    assert len(requests(sandbox, "order_export")) == 1
    assert await is_whole(profile, sandbox)
