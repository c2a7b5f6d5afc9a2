"""From what happens in a profile to what somebody is told of it: once, in few messages, and nothing of the past."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.notices import How, NoticeKind, Rule, parse_quiet
from blink_tui.model.settings import NOTIFY_AMOUNTS, WATCH_COMPLETE_WITHIN
from blink_tui.ops.notify.delivering import GIVEN_UP_AFTER, LONGEST_PAUSE, Delivery
from blink_tui.ops.notify.errors import UNREACHABLE
from blink_tui.ops.notify.notices import look
from blink_tui.vault import Vault
from tests.clocks import VirtualClock
from tests.ops.notify.making import Told, bought, firms_of, found, refused, stopped, target_of

MINUTE, HOUR, DAY = 60, 3600, 86400


class Office:
    """A profile whose chore of telling is run by hand."""

    def __init__(self, buffer: Buffer, vault: Vault, clock: VirtualClock, told: Told) -> None:
        self.buffer, self.vault, self.clock, self.told = buffer, vault, clock, told

    async def looks(self, after: float = 0) -> None:
        """The chore's turn after so many seconds."""
        self.clock.advance(after)
        await look(self.buffer, self.clock)
        await Delivery(self.buffer, self.vault, self.clock, "default", self.told).run()

    async def tells(self, after: float = 0) -> list[tuple[str, str]]:
        """Names and bodies of what is told at the next look, without their last lines."""
        await self.looks(after)
        return [(name, text.body.rpartition("\n\n")[0]) for name, text in self.told.take()]


@pytest.fixture
async def office(buffer: Buffer, vault: Vault, clock: VirtualClock, told: Told) -> Office:
    await buffer.settings.set(WATCH_COMPLETE_WITHIN.key, "1000")  # nothing is fetched here
    return Office(buffer, vault, clock, told)


async def test_new_documents_come_once_a_day_and_those_of_before_never(office: Office) -> None:
    alfa, beta = await firms_of(office.buffer, "Alfa", "Beta")
    await bought(office.buffer, alfa, 2)
    await target_of(office.buffer, office.vault, office.clock)
    assert await office.tells() == []
    await bought(office.buffer, alfa, 1)
    await bought(office.buffer, beta, 3000)  # its first fetch
    assert await office.tells(HOUR) == []
    assert await office.tells(19 * HOUR) == [
        (
            "office",
            "3\u00a0001 new documents in 2 firms\n  Beta: 3\u00a0000 (purchases: 3\u00a0000)\n  Alfa: 1 (purchases: 1)",
        )
    ]
    assert await office.tells(DAY) == []


async def test_sums_are_told_where_they_may_be(office: Office) -> None:
    (firm,) = await firms_of(office.buffer, "Alfa")
    await target_of(office.buffer, office.vault, office.clock)
    await office.buffer.settings.set(NOTIFY_AMOUNTS.key, "on")
    await bought(office.buffer, firm, 2)
    ((_name, body),) = await office.tells(DAY)
    assert body.endswith("  Alfa: 2 (purchases: 2, gross 246,00 PLN)")


async def test_a_trouble_is_told_when_it_begins_daily_and_when_it_is_over(office: Office) -> None:
    (firm,) = await firms_of(office.buffer, "Alfa")
    await target_of(office.buffer, office.vault, office.clock)
    credential = await refused(office.buffer, firm, office.clock)
    began = await office.tells()
    assert [body.splitlines()[0].partition(":")[0] for _name, body in began] == ["KSeF refuses 1 firm"]
    assert await office.tells(MINUTE) == []
    assert await office.tells(HOUR) == []
    (lasts,) = await office.tells(19 * HOUR)  # 08:00 of the next day
    assert lasts[1].startswith("KSeF still refuses 1 firm: ")
    assert await office.tells(HOUR) == []
    await office.buffer.credentials.note_accepted(credential, firm.id, instant_of(office.clock.now()))
    ((_name, over),) = await office.tells(HOUR)
    assert over.startswith("KSeF lets 1 firm in again")
    assert await office.tells(DAY) == []


async def test_what_passes_within_the_hour_is_not_told(office: Office) -> None:
    firms = await firms_of(office.buffer, "Alfa", "Beta")
    await target_of(office.buffer, office.vault, office.clock)
    await stopped(office.buffer, firms, "package-disagrees")
    assert await office.tells() == []
    await stopped(office.buffer, firms[:1], None)
    assert await office.tells(50 * MINUTE) == []
    ((_name, body),) = await office.tells(10 * MINUTE)
    assert body.splitlines()[0].startswith("Fetching stands for 1 firm: ")
    assert "Beta (since 2026-10-06 12:00)" in body
    assert "Alfa" not in body


async def test_many_troubles_are_one_message(office: Office) -> None:
    firms = await firms_of(office.buffer, *(f"Firma {number:02}" for number in range(40)))
    await target_of(office.buffer, office.vault, office.clock)
    for firm in firms:
        await refused(office.buffer, firm, office.clock)
    await stopped(office.buffer, firms, "quarantined")
    ((_name, body),) = await office.tells()
    assert "KSeF refuses 40 firms" in body
    assert "40 firms have documents in quarantine" in body
    assert body.count("  … and 25 more firms") == 2


async def test_suspicious_documents_are_told_once_and_those_of_before_never(office: Office) -> None:
    (firm,) = await firms_of(office.buffer, "Alfa")
    ids = await bought(office.buffer, firm, 4)
    await found(office.buffer, ids[0], "account-of-another")
    await target_of(office.buffer, office.vault, office.clock)
    assert await office.tells() == []
    for id_ in ids[1:3]:
        await found(office.buffer, id_, "account-of-another")
    await found(office.buffer, ids[3], "duplicate-number", "seller-first")
    ((_name, body),) = await office.tells()
    assert body == (
        "3 suspicious invoices: look before anybody pays\n"
        "  Alfa: bank account of another seller (2)\n  Alfa: the same number twice (1)"
    )
    await found(office.buffer, ids[1], "account-of-another")  # read anew
    assert await office.tells(HOUR) == []


async def test_each_is_told_what_its_rules_say(office: Office) -> None:
    alfa, beta = await firms_of(office.buffer, "Alfa", "Beta")
    only = (Rule(0, beta.id, None, How.USUAL), Rule(0, 0, NoticeKind.DOCUMENTS, How.NEVER))
    await target_of(office.buffer, office.vault, office.clock, "beta", rules=only)
    quiet = (Rule(0, 0, None, How.DIGEST), Rule(0, alfa.id, NoticeKind.CREDENTIAL, How.NEVER))
    await target_of(office.buffer, office.vault, office.clock, "daily", rules=quiet)
    for firm in (alfa, beta):
        await refused(office.buffer, firm, office.clock)
        await bought(office.buffer, firm, 1)
    at_once = await office.tells()
    assert [name for name, _body in at_once] == ["beta"]
    assert "  Beta (since" in at_once[0][1]
    assert "Alfa" not in at_once[0][1]
    later = dict(await office.tells(20 * HOUR))
    assert "Alfa: 1" in later["daily"]
    assert "  Beta (since" in later["daily"]
    assert "  Alfa (since" not in later["daily"]
    assert "new document" in later["beta"]  # the rule of the firm goes before that of the kind


async def test_a_target_that_is_down_hinders_no_other_and_is_told_of(office: Office) -> None:
    (firm,) = await firms_of(office.buffer, "Alfa")
    for name in ("down", "up"):
        await target_of(office.buffer, office.vault, office.clock, name)
    office.told.fails["down"] = BlinkError(UNREACHABLE)
    await refused(office.buffer, firm, office.clock)
    assert [name for name, _body in await office.tells()] == ["up"]
    assert await office.tells(MINUTE) == []
    ((_name, body),) = await office.tells(2 * HOUR)
    assert body.startswith("Notices do not reach down: The server does not take connections")
    del office.told.fails["down"]
    told = await office.tells(2 * HOUR)
    assert [name for name, _body in told] == ["down"]
    assert told[0][1].startswith("KSeF refuses 1 firm")
    ((_name, body),) = await office.tells(MINUTE)
    assert body.startswith("Notices reach down again")


async def test_what_never_arrives_is_given_up_and_counted(office: Office) -> None:
    (firm,) = await firms_of(office.buffer, "Alfa")
    await target_of(office.buffer, office.vault, office.clock)
    office.told.fails["office"] = BlinkError(UNREACHABLE)
    await refused(office.buffer, firm, office.clock)
    await office.looks()
    for _four_hours in range(GIVEN_UP_AFTER // LONGEST_PAUSE - 1):
        await office.looks(LONGEST_PAUSE.total_seconds())
    assert (await office.buffer.notice_targets.get("office")).lost == 0
    await office.looks(LONGEST_PAUSE.total_seconds())
    target = await office.buffer.notice_targets.get("office")
    assert (target.lost, target.problem) == (1, "unreachable")


async def test_nothing_is_sent_while_paused_or_at_quiet_hours(office: Office) -> None:
    (firm,) = await firms_of(office.buffer, "Alfa")
    target = await target_of(office.buffer, office.vault, office.clock)
    await office.buffer.notice_targets.change(replace(target, quiet=parse_quiet("11:00-13:30")))
    credential = await refused(office.buffer, firm, office.clock)
    assert await office.tells(HOUR) == []
    assert len(await office.tells(30 * MINUTE)) == 1
    await office.buffer.notice_targets.pause("office", paused=True)
    await office.buffer.credentials.note_accepted(credential, firm.id, instant_of(office.clock.now()))
    assert await office.tells(HOUR) == []
    await office.buffer.notice_targets.pause("office", paused=False)
    assert await office.tells(HOUR) == []


async def test_a_firm_that_nobody_asks_for_is_told_of(office: Office) -> None:
    await office.buffer.settings.set(WATCH_COMPLETE_WITHIN.key, "24")
    alfa, beta = await firms_of(office.buffer, "Alfa", "Beta")
    await target_of(office.buffer, office.vault, office.clock)
    await refused(office.buffer, beta, office.clock)  # which is told as that
    await office.tells()
    assert await office.tells(20 * HOUR) != []
    ((_name, body),) = await office.tells(5 * HOUR)
    assert body.startswith(
        "Fetching stands for 1 firm: no complete fetch for too long, nothing logs in\n  Alfa (since"
    )
    await office.buffer.firms.set_enabled(alfa.id, alfa.version, False)
    assert "Alfa" not in str(await office.tells(DAY))
