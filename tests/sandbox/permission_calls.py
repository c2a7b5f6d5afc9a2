"""Permissions as callers list and change them."""

from __future__ import annotations

from typing import Any

from tests.sandbox.caller import Caller
from tests.sandbox.test_permissions import PESEL

DESCRIPTION = {"description": "Uprawnienie próbne"}
NAMED = {"firstName": "Zofia", "lastName": "Próbna"}
PERSON = {"subjectDetailsType": "PersonByIdentifier", "personById": NAMED}


def listed(caller: Caller, path: str, query: dict[str, Any] | None = None, **params: int) -> dict[str, Any]:
    """One page of a list."""
    answer = caller.http.post(f"/permissions/query/{path}", json=query or {}, params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def subject(kind: str, value: str) -> dict[str, Any]:
    """Who is authorised."""
    return {"subjectIdentifier": {"type": kind, "value": value}}


def change(caller: Caller, path: str, body: dict[str, Any]) -> int:
    """Grant over HTTP; the code of the operation's status."""
    answer = caller.http.post(f"/permissions/{path}", json=body)
    return status_of(caller, answer.status_code, answer.json())


def status_of(caller: Caller, status: int, body: dict[str, Any]) -> int:
    assert status == 202, body
    told = caller.http.get(f"/permissions/operations/{body['referenceNumber']}").json()
    return int(told["status"]["code"])


def indirect(target: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    """What an office grants its staff."""
    return {
        **subject("Pesel", PESEL),
        "targetIdentifier": target,
        "permissions": ["InvoiceRead"],
        "subjectDetails": PERSON,
        **DESCRIPTION,
        **changes,
    }
