"""Rights per context: granted and withdrawn while the sandbox runs, and what a session notices of it."""

from __future__ import annotations

from typing import Any

import pytest

from blink_tui.sandbox import RunningSandbox, VirtualClock
from blink_tui.sandbox.clock import parse_ticks
from blink_tui.sandbox.grants import Grant
from tests.sandbox.caller import Caller, bearer, code_of
from tests.sandbox.conftest import Connect
from tests.sandbox.signing import begin, log_in, outcome, person, reason, refresh, seal

PESEL = "88102341294"
OFFICE = "3755880632"
MEMBER = "8150662801"


@pytest.fixture
def someone(sandbox: RunningSandbox, connect: Connect) -> Caller:
    """Somebody who has not logged in."""
    return connect(sandbox)


def set_up(caller: Caller, path: str, body: dict[str, Any]) -> None:
    """An operation of the test environment that succeeds."""
    answer = caller.http.post(f"/testdata/{path}", json=body)
    assert (answer.status_code, answer.content) == (200, b""), answer.text


def grant(caller: Caller, context: str, who: tuple[str, str], *scopes: str) -> None:
    """Permissions in the context of a NIP."""
    permissions = [{"permissionType": scope, "description": f"Prawo {scope}"} for scope in scopes]
    set_up(caller, "permissions", _parties(context, who) | {"permissions": permissions})


def revoke(caller: Caller, context: str, who: tuple[str, str]) -> None:
    """Withdraw them all."""
    set_up(caller, "permissions/revoke", _parties(context, who))


def _parties(context: str, who: tuple[str, str]) -> dict[str, Any]:
    return {
        "contextIdentifier": {"type": "Nip", "value": context},
        "authorizedIdentifier": {"type": who[0], "value": who[1]},
    }


def test_office_reads_for_its_client_while_he_lets_it(someone: Caller, client: str) -> None:
    office = seal(OFFICE)
    grant(someone, client, ("Nip", OFFICE), "InvoiceRead")
    tokens = log_in(someone, office, ("Nip", client))
    assert {row["seller"]["nip"] for row in someone.everything("Subject1")} == {client}
    revoke(someone, client, ("Nip", OFFICE))
    assert someone.query().status_code == 200
    refused = refresh(someone, tokens)
    assert code_of(refused) == 21301
    assert "(415)" in refused.json()["errors"][0]["details"][0]
    assert outcome(someone, begin(someone, office, ("Nip", client)))[0] == 415


def test_right_of_another_kind_is_told_in_the_refusal(someone: Caller, client: str) -> None:
    grant(someone, client, ("Nip", OFFICE), "InvoiceWrite", "Introspection")
    log_in(someone, seal(OFFICE), ("Nip", client))
    assert reason(someone.query()) == (
        "missing-permissions",
        {
            "requiredAnyOfPermissions": ["InvoiceRead"],
            "presentPermissions": ["InvoiceWrite", "Introspection"],
        },
    )


def test_new_right_needs_a_new_login(someone: Caller, client: str) -> None:
    office = seal(OFFICE)
    grant(someone, client, ("Nip", OFFICE), "InvoiceWrite")
    tokens = log_in(someone, office, ("Nip", client))
    grant(someone, client, ("Nip", OFFICE), "InvoiceRead")
    assert reason(someone.query())[0] == "missing-permissions"
    someone.http.headers.update(bearer(refresh(someone, tokens).json()["accessToken"]["token"]))
    assert reason(someone.query())[0] == "missing-permissions"
    log_in(someone, office, ("Nip", client))
    assert someone.query().status_code == 200


def test_withdrawn_right_leaves_the_others(someone: Caller, client: str) -> None:
    grant(someone, client, ("Nip", OFFICE), "InvoiceRead", "InvoiceWrite")
    tokens = log_in(someone, seal(OFFICE), ("Nip", client))
    revoke(someone, client, ("Nip", OFFICE))
    grant(someone, client, ("Nip", OFFICE), "InvoiceWrite")
    assert someone.query().status_code == 200
    someone.http.headers.update(bearer(refresh(someone, tokens).json()["accessToken"]["token"]))
    security = reason(someone.query())[1]
    assert security is not None
    assert security["presentPermissions"] == ["InvoiceWrite"]


def test_staff_reads_through_its_office(someone: Caller, sandbox: RunningSandbox, client: str) -> None:
    """By an indirect grant; and only while the client lets the office pass his permission on."""
    grants, now = sandbox.state.grants, sandbox.state.clock.now()
    staff = person(PESEL)
    office, reader = ("Nip", OFFICE), ("Pesel", PESEL)
    grants.add(
        Grant(
            kind="indirect",
            granted_in=office,
            context=None,
            authorized=reader,
            scope="InvoiceRead",
            author=office,
            start=now,
            description="Wszyscy klienci",
        )
    )
    grants.grant(("Nip", client), office, "InvoiceRead", now, kind="entity")
    assert outcome(someone, begin(someone, staff, ("Nip", client)))[0] == 415
    passed_on = grants.grant(("Nip", client), office, "InvoiceRead", now, kind="entity", can_delegate=True)
    log_in(someone, staff, ("Nip", client))
    assert someone.query().status_code == 200
    grants.remove(lambda each: each.id == passed_on.id)
    assert outcome(someone, begin(someone, staff, ("Nip", client)))[0] == 415


def test_person_owns_the_firm_of_his_nip(someone: Caller, client: str) -> None:
    born = {"nip": client, "pesel": PESEL, "isBailiff": False, "description": "Właściciel"}
    assert outcome(someone, begin(someone, person(PESEL), ("Nip", client)))[0] == 415
    set_up(someone, "person", born)
    log_in(someone, person(PESEL), ("Nip", client))
    assert someone.query().status_code == 200
    assert code_of(someone.http.post("/testdata/person", json=born)) == 30001
    set_up(someone, "person/remove", {"nip": client})
    assert outcome(someone, begin(someone, person(PESEL), ("Nip", client)))[0] == 415


def test_removal_of_a_person_takes_the_permissions_along(someone: Caller, client: str) -> None:
    set_up(someone, "person", {"nip": OFFICE, "pesel": PESEL, "isBailiff": False, "description": "Osoba"})
    grant(someone, client, ("Nip", OFFICE), "InvoiceRead")
    log_in(someone, person(PESEL), ("Nip", client))
    set_up(someone, "person/remove", {"nip": OFFICE})
    assert outcome(someone, begin(someone, seal(OFFICE), ("Nip", client)))[0] == 415


def test_dead_mans_credentials(someone: Caller, client: str) -> None:
    grant(someone, client, ("Pesel", PESEL), "InvoiceRead")
    tokens = log_in(someone, person(PESEL), ("Nip", client))
    born = {"nip": OFFICE, "pesel": PESEL, "isBailiff": False, "description": "Osoba", "isDeceased": True}
    set_up(someone, "person", born)
    assert code_of(refresh(someone, tokens)) == 21308
    assert outcome(someone, begin(someone, person(PESEL), ("Nip", client))) == (
        470,
        "Próba wykorzystania metod autoryzacyjnych osoby zmarłej",
    )


def test_blocked_context(someone: Caller, sandbox: RunningSandbox, client: str) -> None:
    context = {"contextIdentifier": {"type": "Nip", "value": client}}
    tokens = log_in(someone, seal(client), ("Nip", client))
    set_up(someone, "context/block", context)
    refused = refresh(someone, tokens)
    assert code_of(refused) == 21301
    assert "(480)" in refused.json()["errors"][0]["details"][0]
    for begun in (
        begin(someone, seal(client), ("Nip", client)),
        someone.begin(sandbox.firms[0].token, client),
    ):
        code, detail = outcome(someone, begun)
        assert code == 480
        assert str(detail).startswith("Podejrzenie incydentu bezpieczeństwa")
    set_up(someone, "context/unblock", context)
    assert refresh(someone, tokens).status_code == 200
    log_in(someone, seal(client), ("Nip", client))


def test_dates_of_creation_only_grow(someone: Caller) -> None:
    born = {"subjectNip": OFFICE, "subjectType": "JST", "description": "Gmina Próbna"}
    early, late = ({"createdDate": f"2026-01-0{day}T00:00:00Z"} for day in (1, 2))
    set_up(someone, "subject", born | late)
    assert code_of(someone.http.post("/testdata/subject", json=born)) == 30001
    set_up(someone, "subject/remove", {"subjectNip": OFFICE})
    for date in (early, late):
        assert code_of(someone.http.post("/testdata/subject", json=born | date)) == 21405
    set_up(someone, "subject", born)


def test_attachments(someone: Caller, sandbox: RunningSandbox, client: str, clock: VirtualClock) -> None:
    def status() -> dict[str, Any]:
        answer: dict[str, Any] = someone.http.get("/permissions/attachments/status").json()
        return answer

    log_in(someone, seal(client), ("Nip", client))
    assert status() == {"isAttachmentAllowed": False, "revokedDate": None}
    set_up(someone, "attachment", {"nip": client})
    assert status() == {"isAttachmentAllowed": True, "revokedDate": None}
    set_up(someone, "attachment/revoke", {"nip": client, "expectedEndDate": "2026-04-01"})
    assert status()["isAttachmentAllowed"]
    assert parse_ticks(status()["revokedDate"]) == parse_ticks("2026-04-01T00:00:00Z")
    sandbox.state.people.attachments[client] = clock.now()
    assert not status()["isAttachmentAllowed"]
    set_up(someone, "attachment/revoke", {"nip": client})
    assert status() == {"isAttachmentAllowed": False, "revokedDate": None}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("subject", {"subjectNip": OFFICE, "subjectType": "Klub", "description": "Klub sportowy"}),
        ("subject", {"subjectNip": OFFICE, "subjectType": "JST", "description": "x"}),
        (
            "subject",
            {"subjectNip": OFFICE, "subjectType": "JST", "description": "Gmina", "createdDate": "dziś"},
        ),
        ("subject/remove", {"subjectNip": "1"}),
        ("person", {"nip": OFFICE, "pesel": "88132341294", "isBailiff": False, "description": "Osoba"}),
        ("person", {"nip": OFFICE, "pesel": PESEL, "description": "Osoba"}),
        ("person/remove", {}),
        ("permissions", _parties("short", ("Nip", OFFICE)) | {"permissions": []}),
        ("permissions", _parties(OFFICE, ("Pesel", "1")) | {"permissions": []}),
        (
            "permissions",
            _parties(OFFICE, ("Nip", MEMBER))
            | {"permissions": [{"permissionType": "Everything", "description": "Wszystko"}]},
        ),
        ("permissions/revoke", _parties(OFFICE, ("Dog", "12345678901"))),
        ("attachment", {"nip": None}),
        ("attachment/revoke", {"nip": OFFICE, "expectedEndDate": "2026-02-30"}),
        ("context/block", {}),
        ("context/unblock", {"contextIdentifier": {"type": "Nip"}}),
    ],
)
def test_what_the_contract_forbids(someone: Caller, path: str, body: dict[str, Any]) -> None:
    assert code_of(someone.http.post(f"/testdata/{path}", json=body)) == 21405
    assert code_of(someone.http.post(f"/testdata/{path}", content=b"{")) == 21001
