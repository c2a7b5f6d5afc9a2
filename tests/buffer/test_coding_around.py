"""What goes with codings: many at once, what is learned, what waits for a new proposal, and the whole way back."""

from __future__ import annotations

import asyncio
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.codings import CodingState
from blink_tui.buffer.gists import seal_of
from blink_tui.model.books import Keeper
from blink_tui.model.coding import Coding, RuleRef
from blink_tui.model.documents import Direction, Party, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.refusals import Refusal
from tests.buffer.bookkeeping import OCTOBER, SEPTEMBER, UNBALANCED, coding, proposal, proposed
from tests.buffer.deciding import APPROVE, EXCLUDE, QUERY, REOPEN, intact, states, stored, versions
from tests.buffer.factory import FILE, NIP, SELLER, StillClock
from tests.buffer.test_coding import ALL, CODE, PURCHASE, RETURN, A, C, F, decide, kept, told, undo


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
    with pytest.raises(BlinkError) as refused:
        await buffer.batches.begin(firm.id, "csv", [id_], [FILE], who="anna")
    assert refused.value.kind.code == "kept-elsewhere"
    assert await states(buffer, [id_]) == [(A, None)]
    await kept(buffer, firm, sales=Keeper.ELSEWHERE)
    assert await buffer.batches.begin(firm.id, "csv", [id_], [FILE], who="anna")


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
