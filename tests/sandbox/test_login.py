"""Logging in: what is accepted, what is refused at once, what shows in the status."""

from __future__ import annotations

import base64

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from blink_tui.sandbox import VirtualClock
from blink_tui.sandbox.keys import sha256_base64
from tests.sandbox.caller import OAEP, Caller, bearer, code_of
from tests.sandbox.conftest import Connect, Start


def test_keys_are_one_for_each_usage_and_name_themselves(start: Start, connect: Connect) -> None:
    keys = connect(start()).http.get("/security/public-key-certificates").json()
    assert [key["usage"] for key in keys] == [["KsefTokenEncryption"], ["SymmetricKeyEncryption"]]
    for key in keys:
        public = x509.load_der_x509_certificate(base64.b64decode(key["certificate"])).public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        assert public.key_size == 2048
        spki = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assert key["publicKeyId"] == sha256_base64(spki)
    assert keys[0]["publicKeyId"] != keys[1]["publicKeyId"]


def test_right_token_opens_the_context_of_its_firm(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    tokens = caller.login(sandbox.firms[0])
    assert tokens["accessToken"]["token"] != tokens["refreshToken"]["token"]
    assert {row["seller"]["nip"] for row in caller.everything("Subject1")} == {sandbox.firms[0].nip}


def test_login_is_in_progress_for_a_moment(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(auth_delay=2.0)
    caller = connect(sandbox)
    begun = caller.begin(sandbox.firms[0].token, sandbox.firms[0].nip)
    assert caller.status(begun)["code"] == 100
    early = caller.http.post("/auth/token/redeem", headers=caller.operation(begun))
    assert code_of(early) == 21301
    clock.advance(2.0)
    assert caller.status(begun)["code"] == 200
    assert caller.http.post("/auth/token/redeem", headers=caller.operation(begun)).status_code == 200


def test_login_is_told_only_to_who_began_it(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    mine, other = (caller.begin(firm.token, firm.nip) for firm in sandbox.firms[:2])
    reference = other.json()["referenceNumber"]
    assert code_of(caller.http.get(f"/auth/{reference}", headers=caller.operation(mine))) == 21304


def test_tokens_are_redeemed_once(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    begun = caller.begin(sandbox.firms[0].token, sandbox.firms[0].nip)
    assert caller.http.post("/auth/token/redeem", headers=caller.operation(begun)).status_code == 200
    again = caller.http.post("/auth/token/redeem", headers=caller.operation(begun))
    assert code_of(again) == 21301
    assert "zostały już pobrane" in again.json()["errors"][0]["details"][0]


def detail(caller: Caller, begun: httpx.Response) -> str:
    """Why a login failed by its token."""
    assert begun.status_code == 202, begun.text
    status = caller.status(begun)
    assert status["code"] == 450
    (text,) = status["details"]
    refused = caller.http.post("/auth/token/redeem", headers=caller.operation(begun))
    assert code_of(refused) == 21301
    return str(text)


def test_each_fault_of_a_token_has_its_detail(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    firm, other = sandbox.firms[:2]
    mistyped = firm.token[:-1] + ("0" if firm.token[-1] != "0" else "1")
    assert detail(caller, caller.begin(mistyped, firm.nip)) == "Nieprawidłowy token"
    assert (
        detail(caller, caller.begin(firm.token, other.nip))
        == f"Token nie może być użyty w kontekście {other.nip}"
    )
    strange = rsa.generate_private_key(65537, 2048).public_key()
    sealed = base64.b64encode(strange.encrypt(b"x|1", OAEP)).decode()
    assert (
        detail(caller, caller.begin(firm.token, firm.nip, encryptedToken=sealed))
        == "Nieprawidłowe szyfrowanie tokena"
    )
    assert (
        detail(caller, caller.begin(firm.token, firm.nip, encryptedToken="żółw"))
        == "Nieprawidłowe kodowanie tokena"
    )
    late = caller.seal("KsefTokenEncryption", f"{firm.token}|1".encode())
    assert (
        detail(caller, caller.begin(firm.token, firm.nip, encryptedToken=late)) == "Nieprawidłowy czas tokena"
    )
    sandbox.state.tokens[firm.token].status = "Revoked"
    assert detail(caller, caller.begin(firm.token, firm.nip)) == "Token unieważniony"


def test_challenge_is_good_once_and_for_ten_minutes(
    start: Start, connect: Connect, clock: VirtualClock
) -> None:
    sandbox = start()
    caller = connect(sandbox)
    firm = sandbox.firms[0]
    issued = caller.http.post("/auth/challenge").json()
    sealed = caller.seal("KsefTokenEncryption", f"{firm.token}|{issued['timestampMs']}".encode())
    same = {"challenge": issued["challenge"], "encryptedToken": sealed}
    assert caller.begin(firm.token, firm.nip, **same).status_code == 202
    assert code_of(caller.begin(firm.token, firm.nip, **same)) == 21111
    forgotten = caller.http.post("/auth/challenge").json()["challenge"]
    clock.advance(601)
    assert code_of(caller.begin(firm.token, firm.nip, challenge=forgotten)) == 21111


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"publicKeyId": "A" * 43 + "="}, 21470),
        ({"publicKeyId": "short"}, 21405),
        ({"challenge": "short"}, 21405),
        ({"contextIdentifier": {"type": "Dog", "value": "1"}}, 21405),
    ],
)
def test_what_the_contract_forbids_is_refused_at_once(
    start: Start, connect: Connect, changes: dict[str, object], code: int
) -> None:
    sandbox = start()
    firm = sandbox.firms[0]
    assert code_of(connect(sandbox).begin(firm.token, firm.nip, **changes)) == code


def test_servers_before_2_9_take_a_login_without_key_id(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    begun = caller.begin(sandbox.firms[0].token, sandbox.firms[0].nip, publicKeyId=None)
    assert caller.status(begun)["code"] == 200


def test_access_ends_after_a_quarter_and_is_refreshed(
    start: Start, connect: Connect, clock: VirtualClock
) -> None:
    sandbox = start()
    caller = connect(sandbox)
    tokens = caller.login(sandbox.firms[0])
    clock.advance(899)
    assert caller.query().status_code == 200
    clock.advance(1)
    assert caller.query().status_code == 401
    refresh = bearer(tokens["refreshToken"]["token"])
    fresh = caller.http.post("/auth/token/refresh", headers=refresh).json()["accessToken"]["token"]
    caller.http.headers.update(bearer(fresh))
    assert caller.query().status_code == 200


def test_tokens_open_only_what_they_are_for(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    tokens = caller.login(sandbox.firms[0])
    caller.http.headers.update(bearer(tokens["refreshToken"]["token"]))
    assert caller.query().status_code == 401
    access = bearer(tokens["accessToken"]["token"])
    assert caller.http.post("/auth/token/refresh", headers=access).status_code == 401
    del caller.http.headers["authorization"]
    assert caller.query().status_code == 401


def test_logout_stops_refreshing_but_not_the_access_token(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    tokens = caller.login(sandbox.firms[0])
    assert caller.http.delete("/auth/sessions/current").status_code == 204
    refused = caller.http.post("/auth/token/refresh", headers=bearer(tokens["refreshToken"]["token"]))
    assert code_of(refused) == 21301
    assert "(425)" in refused.json()["errors"][0]["details"][0]
    assert caller.query().status_code == 200


def test_revoked_token_dies_at_the_next_refresh(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    tokens = caller.login(sandbox.firms[0])
    sandbox.state.tokens[sandbox.firms[0].token].status = "Revoked"
    assert caller.query().status_code == 200
    refused = caller.http.post("/auth/token/refresh", headers=bearer(tokens["refreshToken"]["token"]))
    assert refused.json()["errors"][0]["details"] == ["Token KSeF został unieważniony."]


def test_token_tells_of_itself_alone(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    (own,) = caller.http.get("/tokens").json()["tokens"]
    assert own["referenceNumber"] == sandbox.firms[0].token.partition("|")[0]
    assert own["requestedPermissions"] == ["InvoiceRead"]
    assert own["contextIdentifier"] == {"type": "Nip", "value": sandbox.firms[0].nip}
    assert caller.http.get(f"/tokens/{own['referenceNumber']}").json()["status"] == "Active"
    stranger = sandbox.firms[1].token.partition("|")[0]
    refused = caller.http.get(f"/tokens/{stranger}")
    assert (refused.status_code, refused.json()["reasonCode"]) == (403, "insufficient-resource-access")


def test_reading_needs_the_right_to_read(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox)
    sandbox.state.tokens[sandbox.firms[0].token].permissions = ("InvoiceWrite",)
    caller.login(sandbox.firms[0])
    refused = caller.query()
    assert refused.status_code == 403
    assert refused.json()["security"] == {
        "requiredAnyOfPermissions": ["InvoiceRead"],
        "presentPermissions": ["InvoiceWrite"],
    }


def test_errors_come_in_the_old_shape_unless_asked_otherwise(start: Start, connect: Connect) -> None:
    sandbox = start()
    caller = connect(sandbox, problem_details=False)
    refused = caller.begin("x", "1111111111", challenge="short")
    (listed,) = refused.json()["exception"]["exceptionDetailList"]
    assert listed["exceptionCode"] == 21405
    unreadable = caller.http.post("/auth/ksef-token", content=b"{")
    assert unreadable.json()["exception"]["exceptionDetailList"][0]["exceptionCode"] == 21001
