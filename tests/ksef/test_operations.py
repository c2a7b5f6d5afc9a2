from __future__ import annotations

import pytest

from blink_tui.ksef.operations import INVOICE, CallNotAllowedError, check_allowed


@pytest.mark.parametrize(
    "call",
    [
        "GET /security/public-key-certificates",
        "GET /invoices/ksef/5265877635-20250826-0100001AF629-AF",
        "POST /auth/challenge",
        "POST /auth/ksef-token",
        "POST /auth/xades-signature",
        "POST /auth/token/redeem",
        "POST /auth/token/refresh",
        "DELETE /auth/sessions/current",
        "POST /invoices/query/metadata",
        "POST /invoices/exports",
        "POST /permissions/query/personal/grants",
        "POST /certificates/query",
        "POST /certificates/retrieve",
        "POST /collective-identifiers/query",
        "POST /collective-identifiers/invoices",
    ],
)
def test_what_may_be_called(call: str) -> None:
    check_allowed(*call.split(" ", 1))


@pytest.mark.parametrize(
    "call",
    [
        "POST /sessions/online",
        "POST /sessions/batch",
        "POST /tokens",
        "DELETE /tokens/20251010-EC-1DCE3E3000-12ECB5B36E-45",
        "DELETE /auth/sessions/20251010-AU-1DCE3E3000-12ECB5B36E-45",
        "POST /permissions/persons/grants",
        "DELETE /permissions/common/grants/1",
        "POST /certificates/enrollments",
        "POST /certificates/1/revoke",
        "POST /collective-identifiers",
        "POST /testdata/person",
        "PUT /invoices/exports",
        "POST /invoices/exports/1",
        "POST /auth/challenge/../../tokens",
        "GET",
    ],
)
def test_what_may_never_be_called(call: str) -> None:
    method, _, path = call.partition(" ")
    with pytest.raises(CallNotAllowedError):
        check_allowed(method, path)


def test_a_value_cannot_leave_its_place_in_the_path() -> None:
    assert INVOICE.filled("../../tokens?x=1") == "/invoices/ksef/..%2F..%2Ftokens%3Fx%3D1"
