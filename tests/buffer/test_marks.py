"""Marks and ranges of history: moved only forward, only over what was fetched, joined where they adjoin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blink_tui.buffer import Buffer, MarkMove
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.marks import HistoryRange, Mark
from tests.buffer.factory import instant, invoice

BUYER = Role.BUYER


async def move(buffer: Buffer, firm: Firm, since: int, until: int, range_id: int | None = None) -> None:
    await buffer.documents.store(firm, BUYER, [], move=MarkMove(instant(since), instant(until), range_id))


async def add(buffer: Buffer, firm: Firm, since: int, until: int) -> int:
    await buffer.ranges.add(firm.id, BUYER, instant(since), instant(until))
    return max(one.id for one in await buffer.ranges.of(firm.id, BUYER))


async def span(buffer: Buffer, firm: Firm) -> tuple[Instant, Instant] | None:
    mark = await buffer.marks.get(firm.id, BUYER)
    return (mark.since, mark.until) if mark else None


async def left(buffer: Buffer, firm: Firm) -> list[tuple[Instant, Instant, Instant]]:
    return [(one.since, one.reached, one.until) for one in await buffer.ranges.of(firm.id, BUYER)]


async def test_a_range_begins_with_nothing_and_is_not_doubled(buffer: Buffer, firm: Firm) -> None:
    first = await add(buffer, firm, 10, 50)
    assert await add(buffer, firm, 10, 50) == first
    assert await left(buffer, firm) == [(instant(10), instant(10), instant(50))]
    assert await add(buffer, firm, 10, 40) != first
    assert await add(buffer, firm, 11, 50) != first
    assert len(await buffer.ranges.all()) == 3
    assert await buffer.ranges.of(firm.id, Role.SELLER) == []
    assert [one.whole for one in await buffer.ranges.all()] == [False] * 3


@pytest.mark.parametrize(
    ("since", "until", "reached"),
    [
        (10, 20, 20),
        (9, 20, 20),  # began before
        (11, 20, 10),  # between 10 and 11 nobody fetched
        (10, 10, 10),
        (10, 9, 10),  # never back
        (10, 49, 49),
    ],
)
async def test_a_range_moves_as_a_mark_does(
    buffer: Buffer, firm: Firm, since: int, until: int, reached: int
) -> None:
    await move(buffer, firm, 50, 90)
    one = await add(buffer, firm, 10, 50)
    await move(buffer, firm, since, until, one)
    assert await left(buffer, firm) == [(instant(10), instant(reached), instant(50))]
    assert await span(buffer, firm) == (instant(50), instant(90))


async def test_a_move_of_a_range_that_is_gone_moves_nothing(buffer: Buffer, firm: Firm) -> None:
    await move(buffer, firm, 50, 90)
    await move(buffer, firm, 10, 99, 77)
    assert await span(buffer, firm) == (instant(50), instant(90))


@pytest.mark.parametrize("until", [50, 51, 95])
async def test_a_whole_range_becomes_part_of_what_the_mark_claims(
    buffer: Buffer, firm: Firm, until: int
) -> None:
    await move(buffer, firm, 50, 90)
    one = await add(buffer, firm, 10, 50)
    await move(buffer, firm, 10, until, one)
    assert await left(buffer, firm) == []
    assert await span(buffer, firm) == (instant(10), instant(90))


async def test_a_range_that_does_not_reach_the_mark_waits_for_the_one_between(
    buffer: Buffer, firm: Firm
) -> None:
    await move(buffer, firm, 50, 90)
    older, later = await add(buffer, firm, 10, 30), await add(buffer, firm, 30, 50)
    await move(buffer, firm, 10, 30, older)
    assert await span(buffer, firm) == (instant(50), instant(90))
    assert (await buffer.ranges.of(firm.id, BUYER))[0].whole
    await move(buffer, firm, 30, 50, later)
    assert await span(buffer, firm) == (instant(10), instant(90))
    assert await left(buffer, firm) == []


async def test_a_gap_keeps_what_lies_before_it_out_of_the_claim(buffer: Buffer, firm: Firm) -> None:
    await move(buffer, firm, 50, 90)
    one = await add(buffer, firm, 10, 49)
    await move(buffer, firm, 10, 49, one)
    assert await span(buffer, firm) == (instant(50), instant(90))
    assert await left(buffer, firm) == [(instant(10), instant(49), instant(49))]


async def test_what_is_read_again_within_the_claim_leaves_it_as_it_was(buffer: Buffer, firm: Firm) -> None:
    await move(buffer, firm, 10, 90)
    one = await add(buffer, firm, 40, 90)
    await move(buffer, firm, 40, 91, one)
    assert await span(buffer, firm) == (instant(10), instant(90))
    assert await left(buffer, firm) == []


async def test_history_that_is_whole_before_the_first_forward_pass_ends_is_claimed_with_it(
    buffer: Buffer, firm: Firm
) -> None:
    one = await add(buffer, firm, 10, 50)
    await move(buffer, firm, 10, 50, one)
    assert await span(buffer, firm) is None
    assert len(await left(buffer, firm)) == 1
    await move(buffer, firm, 50, 90)
    assert await span(buffer, firm) == (instant(10), instant(90))
    assert await left(buffer, firm) == []


async def test_instants_are_compared_not_their_texts(buffer: Buffer, firm: Firm) -> None:
    """01:00:20+01:00 is 20 seconds past midnight, though its text sorts behind 00:00:50."""
    await move(buffer, firm, 50, 90)
    one = await add(buffer, firm, 10, 50)
    east = Instant("2026-09-01T01:00:20.0000001+01:00")
    await buffer.documents.store(firm, BUYER, [], move=MarkMove(instant(10), east, one))
    assert await left(buffer, firm) == [(instant(10), east, instant(50))]
    await move(buffer, firm, 21, 50, one)
    assert (await left(buffer, firm))[0][1] == east
    await move(buffer, firm, 20, 30, one)
    assert (await left(buffer, firm))[0][1] == instant(30)


async def test_an_instant_that_is_there_already_is_not_written_again_in_another_way(
    buffer: Buffer, firm: Firm
) -> None:
    """Nor does it set in motion what only a step forward may."""
    await move(buffer, firm, 50, 90)
    one = await add(buffer, firm, 10, 50)
    await move(buffer, firm, 10, 20, one)
    for range_id, until in ((one, "01:00:20.0000001+01:00"), (None, "01:01:30.0000001+01:00")):
        again = MarkMove(instant(10), Instant(f"2026-09-01T{until}"), range_id)
        await buffer.documents.store(firm, BUYER, [], move=again)
    assert await left(buffer, firm) == [(instant(10), instant(20), instant(50))]
    assert await span(buffer, firm) == (instant(50), instant(90))


@pytest.mark.parametrize(
    ("since", "until", "reached"),
    [
        (50, 91, 91),
        (90, 91, 91),
        (91, 95, 90),  # between 90 and 91 nobody fetched
        (91, 90, 90),
        (50, 89, 90),  # never back
        (91, 89, 90),
    ],
)
async def test_a_mark_moves_forward_over_what_was_fetched_alone(
    buffer: Buffer, firm: Firm, since: int, until: int, reached: int
) -> None:
    await move(buffer, firm, 50, 90)
    await move(buffer, firm, since, until)
    assert await span(buffer, firm) == (instant(50), instant(reached))


async def test_a_mark_that_moved_is_the_one_that_the_next_move_meets(buffer: Buffer, firm: Firm) -> None:
    await move(buffer, firm, 50, 90)
    await move(buffer, firm, 90, 95)
    await move(buffer, firm, 90, 92)
    assert await span(buffer, firm) == (instant(50), instant(95))
    await move(buffer, firm, 95, 99)
    assert await span(buffer, firm) == (instant(50), instant(99))


async def test_a_mark_is_told_by_firm_and_role(buffer: Buffer, firm: Firm) -> None:
    second = await buffer.firms.add(firm.nip, name="B", env="prod")
    owners = [(second, BUYER), (firm, Role.SELLER), (firm, BUYER), (second, Role.SELLER)]
    for number, (owner, role) in enumerate(owners):
        await buffer.documents.store(owner, role, [], move=MarkMove(instant(number), instant(50 + number)))
    made = [
        Mark(one.id, role, instant(number), instant(50 + number)) for number, (one, role) in enumerate(owners)
    ]
    assert [await buffer.marks.get(one.id, role) for one, role in owners] == made
    assert await buffer.marks.all() == sorted(made, key=lambda mark: (mark.firm_id, mark.role))
    assert await buffer.marks.get(firm.id, Role.THIRD_PARTY) is None


async def test_a_claim_begins_at_the_earlier_instant_not_at_the_lesser_text(
    buffer: Buffer, firm: Firm
) -> None:
    """23:00:20-01:00 of the day before is later than 00:00:10, though its text sorts first."""
    await move(buffer, firm, 10, 90)
    await buffer.ranges.add(firm.id, BUYER, Instant("2026-08-31T23:00:20.0000001-01:00"), instant(60))
    (one,) = await buffer.ranges.all()
    await move(buffer, firm, 20, 60, one.id)
    assert await left(buffer, firm) == []
    assert await span(buffer, firm) == (instant(10), instant(90))


async def test_ranges_of_others_are_left_alone(buffer: Buffer, firm: Firm) -> None:
    """By a move of a range, by one that becomes part of a claim, and when all are told."""
    second = await buffer.firms.add(firm.nip, name="B", env="prod")
    owners = [(second, Role.SELLER), (firm, BUYER), (second, BUYER), (firm, Role.SELLER)]
    for owner, role in owners:
        await buffer.documents.store(owner, role, [], move=MarkMove(instant(50), instant(90)))
        await buffer.ranges.add(owner.id, role, instant(10), instant(50))
    made = [
        HistoryRange(number, one.id, role, instant(10), instant(50), instant(10))
        for number, (one, role) in enumerate(owners, 1)
    ]
    assert await buffer.ranges.all() == sorted(made, key=lambda one: (one.firm_id, one.role))
    seconds = MarkMove(instant(10), instant(20), made[2].id)
    await buffer.documents.store(second, BUYER, [], move=seconds)
    assert [one.reached for one in sorted(await buffer.ranges.all(), key=lambda one: one.id)] == [
        instant(10), instant(10), instant(20), instant(10)
    ]  # fmt: skip
    await buffer.documents.store(second, BUYER, [], move=replace(seconds, until=instant(50)))
    assert {one.id for one in await buffer.ranges.all()} == {made[0].id, made[1].id, made[3].id}
    begun = {(mark.firm_id, mark.role): mark.since for mark in await buffer.marks.all()}
    assert begun == {(one.id, role): instant(50) for one, role in owners} | {(second.id, BUYER): instant(10)}


async def test_a_range_joins_the_mark_of_its_own_firm_and_role(buffer: Buffer, firm: Firm) -> None:
    """Another mark, which begins earlier and would be found first, does not reach it."""
    second = await buffer.firms.add(firm.nip, name="B", env="prod")
    for owner, role, since in ((firm, BUYER, 20), (firm, Role.SELLER, 50), (second, Role.SELLER, 20)):
        await buffer.documents.store(owner, role, [], move=MarkMove(instant(since), instant(90)))
    await buffer.ranges.add(firm.id, Role.SELLER, instant(10), instant(30))
    (one,) = await buffer.ranges.all()
    await buffer.documents.store(firm, Role.SELLER, [], move=MarkMove(instant(10), instant(30), one.id))
    assert await buffer.ranges.all() == [replace(one, reached=instant(30))]


async def test_a_range_knows_whose_it_is(buffer: Buffer, firm: Firm) -> None:
    await buffer.ranges.add(firm.id, Role.SELLER, instant(10), instant(50))
    (one,) = await buffer.ranges.all()
    assert one == HistoryRange(one.id, firm.id, Role.SELLER, instant(10), instant(50), instant(10))
    assert await buffer.ranges.of(firm.id, Role.SELLER) == [one]


async def test_a_move_and_the_documents_before_it_are_one(buffer: Buffer, firm: Firm) -> None:
    one = await add(buffer, firm, 10, 50)
    move_to = MarkMove(instant(10), instant(20), one)
    await buffer.documents.store(firm, BUYER, [invoice(1)])
    other = invoice(1, xml=b"<other/>")
    with pytest.raises(BlinkError, match="other bytes"):
        await buffer.documents.store(firm, BUYER, [invoice(2), other], move=move_to)
    assert await left(buffer, firm) == [(instant(10), instant(10), instant(50))]
    assert await buffer.documents.total() == 1


async def test_roles_and_firms_have_marks_of_their_own(buffer: Buffer, firm: Firm) -> None:
    second = await buffer.firms.add(firm.nip, name="B", env="prod")
    await buffer.documents.store(firm, BUYER, [], move=MarkMove(instant(1), instant(2)))
    await buffer.documents.store(second, BUYER, [], move=MarkMove(instant(3), instant(4)))
    await buffer.documents.store(second, Role.SELLER, [], move=MarkMove(instant(5), instant(6)))
    one = await add(buffer, second, 0, 3)
    await buffer.documents.store(second, Role.SELLER, [], move=MarkMove(instant(0), instant(3), one))
    marks = {(mark.firm_id, mark.role): (mark.since, mark.until) for mark in await buffer.marks.all()}
    assert marks == {
        (firm.id, BUYER): (instant(1), instant(2)),
        (second.id, BUYER): (instant(3), instant(4)),
        (second.id, Role.SELLER): (instant(5), instant(6)),
    }
    assert await left(buffer, second) == [(instant(0), instant(0), instant(3))]
