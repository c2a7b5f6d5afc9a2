"""What KSeF contradicts itself about stops its role, is counted, and after three fresh packages a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from blink_tui.model.dates import datetime_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.events import DocumentQuarantined
from blink_tui.model.mismatches import PACKAGE, Disagreement
from blink_tui.model.values import KsefNumber, Sha256
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sync.engine import Wish
from tests.buffer.factory import invoice
from tests.sync.clocks import SandboxClock
from tests.sync.conftest import Office, arrive, fault, requests

BUYER = Wish((Role.BUYER,))


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=12, firms=1, sales=0, export_delay=0.0, auth_delay=0.0)
    with running_sandbox(options, VirtualClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))) as running:
        yield running


async def errors(profile: Office, wish: Wish = BUYER) -> list[BlinkError]:
    outcome = await profile.run(wish=wish)
    return [error for firm in outcome.firms for error in firm.errors]


async def codes(profile: Office, wish: Wish = BUYER) -> list[str]:
    return [error.kind.code for error in await errors(profile, wish)]


@pytest.mark.parametrize("do", ["missing-file", "missing-entry", "other-hash", "wrong-count"])
async def test_after_three_fresh_packages_that_disagree_alike_a_person_decides(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock, do: str
) -> None:
    (firm,) = profile.firms
    fault(sandbox, do, times=4)
    assert await codes(profile) == ["package-disagrees"]
    assert await codes(profile) == ["package-disagrees"]
    (third,) = await errors(profile)
    assert third.kind.code == "quarantined"
    (mismatch,) = await profile.buffer.mismatches.of(firm.id)
    assert mismatch.quarantined
    assert mismatch.what.subject in str(third)
    (quarantined,) = [event for event in profile.told if isinstance(event, DocumentQuarantined)]
    assert Disagreement(quarantined.number, quarantined.listed, quarantined.found) == mismatch.what
    assert await profile.buffer.marks.all() == []
    accepted = await profile.buffer.mismatches.accept(
        firm.id, mismatch.what.subject, who="anna", reason="known"
    )
    assert accepted == 1
    assert await codes(profile) == []  # the fourth package disagrees alike
    missing = 1 if do in ("missing-file", "missing-entry") else 0
    assert len(await profile.documents(firm)) == 12 - missing
    assert len(await profile.buffer.marks.all()) == 1
    (kept,) = await profile.buffer.mismatches.of(firm.id)
    assert (kept.accepted_by, kept.reason) == ("anna", "known")


async def test_what_was_accepted_with_another_hash_is_kept_as_it_came(
    profile: Office, sandbox: RunningSandbox
) -> None:
    (firm,) = profile.firms
    number = min(sandbox.state.documents.by_number)
    fault(sandbox, "other-hash", times=2)
    await codes(profile)
    await profile.buffer.mismatches.accept(firm.id, number, who="anna", reason="known")
    assert await codes(profile) == []
    held = await profile.buffer.documents.xml(KsefNumber(number))
    assert held == sandbox.state.documents.by_number[number].xml


async def test_what_agrees_again_is_forgotten(profile: Office, sandbox: RunningSandbox) -> None:
    (firm,) = profile.firms
    fault(sandbox, "other-hash", times=2)
    await codes(profile)
    await codes(profile)
    assert await codes(profile) == []
    assert await profile.buffer.mismatches.of(firm.id) == []
    assert len(await profile.documents(firm)) == 12


async def test_another_disagreement_is_counted_from_one(profile: Office, sandbox: RunningSandbox) -> None:
    (firm,) = profile.firms
    fault(sandbox, "other-hash", times=2)
    fault(sandbox, "wrong-count", skip=2)
    for _ in range(3):
        assert await codes(profile) == ["package-disagrees"]
    (mismatch,) = await profile.buffer.mismatches.of(firm.id)
    assert (mismatch.what.subject, mismatch.times) == (PACKAGE, 1)


async def test_by_schedule_a_role_in_quarantine_is_tried_again_at_night_alone(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    (firm,) = profile.firms
    due = Wish((Role.BUYER,), due=True)
    fault(sandbox, "other-hash", times="always")
    for _ in range(3):
        await codes(profile, due)
        clock.pass_by(minutes=23)
    scheduled = (await profile.buffer.schedules.of(firm.id))[Role.BUYER]
    assert scheduled.problem == "quarantined"
    assert scheduled.not_before is not None
    before = len(requests(sandbox, "order_export"))
    assert await codes(profile, due) == []
    clock.pass_by(seconds=(datetime_of(scheduled.not_before) - clock.now()).total_seconds() + 1)
    assert await codes(profile, due) == ["quarantined"]
    assert len(requests(sandbox, "order_export")) == before + 1


async def test_bytes_other_than_those_the_buffer_holds_stop_the_role_until_they_are_accepted(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    (firm,) = profile.firms
    assert await codes(profile) == []
    (number,) = arrive(sandbox, 1)
    clock.pass_by(minutes=3)
    other = invoice(1, ksef_number=KsefNumber(number))
    second = await profile.buffer.firms.add(firm.nip, name="elsewhere", env="test")
    await profile.buffer.documents.store(second, Role.BUYER, [other])
    assert [await codes(profile) for _ in range(3)] == [["hash-conflict"], ["hash-conflict"], ["quarantined"]]
    came = Sha256(bytes.fromhex(sandbox.state.documents.by_number[number].sha256.hex()))
    (mismatch,) = await profile.buffer.mismatches.of(firm.id)
    assert mismatch.what == Disagreement(number, came.hex(), other.header.sha256.hex())
    await profile.buffer.mismatches.accept(firm.id, number, who="anna", reason="the first copy is right")
    assert await codes(profile) == []
    assert number in {one.ksef_number for one in await profile.documents(firm)}
    document = next(one for one in await profile.documents(firm) if one.ksef_number == number)
    assert document.sha256 == other.header.sha256
