"""What may be decided on which document, and how it is said."""

from __future__ import annotations

from datetime import date

import pytest

from blink_tui.model.decisions import (
    Action,
    Decider,
    Decision,
    Exclusion,
    Reason,
    Standing,
    explained,
    refusal,
)
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.refusals import Refusal, refused_sentence, refused_sentences

F, C, A, E, B = Status.FETCHED, Status.CODED, Status.APPROVED, Status.EXPORTED, Status.BOOKED
Q, X = Status.QUERIED, Status.EXCLUDED
PURCHASE, SALE = Direction.PURCHASE, Direction.SALE


def excluded(reason: Reason = Reason.PRIVATE, reference: str = "") -> Decision:
    exclusion = Exclusion(reason, Decider.CLIENT, "Jan Kowalski", date(2026, 11, 30), reference)
    return Decision(Action.EXCLUDE, exclusion=exclusion)


APPROVE = Decision(Action.APPROVE)
QUERY = Decision(Action.QUERY, "brak umowy")
EXCLUDE = excluded()
REOPEN = Decision(Action.REOPEN, "zły miesiąc")
RETURN = Decision(Action.RETURN)

WHY = {
    APPROVE: {A: Refusal.SETTLED, Q: Refusal.SET_ASIDE, X: Refusal.SET_ASIDE},
    QUERY: {Q: Refusal.SETTLED, X: Refusal.SET_ASIDE},
    EXCLUDE: {X: Refusal.SETTLED, Q: Refusal.SET_ASIDE},
    REOPEN: {F: Refusal.SETTLED},
    RETURN: {F: Refusal.NOT_SET_ASIDE, C: Refusal.NOT_SET_ASIDE, A: Refusal.NOT_SET_ASIDE},
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("decision", WHY, ids=lambda decision: decision.action)
def test_every_action_in_every_status(decision: Decision, status: Status) -> None:
    standing = Standing(status, C if status in (Q, X) else None, PURCHASE)
    expected = Refusal.IN_BOOKS if status in (E, B) else WHY[decision].get(status)
    assert refusal(decision, standing, among_many=False) is expected


@pytest.mark.parametrize(
    ("decision", "standing", "target"),
    [
        (APPROVE, Standing(F, None, PURCHASE), A),
        (QUERY, Standing(A, None, PURCHASE), Q),
        (EXCLUDE, Standing(A, None, PURCHASE), X),
        (REOPEN, Standing(A, None, PURCHASE), F),
        (REOPEN, Standing(X, C, PURCHASE), C),
        (RETURN, Standing(Q, A, PURCHASE), A),
    ],
)
def test_what_becomes_of_it(decision: Decision, standing: Standing, target: Status) -> None:
    assert decision.target(standing) is target


def test_a_sale_is_only_excluded_where_another_source_has_booked_it() -> None:
    sale = Standing(F, None, SALE)
    assert refusal(EXCLUDE, sale, among_many=False) is Refusal.SALE
    elsewhere = excluded(Reason.BOOKED_ELSEWHERE, "KP/7 z programu sklepu")
    assert refusal(elsewhere, sale, among_many=False) is None


def test_a_web_of_corrections_stays_together() -> None:
    correction = Standing(F, None, PURCHASE, original_coded=True)
    original = Standing(C, None, PURCHASE, corrections_booked=True)
    assert refusal(EXCLUDE, correction, among_many=False) is Refusal.ORIGINAL_CODED
    assert refusal(EXCLUDE, original, among_many=False) is Refusal.CORRECTIONS_BOOKED
    assert refusal(QUERY, correction, among_many=False) is None
    assert refusal(APPROVE, original, among_many=False) is None


def test_what_is_to_be_looked_at_is_approved_by_itself_alone() -> None:
    double = Standing(F, None, PURCHASE, to_look_at=True)
    assert refusal(APPROVE, double, among_many=True) is Refusal.TO_LOOK_AT
    assert refusal(APPROVE, double, among_many=False) is None
    assert refusal(QUERY, double, among_many=True) is None


def test_what_changed_meanwhile_or_is_for_information_is_left() -> None:
    assert refusal(APPROVE, Standing(B, None, SALE, changed=True), among_many=False) is Refusal.CHANGED
    aside = Standing(F, None, Direction.NONE)
    assert refusal(APPROVE, aside, among_many=False) is Refusal.FOR_INFORMATION
    assert refusal(EXCLUDE, aside, among_many=False) is None


@pytest.mark.parametrize(
    ("action", "text", "exclusion"),
    [
        (Action.QUERY, " ", None),
        (Action.REOPEN, "", None),
        (Action.EXCLUDE, "", None),
        (Action.EXCLUDE, "", Exclusion(Reason.PRIVATE, Decider.OFFICE, " ", date(2026, 1, 1))),
        (Action.EXCLUDE, "", Exclusion(Reason.BOOKED_ELSEWHERE, Decider.OFFICE, "anna", date(2026, 1, 1))),
    ],
)
def test_a_decision_says_what_it_has_to(action: Action, text: str, exclusion: Exclusion | None) -> None:
    with pytest.raises(BlinkError) as caught:
        Decision(action, text, exclusion)
    assert caught.value.kind.code == "usage"


def test_a_reason_is_kept_as_it_is_and_told_in_words() -> None:
    kept = excluded(Reason.DOUBLED, "FV/7").kept
    assert explained(kept) == "doubled by the seller; FV/7; decided by the client: Jan Kowalski, 2026-11-30"
    assert explained('{"batch": 7}') == "batch 7"
    assert [explained(text) for text in (None, "brak umowy", "{}", "[1]", '{"reason": 7}')] == [
        "", "brak umowy", "{}", "[1]", '{"reason": 7}',
    ]  # fmt: skip


def test_every_refusal_has_a_sentence_with_its_number() -> None:
    for why in Refusal:
        assert "1 " in refused_sentence(why, 1)
        assert "12 345" in refused_sentence(why, 12_345)
    assert len(refused_sentences({Refusal.SALE: 2, Refusal.CHANGED: 1, Refusal.IN_BOOKS: 0})) == 2
