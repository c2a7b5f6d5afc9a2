"""Questions to clients: numbered in their firm, on one list, answered by number, closed along with the document."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from tests.buffer.deciding import QUERY, REOPEN, intact, stored, versions
from tests.buffer.factory import SELLER, StillClock

RETURN = Decision(Action.RETURN)


async def ask(buffer: Buffer, *ids: int, text: str = "brak umowy") -> None:
    looked = await versions(buffer, list(ids))
    await buffer.decisions.decide(looked, Decision(Action.QUERY, text), who="anna")


async def numbers(buffer: Buffer, firm_id: int | None = None) -> list[tuple[int, int]]:
    return [(one.number, one.document_id) for one in await buffer.questions.open(firm_id)]


async def test_each_firm_counts_its_own_questions(buffer: Buffer, firm: Firm, clock: StillClock) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    one, two, three = await stored(buffer, firm, 3)
    (foreign,) = await stored(buffer, other, 1)
    await ask(buffer, two, foreign, one, text=" czyje to? ")
    clock.moment += timedelta(days=2)
    await ask(buffer, three)
    assert await numbers(buffer) == [(1, two), (2, one), (3, three), (1, foreign)]
    assert await numbers(buffer, other.id) == [(1, foreign)]
    first, _second, third = await buffer.questions.open(firm.id)
    assert (first.text, first.asked_by, first.invoice_number, str(first.gross)) == (
        "czyje to?",
        "anna",
        f"FV/{two - 1}/2026",
        "123.00",
    )
    assert first.asked_at < third.asked_at


async def test_a_question_is_closed_and_opened_with_its_document(buffer: Buffer, firm: Firm) -> None:
    one, two = await stored(buffer, firm, 2)
    await ask(buffer, one, two)
    returned = await buffer.decisions.decide(await versions(buffer, [one]), RETURN, who="anna")
    reopened = await buffer.decisions.decide(await versions(buffer, [two]), REOPEN, who="anna")
    assert await numbers(buffer) == []
    for outcome in (reopened, returned):
        await buffer.decisions.undo(outcome.decision_id or 0, who="anna")
    assert await numbers(buffer) == [(1, one), (2, two)]
    (asked,) = await buffer.decisions.undoable("anna", 1)
    await buffer.decisions.undo(asked.id, who="anna")
    assert await numbers(buffer) == []
    await ask(buffer, one, text="znowu")
    assert [(q.number, q.text) for q in await buffer.questions.open()] == [(3, "znowu")]
    assert [q.number for q in await buffer.questions.of_document(one)] == [1, 3]
    assert [q.closed_at is None for q in await buffer.questions.of_document(one)] == [False, True]
    await intact(buffer, firm)


async def test_a_question_that_was_not_to_be_asked_is_never_opened_again(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await ask(buffer, id_)
    await buffer.decisions.decide(await versions(buffer, [id_]), REOPEN, who="anna")
    await ask(buffer, id_, text="pomyłka")
    for _ in range(2):
        (past,) = await buffer.decisions.undoable("anna", 1)
        await buffer.decisions.undo(past.id, who="anna")
    assert [(one.number, one.text) for one in await buffer.questions.open()] == [(1, "brak umowy")]


async def test_answers_come_back_by_number_and_the_chain_remembers(buffer: Buffer, firm: Firm) -> None:
    ids = await stored(buffer, firm, 3)
    await ask(buffer, *ids)
    listed = await buffer.questions.export(firm.id, who="anna")
    assert [(one.number, one.exported_at is not None) for one in listed] == [(1, True), (2, True), (3, True)]
    assert await buffer.questions.answer(firm.id, {1: " tak ", 3: "", 2: "nie"}, who="ewa") == 2
    assert await buffer.questions.answer(firm.id, {1: "tak"}, who="ewa") == 0
    assert await buffer.questions.answer(firm.id, {1: "jednak nie"}, who="ola") == 1
    first, second, third = await buffer.questions.open(firm.id)
    assert [(q.answer, q.answered_by) for q in (first, second, third)] == [
        ("jednak nie", "ola"),
        ("nie", "ewa"),
        (None, None),
    ]
    assert [one.number for one in await buffer.questions.export(firm.id, who="anna")] == [3]
    events = [e async for e in buffer.history.export(firm.id) if e.document_id is None]
    assert [(e.who, e.what, e.before and json.loads(e.before), json.loads(e.after)) for e in events] == [
        ("anna", "questions-exported", None, [1, 2, 3]),
        ("ewa", "questions-answered", None, {"1": "tak", "2": "nie"}),
        ("ola", "questions-answered", {"1": "tak"}, {"1": "jednak nie"}),
        ("anna", "questions-exported", None, [3]),
    ]
    await intact(buffer, firm)


async def test_what_was_not_asked_is_not_answered(buffer: Buffer, firm: Firm) -> None:
    one, two = await stored(buffer, firm, 2)
    await ask(buffer, one, two)
    await buffer.decisions.decide(await versions(buffer, [two]), RETURN, who="anna")
    for unknown in (2, 7):
        with pytest.raises(BlinkError) as refused:
            await buffer.questions.answer(firm.id, {1: "tak", unknown: "nie"}, who="ewa")
        assert refused.value.kind.code == "question-unknown"
        assert str(unknown) in str(refused.value)
    assert [q.answer for q in await buffer.questions.open()] == [None]
    assert await buffer.questions.export(firm.id + 1, who="anna") == []


async def test_a_query_about_many_is_numbered_through(buffer: Buffer, firm: Firm) -> None:
    ids = await stored(buffer, firm, 450)
    await buffer.decisions.decide(dict.fromkeys(ids, 1), QUERY, who="anna")
    assert [number for number, _ in await numbers(buffer)] == list(range(1, 451))
