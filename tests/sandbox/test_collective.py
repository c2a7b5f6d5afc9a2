"""Collective identifiers, Peppol providers and Latarnia."""

from __future__ import annotations

from typing import Any

import pytest

from blink_tui.model.values import crc8
from blink_tui.sandbox import RunningSandbox
from tests.sandbox.caller import Caller, code_of, fetch
from tests.sandbox.conftest import Connect

MARCH = {"dateCreatedFrom": "2026-03-01T00:00:00Z", "dateCreatedTo": "2026-03-31T23:59:59Z"}


def listed(caller: Caller, **changes: Any) -> list[dict[str, Any]]:
    """Identifiers of a context."""
    answer = caller.http.post("/collective-identifiers/query", json=MARCH | changes)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["collectiveIdentifiers"]
    return rows


def invoices(caller: Caller, *numbers: str) -> list[dict[str, Any]]:
    """What is under identifiers."""
    body = {"collectiveIdentifierNumbers": list(numbers)}
    rows: list[dict[str, Any]] = caller.http.post("/collective-identifiers/invoices", json=body).json()[
        "invoices"
    ]
    return rows


def test_seeded_identifier_leads_to_invoices_and_back(caller: Caller) -> None:
    (one,) = listed(caller)
    number = one["collectiveIdentifierNumber"]
    assert (len(number), number[11:13], one["createdInCurrentContext"]) == (35, "IZ", True)
    assert number[-2:] == f"{crc8(number[:-3].encode()):02X}"
    members = invoices(caller, number)
    assert len(members) == one["invoiceCount"] == 3
    numbers = [row["ksefNumber"] for row in members]
    assert numbers == sorted(numbers, reverse=True)
    (back,) = caller.http.get(f"/collective-identifiers/ksef/{numbers[0]}").json()["collectiveIdentifiers"]
    assert back["collectiveIdentifierNumber"] == number


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"invoiceCountFrom": 4}, 0),
        ({"invoiceCountTo": 2}, 0),
        ({"invoiceCountFrom": 3, "invoiceCountTo": 3}, 1),
        ({"createdInCurrentContext": False}, 0),
        ({"collectiveIdentifierNumber": "x"}, 0),
        ({"dateCreatedTo": "2026-03-02T00:00:00Z"}, 0),
    ],
)
def test_identifiers_are_chosen(caller: Caller, changes: dict[str, Any], count: int) -> None:
    assert len(listed(caller, **changes)) == count


@pytest.mark.parametrize(
    "body",
    [
        {},
        MARCH | {"dateCreatedTo": "2026-06-30T00:00:00Z"},
        MARCH | {"dateCreatedFrom": "2026-04-01T00:00:00Z"},
    ],
)
def test_range_of_creation_is_checked(caller: Caller, body: dict[str, str]) -> None:
    assert code_of(caller.http.post("/collective-identifiers/query", json=body)) == 21405


def test_identifier_is_made_and_its_details_are_for_those_concerned(
    caller: Caller, standing: RunningSandbox, connect: Connect
) -> None:
    bought = caller.everything("Subject2")
    seller = max(
        {row["seller"]["nip"] for row in bought},
        key=lambda nip: sum(row["seller"]["nip"] == nip for row in bought),
    )
    numbers = [row["ksefNumber"] for row in bought if row["seller"]["nip"] == seller][:2]
    order = [{"ksefNumber": number, "payment": {"amount": 12.5, "currency": "PLN"}} for number in numbers]
    before = len(listed(caller))
    made = caller.http.post("/collective-identifiers", json={"invoices": order})
    assert made.status_code == 201
    number = made.json()["collectiveIdentifierNumber"]
    assert len(listed(caller)) == before + 1
    assert {row["payment"]["amount"] for row in invoices(caller, number)} == {12.5}
    stranger = connect(standing)
    stranger.login(next(firm for firm in standing.firms[1:] if firm.nip != seller))
    assert {row["detailsHidden"] for row in invoices(stranger, number)} == {True}
    standing.state.collective._all.pop()  # the sandbox is shared


def test_identifier_is_refused(caller: Caller) -> None:
    rows = caller.everything("Subject2")
    other = next(row for row in rows if row["seller"] != rows[0]["seller"])
    one, two = rows[0]["ksefNumber"], other["ksefNumber"]
    unknown = "1111111111-20260301-000000000000-00"
    for numbers, code in (([one, unknown], 71001), ([one, two], 71004), ([one, one], 71005), ([one], 21405)):
        body = {"invoices": [{"ksefNumber": number} for number in numbers]}
        assert code_of(caller.http.post("/collective-identifiers", json=body)) == code


def test_bad_requests_of_identifiers(caller: Caller) -> None:
    assert code_of(caller.http.get("/collective-identifiers/ksef/nonsense")) == 21405
    body = {"collectiveIdentifierNumbers": ["x"] * 11}
    assert code_of(caller.http.post("/collective-identifiers/invoices", json=body)) == 21405
    headers = {"x-continuation-token": "%%%"}
    assert code_of(caller.http.post("/collective-identifiers/query", json=MARCH, headers=headers)) == 21418
    too_large = caller.http.post("/collective-identifiers/query", json=MARCH, params={"pageSize": 201})
    assert code_of(too_large) == 21405


def test_peppol_providers_are_listed(caller: Caller) -> None:
    body = caller.http.get("/peppol/query").json()
    dates = [row["dateCreated"] for row in body["peppolProviders"]]
    assert dates == sorted(dates, reverse=True)
    assert body["hasMore"] is False
    assert caller.http.get("/peppol/query", params={"pageOffset": 1}).json()["peppolProviders"] == []
    assert code_of(caller.http.get("/peppol/query", params={"pageSize": 101})) == 21405


def test_latarnia_tells_what_it_was_told(caller: Caller) -> None:
    base = f"{caller.sandbox.state.base}/latarnia"
    assert fetch(f"{base}/status").json() == {"status": "AVAILABLE"}
    assert fetch(f"{base}/messages").json() == []
    failure = {"status": "FAILURE", "title": "Awaria", "text": "Trwa.", "end": "2026-03-31T15:00:00Z"}
    assert caller.control("POST", "latarnia", json=failure).status_code == 200
    told = fetch(f"{base}/status").json()
    assert told["status"] == "FAILURE"
    assert told["messages"][0] | {"title": "Awaria", "type": "FAILURE_START"} == told["messages"][0]
    caller.control("POST", "latarnia", json={"status": "AVAILABLE"})
    assert [row["type"] for row in fetch(f"{base}/messages").json()] == ["FAILURE_END", "FAILURE_START"]
    assert fetch(f"{base}/status").json() == {"status": "AVAILABLE"}
    assert caller.control("POST", "latarnia", json={"status": "FINE"}).status_code == 400
    caller.sandbox.state.status.messages.clear()  # the sandbox is shared
