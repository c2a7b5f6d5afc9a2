"""Certificates of KSeF: asked for, issued, fetched, used to log in, ended."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.x509.oid import NameOID

from blink_tui.sandbox import RunningSandbox, VirtualClock
from blink_tui.sandbox.certificates import CertificateLimits
from tests.sandbox.caller import Caller, code_of
from tests.sandbox.conftest import Connect, Start
from tests.sandbox.signing import (
    NOON,
    Identity,
    PrivateKey,
    begin,
    log_in,
    outcome,
    person,
    reason,
    rsa_key,
    seal,
)
from tests.sandbox.test_permissions import PESEL, set_up

OIDS = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}


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


def request(
    caller: Caller, key: PrivateKey, hash_: hashes.SHA256 | hashes.SHA3_256 | None = None, **names: str
) -> x509.CertificateSigningRequest:
    """A request on the name that KSeF told, changed on demand."""
    told = {
        name: value
        for name, value in caller.http.get("/certificates/enrollments/data").json().items()
        if value
    }
    subject = x509.Name([x509.NameAttribute(OIDS[name], value) for name, value in (told | names).items()])
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hash_ or hashes.SHA256())


def order(csr: x509.CertificateSigningRequest, **changes: Any) -> dict[str, Any]:
    """The body of an enrolment."""
    encoded = base64.b64encode(csr.public_bytes(serialization.Encoding.DER)).decode()
    return {"certificateName": "Próba 1", "certificateType": "Authentication", "csr": encoded} | changes


def enroll(caller: Caller, clock: VirtualClock, key: PrivateKey | None = None, **changes: Any) -> Identity:
    """A certificate of KSeF with its key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    answer = caller.http.post("/certificates/enrollments", json=order(request(caller, key), **changes))
    assert answer.status_code == 202, answer.text
    path = f"/certificates/enrollments/{answer.json()['referenceNumber']}"
    busy = caller.http.get(path).json()
    assert (busy["status"]["code"], busy["certificateSerialNumber"]) == (100, None)
    clock.advance(1)
    ready = caller.http.get(path).json()
    assert ready["status"]["code"] == 200, ready
    asked = {"certificateSerialNumbers": [ready["certificateSerialNumber"], "0" * 16]}
    (fetched,) = caller.http.post("/certificates/retrieve", json=asked).json()["certificates"]
    assert fetched["certificateName"] == "Próba 1"
    certificate = x509.load_der_x509_certificate(base64.b64decode(fetched["certificate"]))
    assert f"{certificate.serial_number:016X}" == fetched["certificateSerialNumber"]
    return Identity(key, certificate)


def serial(who: Identity) -> str:
    """Its serial number as KSeF writes it."""
    return f"{who.certificate.serial_number:016X}"


@pytest.mark.parametrize("key", [None, rsa_key()], ids=["ec", "rsa"])
def test_issued_certificate_logs_in(
    owner: Caller,
    connect: Connect,
    sandbox: RunningSandbox,
    nip: str,
    clock: VirtualClock,
    key: PrivateKey | None,
) -> None:
    who = enroll(owner, clock, key)
    usage = who.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (True, False)
    assert who.certificate.not_valid_after_utc - who.certificate.not_valid_before_utc == timedelta(days=730)
    other = connect(sandbox)
    log_in(other, who, ("Nip", nip))
    (session, _) = other.http.get("/auth/sessions").json()["items"]
    assert session["authenticationMethod"] == "InternalCertificate"
    (listed,) = other.http.post("/certificates/query", json={}).json()["certificates"]
    assert listed["subjectIdentifier"] == {"type": "Nip", "value": nip}
    assert listed["lastUseDate"] is not None
    assert (listed["status"], listed["commonName"]) == ("Active", "Próba")


def test_strict_environments_take_it_too(
    start: Start, connect: Connect, clock: VirtualClock, owner: Caller, nip: str
) -> None:
    strict = start(self_signed=False)
    strict.state.certificates = owner.sandbox.state.certificates
    caller = connect(strict)
    log_in(caller, enroll(owner, clock), ("Nip", nip))


def test_offline_certificate_does_not_log_in(owner: Caller, nip: str, clock: VirtualClock) -> None:
    who = enroll(owner, clock, certificateType="Offline")
    usage = who.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (False, True)
    assert outcome(owner, begin(owner, who, ("Nip", nip))) == (460, "Niepoprawny certyfikat")


def test_revoked_suspended_expired_and_early_ones(
    owner: Caller, sandbox: RunningSandbox, nip: str, clock: VirtualClock
) -> None:
    def ending(who: Identity) -> tuple[int, str | None]:
        return outcome(owner, begin(owner, who, ("Nip", nip)))

    def status(who: Identity) -> str:
        query = {"certificateSerialNumber": serial(who)}
        (found,) = owner.http.post("/certificates/query", json=query).json()["certificates"]
        return str(found["status"])

    revoked, suspended, expired = (enroll(owner, clock) for _ in range(3))
    early = enroll(owner, clock, validFrom="2026-04-01T00:00:00+02:00")
    assert owner.http.post(f"/certificates/{serial(revoked)}/revoke", json={}).status_code == 204
    known = sandbox.state.certificates.find(serial(suspended))
    assert known is not None
    known.blocked = True
    past = {"validTo": "2026-03-31T12:00:00Z"}
    assert owner.http.put(f"/testdata/certificates/{serial(expired)}", json=past).status_code == 200
    assert [status(each) for each in (revoked, suspended, expired, early)] == [
        "Revoked", "Blocked", "Expired", "Active",
    ]  # fmt: skip
    assert ending(revoked) == (460, "Certyfikat odwołany")
    assert ending(suspended) == (460, "Certyfikat zawieszony")
    assert ending(expired) == ending(early) == (460, "Nieważny certyfikat")
    for who in (revoked, suspended, expired):
        assert code_of(owner.http.post(f"/certificates/{serial(who)}/revoke", json={})) == 25009
    later = {"validTo": "2027-01-01T00:00:00Z"}
    assert code_of(owner.http.put(f"/testdata/certificates/{serial(expired)}", json=later)) == 21405
    clock.advance(86_400)
    assert ending(early) == (200, None)


def test_certificate_that_the_authority_forgot(
    start: Start, connect: Connect, owner: Caller, nip: str, clock: VirtualClock
) -> None:
    who = enroll(owner, clock)
    other = start()
    other.state.certificates.authority = owner.sandbox.state.certificates.authority
    caller = connect(other)
    assert outcome(caller, begin(caller, who, ("Nip", nip))) == (460, "Niepoprawny certyfikat")


def test_persons_share_theirs_under_nip_and_pesel(
    owner: Caller, connect: Connect, sandbox: RunningSandbox, nip: str, clock: VirtualClock
) -> None:
    enroll(owner, clock)
    set_up(owner, "person", {"nip": nip, "pesel": PESEL, "isBailiff": False, "description": "Osoba"})
    caller = connect(sandbox)
    log_in(caller, person(PESEL), ("Nip", nip))
    assert len(caller.http.post("/certificates/query", json={}).json()["certificates"]) == 1
    told = caller.http.get("/certificates/enrollments/data").json()
    assert (told["serialNumber"], told["givenName"], told["organizationIdentifier"]) == (
        f"PNOPL-{PESEL}", "Zofia", None,
    )  # fmt: skip
    limits = caller.http.get("/certificates/limits").json()
    assert limits == {
        "canRequest": True,
        "enrollment": {"remaining": 5, "limit": 6},
        "certificate": {"remaining": 1, "limit": 2},
    }


def test_limits_are_held(owner: Caller, sandbox: RunningSandbox, nip: str, clock: VirtualClock) -> None:
    limits = sandbox.state.certificates.limits
    limits["Nip", nip] = CertificateLimits(enrollments=2, certificates=1)
    first = enroll(owner, clock)
    csr = request(owner, ec.generate_private_key(ec.SECP256R1()))
    assert code_of(owner.http.post("/certificates/enrollments", json=order(csr))) == 25007
    assert not owner.http.get("/certificates/limits").json()["canRequest"]
    assert owner.http.post(f"/certificates/{serial(first)}/revoke", json={}).status_code == 204
    enroll(owner, clock)
    limits["Nip", nip] = CertificateLimits(enrollments=2, certificates=9)
    assert code_of(owner.http.post("/certificates/enrollments", json=order(csr))) == 25006


def test_tokens_ask_for_nothing(
    sandbox: RunningSandbox, connect: Connect, owner: Caller, clock: VirtualClock
) -> None:
    who = enroll(owner, clock)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    assert code_of(caller.http.get("/certificates/enrollments/data")) == 25001
    csr = request(owner, ec.generate_private_key(ec.SECP256R1()))
    assert code_of(caller.http.post("/certificates/enrollments", json=order(csr))) == 25002
    assert not caller.http.get("/certificates/limits").json()["canRequest"]
    assert len(caller.http.post("/certificates/query", json={}).json()["certificates"]) == 1
    refused = caller.http.post(f"/certificates/{serial(who)}/revoke", json={})
    assert reason(refused)[0] == "auth-method-not-allowed"


NOTHING = {"certificateName": "Próba 1", "certificateType": "Authentication"}
Spoiler = Callable[[Caller], dict[str, Any]]


def spoiled(caller: Caller) -> dict[str, Any]:
    """A request whose signature is not its own."""
    good = order(request(caller, ec.generate_private_key(ec.SECP256R1())))
    der = bytearray(base64.b64decode(good["csr"]))
    der[-1] ^= 1
    return good | {"csr": base64.b64encode(der).decode()}


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(
            lambda caller: order(request(caller, rsa_key(), organizationName="Inna")), 25003, id="other-name"
        ),
        pytest.param(lambda _: {**NOTHING, "csr": "%"}, 25004, id="no-base64"),
        pytest.param(lambda _: {**NOTHING, "csr": "AAAA"}, 25004, id="no-request"),
        pytest.param(spoiled, 25004, id="signature"),
        pytest.param(lambda caller: order(request(caller, rsa_key(1024))), 25010, id="small"),
        pytest.param(
            lambda caller: order(request(caller, ec.generate_private_key(ec.SECP384R1()))), 25010, id="curve"
        ),
        pytest.param(lambda caller: order(request(caller, rsa_key(), hashes.SHA3_256())), 25011, id="hash"),
        pytest.param(
            lambda caller: order(request(caller, rsa_key()), certificateName="a/b/c"), 21405, id="name"
        ),
        pytest.param(
            lambda caller: order(request(caller, rsa_key()), certificateType="Both"), 21405, id="type"
        ),
        pytest.param(lambda caller: order(request(caller, rsa_key()), validFrom="jutro"), 21405, id="date"),
    ],
)
def test_orders_that_are_refused(owner: Caller, make: Spoiler, code: int) -> None:
    assert code_of(owner.http.post("/certificates/enrollments", json=make(owner))) == code


def test_other_keys_are_refused(owner: Caller) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Próba")])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, None)
    assert code_of(owner.http.post("/certificates/enrollments", json=order(csr))) == 25010


def test_request_signed_with_pss(owner: Caller) -> None:
    plain = request(owner, rsa_key())
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(plain.subject)
        .sign(rsa_key(), hashes.SHA256(), rsa_padding=pss)
    )
    assert owner.http.post("/certificates/enrollments", json=order(csr)).status_code == 202


def test_key_of_somebody_else(
    owner: Caller, connect: Connect, sandbox: RunningSandbox, clock: VirtualClock
) -> None:
    who = enroll(owner, clock)
    other, nip = connect(sandbox), sandbox.firms[1].nip
    log_in(other, seal(nip), ("Nip", nip))
    answer = other.http.post("/certificates/enrollments", json=order(request(other, who.key)))
    path = f"/certificates/enrollments/{answer.json()['referenceNumber']}"
    clock.advance(1)
    status = other.http.get(path).json()
    assert status["status"] == {
        "code": 400,
        "description": "Wniosek odrzucony",
        "details": ["Klucz publiczny został już certyfikowany przez inny podmiot."],
    }
    assert status["certificateSerialNumber"] is None
    assert code_of(owner.http.get(path)) == 25005
    assert reason(other.http.post(f"/certificates/{serial(who)}/revoke", json={}))[0] == (
        "insufficient-resource-access"
    )
    asked = {"certificateSerialNumbers": [serial(who)]}
    assert other.http.post("/certificates/retrieve", json=asked).json()["certificates"] == []
    clock.advance(30 * 86_400)
    log_in(other, seal(nip, ends=NOON + timedelta(days=99)), ("Nip", nip))
    assert other.http.get(path).status_code == 410


def test_query_filters_and_pages(owner: Caller, clock: VirtualClock) -> None:
    kinds = ["Authentication", "Offline"] * 6
    made = [enroll(owner, clock, certificateType=kind) for kind in kinds]

    def found(query: dict[str, Any], **params: int) -> tuple[list[str], bool]:
        answer = owner.http.post("/certificates/query", json=query, params=params).json()
        return [each["certificateSerialNumber"] for each in answer["certificates"]], answer["hasMore"]

    serials = [serial(each) for each in reversed(made)]
    assert found({}) == (serials[:10], True)
    assert found({}, pageOffset=1) == (serials[10:], False)
    assert found({"type": "Offline"}, pageSize=50) == (serials[::2], False)
    assert found({"name": "ba 1", "status": "Active"}, pageSize=50) == (serials, False)
    assert found({"name": "ba 2"}) == ([], False)
    assert found({"expiresAfter": "2029-01-01T00:00:00Z"}) == ([], False)


def test_questions_that_are_refused(owner: Caller) -> None:
    for query in ({"type": "Both"}, {"certificateSerialNumber": "x"}, {"expiresAfter": "jutro"}):
        assert code_of(owner.http.post("/certificates/query", json=query)) == 21405
    assert code_of(owner.http.post("/certificates/query", json={}, params={"pageSize": 51})) == 21405
    for serials in ([], ["x"], ["0" * 16] * 11):
        body = {"certificateSerialNumbers": serials}
        assert code_of(owner.http.post("/certificates/retrieve", json=body)) == 21405
    assert code_of(owner.http.post(f"/certificates/{'0' * 16}/revoke", json={})) == 25008
    assert code_of(owner.http.post("/certificates/short/revoke", json={})) == 21405
    assert code_of(owner.http.put(f"/testdata/certificates/{'0' * 16}", json={})) == 25008
    assert code_of(owner.http.get("/certificates/enrollments/short")) == 21405
    assert code_of(owner.http.get(f"/certificates/enrollments/{'x' * 36}")) == 25005
