"""What was granted to whom: each list as its callers see it, and the operations that change it."""

from __future__ import annotations

from typing import Any

import pytest

from blink_tui.sandbox import RunningSandbox, VirtualClock
from blink_tui.sandbox.grants import OWNER_SCOPES, Grant
from tests.sandbox.caller import Caller, code_of
from tests.sandbox.conftest import Desk
from tests.sandbox.permission_calls import (
    DESCRIPTION,
    PERSON,
    change,
    indirect,
    listed,
    status_of,
    subject,
)
from tests.sandbox.signing import begin, outcome, person, reason, seal
from tests.sandbox.test_permissions import MEMBER, OFFICE, PESEL, grant, set_up

FIRM = {"fullName": "Biuro Próbne"}


@pytest.fixture
def office(desk: Desk) -> Caller:
    """The office in its own context."""
    return desk(seal(OFFICE), ("Nip", OFFICE))


def scopes(page: dict[str, Any]) -> list[str]:
    """The permissions of a page, in order of their names."""
    return sorted(each["permissionScope"] for each in page["permissions"])


def withdraw(caller: Caller, path: str) -> int:
    """Withdraw over HTTP; the code of the operation's status."""
    answer = caller.http.delete(f"/permissions/{path}")
    return status_of(caller, answer.status_code, answer.json())


def let_office_in(owner: Caller, *, can_delegate: bool = False) -> None:
    """The client lets the office read."""
    permission = {"type": "InvoiceRead", "canDelegate": can_delegate}
    body = {**subject("Nip", OFFICE), "permissions": [permission], "subjectDetails": FIRM, **DESCRIPTION}
    assert change(owner, "entities/grants", body) == 200


def test_office_finds_its_clients(owner: Caller, office: Caller, client: str) -> None:
    assert listed(office, "entities/grants")["permissions"] == []
    let_office_in(owner, can_delegate=True)
    grant(owner, MEMBER, ("Nip", OFFICE), "InvoiceRead", "CredentialsRead")
    found = listed(office, "entities/grants")
    assert not found["hasMore"]
    assert {each["contextIdentifier"]["value"]: each["canDelegate"] for each in found["permissions"]} == {
        client: True,
        MEMBER: False,
    }
    only = {"contextIdentifier": {"type": "Nip", "value": client}}
    (one,) = listed(office, "entities/grants", only)["permissions"]
    assert (one["permissionScope"], one["description"]) == ("InvoiceRead", "Uprawnienie próbne")
    assert withdraw(owner, f"common/grants/{one['id']}") == 200
    assert listed(office, "entities/grants", only)["permissions"] == []


def test_lists_are_paged_newest_first(office: Caller, clock: VirtualClock) -> None:
    contexts = [f"123456{number:04d}" for number in range(25)]
    for context in contexts:
        clock.advance(1)
        grant(office, context, ("Nip", OFFICE), "InvoiceRead")
    pages = [listed(office, "entities/grants", pageOffset=page) for page in range(3)]
    assert [page["hasMore"] for page in pages] == [True, True, False]
    found = [each["contextIdentifier"]["value"] for page in pages for each in page["permissions"]]
    assert found == contexts[::-1]
    whole = listed(office, "entities/grants", pageSize=25)
    assert (len(whole["permissions"]), whole["hasMore"]) == (25, False)
    refused = office.http.post("/permissions/query/entities/grants", json={}, params={"pageSize": 101})
    assert code_of(refused) == 21405


def test_owner_has_no_permissions_but_owns(owner: Caller, office: Caller, client: str) -> None:
    mine = listed(owner, "personal/grants")
    assert mine["permissions"] == []
    assert set(mine["ownerPermissions"]) == set(OWNER_SCOPES)
    let_office_in(owner)
    (received,) = listed(office, "personal/grants")["permissions"]
    assert received["contextIdentifier"] == {"type": "Nip", "value": client}


def test_certificate_learns_of_its_rights_in_the_context_of_a_client(
    owner: Caller, desk: Desk, client: str
) -> None:
    grant(owner, client, ("Pesel", PESEL), "InvoiceRead", "Introspection")
    employee = desk(person(PESEL), ("Nip", client))
    mine = listed(employee, "personal/grants")
    assert (scopes(mine), mine["ownerPermissions"]) == (["Introspection", "InvoiceRead"], None)
    assert scopes(listed(employee, "personal/grants", {"permissionTypes": ["InvoiceRead"]})) == [
        "InvoiceRead"
    ]
    assert scopes(listed(employee, "personal/grants", {"permissionState": "Inactive"})) == []
    code, security = reason(employee.http.post("/permissions/query/persons/grants", json={}))
    assert code == "missing-permissions"
    assert security == {
        "requiredAnyOfPermissions": ["CredentialsManage", "CredentialsRead", "SubunitManage"],
        "presentPermissions": ["InvoiceRead", "Introspection"],
    }


@pytest.mark.parametrize("general", [True, False])
def test_staff_looks_authorised_after_the_client_has_withdrawn(
    owner: Caller, office: Caller, desk: Desk, client: str, general: bool
) -> None:
    target = {"type": "AllPartners"} if general else {"type": "Nip", "value": client}
    if not general:
        assert change(office, "indirect/grants", indirect(target)) == 410
    let_office_in(owner, can_delegate=True)
    assert change(office, "indirect/grants", indirect(target)) == 200
    staff = desk(person(PESEL), ("Nip", client))
    assert staff.query().status_code == 200
    (mine,) = listed(staff, "personal/grants")["permissions"]
    assert mine["targetIdentifier"]["type"] == target["type"]
    (theirs,) = listed(office, "entities/grants")["permissions"]
    assert withdraw(owner, f"common/grants/{theirs['id']}") == 200
    in_force = {"queryType": "PermissionsInCurrentContext", "targetIdentifier": target}
    (still,) = listed(office, "persons/grants", in_force)["permissions"]
    assert (still["permissionState"], still["subjectPersonDetails"]["lastName"]) == ("Active", "Próbna")
    assert outcome(staff, begin(staff, person(PESEL), ("Nip", client)))[0] == 415


def test_grants_of_a_context_and_those_of_one_author(owner: Caller, desk: Desk, client: str) -> None:
    body = {**subject("Pesel", PESEL), "subjectDetails": PERSON, **DESCRIPTION}
    manages = body | {"permissions": ["CredentialsManage"]}
    assert change(owner, "persons/grants", manages) == 200
    manager = desk(person(PESEL), ("Nip", client))
    reads = {**body, **subject("Nip", OFFICE), "permissions": ["InvoiceRead", "Introspection"]}
    assert change(manager, "persons/grants", reads) == 200
    all_of_them = {"queryType": "PermissionsInCurrentContext"}
    assert len(listed(owner, "persons/grants", all_of_them)["permissions"]) == 3
    granted = {"queryType": "PermissionsGrantedInCurrentContext"}
    assert scopes(listed(owner, "persons/grants", granted)) == ["CredentialsManage"]
    by_manager = listed(manager, "persons/grants", granted)
    assert scopes(by_manager) == ["Introspection", "InvoiceRead"]
    assert by_manager["permissions"][0]["authorIdentifier"] == {"type": "Pesel", "value": PESEL}
    for query, count in (
        ({"authorIdentifier": {"type": "Nip", "value": client}}, 1),
        ({"authorIdentifier": {"type": "System"}}, 0),
        ({"authorizedIdentifier": {"type": "Nip", "value": OFFICE}}, 2),
        ({"permissionTypes": ["Introspection", "InvoiceWrite"]}, 1),
    ):
        assert len(listed(owner, "persons/grants", all_of_them | query)["permissions"]) == count, query


def test_units_and_their_administrators(owner: Caller, desk: Desk, client: str) -> None:
    unit = f"{client}-0001"
    digits = [int(digit) for digit in unit if digit.isdigit()]
    unit += str((sum(digits[::2]) + 3 * sum(digits[1::2])) % 10)
    body = {
        **subject("Pesel", PESEL),
        "contextIdentifier": {"type": "InternalId", "value": unit},
        "subjectDetails": PERSON,
        "subunitName": "Oddział próbny",
        **DESCRIPTION,
    }
    assert change(owner, "subunits/grants", body) == 200
    admin = desk(person(PESEL), ("InternalId", unit))
    assert scopes(listed(admin, "personal/grants")) == ["CredentialsManage"]
    assert reason(admin.query("Subject3"))[0] == "missing-permissions"
    (told,) = listed(owner, "subunits/grants")["permissions"]
    assert (told["subunitName"], told["subunitIdentifier"]["value"]) == ("Oddział próbny", unit)
    other = {"subunitIdentifier": {"type": "Nip", "value": MEMBER}}
    assert listed(owner, "subunits/grants", other)["permissions"] == []
    reads = {
        **subject("Pesel", PESEL),
        "permissions": ["InvoiceRead"],
        "subjectDetails": PERSON,
        **DESCRIPTION,
    }
    assert change(admin, "persons/grants", reads) == 200
    admin = desk(person(PESEL), ("InternalId", unit))
    assert admin.query("Subject3").status_code == 200
    code, security = reason(admin.http.post("/permissions/query/subunits/grants", json={}))
    assert (code, security) == ("context-type-not-allowed", {"contextIdentifierType": "InternalId"})


@pytest.mark.parametrize(
    ("kind", "head_role", "member_role"),
    [
        ("JST", "LocalGovernmentUnit", "LocalGovernmentSubUnit"),
        ("VatGroup", "VatGroupUnit", "VatGroupSubUnit"),
    ],
)
def test_groups_and_their_members(
    owner: Caller, desk: Desk, client: str, kind: str, head_role: str, member_role: str
) -> None:
    members = [{"subjectNip": nip, "description": f"Członek {nip}"} for nip in (MEMBER, OFFICE)]
    group = {"subjectNip": client, "subjectType": kind, "subunits": members, "description": "Grupa próbna"}
    set_up(owner, "subject", group)
    (head,) = owner.http.get("/permissions/query/entities/roles").json()["roles"]
    assert (head["role"], head["parentEntityIdentifier"]) == (head_role, None)
    found = listed(owner, "subordinate-entities/roles")["roles"]
    assert {role["subordinateEntityIdentifier"]["value"]: role["role"] for role in found} == {
        MEMBER: member_role,
        OFFICE: member_role,
    }
    one = {"subordinateEntityIdentifier": {"type": "Nip", "value": MEMBER}}
    assert len(listed(owner, "subordinate-entities/roles", one)["roles"]) == 1
    member = desk(seal(MEMBER), ("Nip", MEMBER))
    (role,) = member.http.get("/permissions/query/entities/roles").json()["roles"]
    assert (role["role"], role["parentEntityIdentifier"]["value"]) == (member_role, client)
    assert listed(member, "subordinate-entities/roles")["roles"] == []
    body = {**subject("Pesel", PESEL), "subjectDetails": PERSON, **DESCRIPTION}
    nip = {"contextIdentifier": {"type": "Nip", "value": MEMBER}}
    assert change(owner, "subunits/grants", body | nip) == 200
    assert scopes(listed(desk(person(PESEL), ("Nip", MEMBER)), "personal/grants")) == ["CredentialsManage"]
    set_up(owner, "subject/remove", {"subjectNip": client})
    assert member.http.get("/permissions/query/entities/roles").json()["roles"] == []


@pytest.mark.parametrize("kind", ["authority", "bailiff"])
def test_who_enforces(owner: Caller, desk: Desk, client: str, kind: str) -> None:
    body = {
        **subject("Pesel", PESEL),
        "permissions": ["EnforcementOperations"],
        "subjectDetails": PERSON,
        **DESCRIPTION,
    }
    assert change(owner, "persons/grants", body) == 430
    if kind == "authority":
        set_up(owner, "subject", {"subjectNip": client, "subjectType": "EnforcementAuthority", **DESCRIPTION})
    else:
        set_up(owner, "person", {"nip": client, "pesel": "90010112345", "isBailiff": True, **DESCRIPTION})
    (role,) = owner.http.get("/permissions/query/entities/roles").json()["roles"]
    assert role["role"] == ("EnforcementAuthority" if kind == "authority" else "CourtBailiff")
    assert change(owner, "persons/grants", body) == 200
    assert "EnforcementOperations" in listed(owner, "personal/grants")["ownerPermissions"]


def test_authorizations_given_and_received(owner: Caller, office: Caller, client: str) -> None:
    body = {**subject("Nip", OFFICE), "permission": "SelfInvoicing", "subjectDetails": FIRM, **DESCRIPTION}
    assert change(owner, "authorizations/grants", body) == 200
    (given,) = listed(owner, "authorizations/grants", {"queryType": "Granted"})["authorizationGrants"]
    (received,) = listed(office, "authorizations/grants", {"queryType": "Received"})["authorizationGrants"]
    assert given == received
    assert given["authorizationScope"] == "SelfInvoicing"
    assert given["subjectEntityDetails"]["fullName"] == "Biuro Próbne"
    for caller, query in (
        (owner, {"queryType": "Received"}),
        (office, {"queryType": "Granted"}),
        (office, {"queryType": "Received", "permissionTypes": ["RRInvoicing"]}),
        (office, {"queryType": "Received", "authorizingIdentifier": {"type": "Nip", "value": MEMBER}}),
        (owner, {"queryType": "Granted", "authorizedIdentifier": {"type": "PeppolId", "value": "PPL123456"}}),
    ):
        assert listed(caller, "authorizations/grants", query)["authorizationGrants"] == []
    assert outcome(office, begin(office, seal(OFFICE), ("Nip", client)))[0] == 415
    assert withdraw(owner, f"common/grants/{given['id']}") == 410
    assert withdraw(office, f"authorizations/grants/{given['id']}") == 410
    assert withdraw(owner, f"authorizations/grants/{given['id']}") == 200
    assert listed(owner, "authorizations/grants", {"queryType": "Granted"})["authorizationGrants"] == []


def test_eu_entities(owner: Caller, sandbox: RunningSandbox, desk: Desk, client: str) -> None:
    who, union = seal(MEMBER), ("NipVatUe", f"{client}-DE123456789")
    for scope in ("VatUeManage", "InvoiceRead"):
        sandbox.state.grants.add(
            Grant(
                kind="eu",
                granted_in=("Nip", client),
                context=union,
                authorized=("Fingerprint", who.fingerprint),
                scope=scope,
                author=("Nip", client),
                start=0,
                description="Uprawnienie unijne",
                unit_name="Probe GmbH, Berlin",
            )
        )
    found = listed(owner, "eu-entities/grants")
    assert scopes(found) == ["InvoiceRead", "VatUeManage"]
    assert {each["vatUeIdentifier"] for each in found["permissions"]} == {"DE123456789"}
    admin = desk(who, union, by="certificateFingerprint")
    assert len(listed(admin, "eu-entities/grants", {"permissionTypes": ["VatUeManage"]})["permissions"]) == 1
    for query in (
        {"vatUeIdentifier": "DE987654321"},
        {"authorizedFingerprintIdentifier": "X"},
        {"permissionTypes": ["Introspection"]},
    ):
        assert listed(admin, "eu-entities/grants", query)["permissions"] == []
    for path in ("entities/grants", "subunits/grants", "subordinate-entities/roles", "authorizations/grants"):
        refused = admin.http.post(f"/permissions/query/{path}", json={})
        assert reason(refused) == ("context-type-not-allowed", {"contextIdentifierType": "NipVatUe"})


def test_operations_of_others(owner: Caller, office: Caller, clock: VirtualClock) -> None:
    answer = owner.http.delete(f"/permissions/common/grants/{'x' * 36}")
    path = f"/permissions/operations/{answer.json()['referenceNumber']}"
    assert owner.http.get(path).json()["status"]["code"] == 410
    assert reason(office.http.get(path))[0] == "insufficient-resource-access"
    assert code_of(owner.http.get("/permissions/operations/short")) == 21405
    assert code_of(owner.http.delete("/permissions/common/grants/short")) == 21405
