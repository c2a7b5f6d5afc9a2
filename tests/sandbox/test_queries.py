"""The list of metadata: pages, order, truncation, the high-water mark, filters; and single documents."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from blink_tui.sandbox import VirtualClock
from blink_tui.sandbox.clock import parse_ticks
from tests.sandbox.caller import Caller, code_of
from tests.sandbox.conftest import Connect, Start


def stored(rows: list[dict[str, Any]]) -> list[int]:
    """When each was stored, in ticks."""
    return [parse_ticks(row["permanentStorageDate"]) for row in rows]


def test_page_offset_counts_pages(buyer: Caller) -> None:
    whole = buyer.query("Subject2", pageSize=250).json()
    pages = [buyer.query("Subject2", pageSize=25, pageOffset=page).json() for page in range(3)]
    assert [len(page["invoices"]) for page in pages] == [25, 25, 10]
    assert [page["hasMore"] for page in pages] == [True, True, False]
    assert [row for page in pages for row in page["invoices"]] == whole["invoices"]
    assert stored(whole["invoices"]) == sorted(stored(whole["invoices"]))
    assert buyer.query("Subject2", pageSize=25, pageOffset=3).json()["invoices"] == []


def test_descending_order_is_the_same_backwards(buyer: Caller) -> None:
    ascending = buyer.query("Subject2", pageSize=250).json()["invoices"]
    first = buyer.query("Subject2", pageSize=40, sortOrder="Desc").json()["invoices"]
    second = buyer.query("Subject2", pageSize=40, pageOffset=1, sortOrder="Desc").json()["invoices"]
    assert first + second == ascending[::-1]


@pytest.mark.parametrize(
    "params",
    [{"pageSize": 9}, {"pageSize": 251}, {"pageOffset": -1}, {"sortOrder": "Up"}, {"pageSize": "ten"}],
)
def test_page_parameters_have_bounds(caller: Caller, params: dict[str, Any]) -> None:
    assert code_of(caller.query(**params)) == 21405


def test_truncated_list_goes_on_from_its_last_date(start: Start, connect: Connect) -> None:
    sandbox = start(firms=1, sales=0.0, truncate_after=25)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    seen: dict[str, None] = {}
    since = "2026-03-01T00:00:00Z"
    while True:
        pages = []
        for page in range(3):
            body = caller.query(
                "Subject2", {"dateRange": {"from": since}}, pageSize=10, pageOffset=page
            ).json()
            pages.append(body)
            if not body["hasMore"] or body["isTruncated"]:
                break
        seen.update((row["ksefNumber"], None) for body in pages for row in body["invoices"])
        if not pages[-1]["isTruncated"]:
            break
        assert [len(body["invoices"]) for body in pages] == [10, 10, 5]
        assert [body["isTruncated"] for body in pages] == [False, False, True]
        since = pages[-1]["invoices"][-1]["permanentStorageDate"]
    assert list(seen) == [document.ksef_number for document in in_order(sandbox)]
    assert code_of(caller.query("Subject2", pageSize=10, pageOffset=3)) == 21405


def in_order(sandbox: Any) -> list[Any]:
    """All documents of a sandbox by time of storage."""
    return sorted(sandbox.state.documents.by_number.values(), key=lambda document: document.stamps.stored)


def test_mark_lags_behind_now(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(hwm_lag=300.0)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    mark = caller.query().json()["permanentStorageHwmDate"]
    assert parse_ticks(mark) == clock.now() - 3_000_000_000
    clock.advance(60)
    assert caller.query().json()["permanentStorageHwmDate"] == "2026-03-31T11:56:00.000000+00:00"


def test_documents_after_the_mark_need_a_query_to_now(start: Start, connect: Connect) -> None:
    half_of_all_days = 5 * 86_400.0 + 43_200.0
    sandbox = start(firms=1, sales=0.0, hwm_lag=half_of_all_days)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    behind = caller.query("Subject2", pageSize=250).json()
    free = {"dateRange": {"restrictToPermanentStorageHwmDate": False}}
    everything = caller.query("Subject2", free, pageSize=250).json()
    mark = parse_ticks(behind["permanentStorageHwmDate"])
    assert everything["permanentStorageHwmDate"] == behind["permanentStorageHwmDate"]
    assert len(everything["invoices"]) == 60
    assert behind["invoices"] == [
        row
        for row, instant in zip(everything["invoices"], stored(everything["invoices"]), strict=True)
        if instant < mark
    ]
    assert 0 < len(behind["invoices"]) < 60


def test_start_beyond_the_mark_is_nothing_new(caller: Caller) -> None:
    dates = {"from": "2026-03-31T11:59:00Z"}
    assert code_of(caller.query(filters={"dateRange": dates})) == 21183
    free = dates | {"restrictToPermanentStorageHwmDate": False}
    assert caller.query(filters={"dateRange": free}).json()["invoices"] == []


def test_mark_of_a_closed_window_is_its_end(caller: Caller) -> None:
    body = caller.query(filters={"dateRange": {"to": "2026-03-25T00:00:00+01:00"}}).json()
    assert body["permanentStorageHwmDate"] == "2026-03-24T23:00:00.000000+00:00"


def test_mark_stays_for_all_pages_of_a_query(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(firms=1, sales=0.0)
    buyer = connect(sandbox)
    buyer.login(sandbox.firms[0])
    first = buyer.query("Subject2", pageSize=50).json()["permanentStorageHwmDate"]
    clock.advance(30)
    assert buyer.query("Subject2", pageSize=50, pageOffset=1).json()["permanentStorageHwmDate"] == first
    assert buyer.query("Subject2", pageSize=50).json()["permanentStorageHwmDate"] > first


def test_other_dates_have_no_mark(buyer: Caller) -> None:
    for date_type in ("Issue", "Invoicing"):
        dates = {"dateType": date_type, "from": "2026-03-01T00:00:00Z"}
        body = buyer.query("Subject2", {"dateRange": dates}, pageSize=250).json()
        assert body["permanentStorageHwmDate"] is None
        assert len(body["invoices"]) == 60
        field = {"Issue": "issueDate", "Invoicing": "invoicingDate"}[date_type]
        assert [row[field] for row in body["invoices"]] == sorted(row[field] for row in body["invoices"])


@pytest.mark.parametrize(
    "dates",
    [
        {"from": "2025-12-01T00:00:00Z"},
        {"from": "2025-01-01T00:00:00Z", "to": "2025-04-12T00:00:00Z"},
        {"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"},
        {"from": "2026-03-02T00:00:00"},
        {"from": "yesterday"},
        {"dateType": "Birthday"},
    ],
)
def test_date_range_is_checked(caller: Caller, dates: dict[str, str]) -> None:
    assert code_of(caller.query(filters={"dateRange": dates})) == 21405


def test_hundred_days_are_not_too_many(caller: Caller) -> None:
    dates = {"from": "2025-12-21T12:00:00Z"}
    assert caller.query(filters={"dateRange": dates}).status_code == 200


def test_filters_choose(caller: Caller) -> None:
    rows = caller.everything("Subject2")
    one = rows[3]
    gross = one["grossAmount"]
    cases: list[tuple[dict[str, Any], list[Any]]] = [
        ({"ksefNumber": one["ksefNumber"]}, [one]),
        (
            {"invoiceTypes": [one["invoiceType"]]},
            [row for row in rows if row["invoiceType"] == one["invoiceType"]],
        ),
        (
            {"sellerNip": one["seller"]["nip"]},
            [row for row in rows if row["seller"] == one["seller"]],
        ),
        (
            {"amount": {"type": "Brutto", "from": gross, "to": gross}},
            [row for row in rows if row["grossAmount"] == gross],
        ),
        ({"currencyCodes": ["EUR", "USD"]}, [row for row in rows if row["currency"] != "PLN"]),
        ({"invoicingMode": "Offline"}, [row for row in rows if row["invoicingMode"] == "Offline"]),
        ({"formType": "PEF"}, []),
        ({"buyerIdentifier": {"type": "Nip", "value": one["buyer"]["identifier"]["value"]}}, rows),
        ({"hasAttachment": True}, []),
    ]
    for filters, expected in cases:
        assert caller.query("Subject2", filters, pageSize=250).json()["invoices"] == expected, filters


def test_each_subject_sees_its_own(start: Start, connect: Connect) -> None:
    sandbox = start(documents=300, firms=4, seed=2)
    seen = set()
    for firm in sandbox.firms:
        caller = connect(sandbox)
        caller.login(firm)
        sold, bought = caller.everything("Subject1"), caller.everything("Subject2")
        assert {row["seller"]["nip"] for row in sold} == {firm.nip}
        assert {row["buyer"]["identifier"]["value"] for row in bought} == {firm.nip}
        for row in caller.everything("Subject3"):
            identifiers = {third["identifier"]["value"] for third in row["thirdSubjects"]}
            assert any(str(identifier).startswith(firm.nip) for identifier in identifiers)
            seen.add("Subject3")
        for row in caller.everything("SubjectAuthorized"):
            assert row["authorizedSubject"]["nip"] == firm.nip
            seen.add("SubjectAuthorized")
    assert seen == {"Subject3", "SubjectAuthorized"}


def test_single_document_comes_with_its_hash(caller: Caller) -> None:
    row = caller.everything("Subject1")[0]
    answer = caller.http.get(f"/invoices/ksef/{row['ksefNumber']}")
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["content-type"] == "application/xml"
    assert digest == answer.headers["x-ms-meta-hash"] == row["invoiceHash"]
    old_form = row["ksefNumber"][:26] + "-" + row["ksefNumber"][26:]
    assert caller.http.get(f"/invoices/ksef/{old_form}").content == answer.content


def test_document_of_others_does_not_exist(start: Start, connect: Connect) -> None:
    sandbox = start()
    first, second = connect(sandbox), connect(sandbox)
    first.login(sandbox.firms[0])
    second.login(sandbox.firms[1])
    mine = {row["ksefNumber"] for row in first.everything("Subject1")}
    theirs = {row["ksefNumber"] for row in second.everything("Subject2")}
    number = sorted(mine - theirs)[0]
    assert code_of(second.http.get(f"/invoices/ksef/{number}")) == 21164
    assert code_of(second.http.get("/invoices/ksef/nonsense")) == 21405


def test_numbered_document_is_not_yet_there(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(firms=1, sales=0.0)
    last = in_order(sandbox)[-1]
    clock.advance((last.stamps.stored - clock.now()) / 10_000_000)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    assert caller.http.get(f"/invoices/ksef/{last.ksef_number}").status_code == 200
    clock.advance(-1)
    assert code_of(caller.http.get(f"/invoices/ksef/{last.ksef_number}")) == 21165
    clock.advance(-60)
    assert code_of(caller.http.get(f"/invoices/ksef/{last.ksef_number}")) == 21164
    free = {"dateRange": {"restrictToPermanentStorageHwmDate": False}}
    assert len(caller.query("Subject2", free, pageSize=250).json()["invoices"]) == 59
