"""Every fault does what it says, to the request it is meant for, as often as it says."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest

from blink_tui.sandbox import RunningSandbox, VirtualClock
from blink_tui.sandbox.faults import KINDS
from tests.sandbox.caller import Caller, bearer, code_of, parts_of
from tests.sandbox.conftest import Connect, Start


@pytest.fixture
def caller(struck: Caller) -> Caller:
    return struck


def last_row(caller: Caller) -> dict[str, Any]:
    """The last request of the log."""
    row: dict[str, Any] = caller.control("GET", "requests").json()["requests"][-1]
    return row


@pytest.mark.parametrize("status", [401, 404, 410, 500, 502, 503, 504])
def test_answer_with_a_status(caller: Caller, status: int) -> None:
    caller.judging = False
    caller.fault("answer", operation="query_metadata", status=status)
    answer = caller.query("Subject2")
    assert answer.status_code == status
    if status in (502, 504):
        assert answer.headers["content-type"] == "text/html"
        assert answer.text.startswith("<html>")
    else:
        assert answer.json()["status"] == status
    row = last_row(caller)
    assert (row["fault"], row["status"]) == ("answer", status)
    assert caller.query("Subject2").status_code == 200
    assert last_row(caller)["fault"] is None


def test_answer_400_has_the_code_and_detail_asked_for(caller: Caller) -> None:
    caller.fault("answer", operation="POST /invoices/exports", status=400, code=21182, detail="Zajęte.")
    answer = caller.order("Subject2")[0]
    assert code_of(answer) == 21182
    assert answer.json()["errors"][0]["details"] == ["Zajęte."]


@pytest.mark.parametrize(
    "reason",
    [
        "missing-permissions",
        "ip-not-allowed",
        "insufficient-resource-access",
        "auth-method-not-allowed",
        "security-service-blocked",
        "context-type-not-allowed",
    ],
)
def test_answer_403_with_each_reason(caller: Caller, reason: str) -> None:
    caller.fault("answer", operation="query_metadata", status=403, reason=reason)
    answer = caller.query("Subject2")
    assert (answer.status_code, answer.json()["reasonCode"]) == (403, reason)


@pytest.mark.parametrize("wait", [1, 3565, "Tue, 31 Mar 2026 13:00:00 GMT"])
def test_answer_429_with_any_retry_after(caller: Caller, wait: int | str) -> None:
    caller.fault("answer", operation="query_metadata", status=429, retry_after=wait)
    answer = caller.query("Subject2")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(wait))


def test_fault_strikes_where_when_and_whom_it_is_meant_for(
    caller: Caller, faulty: RunningSandbox, connect: Connect
) -> None:
    other = connect(faulty)
    other.login(faulty.firms[1])
    context = faulty.firms[0].nip
    parameters: dict[str, Any] = {"status": 429, "retry_after": 1, "times": 2, "skip": 1, "context": context}
    caller.fault("answer", operation="query_metadata", **parameters)
    assert other.query("Subject2").status_code == 200
    assert caller.http.get("/rate-limits").status_code == 200
    assert [caller.query("Subject2").status_code for _ in range(4)] == [200, 429, 429, 200]
    assert caller.control("GET", "faults").json() == {"fault": []}


def test_fault_strikes_always_until_cleared(caller: Caller) -> None:
    caller.fault("answer", operation="*", status=429, retry_after=1, times="always")
    assert {caller.query("Subject2").status_code for _ in range(5)} == {429}
    assert caller.http.get("/tokens").status_code == 429
    assert caller.control("GET", "faults").json()["fault"][0]["hits"] == 6
    assert caller.control("DELETE", "faults").status_code == 204
    assert caller.query("Subject2").status_code == 200


def test_chance_is_the_same_for_the_same_seed(caller: Caller) -> None:
    runs = []
    for seed in (7, 7, 8):
        parameters: dict[str, Any] = {"status": 429, "times": "always", "probability": 0.4, "seed": seed}
        caller.fault("answer", operation="query_metadata", retry_after=1, **parameters)
        runs.append([caller.query("Subject2").status_code for _ in range(30)])
        caller.control("DELETE", "faults")
    assert runs[0] == runs[1] != runs[2]
    assert 5 < runs[0].count(429) < 20


@pytest.mark.parametrize("do", ["silence", "drop"])
@pytest.mark.parametrize("after_work", [False, True])
def test_nothing_comes_back_before_or_after_the_work(caller: Caller, do: str, after_work: bool) -> None:
    key, before = caller.seal("SymmetricKeyEncryption", b"k" * 32), len(exports(caller))
    caller.fault(do, operation="order_export", after_work=after_work)
    encryption = {"encryptedSymmetricKey": key, "initializationVector": base64.b64encode(b"i" * 16).decode()}
    body = {"encryption": encryption, "filters": {"subjectType": "Subject2", "dateRange": DATES}}
    with pytest.raises((httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError)) as lost:
        caller.http.post("/invoices/exports", json=body, timeout=0.5)
    assert isinstance(lost.value, httpx.ReadTimeout) == (do == "silence")
    assert len(exports(caller)) - before == after_work
    assert (last_row(caller)["fault"], last_row(caller)["status"]) == (do, 0)


DATES = {"dateType": "PermanentStorage", "from": "2026-03-01T00:00:00Z"}


def exports(caller: Caller) -> list[dict[str, Any]]:
    """What the sandbox knows of orders."""
    told: list[dict[str, Any]] = caller.control("GET", "state").json()["exports"]
    return told


def test_answer_after_the_work_is_ambiguous(caller: Caller) -> None:
    caller.judging = False
    before = len(exports(caller))
    caller.fault("answer", operation="order_export", status=502, after_work=True)
    assert caller.order("Subject2")[0].status_code == 502
    assert len(exports(caller)) == before + 1


def test_half_a_body(caller: Caller) -> None:
    caller.fault("half-body", operation="query_metadata")
    with pytest.raises(httpx.RemoteProtocolError):
        caller.query("Subject2")
    assert caller.query("Subject2").status_code == 200


def test_slow_bytes_and_late_answers_come_whole(caller: Caller) -> None:
    whole = caller.query("Subject2").content
    caller.fault("slow", operation="query_metadata", seconds=0.02, pieces=5)
    assert caller.query("Subject2").content == whole
    caller.fault("delay", operation="query_metadata", seconds=0.01)
    assert caller.query("Subject2").content == whole
    caller.fault("delay", operation="query_metadata", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        caller.http.post("/invoices/query/metadata", json={}, timeout=0.3)


def test_page_repeats_a_document(caller: Caller) -> None:
    caller.fault("repeat-document")
    rows = caller.query("Subject2", pageSize=250).json()["invoices"]
    assert rows[0] == rows[1]
    caller.fault("repeat-document", operation="order_export")
    numbers = [row["ksefNumber"] for row in caller.export("Subject2").metadata]
    assert len(numbers) == len(set(numbers)) + 1


@pytest.mark.parametrize("operation", ["query_metadata", "order_export"])
def test_amounts_are_null(caller: Caller, operation: str) -> None:
    caller.judging = False
    caller.fault("null-amounts", operation=operation)
    rows = (
        caller.query("Subject2").json()["invoices"]
        if operation == "query_metadata"
        else caller.export("Subject2").metadata
    )
    assert {row[name] for row in rows for name in ("netAmount", "grossAmount", "vatAmount")} == {None}


def test_values_and_fields_of_the_future(caller: Caller) -> None:
    caller.judging = False
    plain = caller.query("Subject2").json()
    caller.fault("unknown-values")
    rows = caller.query("Subject2").json()["invoices"]
    assert {row["invoiceType"] for row in rows} == {"VatFuture"}
    caller.fault("unknown-fields", operation="query_metadata")
    strange = caller.query("Subject2").json()
    assert "futureField" in strange
    assert "futureField" in strange["invoices"][0]["seller"]
    assert stripped(strange) == plain
    caller.fault("unknown-fields", operation="challenge")
    assert "futureField" in caller.http.post("/auth/challenge").json()


def stripped(value: Any) -> Any:
    """A document without what the future added."""
    if isinstance(value, list):
        return [stripped(item) for item in value]
    if isinstance(value, dict):
        return {name: stripped(inner) for name, inner in value.items() if name != "futureField"}
    return value


def test_truncated_without_a_date(caller: Caller) -> None:
    order = caller.order("Subject2")
    parts_of(caller, order)
    caller.fault("truncated-without-date")
    package = caller.ready(order[0].json()["referenceNumber"])["package"]
    assert package["isTruncated"]
    assert not any(name.startswith("last") for name in package)


def test_keys_are_replaced_suddenly(caller: Caller) -> None:
    caller.fault("rotate-keys")
    assert code_of(caller.order("Subject2")[0]) == 21470
    assert caller.order("Subject2")[0].status_code == 201


def test_keys_are_replaced_as_announced(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start()
    caller = connect(sandbox)
    old = caller.key("KsefTokenEncryption")
    assert caller.control("POST", "keys", json={"announced": 3_600}).status_code == 200
    published = caller.http.get("/security/public-key-certificates").json()
    assert len(published) == 4
    new = next(key for key in published if key["usage"] == old["usage"] and key != old)
    firm = sandbox.firms[0]
    steps = []
    for _ in range(3):
        for key in (old, new):
            begun = caller.begin(firm.token, firm.nip, under=key)
            steps.append(begun.status_code == 202)
        clock.advance(3_600)
    # Before, while both are good, and after the old ones are withdrawn.
    assert steps == [True, False, True, True, False, True]


def test_several_faults_strike_together_but_one_of_the_line(caller: Caller) -> None:
    several = [
        {"do": "repeat-document"},
        {"do": "unknown-fields", "operation": "query_metadata"},
        {"do": "delay", "operation": "query_metadata", "seconds": 0.001},
        {"do": "answer", "operation": "query_metadata", "status": 429, "retry_after": 5},
    ]
    assert caller.control("POST", "faults", json={"fault": several}).status_code == 200
    body = caller.query("Subject2").json()
    assert body["invoices"][0] == body["invoices"][1]
    assert "futureField" in body
    assert last_row(caller)["fault"] == "repeat-document+unknown-fields+delay"
    assert caller.query("Subject2").status_code == 429


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "explode", "operation": "*"},
        {"do": "drop"},
        {"do": "drop", "operation": "*", "seconds": 3},
        {"do": "hang", "operation": "query_metadata"},
        {"do": "answer", "operation": "*", "status": 200},
        {"do": "fail", "status": 404},
        {"do": "delay", "operation": "*"},
        {"do": "drop", "operation": "*", "times": 0},
        {"do": "drop", "operation": "*", "probability": 0},
        {"do": "drop", "operation": "*", "spelling": "wrong"},
        {"do": "drop", "operation": "query_metadat"},
        {"do": "drop", "operation": "contents"},
        {"fault": [{"do": "drop"}]},
        [],
    ],
)
def test_senseless_faults_are_refused(caller: Caller, fault: Any) -> None:
    assert caller.control("POST", "faults", json=fault).status_code == 400
    assert caller.control("GET", "faults").json() == {"fault": []}


def test_operations_of_the_sandbox_itself_are_never_struck(caller: Caller) -> None:
    caller.fault("drop", operation="*", times="always")
    assert caller.control("GET", "state").status_code == 200


def test_every_kind_has_a_test_and_is_documented() -> None:
    here = Path(__file__).parent
    text = "".join((here / name).read_text("utf-8") for name in ("test_faults.py", "test_export_faults.py"))
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []


def test_login_can_be_struck(caller: Caller, faulty: RunningSandbox) -> None:
    firm = faulty.firms[0]
    caller.fault("answer", operation="refresh", status=400, code=21301)
    tokens = caller.login(firm)
    refused = caller.http.post("/auth/token/refresh", headers=bearer(tokens["refreshToken"]["token"]))
    assert code_of(refused) == 21301
