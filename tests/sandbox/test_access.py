"""Every operation about who may do what: whatever is sent, the answer is one of the contract, never a failure."""

from __future__ import annotations

import pytest

from blink_tui.sandbox.access import OPERATIONS
from blink_tui.sandbox.calls import Operation
from tests.sandbox.caller import Caller, code_of
from tests.sandbox.conftest import Connect, Start
from tests.sandbox.signing import log_in, seal

JUNK = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{}",
    b"[" * 5000,
    b'{"a":' * 5000,
    b"\xff\xfe",
    b'{"description": 1, "permissions": [null], "subjectNip": [], "nip": {}, "csr": 5}',
    b'{"contextIdentifier": {"type": "Nip", "value": 5}, "queryType": {}, "validTo": 7}',
]


@pytest.fixture
def owner(start: Start, connect: Connect) -> Caller:
    """The owner of a firm, who may do everything."""
    sandbox = start()
    caller = connect(sandbox)
    log_in(caller, seal(sandbox.firms[0].nip), ("Nip", sandbox.firms[0].nip))
    return caller


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_junk_is_refused(owner: Caller, operation: Operation) -> None:
    """The caller compares every answer with the contract."""
    for place in ("x", "x" * 36, "0" * 16, "%00", "..%2F"):
        path = operation.path.replace("{reference}", place).replace("{serial}", place)
        for body in JUNK if operation.method in ("POST", "PUT") else [b""]:
            answer = owner.http.request(operation.method, path, content=body)
            assert answer.status_code < 500, (body, answer.text)
        if path == operation.path:
            break


@pytest.mark.parametrize(
    "instant", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2026-03-31", ""]
)
def test_instants_are_within_reach(owner: Caller, instant: str) -> None:
    body = {"subjectNip": "8150662801", "subjectType": "JST", "description": "Gmina Próbna"}
    assert code_of(owner.http.post("/testdata/subject", json=body | {"createdDate": instant})) == 21405
    assert code_of(owner.http.post("/certificates/query", json={"expiresAfter": instant})) == 21405
