"""Decisions on one and on many documents: what is changed, what is left and why, and the way back."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, GridFilter, open_buffer
from blink_tui.buffer.decisions import Every, Progress
from blink_tui.buffer.pace import Pace
from blink_tui.model.decisions import Action, Reason
from blink_tui.model.documents import Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.refusals import Refusal
from tests.buffer.deciding import (
    ALL,
    APPROVE,
    EXCLUDE,
    QUERY,
    REOPEN,
    A,
    B,
    C,
    E,
    F,
    Q,
    X,
    intact,
    states,
    stored,
    versions,
)
from tests.buffer.factory import FILE, NIP
from tests.buffer.test_firms import CHECKOUT


def hurried(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Steps of so many documents without rests."""

    async def rest(_self: Pace) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(Pace, "rest", rest)
    monkeypatch.setattr(Pace, "end", lambda self, count: None)
    monkeypatch.setattr("blink_tui.buffer.pace._FIRST", size)


async def test_one_document_is_approved_with_who_and_taken_back(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    outcome = await buffer.decisions.decide({id_: 1}, APPROVE, who="anna")
    assert (outcome.done, outcome.refused, outcome.stopped) == (1, {}, False)
    assert await states(buffer, [id_]) == [(A, None)]
    undone = await buffer.decisions.undo(outcome.decision_id or 0, who="anna")
    assert (undone.done, undone.stayed) == (1, {})
    assert await states(buffer, [id_]) == [(F, None)]
    events = [(e.who, e.what, e.before, e.after) for e in await buffer.history.of_document(id_)]
    assert events[1:] == [("anna", "status", "fetched", "approved"), ("anna", "undo", "approved", "fetched")]
    await intact(buffer, firm)


async def test_all_of_a_filter_is_changed_but_what_the_rules_leave_out(buffer: Buffer, firm: Firm) -> None:
    purchases = await stored(buffer, firm, 4)
    sale, foreign = (
        await stored(buffer, firm, 1, Role.SELLER),
        await stored(buffer, firm, 1, currency="EUR", gross=Decimal("10.50")),
    )
    information = await stored(buffer, firm, 1, Role.AUTHORIZED)
    await buffer.documents.change_status(purchases[:1], Q, who="ewa", reason="?")
    await buffer.documents.change_status(purchases[1:2], B, who="ewa")
    expected = {Refusal.SET_ASIDE: 1, Refusal.IN_BOOKS: 1, Refusal.FOR_INFORMATION: 1}
    preview = await buffer.decisions.preview(ALL, APPROVE)
    assert preview.count == 4
    assert preview.sums == (("EUR", 1, Decimal("10.50")), ("PLN", 3, Decimal("369.00")))
    assert preview.refused == expected
    looked = await versions(buffer, [*purchases, *sale, *foreign, *information])
    assert await buffer.decisions.preview(looked, APPROVE) == preview
    but_one = Every(GridFilter(), frozenset(foreign))
    assert (await buffer.decisions.preview(but_one, APPROVE)).count == 3
    assert (await buffer.decisions.preview(but_one, EXCLUDE)).count == 3
    outcome = await buffer.decisions.decide(ALL, APPROVE, who="anna")
    assert (outcome.done, outcome.refused) == (4, expected)
    assert await states(buffer, [*purchases[2:], *sale, *foreign]) == [(A, None)] * 4


async def test_a_sale_is_not_excluded_and_a_change_meanwhile_is_not_overrun(
    buffer: Buffer, firm: Firm
) -> None:
    one, two = await stored(buffer, firm, 2)
    (sale,) = await stored(buffer, firm, 1, Role.SELLER)
    await buffer.documents.change_status([two], C, who="ewa")
    looked = {one: 1, two: 1, sale: 1}
    assert (await buffer.decisions.preview(looked, EXCLUDE)).count == 1
    outcome = await buffer.decisions.decide(looked | {99: 1}, EXCLUDE, who="anna")
    assert (outcome.done, outcome.refused) == (1, {Refusal.CHANGED: 2, Refusal.SALE: 1})
    assert await states(buffer, [one, two, sale]) == [(X, F), (C, None), (F, None)]
    reason = (await buffer.history.of_document(one))[-1].reason
    assert reason is not None
    assert Reason.PRIVATE in reason


async def test_what_is_reopened_goes_where_it_came_from(buffer: Buffer, firm: Firm) -> None:
    one, two = await stored(buffer, firm, 2)
    await buffer.documents.change_status([one, two], C, who="ewa")
    await buffer.decisions.decide(await versions(buffer, [two]), QUERY, who="anna")
    outcome = await buffer.decisions.decide(await versions(buffer, [one, two]), REOPEN, who="anna")
    assert outcome.done == 2
    assert await states(buffer, [one, two]) == [(F, None), (C, None)]
    await buffer.decisions.undo(outcome.decision_id or 0, who="anna")
    assert await states(buffer, [one, two]) == [(C, None), (Q, C)]


async def test_what_happened_since_stays_when_a_decision_is_taken_back(buffer: Buffer, firm: Firm) -> None:
    ids = await stored(buffer, firm, 3)
    outcome = await buffer.decisions.decide(ALL, APPROVE, who="anna")
    await buffer.batches.begin(firm.id, "csv", ids[:1], [FILE], who="anna")
    await buffer.documents.change_status(ids[1:2], Q, who="ewa", reason="?")
    decision = outcome.decision_id or 0
    with pytest.raises(BlinkError) as others:
        await buffer.decisions.undo(decision, who="ewa")
    undone = await buffer.decisions.undo(decision, who="anna")
    assert (undone.done, undone.stayed) == (1, {Refusal.IN_BOOKS: 1, Refusal.CHANGED: 1})
    assert await states(buffer, ids) == [(E, None), (Q, A), (F, None)]
    with pytest.raises(BlinkError) as again:
        await buffer.decisions.undo(decision, who="anna")
    assert {others.value.kind.code, again.value.kind.code} == {"nothing-to-undo"}
    assert await buffer.decisions.undoable("anna") == []


async def test_decisions_are_taken_back_one_after_another_even_after_a_restart(path: Path) -> None:
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
        ids = await stored(buffer, firm, 1)
        for decision in (APPROVE, QUERY, REOPEN):
            await buffer.decisions.decide(await versions(buffer, ids), decision, who="anna")
    seen = []
    async with open_buffer(path) as buffer:
        while past := await buffer.decisions.undoable("anna", 1):
            assert (await buffer.decisions.undo(past[0].id, who="anna")).done == 1
            seen.append((past[0].action, *(await states(buffer, ids))[0]))
        await intact(buffer, firm)
    assert seen == [(Action.REOPEN, Q, A), (Action.QUERY, A, None), (Action.APPROVE, F, None)]


async def test_it_stops_between_steps_and_is_one_decision(
    buffer: Buffer, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch, 10)
    ids = await stored(buffer, firm, 35)
    heard: list[Progress] = []

    def told(progress: Progress) -> bool:
        heard.append(progress)
        return progress.done < 20

    outcome = await buffer.decisions.decide(ALL, APPROVE, who="anna", told=told)
    assert (outcome.done, outcome.stopped) == (20, True)
    assert heard == [Progress(10, 35, 10), Progress(20, 35, 20)]
    assert (await states(buffer, ids)).count((A, None)) == 20
    (past,) = await buffer.decisions.undoable("anna")
    assert (past.id, past.documents) == (outcome.decision_id, 20)
    half = await buffer.decisions.undo(past.id, who="anna", told=lambda progress: False)
    assert (half.done, half.stopped) == (10, True)
    rest = await buffer.decisions.undo(past.id, who="anna")
    assert (rest.done, rest.stayed, rest.stopped) == (10, {}, False)
    assert set(await states(buffer, ids)) == {(F, None)}


async def test_a_cancelled_one_keeps_what_is_done(
    buffer: Buffer, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch, 10)
    ids = await stored(buffer, firm, 30)
    reached = asyncio.Event()

    async def rest(_self: Pace) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Pace, "rest", rest)
    task = asyncio.create_task(buffer.decisions.decide(ALL, APPROVE, who="anna"))
    await reached.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    hurried(monkeypatch, 100)
    assert (await states(buffer, ids)).count((A, None)) == 10
    (past,) = await buffer.decisions.undoable("anna")
    assert (await buffer.decisions.undo(past.id, who="anna")).done == 10
    await intact(buffer, firm)


def _killed_after_a_step(path: Path) -> int:
    """Let a child begin to approve everything and kill it; returns how many it had told of."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.buffer.deciding_child", str(path)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        told = int(child.stdout.readline())
        child.kill()
    return told


async def test_a_kill_between_steps_leaves_a_decision_that_can_be_taken_back(path: Path) -> None:
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
        ids = await stored(buffer, firm, 2000)
    told = await asyncio.to_thread(_killed_after_a_step, path)
    async with open_buffer(path) as buffer:
        (past,) = await buffer.decisions.undoable("anna")
        approved = (await states(buffer, ids)).count((A, None))
        assert approved == past.documents >= told > 0
        assert (await buffer.decisions.undo(past.id, who="anna")).done == approved
        assert set(await states(buffer, ids)) == {(F, None)}
        assert await intact(buffer, firm) == 2000 + 2 * approved


async def linked(buffer: Buffer, firm: Firm, correction: int, original: int) -> None:
    """Let one document correct another, as the derive stage notes it."""
    async with buffer._database.transaction() as session:
        await session.run(
            "INSERT INTO document_link"
            " (document_id, position, firm_id, seller, kind, to_ksef, to_number, to_key, issued)"
            " SELECT ?, 0, ?, '', 'corrects', ksef_number, '', '', '' FROM document WHERE id = ?",
            (correction, firm.id, original),
        )


@pytest.mark.parametrize("decided", [C, A, B])
async def test_a_correction_stays_where_its_original_is_coded(
    buffer: Buffer, firm: Firm, decided: Status
) -> None:
    original, first, second, other = await stored(buffer, firm, 4)
    await linked(buffer, firm, first, original)
    await linked(buffer, firm, second, first)
    await buffer.documents.change_status([original], decided, who="ewa")
    outcome = await buffer.decisions.decide(ALL, EXCLUDE, who="anna")
    left = {Refusal.ORIGINAL_CODED: 2} | ({Refusal.IN_BOOKS: 1} if decided is B else {})
    assert (outcome.done, outcome.refused) == (1 if decided is B else 2, left)
    assert (await states(buffer, [first, second, other])) == [(F, None), (F, None), (X, F)]


async def test_an_original_stays_where_its_corrections_are_booked(buffer: Buffer, firm: Firm) -> None:
    original, correction = await stored(buffer, firm, 2)
    await linked(buffer, firm, correction, original)
    await buffer.documents.change_status([correction], B, who="ewa")
    looked = {original: 1}
    assert (await buffer.decisions.preview(looked, EXCLUDE)).refused == {Refusal.CORRECTIONS_BOOKED: 1}
    assert (await buffer.decisions.decide(looked, EXCLUDE, who="anna")).done == 0
    assert (await buffer.decisions.decide(looked, QUERY, who="anna")).done == 1


async def test_possible_doubles_and_alarms_are_approved_alone(buffer: Buffer, firm: Firm) -> None:
    double, alarm, warned, plain = await stored(buffer, firm, 4)
    kinds = {double: ("duplicate-amount", 2), alarm: ("account-of-another", 3), warned: ("account-new", 2)}
    async with buffer._database.transaction() as session:
        await session.run("INSERT INTO sentence (text) VALUES ('?')")
        for id_, (kind, severity) in kinds.items():
            await session.run("UPDATE document SET attention = ? WHERE id = ?", (severity, id_))
            await session.run(
                "INSERT INTO document_finding VALUES (?, 'history', 0, ?, ?, 1, '{}', '[]')",
                (id_, kind, severity),
            )
    looked = await versions(buffer, [double, alarm, warned, plain])
    for selection in (ALL, looked):
        assert (await buffer.decisions.preview(selection, APPROVE)).refused == {Refusal.TO_LOOK_AT: 2}
    assert (await buffer.decisions.decide(ALL, APPROVE, who="anna")).done == 2
    assert await states(buffer, [double, alarm, warned, plain]) == [
        (F, None),
        (F, None),
        (A, None),
        (A, None),
    ]
    assert (await buffer.decisions.decide({double: 1}, APPROVE, who="anna")).done == 1


async def test_what_became_of_a_sellers_documents_is_counted(buffer: Buffer, firm: Firm) -> None:
    ids = await stored(buffer, firm, 3)
    async with buffer._database.transaction() as session:
        await session.run(
            "INSERT INTO document_trait (firm_id, seller, received_date, document_id, ksef_number, kind, number_key,"
            " issued, currency, accounts) SELECT firm_id, 'S', received_date, id, ksef_number, kind, '', '', 'PLN', ''"
            " FROM document"
        )
    await buffer.documents.change_status(ids[:1], A, who="ewa")
    assert await buffer.decisions.of_seller(firm.id, "S", ids[2]) == {A: 1, F: 1}
    assert await buffer.decisions.of_seller(firm.id, None, ids[2]) == {}
