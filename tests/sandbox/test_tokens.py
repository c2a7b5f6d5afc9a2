"""KSeF tokens: made, listed, looked at, revoked; and how they end with the rights of their author."""

from __future__ import annotations

from typing import Any

import pytest

from blink_tui.sandbox import RunningSandbox, VirtualClock
from tests.sandbox.caller import Caller, bearer, code_of
from tests.sandbox.conftest import Connect, Start
from tests.sandbox.signing import begin, log_in, outcome, reason, refresh, seal
from tests.sandbox.test_permissions import OFFICE, grant, revoke


@pytest.fixture
def sandbox(start: Start) -> RunningSandbox:
    """A small one."""
    return start()


@pytest.fixture
def nip(sandbox: RunningSandbox) -> str:
    """NIP of a firm with documents."""
    return sandbox.firms[0].nip


@pytest.fixture
def owner(sandbox: RunningSandbox, connect: Connect, nip: str) -> Caller:
    """The owner of the firm, logged in by its seal."""
    caller = connect(sandbox)
    log_in(caller, seal(nip), ("Nip", nip))
    return caller


def make(caller: Caller, *scopes: str, description: str = "Token próbny") -> dict[str, Any]:
    """A new token: its reference number and its text."""
    answer = caller.http.post("/tokens", json={"permissions": list(scopes), "description": description})
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_token_is_pending_then_active(
    owner: Caller, sandbox: RunningSandbox, connect: Connect, nip: str, clock: VirtualClock
) -> None:
    made = make(owner, "InvoiceRead")
    assert made["token"].startswith(f"{made['referenceNumber']}|nip-{nip}|")
    assert owner.http.get(f"/tokens/{made['referenceNumber']}").json()["status"] == "Pending"
    other = connect(sandbox)
    begun = other.begin(made["token"], nip)
    assert outcome(other, begun) == (450, "Token nieaktywny")
    clock.advance(1)
    assert owner.http.get(f"/tokens/{made['referenceNumber']}").json()["status"] == "Active"
    assert outcome(other, other.begin(made["token"], nip)) == (200, None)
    assert outcome(other, other.begin(made["token"], sandbox.firms[1].nip)) == (
        450,
        f"Token nie może być użyty w kontekście {sandbox.firms[1].nip}",
    )
    told = owner.http.get(f"/tokens/{made['referenceNumber']}").json()
    assert told["lastUseDate"] is not None
    assert told["authorIdentifier"] == {"type": "Nip", "value": nip}


def log_in_by(caller: Caller, token: str, nip: str) -> dict[str, Any]:
    """Both tokens of a login by KSeF token."""
    begun = caller.begin(token, nip)
    tokens: dict[str, Any] = caller.http.post("/auth/token/redeem", headers=caller.operation(begun)).json()
    caller.http.headers.update(bearer(tokens["accessToken"]["token"]))
    return tokens


def test_token_revoked_while_in_use(
    owner: Caller, sandbox: RunningSandbox, connect: Connect, nip: str, clock: VirtualClock
) -> None:
    made = make(owner, "InvoiceRead")
    clock.advance(1)
    user = connect(sandbox)
    tokens = log_in_by(user, made["token"], nip)
    assert owner.http.delete(f"/tokens/{made['referenceNumber']}").status_code == 204
    assert user.query().status_code == 200
    refused = refresh(user, tokens)
    assert refused.json()["errors"][0]["details"] == ["Token KSeF został unieważniony."]
    assert outcome(user, user.begin(made["token"], nip)) == (450, "Token unieważniony")
    assert owner.http.get(f"/tokens/{made['referenceNumber']}").json()["status"] == "Revoked"


def test_token_has_only_its_own_rights(
    owner: Caller, sandbox: RunningSandbox, connect: Connect, nip: str, clock: VirtualClock
) -> None:
    made = make(owner, "InvoiceWrite", "CredentialsRead", "InvoiceWrite")
    clock.advance(1)
    user = connect(sandbox)
    log_in_by(user, made["token"], nip)
    code, security = reason(user.query())
    assert code == "missing-permissions"
    assert security is not None
    assert security["presentPermissions"] == ["InvoiceWrite", "CredentialsRead"]
    assert len(user.http.get("/tokens").json()["tokens"]) == 2
    foreign = sandbox.firms[0].token.partition("|")[0]
    assert reason(user.http.delete(f"/tokens/{foreign}"))[0] == "insufficient-resource-access"
    order = {"permissions": ["InvoiceRead"], "description": "Token z tokena"}
    assert reason(user.http.post("/tokens", json=order)) == (
        "auth-method-not-allowed",
        {"authenticationMethodCategory": "Token"},
    )
    assert user.http.delete(f"/tokens/{made['referenceNumber']}").status_code == 204


def test_token_dies_with_the_rights_of_its_author(
    sandbox: RunningSandbox, connect: Connect, nip: str, clock: VirtualClock
) -> None:
    office, user = connect(sandbox), connect(sandbox)
    grant(office, nip, ("Nip", OFFICE), "InvoiceRead", "InvoiceWrite")
    log_in(office, seal(OFFICE), ("Nip", nip))
    made = make(office, "InvoiceRead", "InvoiceWrite")
    clock.advance(1)
    revoke(office, nip, ("Nip", OFFICE))
    grant(office, nip, ("Nip", OFFICE), "InvoiceRead")
    tokens = log_in_by(user, made["token"], nip)
    assert user.query().status_code == 200
    revoke(office, nip, ("Nip", OFFICE))
    refused = refresh(user, tokens)
    assert refused.json()["errors"][0]["details"] == ["Token KSeF został unieważniony."]
    assert outcome(user, user.begin(made["token"], nip)) == (450, "Token unieważniony")


def test_author_sees_his_own_and_who_may_read_credentials_sees_all(
    owner: Caller, sandbox: RunningSandbox, connect: Connect, nip: str
) -> None:
    make(owner, "InvoiceRead")
    office = connect(sandbox)
    grant(office, nip, ("Nip", OFFICE), "InvoiceRead")
    log_in(office, seal(OFFICE), ("Nip", nip))
    made = make(office, "InvoiceRead", description="Token biura")
    (own,) = office.http.get("/tokens").json()["tokens"]
    assert own["referenceNumber"] == made["referenceNumber"]
    assert len(owner.http.get("/tokens").json()["tokens"]) == 3
    found = owner.http.get("/tokens", params={"description": "TOKEN b"}).json()["tokens"]
    assert [token["referenceNumber"] for token in found] == [made["referenceNumber"]]
    by_author = {"authorIdentifier": OFFICE[2:8], "authorIdentifierType": "Nip"}
    assert len(owner.http.get("/tokens", params=by_author).json()["tokens"]) == 1
    assert (
        owner.http.get("/tokens", params=by_author | {"authorIdentifierType": "Pesel"}).json()["tokens"] == []
    )
    statuses = owner.http.get("/tokens", params={"status": ["Pending", "Failed"]}).json()["tokens"]
    assert len(statuses) == 2


def test_list_is_paged_by_continuation_token(owner: Caller, clock: VirtualClock) -> None:
    for number in range(25):
        clock.advance(1)
        make(owner, "InvoiceRead", description=f"Token {number:02d}")
    seen: list[str] = []
    continuation: str | None = ""
    while continuation is not None:
        headers = {"x-continuation-token": continuation} if continuation else {}
        page = owner.http.get("/tokens", headers=headers).json()
        assert len(page["tokens"]) <= 10
        seen += [token["description"] for token in page["tokens"]]
        continuation = page["continuationToken"]
    assert seen == [*(f"Token {number:02d}" for number in reversed(range(25))), "Token piaskownicy"]
    assert len(owner.http.get("/tokens", params={"pageSize": 100}).json()["tokens"]) == 26


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"permissions": [], "description": "Pusty token"}, 21405),
        ({"permissions": ["InvoiceRead"], "description": "x"}, 21405),
        ({"permissions": ["Everything"], "description": "Wszystko"}, 21405),
        ({"permissions": ["InvoiceRead", "EnforcementOperations"], "description": "Za dużo"}, 26001),
    ],
)
def test_orders_that_are_refused(owner: Caller, order: dict[str, Any], code: int) -> None:
    assert code_of(owner.http.post("/tokens", json=order)) == code


def test_only_firms_and_units_have_tokens(sandbox: RunningSandbox, connect: Connect, nip: str) -> None:
    caller, who = connect(sandbox), seal(nip)
    unit = ("InternalId", f"{nip}-00001")
    log_in(caller, who, unit)
    made = make(caller, "InvoiceRead")
    assert f"|internalId-{unit[1]}|" in made["token"]
    union = ("NipVatUe", f"{nip}-DE123456789")
    sandbox.state.grants.grant(union, ("Fingerprint", who.fingerprint), "InvoiceRead", 0, kind="eu")
    assert outcome(caller, begin(caller, who, unit))[0] == 200
    log_in(caller, who, union, by="certificateFingerprint")
    order = {"permissions": ["InvoiceRead"], "description": "Token unijny"}
    assert code_of(caller.http.post("/tokens", json=order)) == 26002


def test_questions_that_are_refused(owner: Caller) -> None:
    for params in (
        {"status": "Alive"},
        {"authorIdentifierType": "System"},
        {"description": "ab"},
        {"pageSize": "101"},
    ):
        assert code_of(owner.http.get("/tokens", params=params)) == 21405
    assert code_of(owner.http.get("/tokens", headers={"x-continuation-token": "x"})) == 21418
    assert code_of(owner.http.get("/tokens/short")) == 21405
    assert code_of(owner.http.delete("/tokens/short")) == 21405
    assert reason(owner.http.delete(f"/tokens/{'x' * 36}"))[0] == "insufficient-resource-access"
