"""Chains worked out from what the buffer knows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from blink_tui.model.chains import Edge, Link, LinkKind, Member, Web, case_of
from blink_tui.model.documents import Status
from blink_tui.model.values import KsefNumber


def _member(document_id: int, gross: str | None, **changes: Any) -> Member:
    fields: dict[str, Any] = {
        "document_id": document_id,
        "firm_id": 1,
        "ksef_number": KsefNumber(f"K{document_id}"),
        "invoice_number": f"FV/{document_id}",
        "kind": "Vat",
        "issued": f"2026-09-{document_id:02}",
        "gross": None if gross is None else Decimal(gross),
        "currency": "PLN",
        "status": Status.FETCHED,
        "buyer": None,
    }
    return Member(**(fields | changes))


def _edge(source: int, target: int | None, kind: LinkKind = LinkKind.CORRECTS) -> Edge:
    return Edge(Link(kind, f"K{target}", "", ""), source, target)


def test_the_balance_runs_in_the_order_of_issue() -> None:
    made = case_of([_member(3, "-30.00"), _member(1, "123.00"), _member(2, "7.00")])
    assert [(step.member.document_id, step.balance) for step in made.steps] == [
        (1, Decimal("123.00")),
        (2, Decimal("130.00")),
        (3, Decimal("100.00")),
    ]


def test_nothing_is_said_after_an_unknown_amount_or_another_currency() -> None:
    unknown = case_of([_member(1, "123.00"), _member(2, None), _member(3, "1.00")])
    assert [step.balance for step in unknown.steps] == [Decimal("123.00"), None, None]
    foreign = case_of([_member(1, "123.00"), _member(2, "-1.00", currency="EUR")])
    assert [step.balance for step in foreign.steps] == [Decimal("123.00"), None]


def test_a_chain_is_whole_from_each_of_its_documents() -> None:
    """Corrections of one original, and a correction of a correction."""
    members = {number: _member(number, "1.00") for number in range(1, 6)}
    web = Web(members, (_edge(2, 1), _edge(3, 1), _edge(4, 3)))
    for one in (1, 2, 3, 4):
        assert {member.document_id for member in web.case(one).members} == {1, 2, 3, 4}
    assert [member.document_id for member in web.case(5).members] == [5]


def test_a_settlement_does_not_join_a_chain() -> None:
    members = {number: _member(number, "1.00") for number in (1, 2)}
    web = Web(members, (_edge(2, 1, LinkKind.SETTLES),))
    assert [member.document_id for member in web.case(1).members] == [1]
    assert web.neighbours(1) == {2}


def test_documents_that_correct_one_another_end() -> None:
    members = {number: _member(number, "1.00") for number in (1, 2)}
    web = Web(members, (_edge(1, 2), _edge(2, 1), _edge(1, 1), _edge(1, None)))
    assert {member.document_id for member in web.case(1).members} == {1, 2}


def test_a_correction_of_several_invoices_tells_the_balance_of_none() -> None:
    """A yearly discount over three invoices: its amount is no single one's."""
    members = {number: _member(number, "100.00") for number in (1, 2, 3)}
    members[4] = _member(4, "-30.00")
    web = Web(members, tuple(_edge(4, original) for original in (1, 2, 3)))
    assert len(web.case(1).members) == 4
    assert [web.case(one).balance for one in members] == [None] * 4
