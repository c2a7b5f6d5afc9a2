"""Limits as callers see and change them; and that the sandbox's are those of the contract."""

from __future__ import annotations

import re
from typing import Any

import pytest

from blink_tui.sandbox import VirtualClock
from blink_tui.sandbox.limits import GROUPS
from blink_tui.sandbox.server import OPERATIONS
from tests.sandbox import contract
from tests.sandbox.caller import Caller, code_of
from tests.sandbox.conftest import Connect, Start

OVERRIDABLE = [
    group
    for group in GROUPS
    if group not in ("anonymous", "global", "onlineSessionClose", "batchSessionClose")
]


def rates(**changes: dict[str, int]) -> dict[str, Any]:
    """A request that gives each group wide limits, but for changes."""
    wide = {"perSecond": 100, "perMinute": 1_000, "perHour": 10_000}
    return {"rateLimits": {group: changes.get(group, wide) for group in OVERRIDABLE}}


def test_every_operation_has_the_rates_and_rights_of_the_contract() -> None:
    if not contract.present():
        pytest.skip("the contract is not here")
    paths = {re.sub(r"\{\w+\}", "{}", path): found for path, found in contract.document()["paths"].items()}
    for operation in OPERATIONS:
        documented = paths[re.sub(r"\{\w+\}", "{}", operation.path)][operation.method.lower()]
        expected = {"perSecond": -1, "perMinute": -1, "perHour": -1} | documented["x-rate-limits"]
        assert GROUPS[operation.group].published() == expected, operation.key
        assert set(operation.permissions) == set(documented.get("x-required-permissions", [])), operation.key


def test_rates_of_a_context_are_changed_and_restored(start: Start, connect: Connect) -> None:
    sandbox = start(limits=True, documents=10)
    caller, other = connect(sandbox), connect(sandbox)
    caller.login(sandbox.firms[0])
    other.login(sandbox.firms[1])
    narrow = {"perSecond": 2, "perMinute": 3, "perHour": 4}
    order = rates(invoiceMetadata=narrow)
    assert caller.http.post("/testdata/rate-limits", json=order).status_code == 200
    assert caller.http.get("/rate-limits").json()["invoiceMetadata"] == narrow
    assert other.http.get("/rate-limits").json()["invoiceMetadata"]["perSecond"] == 8
    assert [caller.query().status_code for _ in range(3)] == [200, 200, 429]
    assert [other.query().status_code for _ in range(3)] == [200] * 3
    assert caller.http.delete("/testdata/rate-limits").status_code == 200
    assert caller.http.get("/rate-limits").json()["invoiceMetadata"]["perSecond"] == 8


def test_production_rates_hold_in_a_sandbox_without_limits(
    start: Start, connect: Connect, clock: VirtualClock
) -> None:
    sandbox = start(documents=10)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    assert caller.http.post("/testdata/rate-limits/production").status_code == 200
    assert [caller.query().status_code for _ in range(9)] == [200] * 8 + [429]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rateLimits": {}},
        rates(other={"perSecond": 0, "perMinute": 1, "perHour": 1}),
        rates(other={"perSecond": 1}),
    ],
)
def test_rates_have_to_be_whole(caller: Caller, body: dict[str, Any]) -> None:
    assert code_of(caller.http.post("/testdata/rate-limits", json=body)) == 21405


def test_limits_of_a_context(caller: Caller) -> None:
    usual = caller.http.get("/limits/context").json()
    assert usual["onlineSession"] == {
        "maxInvoiceSizeInMB": 1,
        "maxInvoiceWithAttachmentSizeInMB": 3,
        "maxInvoices": 10_000,
    }
    assert usual["collectiveIdentifier"] == {"maxInvoices": 500}
    other = {
        "onlineSession": {
            "maxInvoiceSizeInMB": 5,
            "maxInvoiceWithAttachmentSizeInMB": 10,
            "maxInvoices": 7,
        },
        "batchSession": usual["batchSession"],
        "collectiveIdentifier": {"maxInvoices": 2},
    }
    assert caller.http.post("/testdata/limits/context/session", json=other).status_code == 200
    assert caller.http.get("/limits/context").json() == other
    too_large = other | {"collectiveIdentifier": {"maxInvoices": 5_001}}
    assert code_of(caller.http.post("/testdata/limits/context/session", json=too_large)) == 21405
    assert code_of(caller.http.post("/testdata/limits/context/session", json={})) == 21405
    assert caller.http.delete("/testdata/limits/context/session").status_code == 200
    assert caller.http.get("/limits/context").json() == usual


def test_limits_of_a_subject(caller: Caller) -> None:
    path = "/testdata/limits/subject/certificate"
    usual = caller.http.get("/limits/subject").json()
    assert caller.http.post(path, json={"certificate": {"maxCertificates": 1}}).status_code == 200
    assert caller.http.get("/limits/subject").json() == usual | {"certificate": {"maxCertificates": 1}}
    assert code_of(caller.http.post(path, json={"enrollment": {"maxEnrollments": -1}})) == 21405
    assert code_of(caller.http.post(path, json={"subjectIdentifierType": "Dog"})) == 21405
    assert caller.http.delete(path).status_code == 200
    assert caller.http.get("/limits/subject").json() == usual
