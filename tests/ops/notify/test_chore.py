"""The chore of telling: what it costs with many firms, when it is done, and what else it tells of."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ContextType, CredentialKind, NewFirm
from blink_tui.model.outages import Outage, OutageCategory
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.chores import Surroundings, all_chores, run_due
from blink_tui.ops.notify.errors import UNREACHABLE
from blink_tui.ops.notify.notices import LOOK_EVERY, NOTICES, look
from blink_tui.vault import Vault
from tests.clocks import VirtualClock
from tests.ops.notify.making import bought, firms_of, nip, refused, target_of
from tests.ops.notify.test_notices import DAY, HOUR, Office, office
from tests.sync.test_cost import Statements, statements

__all__ = ["office", "statements"]  # fixtures


async def test_two_thousand_firms_take_as_many_statements_as_one(
    tmp_path: Path, vault: Vault, clock: VirtualClock, statements: Statements
) -> None:
    counts = []
    for number in (1, 2000):
        async with open_buffer(tmp_path / f"{number}" / "buffer.db", clock=clock) as buffer:
            new = [NewFirm(nip(one), ContextType.NIP, nip(one), f"F{one}", "test") for one in range(number)]
            firms = await buffer.firms.add_many(new)
            credential = await buffer.credentials.add(
                CredentialKind.CERTIFICATE,
                "office",
                "O",
                [firm.id for firm in firms],
                Instant("2026-10-10T10:00:00Z"),
            )
            assert credential
            await target_of(buffer, vault, clock)
            await bought(buffer, firms[-1], 3)
            clock.advance(DAY)
            statements.clear()
            await look(buffer, clock)
            counts.append(sum(one.lstrip().startswith(("SELECT", "WITH")) for one in statements.all))
            assert len(await buffer.outbox.waiting()) == 1
    assert counts[0] == counts[1] < 25


async def test_it_is_off_while_nobody_wants_to_be_told(
    tmp_path: Path, buffer: Buffer, vault: Vault, clock: VirtualClock
) -> None:
    assert NOTICES in all_chores()
    around = Surroundings(ProfilePaths("default", tmp_path), buffer, vault, clock)
    assert (await run_due([NOTICES], around)).next_at is None
    await target_of(buffer, vault, clock)
    assert (await run_due([NOTICES], around)).next_at == clock.now() + LOOK_EVERY


async def test_a_locked_vault_keeps_what_waits(
    tmp_path: Path, buffer: Buffer, vault: Vault, clock: VirtualClock
) -> None:
    (firm,) = await firms_of(buffer, "Alfa")
    target = await target_of(buffer, vault, clock)
    around = Surroundings(ProfilePaths("default", tmp_path), buffer, None, clock)
    assert (await run_due([NOTICES], around)).failures == ()
    await refused(buffer, firm, clock)
    clock.advance(LOOK_EVERY.total_seconds())
    ((name, error),) = (await run_due([NOTICES], around)).failures
    assert (name, error.kind.code) == ("notices", "vault-locked")
    assert await buffer.outbox.waiting() == {target.id: 1}


async def test_the_end_of_an_access_is_told_at_each_threshold_and_its_renewal(office: Office) -> None:
    alfa, beta = await firms_of(office.buffer, "Alfa", "Beta")
    await target_of(office.buffer, office.vault, office.clock)
    ends = instant_of(office.clock.now() + timedelta(days=31))
    await office.buffer.credentials.add(
        CredentialKind.CERTIFICATE, "office", "Office", [alfa.id, beta.id], ends
    )
    told = {}
    for day in range(34):
        for _name, body in await office.tells(DAY if day else 0):
            told[day] = body.splitlines()[0]
    assert told == {
        1: "Access of 2 firms ends on 2026-11-06",
        17: "Access of 2 firms ends on 2026-11-06",
        24: "Access of 2 firms ends on 2026-11-06",
        30: "Access of 2 firms ends on 2026-11-06",
        32: "Access of 2 firms ended on 2026-11-06",
    }
    later = instant_of(office.clock.now() + timedelta(days=700))
    await office.buffer.credentials.add(CredentialKind.CERTIFICATE, "new", "New", [alfa.id, beta.id], later)
    ((_name, body),) = await office.tells(HOUR)
    assert body.splitlines()[0] == "Access of 2 firms is renewed"


async def test_failures_of_ksef_and_of_chores_are_told(office: Office) -> None:
    await firms_of(office.buffer, "Alfa")
    await target_of(office.buffer, office.vault, office.clock)
    at = instant_of(office.clock.now())
    began = Outage("test", "7", OutageCategory.FAILURE, at, None, "Awaria")
    elsewhere = Outage("prod", "8", OutageCategory.FAILURE, at, None, "Awaria")
    await office.buffer.outages.keep("test", [began])
    await office.buffer.outages.keep("prod", [elsewhere])
    await office.buffer.chores.take("backup", None, "x", at)
    await office.buffer.chores.ended("backup", at, "disk-full")
    ((_name, body),) = await office.tells()
    assert body == "KSeF (test): failure\n  since 2026-10-06 12:00"
    ((_name, body),) = await office.tells(HOUR)
    assert body.startswith("Something fails: the backup. The disk is full or cannot be written")
    over = Outage("test", "7", OutageCategory.FAILURE, at, instant_of(office.clock.now()), "Awaria")
    await office.buffer.outages.keep("test", [over])
    await office.buffer.chores.ended("backup", instant_of(office.clock.now()))
    ((_name, body),) = await office.tells(HOUR)
    assert [part.splitlines()[0] for part in body.split("\n\n")] == [
        "What failed works again: the backup",
        "KSeF (test) works again",
    ]


async def test_a_firm_at_rest_is_told_of_no_more(office: Office) -> None:
    (firm,) = await firms_of(office.buffer, "Alfa")
    await target_of(office.buffer, office.vault, office.clock)
    await refused(office.buffer, firm, office.clock)
    assert len(await office.tells()) == 1
    await office.buffer.schedules.pause([firm.id], True)
    assert await office.tells(DAY) == []


async def test_what_was_switched_off_after_it_failed_is_told_of_no_more(office: Office) -> None:
    await target_of(office.buffer, office.vault, office.clock)
    await target_of(office.buffer, office.vault, office.clock, "down")
    office.told.fails["down"] = BlinkError(UNREACHABLE)
    at = instant_of(office.clock.now())
    await office.buffer.chores.take("backup", None, "x", at)
    await office.buffer.chores.ended("backup", at, "disk-full")
    await office.tells()
    assert len(await office.tells(HOUR)) == 1
    await office.tells(HOUR)  # which sees that one is down
    assert "Notices do not reach down" in str(await office.tells(HOUR))
    await office.buffer.notice_targets.pause("down", paused=True)
    assert await office.tells(HOUR) == []
    ((_name, lasts),) = await office.tells(16 * HOUR)
    assert lasts.startswith("Something fails: the backup")
    assert await office.tells(DAY) == []
