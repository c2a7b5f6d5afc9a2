"""Coding documents by draft or proposal, and everything that follows: registers, months, learning, the way back."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.buffer import Buffer, GridFilter, open_buffer
from blink_tui.buffer.codings import CodingState
from blink_tui.buffer.decisions import Every
from blink_tui.buffer.gists import seal_of
from blink_tui.buffer.history import ENGINE
from blink_tui.model.books import Keeper
from blink_tui.model.coding import Coding, Identity, Periods, RuleRef
from blink_tui.model.decisions import Action, Decision, explained
from blink_tui.model.documents import Direction, Party, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.refusals import Refusal
from blink_tui.model.rulebook import OFFICE, EntryKind
from blink_tui.model.values import Sha256
from tests.buffer.bookkeeping import OCTOBER, SEPTEMBER, UNBALANCED, books, coding, proposal, proposed
from tests.buffer.factory import NIP, SELLER, StillClock
from tests.buffer.test_decisions import APPROVE, EXCLUDE, QUERY, REOPEN, intact, states, stored, versions

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
    sha256 = Sha256(bytes(32))
    await buffer.batches.begin(firm.id, "csv", [one], file="f", sha256=sha256, who="anna", temp="t")
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


async def test_many_are_coded_by_a_filter_with_a_preview(buffer: Buffer, firm: Firm) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    ids = await stored(buffer, firm, 30)
    await stored(buffer, other, 2)
    await kept(buffer, firm)
    await proposed(buffer, ids[:15])
    await proposed(buffer, ids[15:25], proposal(coding(rule=None)))
    await proposed(buffer, ids[25:27], proposal(coding(problems=(UNBALANCED,))))
    await buffer.codings.save_draft(ids[0], 1, coding("1.00"), who="ewa")
    preview = await buffer.decisions.preview(ALL, CODE)
    expected = {Refusal.NO_BOOKS: 2, Refusal.INCOMPLETE: 2, Refusal.NOT_PROPOSED: 3}
    assert (preview.count, preview.refused) == (25, expected)
    assert preview.sums == (("PLN", 25, Decimal("3075.00")),)
    outcome = await buffer.decisions.decide(ALL, CODE, who="anna")
    assert (outcome.done, outcome.refused) == (25, expected)
    assert (await buffer.registers.sums(firm.id, SEPTEMBER))[PURCHASE]["K_42"] == Decimal("2401.00")
    (most, *_rest) = await buffer.learning.of(firm.id, SELLER, PURCHASE)
    assert most.uses == 10
    await buffer.decisions.undo(outcome.decision_id or 0, who="anna")
    assert await buffer.registers.all_sums(SEPTEMBER) == {}
    assert await buffer.learning.of(firm.id, SELLER, PURCHASE) == []
    assert set(await states(buffer, ids)) == {(F, None)}
    await intact(buffer, firm)
    await intact(buffer, other)


async def test_reading_anew_leaves_the_month_of_a_coding_alone(buffer: Buffer, firm: Firm) -> None:
    from blink_tui.buffer import DerivedRow

    coded, fetched = await stored(buffer, firm, 2)
    await kept(buffer, firm)
    await proposed(buffer, [coded, fetched], proposal(coding(month=OCTOBER)))
    await decide(buffer, coded, CODE)
    rows = [DerivedRow(id_, 2, None, "", None, (), vat_month="2026-09") for id_ in (coded, fetched)]
    await buffer.derived.save(rows)
    assert [(await told(buffer, firm, id_))[5] for id_ in (coded, fetched)] == [("2026-10",), ("2026-09",)]
    assert await buffer.codings.proposal(fetched) is not None
    assert await buffer.codings.to_propose(None, 9) == []
    await proposed(buffer, [])
    await decide(buffer, coded, REOPEN)
    assert (await told(buffer, firm, coded))[5] == ("2026-09",)
    async with buffer._database.transaction() as session:
        await session.run("UPDATE document SET compared = 1")
    assert [one.document_id for one in await buffer.codings.to_propose(None, 9)] == [coded, fetched]


async def test_proposals_say_why_and_those_for_nothing_are_gone(buffer: Buffer, firm: Firm) -> None:
    from blink_tui.buffer.codings import Proposed
    from blink_tui.model.coding import Candidate, Proposal

    (id_,) = await stored(buffer, firm, 1)
    made = Proposal(
        coding=coding(),
        candidates=(Candidate(rule=RuleRef("a", 1), title="A", scheme="s", rank=3, matched=(("nip", "1"),)),),
        automatic=True,
        held_back=(UNBALANCED,),
    )
    await proposed(buffer, [id_], made)
    assert await buffer.codings.proposal(id_) == made
    await buffer.codings.save_proposals([Proposed(id_, 1, None)])
    assert await buffer.codings.proposal(id_) is None


async def test_equal_codings_have_equal_bodies(buffer: Buffer) -> None:
    one = coding(choices=Coding().choices.__class__(parameters={"b": "1", "a": "2"}))
    two = coding(choices=Coding().choices.__class__(parameters={"a": "2", "b": "1"}))
    assert seal_of(one) == seal_of(two)


async def test_nothing_of_a_direction_kept_elsewhere_is_handed_over(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await decide(buffer, id_, APPROVE)
    await kept(buffer, firm, purchases=Keeper.ELSEWHERE)
    sha256 = Sha256(bytes(32))
    with pytest.raises(BlinkError) as refused:
        await buffer.batches.begin(firm.id, "csv", [id_], file="f", sha256=sha256, who="anna", temp="t")
    assert refused.value.kind.code == "kept-elsewhere"
    assert await states(buffer, [id_]) == [(A, None)]
    await kept(buffer, firm, sales=Keeper.ELSEWHERE)
    assert await buffer.batches.begin(firm.id, "csv", [id_], file="f", sha256=sha256, who="anna", temp="t")


async def test_a_status_given_without_a_decision_leaves_no_coding_that_holds(
    buffer: Buffer, firm: Firm
) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    await proposed(buffer, [id_])
    await decide(buffer, id_, CODE)
    await buffer.documents.change_status([id_], F, who="ewa", reason="?")
    held = await buffer.codings.get(id_)
    assert held is not None
    assert held.state is CodingState.DRAFT
    await _agrees(buffer)


async def test_what_is_learned_goes_by_the_text_of_the_rows_as_well(buffer: Buffer, firm: Firm) -> None:
    phones, other, short = await stored(buffer, firm, 3)
    await kept(buffer, firm)
    async with buffer._database.transaction() as session:
        for id_, key in ((phones, 77), (other, -5)):
            await session.run(
                "INSERT INTO document_trait (firm_id, seller, received_date, document_id, ksef_number, kind,"
                " number_key, issued, currency, text_key, accounts)"
                " SELECT firm_id, seller_value, received_date, id, ksef_number, kind, '', '', 'PLN', ?, ''"
                " FROM document WHERE id = ?",
                (key, id_),
            )
    await proposed(buffer, [phones, other, short], proposal(coding(rule=RuleRef("learned", 4))))
    await buffer.decisions.decide(ALL, CODE, who="anna")
    (first, *_rest) = await buffer.learning.of(firm.id, SELLER, PURCHASE)
    assert (first.scheme, first.parameters) == ("usługi", {"account": "402-1"})

    async def uses() -> dict[str, int]:
        return {one.text_key: one.uses for one in await buffer.learning.of(firm.id, SELLER, PURCHASE)}

    assert await uses() == {"": 3, "77": 1, "-5": 1}
    assert await buffer.learning.of(firm.id, SELLER, Direction.SALE) == []
    assert await buffer.learning.many([(firm.id, "1", PURCHASE)]) == {}
    await decide(buffer, phones, REOPEN)
    assert await uses() == {"": 2, "-5": 1}


async def waiting(buffer: Buffer) -> list[int]:
    return sorted(one.document_id for one in await buffer.codings.to_propose(None, 99))


async def trait(buffer: Buffer, id_: int, number_key: str = "") -> None:
    async with buffer._database.transaction() as session:
        await session.run(
            "INSERT INTO document_trait (firm_id, seller, received_date, document_id, ksef_number, kind, number_key,"
            " issued, currency, accounts) SELECT firm_id, seller_value, received_date, id, ksef_number, kind, ?, '',"
            " 'PLN', '' FROM document WHERE id = ?",
            (number_key, id_),
        )


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER])
async def test_what_is_learned_is_proposed_for_those_that_wait(
    buffer: Buffer, firm: Firm, role: Role
) -> None:
    one, two, three = await stored(buffer, firm, 3, role)
    (other,) = await stored(
        buffer, firm, 1, role, seller=Party("Nip", "1", "A"), buyer=Party("Nip", "1", "A")
    )
    await kept(buffer, firm)
    for id_ in (one, two, three, other):
        await trait(buffer, id_)
    await proposed(buffer, [one, two, three, other])
    await decide(buffer, three, CODE)
    assert await waiting(buffer) == []
    await buffer.codings.save_draft(one, 1, coding(rule=None), who="ewa")
    await decide(buffer, one, CODE)
    assert await waiting(buffer) == [two]
    assert (await buffer.decisions.preview({two: 1}, CODE)).count == 1
    await proposed(buffer, [two], proposal(coding(rule=RuleRef("learned", 1))))
    await decide(buffer, two, CODE)
    assert await waiting(buffer) == []
    await decide(buffer, two, REOPEN)
    await proposed(buffer, [two])
    await decide(buffer, one, REOPEN)
    assert await waiting(buffer) == [one, two]


@pytest.mark.parametrize("by_number", [False, True])
async def test_a_correction_is_proposed_anew_when_its_original_is_coded(
    buffer: Buffer, firm: Firm, by_number: bool
) -> None:
    original, correction, other = await stored(buffer, firm, 3)
    await kept(buffer, firm)
    await trait(buffer, original, "fv/7")
    async with buffer._database.transaction() as session:
        await session.run(
            "INSERT INTO document_link"
            " (document_id, position, firm_id, seller, kind, to_ksef, to_number, to_key, issued)"
            " SELECT ?, 0, firm_id, seller_value, 'corrects', iif(?, NULL, ksef_number), '', 'fv/7', ''"
            " FROM document WHERE id = ?",
            (correction, by_number, original),
        )
    await proposed(buffer, [original, correction, other])
    for decision in (CODE, REOPEN):
        await decide(buffer, original, decision)
        assert [id_ for id_ in await waiting(buffer) if id_ != original] == [correction]
        await proposed(buffer, [original, correction])


async def test_a_proposal_is_told_what_surrounds_the_document(buffer: Buffer, firm: Firm) -> None:
    (bought,) = await stored(buffer, firm, 1)
    (sold,) = await stored(buffer, firm, 1, Role.SELLER, offline=True)
    await kept(buffer, firm)
    await proposed(buffer, [bought, sold])
    async with buffer._database.transaction() as session:
        await session.run("INSERT INTO sentence (text) VALUES ('?')")
        await session.run(
            "INSERT INTO document_finding VALUES (?, 'history', 0, 'account-new', 2, 1, '{}', '[]')",
            (bought,),
        )
        for days in (1, 2):
            await session.run(
                "INSERT INTO document_trait (firm_id, seller, received_date, document_id, ksef_number, kind,"
                " number_key, issued, currency, accounts) SELECT firm_id, seller_value,"
                " date(received_date, ?), id, ksef_number, kind, '', '', 'PLN', '' FROM document WHERE id = ?",
                (f"-{days} days", bought),
            )
    await buffer.codings.propose_again()
    first, second = await buffer.codings.to_propose(None, 9)
    assert (
        first.document_id,
        first.direction,
        first.roles,
        first.contractor,
        first.findings,
        first.past,
    ) == (
        bought,
        PURCHASE,
        frozenset({Role.BUYER}),
        SELLER,
        frozenset({"account-new"}),
        2,
    )
    assert (second.direction, second.contractor, second.offline) == (Direction.SALE, NIP, True)
    assert (second.findings, second.past, second.text_key, second.stamp) == (frozenset(), 0, "", 2)
    assert [one.document_id for one in await buffer.codings.to_propose(None, 1)] == [bought]
    settled = await buffer.codings.settled([bought])
    assert (settled[bought].status, settled[bought].scheme, settled[bought].vat_month) == (F, "", None)
    await proposed(buffer, [bought])
    await decide(buffer, bought, CODE)
    settled = await buffer.codings.settled([bought])
    assert (settled[bought].status, settled[bought].scheme, settled[bought].vat_month) == (
        C,
        "usługi",
        SEPTEMBER,
    )
    assert settled[bought].parameters == {"account": "402-1"}


# Any sequence, taken back step by step

DECISIONS = [CODE, APPROVE, QUERY, EXCLUDE, REOPEN, RETURN]
COUNT = 3
SEQUENCES = st.lists(
    st.tuples(st.sampled_from(DECISIONS), st.sets(st.integers(0, COUNT - 1), min_size=1)), max_size=9
)


@settings(max_examples=10, deadline=None)
@given(SEQUENCES, st.sets(st.integers(0, COUNT - 1)))
def test_whatever_was_decided_is_restored_exactly(steps: list[Any], drafts: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_there_and_back(Path(folder) / "b.db", steps, drafts))


async def _there_and_back(path: Path, steps: list[Any], drafts: set[int]) -> None:
    async with open_buffer(path, clock=StillClock()) as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
        ids = await stored(buffer, firm, COUNT)
        await kept(buffer, firm)
        await proposed(buffer, ids)
        for place in drafts:
            await buffer.codings.save_draft(ids[place], 1, coding("7.00", month=OCTOBER), who="ewa")
        passed: list[Any] = []
        for decision, places in steps:
            before = [await told(buffer, firm, id_) for id_ in ids]
            looked = await versions(buffer, [ids[place] for place in sorted(places)])
            if (await buffer.decisions.decide(looked, decision, who="anna")).done:
                passed.append(before)
            await _agrees(buffer)
        while passed:
            assert await undo(buffer) == {}
            assert [await told(buffer, firm, id_) for id_ in ids] == passed.pop()
            await _agrees(buffer)
        assert await buffer.decisions.undoable("anna") == []
        await intact(buffer, firm)


async def _agrees(buffer: Buffer) -> None:
    """A coding holds exactly where its document counts as coded; registers and learning count those that hold."""
    rows = await buffer._database.reader.rows(
        "SELECT d.id, coalesce(d.previous, d.status) <> 'fetched', coalesce(c.state = 'coded', 0),"
        " (SELECT count(*) FROM register_amount a WHERE a.document_id = d.id) / 2"
        ", coalesce(c.teaches, 0) FROM document d LEFT JOIN coding c ON c.document_id = d.id"
    )
    assert all(row[1] == row[2] == row[3] for row in rows)
    uses = await buffer._database.reader.row("SELECT coalesce(sum(uses), 0) FROM learned WHERE text_key = ''")
    assert uses == (sum(row[2] * row[4] for row in rows),)
