"""Reopened, excluded and queried documents go back exactly to where they were, with codings and registers."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.buffer import open_buffer
from blink_tui.buffer.bodies import dumped
from blink_tui.buffer.codings import CodingState
from blink_tui.coding.propose import code
from blink_tui.model.coding import Identity
from blink_tui.model.decisions import Action, Decider, Decision, Exclusion, Reason
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from tests.coding.engine import coded, shipped
from tests.coding.kept import MONTHS, WHO, decide, drafted, firm_with_books, month_of, standing, sums, version
from tests.coding.worked.document import Worked
from tests.coding.worked.whole import WORKED

F, C, A, Q, X = Status.FETCHED, Status.CODED, Status.APPROVED, Status.QUERIED, Status.EXCLUDED
DECISIONS = {
    Action.CODE: Decision(Action.CODE),
    Action.APPROVE: Decision(Action.APPROVE),
    Action.REOPEN: Decision(Action.REOPEN, "pomyłka"),
    Action.QUERY: Decision(Action.QUERY, "brak umowy"),
    Action.EXCLUDE: Decision(
        Action.EXCLUDE, exclusion=Exclusion(Reason.PRIVATE, Decider.CLIENT, "Jan", date(2026, 4, 1))
    ),
    Action.RETURN: Decision(Action.RETURN),
}
COMPLETE = [one for one in WORKED if not one.roles and coded(one).complete]


def test_what_is_reopened_is_as_it_was_and_codes_to_the_same_again(tmp_path: Path) -> None:
    """Every document of the worked set: coded, approved, reopened, coded again."""

    async def check() -> None:
        async with open_buffer(tmp_path / "buffer.db") as buffer:
            firm = await firm_with_books(buffer)
            for one in COMPLETE:
                coding = coded(one)
                before = await sums(buffer, firm)
                id_ = await drafted(buffer, firm, one, coding)
                month_before = await month_of(buffer, id_)
                assert await decide(buffer, id_, DECISIONS[Action.CODE]) == {}
                counted = await sums(buffer, firm)
                assert (counted != before) is bool([row for row in coding.rows if row.month])
                assert await decide(buffer, id_, DECISIONS[Action.APPROVE]) == {}
                assert await decide(buffer, id_, DECISIONS[Action.REOPEN]) == {}
                held = await buffer.codings.get(id_)
                assert held is not None
                assert (held.state, held.coding) == (CodingState.DRAFT, coding)
                assert await standing(buffer, id_) == (F, None)
                assert await sums(buffer, firm) == before
                assert await month_of(buffer, id_) == month_before
                again = code(one.facts, shipped(), held.coding.choices)
                assert dumped(again) == dumped(coding)
                assert await decide(buffer, id_, DECISIONS[Action.CODE]) == {}
                assert await sums(buffer, firm) == counted
            assert (await buffer.history.verify(firm.id)).broken_at is None

    assert len(COMPLETE) > 35
    asyncio.run(check())


def _after(
    action: Action, status: Status, previous: Status | None, one: Worked
) -> tuple[Status, Status | None]:
    """Where a decision takes a document, by the table of statuses; refused ones leave it."""
    aside = status in (Q, X)
    if action is Action.CODE:
        return (C, None) if status is F else (status, previous)
    if action is Action.APPROVE:
        return (A, None) if status is C else (status, previous)
    if action is Action.REOPEN:
        return (previous or F, None) if aside else (F, None)
    if action is Action.RETURN:
        return (previous or F, None) if aside else (status, previous)
    if aside or (action is Action.EXCLUDE and one.direction is Direction.SALE):
        return status, previous
    return (Q if action is Action.QUERY else X), status


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(COMPLETE), st.lists(st.sampled_from(list(DECISIONS)), min_size=2, max_size=14))
def test_any_way_about_leads_where_the_statuses_say_and_registers_follow(
    one: Worked, way: list[Action]
) -> None:
    """Registers hold what is coded or approved and nothing that is set aside; the coding itself is never touched."""

    async def check() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_buffer(Path(folder) / "buffer.db") as buffer:
                firm = await firm_with_books(buffer)
                coding = coded(one)
                id_ = await drafted(buffer, firm, one, coding)
                status: Status = F
                previous: Status | None = None
                for action in way:
                    status, previous = _after(action, status, previous, one)
                    await decide(buffer, id_, DECISIONS[action])
                    assert await standing(buffer, id_) == (status, previous)
                    counts = status in (C, A) and any(row.month for row in coding.rows)
                    assert bool(await sums(buffer, firm)) is counts
                    held = await buffer.codings.get(id_)
                    assert held is not None
                    assert dumped(held.coding) == dumped(coding)

    asyncio.run(check())


IN_PARTS = [one for one in COMPLETE if one.choices.payments and coded(one).identity is Identity.ON_PAYMENT]


def test_each_part_is_added_to_the_one_before_whose_month_is_closed(tmp_path: Path) -> None:
    """Whatever is paid in parts comes to the coding that all of them together have, closed months untouched."""

    async def check() -> int:
        late = 0
        async with open_buffer(tmp_path / "buffer.db") as buffer:
            firm = await firm_with_books(buffer)
            for one in IN_PARTS:
                first = replace(one, choices=replace(one.choices, payments=one.choices.payments[:1]))
                made = coded(first)
                id_ = await drafted(buffer, firm, one, made)
                await decide(buffer, id_, DECISIONS[Action.CODE])
                for size, payment in enumerate(one.choices.payments[1:], 2):
                    closed = [month for month in MONTHS if month < Month.of(payment.day)]
                    for month in closed:
                        await buffer.locks.lock(firm.id, month, who=WHO)
                    before = await sums(buffer, firm)
                    facts = replace(one.facts, locked=frozenset(closed), kept=made)
                    choices = replace(made.choices, payments=one.choices.payments[:size])
                    made = code(facts, shipped(), choices)
                    await buffer.payments.add_parts(id_, await version(buffer, id_), made, who=WHO)
                    after = await sums(buffer, firm)
                    assert {month: after.get(month) for month in closed} == {
                        month: before.get(month) for month in closed
                    }
                    assert after != before
                    late += 1
                    for month in closed:
                        await buffer.locks.unlock(firm.id, month, who=WHO, reason="?")
                whole = coded(one)
                assert (made.rows, made.lines, made.entries) == (whole.rows, whole.lines, whole.entries)
                assert (made.periods, made.choices) == (whole.periods, whole.choices)
            assert (await buffer.history.verify(firm.id)).broken_at is None
        return late

    assert asyncio.run(check()) > 1


def test_without_what_stands_the_engine_moves_the_first_part_and_is_refused(tmp_path: Path) -> None:
    async def check() -> None:
        async with open_buffer(tmp_path / "buffer.db") as buffer:
            firm = await firm_with_books(buffer)
            one = next(one for one in IN_PARTS if one.title.startswith("Dostawca z metodą kasową (MK)"))
            first, second = one.choices.payments
            choices = replace(one.choices, payments=(first,))
            id_ = await drafted(buffer, firm, one, code(one.facts, shipped(), choices))
            await decide(buffer, id_, DECISIONS[Action.CODE])
            march = Month.of(first.day)
            await buffer.locks.lock(firm.id, march, who=WHO)
            facts = replace(one.facts, locked=frozenset({march}))
            kept = await buffer.codings.get(id_)
            assert kept is not None
            moved = code(facts, shipped(), replace(kept.coding.choices, payments=(first, second)))
            assert moved.complete
            with pytest.raises(BlinkError, match=str(march)):
                await buffer.payments.add_parts(id_, await version(buffer, id_), moved, who=WHO)

    asyncio.run(check())
