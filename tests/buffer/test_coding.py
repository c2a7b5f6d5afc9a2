"""Coding documents by draft or proposal, and everything that follows: registers, months, learning, the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blink_tui.buffer import Buffer, GridFilter
from blink_tui.buffer.codings import CodingState
from blink_tui.buffer.decisions import Every
from blink_tui.buffer.gists import seal_of
from blink_tui.buffer.history import ENGINE
from blink_tui.model.books import Keeper
from blink_tui.model.coding import Identity, Periods
from blink_tui.model.decisions import Action, Decision, explained
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.refusals import Refusal
from blink_tui.model.rulebook import OFFICE, EntryKind
from tests.buffer.bookkeeping import OCTOBER, SEPTEMBER, UNBALANCED, books, coding, proposal, proposed
from tests.buffer.deciding import APPROVE, EXCLUDE, QUERY, REOPEN, intact, states, stored, versions
from tests.buffer.factory import FILE, SELLER

F, C, A, E, B = Status.FETCHED, Status.CODED, Status.APPROVED, Status.EXPORTED, Status.BOOKED
Q, X = Status.QUERIED, Status.EXCLUDED

CODE = Decision(Action.CODE)
RETURN = Decision(Action.RETURN)
BOOK = Decision(Action.BOOK)
ALL = Every(GridFilter())
PURCHASE = Direction.PURCHASE
ONCE = {PURCHASE: {"K_42": Decimal("100.00"), "K_43": Decimal("23.00")}}


async def kept(buffer: Buffer, firm: Firm, **changes: Any) -> None:
    version = await buffer.books.version(firm.id)
    await buffer.books.save(firm.id, books(**changes), who="anna", version=version)


async def decide(buffer: Buffer, id_: int, decision: Decision, who: str = "anna") -> dict[Refusal, int]:
    looked = await versions(buffer, [id_])
    preview = await buffer.decisions.preview(looked, decision, who=who)
    outcome = await buffer.decisions.decide(looked, decision, who=who)
    assert (preview.count, preview.refused) == (outcome.done, outcome.refused)
    return dict(outcome.refused)


async def undo(buffer: Buffer, who: str = "anna") -> dict[Refusal, int]:
    (past,) = await buffer.decisions.undoable(who, 1)
    return dict((await buffer.decisions.undo(past.id, who=who)).stayed)


async def told(buffer: Buffer, firm: Firm, id_: int) -> tuple[Any, ...]:
    """Everything that a coding touches, for comparison."""
    row = await buffer._database.reader.row("SELECT vat_month FROM document WHERE id = ?", (id_,))
    return (
        await states(buffer, [id_]),
        await buffer.codings.get(id_),
        await buffer.registers.sums(firm.id, SEPTEMBER),
        await buffer.registers.sums(firm.id, OCTOBER),
        await buffer.learning.of(firm.id, SELLER, PURCHASE),
        row,
        [(one.number, one.closed_at) for one in await buffer.questions.open()],
    )


async def test_a_proposal_is_coded_and_all_of_it_taken_back(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    await proposed(buffer, [id_])
    before = await told(buffer, firm, id_)
    assert await decide(buffer, id_, CODE) == {}
    held = await buffer.codings.get(id_)
    assert held is not None
    assert (held.state, held.who, held.coding, held.month_before) == (
        CodingState.CODED,
        "anna",
        coding(),
        None,
    )
    assert await buffer.registers.sums(firm.id, SEPTEMBER) == ONCE
    assert await buffer.registers.all_sums(SEPTEMBER) == {firm.id: ONCE}
    assert await buffer.registers.sums(firm.id, OCTOBER) == {}
    assert await buffer.learning.of(firm.id, SELLER, PURCHASE) == []
    assert await buffer.codings.last_of_seller(firm.id, SELLER, PURCHASE) == coding()
    assert (await told(buffer, firm, id_))[5] == ("2026-09",)
    event = (await buffer.history.of_document(id_))[-1]
    assert (event.who, event.what, event.before, event.after) == ("anna", "status", "fetched", "coded")
    assert json.loads(event.reason or "") == {
        "coding": seal_of(coding()),
        "rule": "telefony v3 #00000003",
        "scheme": "usługi v1 #00000001",
    }
    assert "telefony v3" in explained(event.reason)
    assert await undo(buffer) == {}
    assert await told(buffer, firm, id_) == before
    await intact(buffer, firm)


@pytest.mark.parametrize(
    ("identity", "month"),
    [(Identity.NONE, "2026-09"), (Identity.ON_PAYMENT, "")],
)
async def test_what_never_has_vat_belongs_to_the_month_of_the_books(
    buffer: Buffer, firm: Firm, identity: Identity, month: str
) -> None:
    """An exempt client's month could never be closed otherwise; tax that waits for a payment has no month yet."""
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    bare = replace(coding(), identity=identity, rows=(), periods=Periods(books=date(2026, 9, 30)))
    (version,) = (await versions(buffer, [id_])).values()
    await buffer.codings.save_draft(id_, version, bare, who="anna")
    assert await decide(buffer, id_, CODE) == {}
    assert (await told(buffer, firm, id_))[5] == (month,)


async def test_a_draft_goes_before_the_proposal_and_stays_its_authors(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    await proposed(buffer, [id_])
    own = coding("50.00", month=OCTOBER, rule=None)
    assert await buffer.codings.save_draft(id_, 1, own, who="ewa") == 2
    assert await buffer.codings.save_draft(id_, 2, own, who="ewa") == 2
    before = await told(buffer, firm, id_)
    assert await decide(buffer, id_, CODE) == {}
    held = await buffer.codings.get(id_)
    assert held is not None
    assert (held.who, held.coding, (await told(buffer, firm, id_))[5]) == ("anna", own, ("2026-10",))
    assert (await buffer.registers.sums(firm.id, OCTOBER))[PURCHASE]["K_42"] == Decimal("50.00")
    coded = await told(buffer, firm, id_)
    assert await decide(buffer, id_, REOPEN) == {}
    reopened = await buffer.codings.get(id_)
    assert reopened is not None
    assert (reopened.state, reopened.coding) == (CodingState.DRAFT, own)
    assert (await told(buffer, firm, id_))[2:] == ({}, {}, [], ("",), [])
    assert await undo(buffer) == {}
    assert await told(buffer, firm, id_) == coded
    assert await undo(buffer) == {}
    assert await told(buffer, firm, id_) == before
    assert before[1].who == "ewa"
    events = [(e.who, e.what, e.before is None, e.after[:8]) for e in await buffer.history.of_document(id_)]
    assert events[1] == ("ewa", "coding", True, '{"docume')
    await intact(buffer, firm)


async def test_a_draft_is_dropped_and_its_history_stays(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    assert await buffer.codings.drop_draft(id_, 1, who="ewa") == 1
    await buffer.codings.save_draft(id_, 1, coding(), who="ewa")
    with pytest.raises(BlinkError) as stale:
        await buffer.codings.drop_draft(id_, 1, who="ewa")
    assert stale.value.kind.code == "changed-meanwhile"
    assert await buffer.codings.drop_draft(id_, 2, who="ewa") == 3
    assert await buffer.codings.get(id_) is None
    dropped = (await buffer.history.of_document(id_))[-1]
    assert (dropped.what, dropped.before is not None, dropped.after) == ("coding", True, "")
    await buffer.documents.change_status([id_], Q, who="ewa", reason="?")
    with pytest.raises(BlinkError) as aside:
        await buffer.codings.save_draft(id_, 4, coding(), who="ewa")
    assert aside.value.kind.code == "not-to-code"


async def test_a_draft_outlives_an_approval_without_books_that_was_taken_back(
    buffer: Buffer, firm: Firm
) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await buffer.codings.save_draft(id_, 1, coding(), who="ewa")
    before = await told(buffer, firm, id_)
    await decide(buffer, id_, APPROVE)
    await undo(buffer)
    assert await told(buffer, firm, id_) == before


async def test_each_refusal_to_code(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    (information,) = await stored(buffer, firm, 1, Role.AUTHORIZED)
    assert await decide(buffer, id_, CODE) == {Refusal.NO_BOOKS: 1}
    await kept(buffer, firm)
    assert await decide(buffer, information, CODE) == {Refusal.FOR_INFORMATION: 1}
    assert await decide(buffer, id_, CODE) == {Refusal.NOT_PROPOSED: 1}
    await proposed(buffer, [id_])
    await buffer.rules.save(OFFICE, [(EntryKind.RULE, "a", "1")], who="p")
    assert await decide(buffer, id_, CODE) == {Refusal.NOT_PROPOSED: 1}
    await proposed(buffer, [id_], proposal(coding(problems=(UNBALANCED,))))
    assert await decide(buffer, id_, CODE) == {Refusal.INCOMPLETE: 1}
    await buffer.codings.save_draft(id_, 1, coding(problems=(UNBALANCED,)), who="ewa")
    await proposed(buffer, [id_])
    assert await decide(buffer, id_, CODE) == {Refusal.INCOMPLETE: 1}
    await buffer.codings.save_draft(id_, 2, coding("0.005"), who="ewa")
    assert await decide(buffer, id_, CODE) == {Refusal.INCOMPLETE: 1}
    await buffer.codings.save_draft(id_, 3, coding(), who="ewa")
    await buffer.locks.lock(firm.id, SEPTEMBER, who="anna")
    assert await decide(buffer, id_, CODE) == {Refusal.LOCKED: 1}
    await buffer.codings.save_draft(id_, 4, coding(month=OCTOBER), who="ewa")
    await kept(buffer, firm, purchases=Keeper.ELSEWHERE)
    assert await decide(buffer, id_, CODE) == {Refusal.BOOKED_ELSEWHERE: 1}
    await kept(buffer, firm, sales=Keeper.ELSEWHERE)
    assert await decide(buffer, id_, QUERY) == {}
    assert await decide(buffer, id_, CODE) == {Refusal.SET_ASIDE: 1}
    assert await decide(buffer, id_, RETURN) == {}
    assert await decide(buffer, id_, CODE) == {}
    assert await decide(buffer, id_, CODE) == {Refusal.SETTLED: 1}
    await intact(buffer, firm)


async def test_what_was_looked_at_is_coded_and_nothing_else(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    await proposed(buffer, [id_])
    other = Decision(Action.CODE, seal=seal_of(coding("99.00")))
    assert await decide(buffer, id_, other) == {Refusal.CHANGED: 1}
    assert await decide(buffer, id_, Decision(Action.CODE, seal=seal_of(coding()))) == {}


async def test_a_draft_for_the_other_direction_is_no_draft(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    await buffer.codings.save_draft(id_, 1, coding(), who="ewa")
    await buffer.documents.set_direction(id_, 2, Direction.SALE, who="ewa", reason="?")
    assert await decide(buffer, id_, CODE) == {Refusal.NOT_PROPOSED: 1}


async def test_a_direction_stays_while_it_is_coded_so(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    await proposed(buffer, [id_])
    await decide(buffer, id_, CODE)
    with pytest.raises(BlinkError) as coded:
        await buffer.documents.set_direction(id_, 2, Direction.SALE, who="ewa", reason="?")
    assert coded.value.kind.code == "direction-coded"
    await decide(buffer, id_, REOPEN)
    await buffer.documents.set_direction(id_, 3, Direction.SALE, who="ewa", reason="?")
    assert await decide(buffer, id_, CODE) == {Refusal.NOT_PROPOSED: 1}


async def test_a_month_that_is_locked_keeps_what_was_put_into_it(buffer: Buffer, firm: Firm) -> None:
    coded, aside, fetched = await stored(buffer, firm, 3)
    await kept(buffer, firm)
    await proposed(buffer, [coded, aside, fetched])
    for id_ in (coded, aside):
        await decide(buffer, id_, CODE)
    await decide(buffer, aside, EXCLUDE)
    await buffer.locks.lock(firm.id, SEPTEMBER, who="anna")
    for decision in (QUERY, EXCLUDE, REOPEN):
        assert await decide(buffer, coded, decision) == {Refusal.LOCKED: 1}
    for decision in (REOPEN, RETURN):
        assert await decide(buffer, aside, decision) == {Refusal.LOCKED: 1}
    assert await decide(buffer, fetched, QUERY) == {}
    assert await undo(buffer) == {}
    assert await decide(buffer, coded, APPROVE) == {}
    assert await undo(buffer) == {}
    assert await undo(buffer) == {Refusal.LOCKED: 1}
    assert await states(buffer, [coded, aside]) == [(C, None), (X, C)]


async def test_what_is_set_aside_does_not_count_until_it_is_back(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    await proposed(buffer, [id_])
    await decide(buffer, id_, CODE)
    for status, decision in ((C, EXCLUDE), (C, QUERY), (A, EXCLUDE)):
        if status is A:
            await decide(buffer, id_, APPROVE)
        before = await told(buffer, firm, id_)
        await decide(buffer, id_, decision)
        assert await buffer.registers.sums(firm.id, SEPTEMBER) == {}
        await decide(buffer, id_, RETURN)
        assert await told(buffer, firm, id_) == before
        assert await states(buffer, [id_]) == [(status, None)]
        assert await buffer.registers.sums(firm.id, SEPTEMBER) == ONCE


async def test_a_firm_with_books_approves_what_is_coded(buffer: Buffer, firm: Firm) -> None:
    one, two = await stored(buffer, firm, 2)
    assert await decide(buffer, one, APPROVE) == {}
    await kept(buffer, firm)
    assert await decide(buffer, two, APPROVE) == {Refusal.NOT_CODED: 1}
    await proposed(buffer, [two])
    await decide(buffer, two, CODE)
    assert await decide(buffer, two, APPROVE) == {}
    await kept(buffer, firm, purchases=Keeper.ELSEWHERE)
    await decide(buffer, one, REOPEN)
    assert await decide(buffer, one, APPROVE) == {Refusal.BOOKED_ELSEWHERE: 1}
    assert await decide(buffer, one, CODE) == {Refusal.BOOKED_ELSEWHERE: 1}
    assert await decide(buffer, one, Decision(Action.BOOK, "w programie sklepu")) == {}
    assert (await buffer.history.of_document(one))[-1].reason == "w programie sklepu"
    assert await states(buffer, [one]) == [(B, None)]
    assert await decide(buffer, one, BOOK) == {Refusal.SETTLED: 1}
    assert await undo(buffer) == {}
    assert await states(buffer, [one]) == [(F, None)]


async def test_what_was_handed_over_is_confirmed_and_unconfirmed(buffer: Buffer, firm: Firm) -> None:
    one, two = await stored(buffer, firm, 2)
    (information,) = await stored(buffer, firm, 1, Role.AUTHORIZED)
    assert await decide(buffer, one, BOOK) == {Refusal.NOT_HANDED_OVER: 1}
    assert await decide(buffer, information, BOOK) == {Refusal.FOR_INFORMATION: 1}
    await decide(buffer, two, QUERY)
    assert await decide(buffer, two, BOOK) == {Refusal.SET_ASIDE: 1}
    await decide(buffer, one, APPROVE)
    await buffer.batches.begin(firm.id, "csv", [one], [FILE], who="anna")
    preview = await buffer.decisions.preview(ALL, BOOK)
    left = {Refusal.SET_ASIDE: 1, Refusal.FOR_INFORMATION: 1}
    assert (preview.count, preview.refused) == (1, left)
    assert await decide(buffer, one, BOOK) == {}
    assert await states(buffer, [one]) == [(B, None)]
    assert await undo(buffer) == {}
    assert await states(buffer, [one]) == [(E, None)]
    assert await undo(buffer) == {Refusal.IN_BOOKS: 1}


@pytest.mark.parametrize(
    ("least", "changes", "two"),
    [
        (None, {}, False),
        ("123.00", {}, True),
        ("123.01", {}, False),
        ("0", {"gross": Decimal("-5.00")}, True),
        ("0", {"gross": None}, True),
        ("1000", {"gross": None}, True),
        ("10.00", {"gross": Decimal("-10.00")}, True),
        ("1000", {"gross": Decimal("1.00"), "currency": "EUR"}, True),
    ],
)
async def test_four_eyes_from_an_amount_on(
    buffer: Buffer, firm: Firm, least: str | None, changes: dict[str, Any], two: bool
) -> None:
    (id_,) = await stored(buffer, firm, 1, **changes)
    await kept(buffer, firm, four_eyes_from=Decimal(least) if least else None)
    await proposed(buffer, [id_])
    await decide(buffer, id_, CODE)
    for selection in (await versions(buffer, [id_]), ALL):
        preview = await buffer.decisions.preview(selection, APPROVE, who="anna")
        assert preview.refused == ({Refusal.FOUR_EYES: 1} if two else {})
        assert (await buffer.decisions.preview(selection, APPROVE, who="ewa")).count == 1
    assert await decide(buffer, id_, APPROVE) == ({Refusal.FOUR_EYES: 1} if two else {})
    if two:
        assert await decide(buffer, id_, APPROVE, "ewa") == {}


async def test_the_program_codes_what_it_may_and_anyone_approves_it(buffer: Buffer, firm: Firm) -> None:
    by_rule, held_back, drafted = await stored(buffer, firm, 3)
    await kept(buffer, firm, four_eyes_from=Decimal(0))
    await proposed(buffer, [by_rule, drafted], proposal(coding(rule=None), automatic=True))
    await proposed(buffer, [held_back])
    await buffer.codings.save_draft(drafted, 1, coding("7.00"), who="ewa")
    looked = await versions(buffer, [by_rule, held_back, drafted])
    outcome = await buffer.decisions.decide(looked, CODE, who=ENGINE)
    assert (outcome.done, outcome.refused) == (1, {Refusal.HELD_BACK: 2})
    assert await states(buffer, [by_rule, held_back, drafted]) == [(C, None), (F, None), (F, None)]
    assert await buffer.learning.of(firm.id, SELLER, PURCHASE) == []
    assert await decide(buffer, by_rule, APPROVE) == {}


@pytest.mark.parametrize("who", [ENGINE, f"{ENGINE} telefony v3", "", " "])
async def test_nobody_but_a_person_approves(buffer: Buffer, firm: Firm, who: str) -> None:
    (id_,) = await stored(buffer, firm, 1)
    for decision in (APPROVE, QUERY, EXCLUDE):
        with pytest.raises(BlinkError) as refused:
            await buffer.decisions.decide({id_: 1}, decision, who=who)
        assert refused.value.kind.code == "person-decides"
    with pytest.raises(BlinkError) as direct:
        await buffer.documents.change_status([id_], A, who=who)
    assert direct.value.kind.code == "person-decides"
    assert await states(buffer, [id_]) == [(F, None)]
