"""Permissions: what the contract forbids and all that it allows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.caller import Caller, code_of
from tests.sandbox.permission_calls import (
    DESCRIPTION,
    NAMED,
    PERSON,
    change,
    indirect,
    listed,
    subject,
)
from tests.sandbox.test_permissions import MEMBER, OFFICE, PESEL


def test_internal_ids_are_checked(owner: Caller, client: str) -> None:
    body = {**subject("Pesel", PESEL), "subjectDetails": PERSON, "subunitName": "Oddział", **DESCRIPTION}

    def asked(value: str, **changes: Any) -> dict[str, Any]:
        return body | {"contextIdentifier": {"type": "InternalId", "value": value}} | changes

    right = "6824515772-12343"
    wrong = "6824515772-12344"
    assert change(owner, "subunits/grants", asked(right)) == 410
    assert code_of(owner.http.post("/permissions/subunits/grants", json=asked(wrong))) == 21405
    nameless = asked(right, subunitName=None)
    assert code_of(owner.http.post("/permissions/subunits/grants", json=nameless)) == 21405
    nip = {"contextIdentifier": {"type": "Nip", "value": MEMBER}}
    assert change(owner, "subunits/grants", body | nip) == 410


PERSONS = {"queryType": "PermissionsInCurrentContext"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("query/personal/grants", {"permissionTypes": ["Everything"]}),
        ("query/personal/grants", {"contextIdentifier": {"type": "Pesel", "value": PESEL}}),
        ("query/persons/grants", {}),
        ("query/persons/grants", PERSONS | {"permissionState": "Asleep"}),
        ("query/persons/grants", PERSONS | {"authorizedIdentifier": {"type": "Nip"}}),
        ("query/subunits/grants", {"subunitIdentifier": {"type": "Nip", "value": "1"}}),
        ("query/entities/grants", {"contextIdentifier": {"type": "Nip", "value": "1"}}),
        ("query/subordinate-entities/roles", {"subordinateEntityIdentifier": {"type": "Nip", "value": "1"}}),
        ("query/authorizations/grants", {"queryType": "Lost"}),
        ("query/eu-entities/grants", {"vatUeIdentifier": "niemiecki"}),
        (
            "persons/grants",
            {**subject("Pesel", PESEL), "permissions": [], "subjectDetails": PERSON, **DESCRIPTION},
        ),
        (
            "persons/grants",
            {
                **subject("Pesel", PESEL),
                "permissions": ["InvoiceRead"],
                "subjectDetails": {"subjectDetailsType": "PersonByFingerprintWithIdentifier"},
                **DESCRIPTION,
            },
        ),
        ("entities/grants", {**subject("Pesel", PESEL)}),
        ("authorizations/grants", {**subject("Nip", OFFICE), "permission": "Everything"}),
        ("indirect/grants", indirect({"type": "Nip"})),
        ("subunits/grants", {}),
    ],
)
def test_what_the_contract_forbids(owner: Caller, path: str, body: dict[str, Any]) -> None:
    assert code_of(owner.http.post(f"/permissions/{path}", json=body)) == 21405
    assert code_of(owner.http.post(f"/permissions/{path}", content=b"{")) == 21001


@pytest.mark.parametrize(
    "details",
    [
        {
            "subjectDetailsType": "PersonByFingerprintWithIdentifier",
            "personByFpWithId": NAMED | {"identifier": {"type": "Pesel", "value": PESEL}},
        },
        {
            "subjectDetailsType": "PersonByFingerprintWithoutIdentifier",
            "personByFpNoId": NAMED
            | {
                "birthDate": "1990-01-01",
                "idDocument": {"type": "Paszport", "number": "AB123", "country": "PL"},
            },
        },
    ],
)
def test_persons_of_every_kind(owner: Caller, details: dict[str, Any]) -> None:
    body = {**subject("Fingerprint", "A" * 64), "permissions": ["InvoiceRead"], **DESCRIPTION}
    assert change(owner, "persons/grants", body | {"subjectDetails": details}) == 200
    (told,) = listed(owner, "persons/grants", PERSONS)["permissions"]
    assert told["subjectPersonDetails"]["subjectDetailsType"] == details["subjectDetailsType"]
    assert told["subjectPersonDetails"]["firstName"] == "Zofia"
