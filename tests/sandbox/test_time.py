"""Time of its own: the clock over HTTP, late invoices, the mark, retention, bounds, one instant for many."""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any

import pytest

from blink_tui.sandbox import RealClock, RunningSandbox, VirtualClock
from blink_tui.sandbox.clock import SECOND, parse_ticks
from tests.sandbox.caller import Caller, code_of
from tests.sandbox.conftest import Connect, Start

FREE = {"dateRange": {"restrictToPermanentStorageHwmDate": False}}
LAST_MINUTE = {"dateRange": {"from": "2026-03-31T11:59:00Z", "restrictToPermanentStorageHwmDate": False}}


@pytest.fixture
def buyer(start: Start, connect: Connect) -> Caller:
    """The one firm of a sandbox of its own, which starts without invoices."""
    return logged_in(start(firms=1, sales=0.0, documents=0), connect)


def logged_in(sandbox: RunningSandbox, connect: Connect) -> Caller:
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    return caller


def bring(caller: Caller, *stored: str, **changes: Any) -> list[str]:
    """Generated invoices stored at instants; their KSeF numbers."""
    arrival = {"generate": len(stored), "stored": list(stored)} | changes
    answer = caller.control("POST", "invoices", json=arrival)
    assert answer.status_code == 201, answer.text
    return [row["ksefNumber"] for row in answer.json()["invoices"]]


def seen(caller: Caller, filters: dict[str, Any] | None = None) -> list[str]:
    """Numbers of the first page."""
    rows = caller.query("Subject2", filters, pageSize=250).json()["invoices"]
    return [row["ksefNumber"] for row in rows]


def test_clock_is_moved_over_http(buyer: Caller, clock: VirtualClock) -> None:
    before = clock.now()
    assert buyer.control("POST", "clock", json={"advance": 90.5}).json() == {
        "now": "2026-03-31T12:01:30.5000000+00:00",
        "mark": "2026-03-31T11:59:30.5000000+00:00",
    }
    assert clock.now() - before == 905 * SECOND // 10
    told = buyer.control("POST", "clock", json={"now": "2026-03-31T13:00:00.1234567+02:00"}).json()
    assert told["now"] == "2026-03-31T11:00:00.1234567+00:00"
    assert buyer.control("GET", "clock").json() == told


@pytest.mark.parametrize("body", [{"now": "soon"}, {"mark": "late"}, {"advance": "far"}, {"back": 1}])
def test_senseless_moves_of_the_clock_are_refused(caller: Caller, body: dict[str, Any]) -> None:
    before = caller.control("GET", "clock").json()
    caller.http.headers["X-Error-Format"] = "problem-details"
    assert caller.control("POST", "clock", json=body).status_code == 400
    assert caller.control("GET", "clock").json() == before


def test_machine_clock_is_moved_too() -> None:
    clock = RealClock()
    before = clock.now()
    clock.advance(3_600)
    assert clock.now() - before >= 3_600 * SECOND
    clock.go_to(before)
    assert clock.now() >= before


def test_late_invoice_appears_behind_newer_ones(buyer: Caller) -> None:
    (newer,) = bring(buyer, "2026-03-31T11:59:30Z")
    assert seen(buyer, FREE) == [newer]
    (late,) = bring(buyer, "2026-03-31T11:58:10.0000001Z")
    assert seen(buyer, FREE) == [late, newer]
    assert seen(buyer) == []
    buyer.control("POST", "clock", json={"advance": 60})
    assert seen(buyer) == [late]


def test_nothing_arrives_behind_the_mark_unless_the_promise_is_to_be_broken(buyer: Caller) -> None:
    arrival = {"generate": 1, "stored": "2026-03-31T11:57:59Z"}
    refused = buyer.control("POST", "invoices", json=arrival)
    assert refused.status_code == 400
    assert buyer.control("POST", "invoices", json=arrival | {"behind_mark": True}).status_code == 201
    assert len(seen(buyer)) == 1


def test_given_invoice_is_kept_byte_for_byte(start: Start, connect: Connect) -> None:
    source, target = start(firms=1, sales=0.0, documents=1), start(firms=1, sales=0.0, documents=0)
    xml = next(iter(source.state.documents.by_number.values())).xml
    caller = logged_in(target, connect)
    arrival = {"xml": [base64.b64encode(xml).decode()], "stored": "2026-03-31T11:59:00Z"}
    (row,) = caller.control("POST", "invoices", json=arrival).json()["invoices"]
    assert caller.http.get(f"/invoices/ksef/{row['ksefNumber']}").content == xml


@pytest.mark.parametrize(
    "body",
    [
        {"xml": ["%"]},
        {"xml": [base64.b64encode(b"<odd/>").decode()]},
        {"generate": 2, "stored": ["2026-03-31T11:59:00Z"]},
        {"generate": 1, "stored": "then"},
        {"generate": 1, "firm": "1111111111"},
        {"generate": 1, "stored": "2026-03-31T11:59:00Z", "acquired": "2026-03-31T11:59:01Z"},
        {"generate": 1, "unknown": 1},
    ],
)
def test_senseless_arrivals_are_refused_whole(buyer: Caller, body: dict[str, Any]) -> None:
    assert buyer.control("POST", "invoices", json=body).status_code == 400
    assert seen(buyer, FREE) == []


def test_firm_and_role_of_generated_invoices(start: Start, connect: Connect) -> None:
    sandbox = start(firms=2, documents=0)
    caller = logged_in(sandbox, connect)
    bring(caller, "2026-03-31T11:59:00Z", firm=sandbox.firms[0].nip, role="seller")
    bring(caller, "2026-03-31T11:59:01Z", "2026-03-31T11:59:02Z", firm=sandbox.firms[0].nip)
    assert len(caller.query("Subject1", LAST_MINUTE).json()["invoices"]) == 1
    assert len(caller.query("Subject2", LAST_MINUTE).json()["invoices"]) == 2


def test_invoice_of_the_future_is_numbered_first(buyer: Caller) -> None:
    (number,) = bring(buyer, "2026-03-31T12:00:05Z")
    assert seen(buyer, FREE) == []
    assert code_of(buyer.http.get(f"/invoices/ksef/{number}")) == 21165


def test_mark_is_held_and_let_go(buyer: Caller, clock: VirtualClock) -> None:
    buyer.control("POST", "clock", json={"mark": "2026-03-31T11:50:00Z"})
    clock.advance(600)
    assert buyer.query("Subject2").json()["permanentStorageHwmDate"] == "2026-03-31T11:50:00.000000+00:00"
    buyer.control("POST", "clock", json={"mark": None})
    assert buyer.query("Subject2").json()["permanentStorageHwmDate"] == "2026-03-31T12:08:00.000000+00:00"


def test_mark_advances_in_leaps(start: Start, connect: Connect, clock: VirtualClock) -> None:
    caller = logged_in(start(documents=0, hwm_step=300.0), connect)
    marks = []
    for _ in range(4):
        marks.append(caller.query().json()["permanentStorageHwmDate"][11:16])
        clock.advance(120)
    assert marks == ["11:55", "12:00", "12:00", "12:00"]


def test_document_past_retention_is_gone(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(firms=1, sales=0.0, documents=0, retention=30 * 86_400.0)
    caller = logged_in(sandbox, connect)
    (number,) = bring(caller, "2026-03-31T11:59:00Z")
    clock.advance(29 * 86_400)
    caller.login(sandbox.firms[0])
    since = {"from": "2026-03-01T00:00:00Z"}
    assert seen(caller, {"dateRange": since}) == [number]
    assert seen(caller, {"dateRange": since | {"dateType": "Invoicing"}}) == [number]
    clock.advance(86_400)
    caller.login(sandbox.firms[0])
    assert seen(caller, {"dateRange": since}) == []
    assert seen(caller, {"dateRange": since | {"dateType": "Invoicing"}}) == []
    caller.judging = False  # the contract knows no 410 here, the documentation does
    gone = caller.http.get(f"/invoices/ksef/{number}")
    assert (gone.status_code, gone.json()["title"]) == (410, "Gone")


@pytest.mark.parametrize(("bounds", "places"), [("[]", "012"), ("[)", "01"), ("(]", "12"), ("()", "1")])
def test_bounds_are_inside_or_not(
    start: Start, connect: Connect, clock: VirtualClock, bounds: str, places: str
) -> None:
    sandbox = start(firms=1, sales=0.0, documents=0, bounds=bounds)
    caller = logged_in(sandbox, connect)
    instants = [f"2026-03-31T11:59:0{second}Z" for second in range(3)]
    numbers = bring(caller, *instants)
    expected = [numbers[int(place)] for place in places]
    dates = {"from": instants[0], "to": instants[2]}
    assert seen(caller, {"dateRange": dates | {"restrictToPermanentStorageHwmDate": False}}) == expected
    clock.advance(62)  # the mark is now at the last of them
    assert seen(caller, {"dateRange": {"from": instants[0]}}) == expected


def test_many_documents_on_one_instant_across_pages(buyer: Caller) -> None:
    numbers = bring(buyer, *["2026-03-31T11:59:00Z"] * 25)
    pages = [
        buyer.query("Subject2", FREE, pageSize=10, pageOffset=page).json()["invoices"] for page in range(3)
    ]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [row["ksefNumber"] for page in pages for row in page] == numbers


def test_many_documents_on_one_instant_across_a_package_cut(start: Start, connect: Connect) -> None:
    caller = logged_in(start(firms=1, sales=0.0, documents=0, max_package=10), connect)
    bring(caller, "2026-03-31T11:58:59Z", *["2026-03-31T11:59:00Z"] * 12)
    first = caller.export("Subject2", filters=FREE).package
    assert first["lastPermanentStorageDate"] == "2026-03-31T11:59:00.000000+00:00"
    dates = {"from": first["lastPermanentStorageDate"], "restrictToPermanentStorageHwmDate": False}
    again = caller.export("Subject2", filters={"dateRange": dates}).package
    assert (again["isTruncated"], again["lastPermanentStorageDate"]) == (
        True,
        first["lastPermanentStorageDate"],
    )


def test_digits_by_switch(start: Start, connect: Connect) -> None:
    caller = logged_in(start(firms=1, sales=0.0, documents=0, digits=7, package_digits=6), connect)
    bring(caller, "2026-03-31T11:59:00.1234567Z")
    body = caller.query("Subject2", FREE).json()
    assert body["invoices"][0]["permanentStorageDate"] == "2026-03-31T11:59:00.1234567+00:00"
    assert body["permanentStorageHwmDate"] == "2026-03-31T11:58:00.0000000+00:00"
    (packed,) = caller.export("Subject2", filters=FREE).metadata
    assert packed["permanentStorageDate"] == "2026-03-31T11:59:00.123456+00:00"


def test_state_tells_what_each_context_holds(buyer: Caller) -> None:
    numbers = bring(buyer, "2026-03-31T11:59:00Z", "2026-03-31T11:58:30Z")
    nip = buyer.sandbox.firms[0].nip
    short = buyer.control("GET", "state").json()
    (told,) = [short["contexts"][nip]["Subject2"]]
    assert (told["count"], "documents" in told) == (2, False)
    assert told["first"] == "2026-03-31T11:58:30.0000000+00:00"
    whole = buyer.control("GET", f"state?context={nip}").json()["contexts"]
    assert set(whole) == {nip}
    documents = whole[nip]["Subject2"]["documents"]
    assert [row["ksefNumber"] for row in documents] == numbers[::-1]
    listed = {
        row["ksefNumber"]: row["invoiceHash"] for row in buyer.query("Subject2", FREE).json()["invoices"]
    }
    assert {row["ksefNumber"]: row["invoiceHash"] for row in documents} == listed
    bring(buyer, "2026-03-31T11:59:59Z")
    assert buyer.control("GET", "state").json()["contexts"][nip]["Subject2"]["digest"] != told["digest"]


def test_log_is_read_from_a_number_on(buyer: Caller) -> None:
    total = buyer.control("GET", "requests").json()["total"]
    buyer.query("Subject2")
    told = buyer.control("GET", f"requests?after={total}").json()
    assert [(row["number"], row["operation"]) for row in told["requests"]] == [(total + 1, "query_metadata")]
    assert buyer.control("GET", "requests?after=x").status_code == 400
    assert buyer.control("GET", f"requests?after={total + 1}").json()["requests"] == []


def test_instants_agree_with_the_documents(buyer: Caller) -> None:
    bring(buyer, "2026-03-31T11:59:00Z", acquired="2026-03-31T11:58:58Z", invoicing="2026-03-31T11:58:50Z")
    (row,) = buyer.query("Subject2", FREE).json()["invoices"]
    ticks = [parse_ticks(row[name]) for name in ("invoicingDate", "acquisitionDate", "permanentStorageDate")]
    assert [later - earlier for earlier, later in pairwise(ticks)] == [
        8 * SECOND,
        2 * SECOND,
    ]


def test_unknown_control_is_not_found(caller: Caller) -> None:
    assert caller.control("GET", "nothing").status_code == 404
    assert caller.control("DELETE", "clock").status_code == 405
