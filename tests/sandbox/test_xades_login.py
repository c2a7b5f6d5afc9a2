"""Logging in by signature: who it is, what his certificate is worth, from where he may come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from blink_tui.sandbox import RunningSandbox, VirtualClock
from blink_tui.sandbox.sessions import Status
from tests.sandbox.caller import Caller, code_of
from tests.sandbox.conftest import Connect, Start
from tests.sandbox.signing import (
    NOON,
    Identity,
    PrivateKey,
    begin,
    document,
    identity,
    log_in,
    outcome,
    person,
    post,
    reason,
    refresh,
    rsa_key,
    seal,
    sign,
)

PESEL = "88102341294"
FAILED_CERTIFICATE = "Uwierzytelnianie zakończone niepowodzeniem z powodu błędu certyfikatu"


@pytest.fixture
def sandbox(start: Start) -> RunningSandbox:
    """A small one."""
    return start()


@pytest.fixture
def nip(sandbox: RunningSandbox) -> str:
    """NIP of a firm with documents."""
    return sandbox.firms[0].nip


@pytest.fixture
def someone(sandbox: RunningSandbox, connect: Connect) -> Caller:
    """Somebody who has not logged in."""
    return connect(sandbox)


@pytest.mark.parametrize("key", [None, rsa_key()], ids=["ec", "rsa"])
@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_owner_by_the_seal_of_the_firm(
    someone: Caller, nip: str, key: PrivateKey | None, version: str
) -> None:
    log_in(someone, seal(nip, key=key), ("Nip", nip), version=version)
    assert {row["seller"]["nip"] for row in someone.everything("Subject1")} == {nip}
    (session,) = someone.http.get("/auth/sessions").json()["items"]
    assert session["authenticationMethod"] == "QualifiedSeal"
    assert session["authenticationMethodInfo"]["category"] == "XadesSignature"


def test_owner_by_a_personal_certificate_with_the_nip(someone: Caller, nip: str) -> None:
    log_in(someone, identity(serial=f"TINPL-{nip}"), ("Nip", nip))
    assert someone.query().status_code == 200


def test_stranger_has_no_rights(someone: Caller, nip: str) -> None:
    for who in (seal("1111111111"), person(PESEL)):
        begun = begin(someone, who, ("Nip", nip))
        assert outcome(someone, begun) == (415, "Brak przypisanych uprawnień")
        refused = someone.http.post("/auth/token/redeem", headers=someone.operation(begun))
        assert code_of(refused) == 21301


def test_fingerprint_is_a_subject_of_its_own(someone: Caller, sandbox: RunningSandbox, nip: str) -> None:
    who = seal(nip)
    by_print = {"by": "certificateFingerprint"}
    assert outcome(someone, begin(someone, who, ("Nip", nip), **by_print))[0] == 415
    grant = {
        "contextIdentifier": {"type": "Nip", "value": nip},
        "authorizedIdentifier": {"type": "Fingerprint", "value": who.fingerprint},
        "permissions": [{"permissionType": "InvoiceRead", "description": "Odczyt"}],
    }
    assert someone.http.post("/testdata/permissions", json=grant).status_code == 200
    log_in(someone, who, ("Nip", nip), **by_print)
    assert someone.query().status_code == 200


def test_owner_opens_the_units_of_the_firm(someone: Caller, nip: str) -> None:
    log_in(someone, seal(nip), ("InternalId", f"{nip}-00001"))
    assert someone.query("Subject3").status_code == 200
    begun = begin(someone, seal(nip), ("InternalId", "1111111111-00001"))
    assert outcome(someone, begun)[0] == 415


@pytest.mark.parametrize(
    ("who", "context", "code"),
    [
        (identity, ("Nip", "1111111111"), 21406),
        (lambda: identity(serial="PNOPL-123"), ("Nip", "1111111111"), 21406),
        (lambda: identity(serial="PASPL-AB1234567"), ("Nip", "1111111111"), 21406),
        (lambda: seal("1111111111"), ("PeppolId", "PPL123456"), 21117),
        (lambda: seal("1111111111"), ("NipVatUe", "1111111111-DE123456789"), 21117),
    ],
)
def test_subject_must_fit(
    someone: Caller, who: Callable[[], Identity], context: tuple[str, str], code: int
) -> None:
    assert code_of(begin(someone, who(), context)) == code


def test_challenge_is_good_once_and_for_ten_minutes(someone: Caller, nip: str, clock: VirtualClock) -> None:
    who, challenges = seal(nip), [someone.http.post("/auth/challenge").json()["challenge"] for _ in range(2)]
    used, forgotten = (sign(document(each, ("Nip", nip)), who) for each in challenges)
    assert post(someone, used).status_code == 202
    assert code_of(post(someone, used)) == 21111
    clock.advance(601)
    assert code_of(post(someone, forgotten)) == 21111


def test_refusals_at_once(someone: Caller, nip: str) -> None:
    who = seal(nip)
    assert code_of(post(someone, b"")) == 21001
    assert code_of(post(someone, "<a>ą</a>".encode("iso-8859-2"))) == 21217
    assert code_of(post(someone, b"<a>")) == 9101
    assert code_of(post(someone, document("x", ("Nip", nip)).encode())) == 9102
    assert code_of(begin(someone, who, ("Nip", "123"))) == 21401
    assert code_of(begin(someone, seal(nip, key=rsa_key(1024)), ("Nip", nip))) == 21115
    spoiled = sign(document("x", ("Nip", nip)), who).replace(nip.encode(), b"1111111111")
    assert code_of(post(someone, spoiled)) == 9105
    assert code_of(post(someone, b"<a/>", verifyCertificateChain="maybe")) == 21405


def test_old_shape_of_a_refusal(sandbox: RunningSandbox, connect: Connect) -> None:
    refused = post(connect(sandbox, problem_details=False), b"<a/>")
    assert refused.json()["exception"]["exceptionDetailList"][0]["exceptionCode"] == 9102


def test_self_made_certificates_by_date_and_wish(
    start: Start, connect: Connect, someone: Caller, nip: str
) -> None:
    context = ("Nip", nip)
    past = seal(nip, begins=NOON - timedelta(days=9), ends=NOON)
    future = seal(nip, begins=NOON + timedelta(seconds=1))
    for who in (past, future):
        begun = begin(someone, who, context)
        assert outcome(someone, begun) == (460, "Nieważny certyfikat")
        assert someone.status(begun)["description"] == FAILED_CERTIFICATE
    challenge = someone.http.post("/auth/challenge").json()["challenge"]
    signed = sign(document(challenge, context), seal(nip))
    untrusted = (460, "Niezaufany łańcuch certyfikatów")
    assert outcome(someone, post(someone, signed, verifyCertificateChain="true")) == untrusted
    strict = connect(start(self_signed=False))
    assert outcome(strict, begin(strict, seal(nip), context)) == untrusted


def test_chains_that_do_not_hold(someone: Caller, sandbox: RunningSandbox, nip: str) -> None:
    unknown = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Unknown")])
    assert outcome(someone, begin(someone, seal(nip, issuer=unknown), ("Nip", nip))) == (
        460,
        "Niezaufany łańcuch certyfikatów",
    )
    broken = (460, "Błąd weryfikacji łańcucha certyfikatów")
    assert outcome(someone, begin(someone, seal(nip, signer=rsa_key()), ("Nip", nip))) == broken
    authority = sandbox.state.certificates.authority.certificate.subject
    assert outcome(someone, begin(someone, seal(nip, issuer=authority), ("Nip", nip))) == broken


def test_addresses_of_the_policy(someone: Caller, sandbox: RunningSandbox, nip: str) -> None:
    here = (
        "<AuthorizationPolicy><AllowedIps><Ip4Mask>127.0.0.0/8</Ip4Mask></AllowedIps></AuthorizationPolicy>"
    )
    log_in(someone, seal(nip), ("Nip", nip), policy=here)
    assert someone.query().status_code == 200
    elsewhere = here.replace("127.0.0.0/8", "10.0.0.0/8")
    tokens = log_in(someone, seal(nip), ("Nip", nip), policy=elsewhere)
    assert reason(someone.query()) == ("ip-not-allowed", {"clientIp": "127.0.0.1"})
    assert refresh(someone, tokens).status_code == 200


def test_policy_of_a_token_login(someone: Caller, sandbox: RunningSandbox) -> None:
    firm = sandbox.firms[0]

    def policy(**ips: list[str]) -> dict[str, object]:
        return {"authorizationPolicy": {"allowedIps": ips}}

    begun = someone.begin(firm.token, firm.nip, **policy(ip4Ranges=["10.0.0.1-10.0.0.2"]))
    tokens = someone.http.post("/auth/token/redeem", headers=someone.operation(begun)).json()
    someone.http.headers["Authorization"] = f"Bearer {tokens['accessToken']['token']}"
    assert reason(someone.query())[0] == "ip-not-allowed"
    assert code_of(someone.begin(firm.token, firm.nip, **policy(ip4Addresses=["10.0.0.300"]))) == 21405
    backwards = policy(ip4Ranges=["10.0.0.2-10.0.0.1"])
    assert code_of(someone.begin(firm.token, firm.nip, **backwards)) == 21405


def test_security_service_blocks_an_address(someone: Caller, sandbox: RunningSandbox, nip: str) -> None:
    log_in(someone, seal(nip), ("Nip", nip))
    sandbox.state.people.suspects.add("127.0.0.1")
    code, security = reason(someone.query())
    assert code == "security-service-blocked"
    assert security is not None
    assert set(security) == {"incidentId", "clientIp"}


def test_outcome_can_be_ordered(someone: Caller, sandbox: RunningSandbox, nip: str) -> None:
    cancelled = Status(550, "Operacja została anulowana przez system", ("Spróbuj ponownie",))
    sandbox.state.login_outcomes["Nip", nip] = cancelled
    for begun in (begin(someone, seal(nip), ("Nip", nip)), someone.begin(sandbox.firms[0].token, nip)):
        assert outcome(someone, begun) == (550, "Spróbuj ponownie")


def test_sessions_are_listed_by_pages_and_ended_from_elsewhere(
    someone: Caller, sandbox: RunningSandbox, connect: Connect, nip: str, clock: VirtualClock
) -> None:
    who, other = seal(nip), connect(sandbox)
    lost = log_in(someone, who, ("Nip", nip))
    for _ in range(11):
        clock.advance(1)
        log_in(other, who, ("Nip", nip))
    first = other.http.get("/auth/sessions").json()
    rest = other.http.get(
        "/auth/sessions", headers={"x-continuation-token": first["continuationToken"]}
    ).json()
    items = first["items"] + rest["items"]
    assert (len(first["items"]), len(items), rest["continuationToken"]) == (10, 12, None)
    assert [item["isCurrent"] for item in items] == [True, *[False] * 11]
    assert items == sorted(items, key=lambda item: str(item["startDate"]), reverse=True)
    assert other.http.delete(f"/auth/sessions/{items[-1]['referenceNumber']}").status_code == 204
    refused = refresh(someone, lost)
    assert code_of(refused) == 21301
    assert "(425)" in refused.json()["errors"][0]["details"][0]
    assert len(other.http.get("/auth/sessions", params={"pageSize": 50}).json()["items"]) == 11
    assert someone.query().status_code == 200


def test_sessions_of_others_are_nobody_elses(
    someone: Caller, sandbox: RunningSandbox, connect: Connect
) -> None:
    mine, theirs = sandbox.firms[:2]
    other = connect(sandbox)
    log_in(other, seal(theirs.nip), ("Nip", theirs.nip))
    (foreign,) = other.http.get("/auth/sessions").json()["items"]
    log_in(someone, seal(mine.nip), ("Nip", mine.nip))
    refused = someone.http.delete(f"/auth/sessions/{foreign['referenceNumber']}")
    assert reason(refused) == ("insufficient-resource-access", None)
    assert code_of(someone.http.delete("/auth/sessions/short")) == 21405
    for bad in ("%%%", "cGFnZSB4", "eHh4eHgx", "cGFnZSAtMQ=="):
        assert code_of(someone.http.get("/auth/sessions", headers={"x-continuation-token": bad})) == 21418
    assert code_of(someone.http.get("/auth/sessions", params={"pageSize": 5})) == 21405
