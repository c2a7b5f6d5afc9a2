"""The outbox: what is decided is kept whole or not at all, and one process at a time sends a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from blink_tui.buffer import Buffer
from blink_tui.buffer.outbox import FARTHEST, HELD_FOR
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.findings import Severity
from blink_tui.model.firms import Firm
from blink_tui.model.notices import (
    Decision,
    How,
    Item,
    KeptTrouble,
    NewTarget,
    NoticeKind,
    Phase,
    Queued,
    Rule,
    SuspectDocument,
    Target,
    parse_digest,
    parse_quiet,
)
from tests.buffer.deciding import stored
from tests.buffer.factory import StillClock

Gone = Callable[[str], bool]


def alive(_holder: str) -> bool:
    return False


def dead(_holder: str) -> bool:
    return True


@pytest.fixture
async def target(buffer: Buffer, clock: StillClock) -> Target:
    await buffer.notice_targets.add(
        NewTarget("office", "pl", "jsons://example.com"),
        [Rule(0, 0, None, How.USUAL)],
        instant_of(clock.now()),
    )
    return await buffer.notice_targets.get("office")


async def put(
    buffer: Buffer, target: Target, clock: StillClock, firm: Firm | None = None, wait: float = 0
) -> None:
    item = Item(
        NoticeKind.STOPPED, Phase.BEGAN, Severity.ALARM, firm.id if firm else None, "ś", {"problem": "ż"}
    )
    queued = Queued(target.id, instant_of(clock.now() + timedelta(seconds=wait)), item)
    decision = Decision(await buffer.outbox.round(), instant_of(clock.now()), queued=(queued,))
    assert await buffer.outbox.keep(decision)


async def test_a_target_is_kept_as_it_was_set_up(buffer: Buffer, clock: StillClock, firm: Firm) -> None:
    new = NewTarget(
        "x",
        "en",
        "ntfys://…",
        Severity.ALARM,
        parse_digest("4h"),
        parse_quiet("22:00-06:00"),
        working_days=True,
    )
    rules = [Rule(0, firm.id, NoticeKind.LIMITS, How.NOW), Rule(0, 0, None, How.NEVER)]
    await buffer.notice_targets.add(new, rules, instant_of(clock.now()))
    kept = await buffer.notice_targets.get("x")
    assert (kept.least, kept.digest, kept.quiet, kept.working_days) == (
        new.least, new.digest, new.quiet, True,
    )  # fmt: skip
    assert {replace(rule, target_id=0) for rule in await buffer.notice_targets.rules()} == set(rules)
    await buffer.notice_targets.set_rules("x", [Rule(0, 0, None, How.NOW)])
    assert Rule(kept.id, 0, None, How.NOW) in await buffer.notice_targets.rules()
    await buffer.notice_targets.set_rules("x", [], afresh=True)
    assert await buffer.notice_targets.rules() == []
    for refused in (
        buffer.notice_targets.add(new, [], instant_of(clock.now())),
        buffer.notice_targets.get("y"),
    ):
        with pytest.raises(BlinkError):
            await refused


async def test_of_two_decisions_in_one_round_one_counts(
    buffer: Buffer, target: Target, clock: StillClock, firm: Firm
) -> None:
    at = instant_of(clock.now())
    trouble = KeptTrouble(NoticeKind.STOPPED, firm.id, "", at, at)
    queued = Queued(target.id, at, Item(NoticeKind.STOPPED, Phase.BEGAN, Severity.ALARM, firm.id, ""))
    decision = Decision(
        await buffer.outbox.round(), at, (trouble,), queued=(queued,), digested={target.id: 7}
    )
    assert await buffer.outbox.keep(decision)
    assert not await buffer.outbox.keep(replace(decision, digested={target.id: 9}))
    assert await buffer.outbox.troubles() == [trouble]
    assert await buffer.outbox.waiting() == {target.id: 1}
    assert (await buffer.notice_targets.get("office")).document_id == 7


async def test_one_holder_at_a_time_sends_a_message(
    buffer: Buffer, target: Target, clock: StillClock
) -> None:
    await put(buffer, target, clock)
    first = await buffer.outbox.claim(target.id, "a", alive, clock.now())
    assert first is not None
    assert await buffer.outbox.claim(target.id, "b", alive, clock.now()) is None
    await put(buffer, target, clock)  # comes with the next message
    second = await buffer.outbox.claim(target.id, "b", dead, clock.now())
    assert second is not None
    assert (second.message, second.items) == (first.message, first.items)
    await buffer.outbox.sent(first, "a", instant_of(clock.now()))  # it has lost it by now
    assert await buffer.outbox.waiting() == {target.id: 2}
    await buffer.outbox.sent(second, "b", instant_of(clock.now()))
    assert await buffer.outbox.waiting() == {target.id: 1}
    third = await buffer.outbox.claim(target.id, "b", alive, clock.now())
    assert third is not None
    assert third.message != first.message


async def test_who_holds_a_message_for_too_long_is_stuck(
    buffer: Buffer, target: Target, clock: StillClock
) -> None:
    await put(buffer, target, clock)
    assert await buffer.outbox.claim(target.id, "a", alive, clock.now())
    clock.moment += HELD_FOR - timedelta(seconds=1)
    assert await buffer.outbox.claim(target.id, "b", alive, clock.now()) is None
    clock.moment += timedelta(seconds=1)
    assert await buffer.outbox.claim(target.id, "b", alive, clock.now())


async def test_what_failed_is_tried_again_in_due_time(
    buffer: Buffer, target: Target, clock: StillClock
) -> None:
    await put(buffer, target, clock)
    claimed = await buffer.outbox.claim(target.id, "a", alive, clock.now())
    assert claimed is not None
    later = clock.now() + timedelta(minutes=5)
    await buffer.outbox.failed(claimed, "a", "silent", instant_of(later))
    assert (await buffer.notice_targets.get("office")).problem == "silent"
    assert await buffer.outbox.due(clock.now()) == []
    assert await buffer.outbox.claim(target.id, "a", alive, clock.now()) is None
    assert await buffer.outbox.due(later) == [target.id]
    again = await buffer.outbox.claim(target.id, "a", alive, later)
    assert again is not None
    assert (again.message, again.tries, again.begun_at) == (claimed.message, 1, claimed.begun_at)
    await buffer.outbox.given_up(again, "a", "silent", instant_of(later))
    assert (await buffer.outbox.waiting(), (await buffer.notice_targets.get("office")).lost) == ({}, 1)


async def test_a_clock_that_was_wrong_puts_nothing_off_for_years(
    buffer: Buffer, target: Target, clock: StillClock
) -> None:
    await put(buffer, target, clock, wait=3600)
    assert await buffer.outbox.due(clock.now()) == []
    clock.moment -= timedelta(days=400)
    assert await buffer.outbox.due(clock.now()) == [target.id]
    claimed = await buffer.outbox.claim(target.id, "a", alive, clock.now())
    assert claimed is not None
    await buffer.outbox.failed(claimed, "a", "silent", instant_of(clock.now() + FARTHEST * 2))
    assert await buffer.outbox.claim(target.id, "a", alive, clock.now())


async def test_what_is_forgotten_takes_its_notices_along(
    buffer: Buffer, target: Target, clock: StillClock, firm: Firm
) -> None:
    await put(buffer, target, clock, firm)
    await buffer.notice_targets.remove("office")
    assert await buffer.outbox.waiting() == {}
    assert await buffer.notice_targets.rules() == []


async def test_the_past_is_told_to_nobody(buffer: Buffer, clock: StillClock, firm: Firm) -> None:
    await stored(buffer, firm, 3)
    await buffer.notice_targets.add(NewTarget("a", "pl", "x"), [], instant_of(clock.now()))
    target = await buffer.notice_targets.get("a")
    assert target.document_id == await buffer.outbox.newest_document() == 3
    await stored(buffer, firm, 2)
    (count,) = await buffer.outbox.new_documents(target.document_id, 5)
    assert (count.firm_id, count.direction, count.documents, count.gross) == (firm.id, "purchase", 2, 24600)
    assert await buffer.outbox.new_documents(target.document_id, 3) == []
    decision = Decision(0, instant_of(clock.now()), told=(SuspectDocument(4, firm.id, "duplicate-number"),))
    assert await buffer.outbox.keep(decision)
