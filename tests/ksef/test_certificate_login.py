from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from blink_tui.ksef import certificate_errors, errors
from blink_tui.ksef.certificates import CertificateCredential, SubjectType
from blink_tui.ksef.client import KsefClient
from blink_tui.model.errors import BlinkError, ErrorKind
from tests.ksef.certs import JANUARY, credential, usage
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import CHALLENGE, LOGIN, NIP, instant, login_status, old_error
from tests.ksef.peer import Peer, Reply, Request

LOG_IN = "POST /auth/xades-signature"
CLIENT = "1111111111"


@pytest.fixture
def one(peer: Peer, clock: ManualClock) -> CertificateCredential:
    until = instant(clock.now() + timedelta(minutes=45))
    bearer = {"token": "auth-jwt", "validUntil": until}
    peer.on(LOG_IN, Reply(202, {"referenceNumber": LOGIN, "authenticationToken": bearer}))
    return credential()


def asked_of(request: Request) -> etree._Element:
    return etree.fromstring(request.body)


async def test_login_to_a_client_of_the_office(
    client: KsefClient, peer: Peer, one: CertificateCredential
) -> None:
    session = await client.login("Nip", CLIENT, one)
    assert session.context == ("Nip", CLIENT)
    (asked,) = peer.asked(LOG_IN)
    assert asked.headers["content-type"] == "application/xml"
    assert "authorization" not in asked.headers
    root = asked_of(asked)
    assert root.tag == "{http://ksef.mf.gov.pl/auth/token/2.0}AuthTokenRequest"
    assert [node.text for node in root.iter() if node.text][:3] == [CHALLENGE, CLIENT, "certificateSubject"]
    assert b"<xades:SigningTime>2026-05-14T12:00:00Z<" in asked.body  # KSeF's own time, from the challenge
    assert peer.asked("POST /auth/token/redeem")[0].headers["authorization"] == "Bearer auth-jwt"
    assert peer.asked("GET /security/public-key-certificates") == []


async def test_a_holder_known_by_the_fingerprint(
    client: KsefClient, peer: Peer, one: CertificateCredential
) -> None:
    await client.login("InternalId", f"{NIP}-12345", replace(one, subject_type=SubjectType.FINGERPRINT))
    root = asked_of(peer.asked(LOG_IN)[0])
    assert root.findtext(".//{*}InternalId") == f"{NIP}-12345"
    assert root.findtext("{*}SubjectIdentifierType") == "certificateFingerprint"


async def test_the_time_signed_is_ksefs_not_this_computers(
    client: KsefClient, peer: Peer, one: CertificateCredential, clock: ManualClock
) -> None:
    clock.present += timedelta(hours=3)
    await client.login("Nip", CLIENT, one)
    assert b"<xades:SigningTime>2026-05-14T12:00:00Z<" in peer.asked(LOG_IN)[0].body


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (
            credential("P-256", usage(signature=False, repudiation=True)),
            certificate_errors.CERTIFICATE_OFFLINE,
        ),
        (credential("RSA-1024"), certificate_errors.KEY_UNFIT),
        (credential(days=(JANUARY, JANUARY)), certificate_errors.CERTIFICATE_EXPIRED),
    ],
)
async def test_what_cannot_log_in_is_refused_before_any_request(
    client: KsefClient, peer: Peer, one: CertificateCredential, kind: ErrorKind
) -> None:
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", CLIENT, one)
    assert caught.value.kind is kind
    assert caught.value.firm == CLIENT
    assert peer.requests == []


@pytest.mark.parametrize(
    ("code", "detail", "kind"),
    [
        (415, "Brak przypisanych uprawnień", errors.NO_RIGHTS),
        (460, "Nieważny certyfikat.", errors.CERTIFICATE_INVALID),
        (460, "Błąd weryfikacji łańcucha certyfikatów", errors.CERTIFICATE_CHAIN),
        (460, "Niezaufany łańcuch certyfikatów", errors.CERTIFICATE_UNTRUSTED),
        (460, "Certyfikat odwołany", errors.CERTIFICATE_REVOKED),
        (460, "Certyfikat zawieszony", errors.CERTIFICATE_SUSPENDED),
        (460, "Niepoprawny certyfikat", errors.CERTIFICATE_REFUSED),
        (470, "Próba wykorzystania metod autoryzacyjnych osoby zmarłej", errors.HOLDER_DECEASED),
        (480, "Podejrzenie incydentu bezpieczeństwa", errors.CONTEXT_BLOCKED),
    ],
)
async def test_what_the_status_refuses(
    client: KsefClient, peer: Peer, one: CertificateCredential, code: int, detail: str, kind: ErrorKind
) -> None:
    peer.on(f"GET /auth/{LOGIN}", login_status(100, "w toku"), login_status(code, "Niepowodzenie", detail))
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", CLIENT, one)
    assert caught.value.kind is kind
    assert CLIENT in str(caught.value)
    assert peer.asked("POST /auth/token/redeem") == []
    assert len(peer.asked(LOG_IN)) == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (21111, errors.CHALLENGE_REFUSED),
        (21115, errors.CERTIFICATE_REFUSED),
        (21117, errors.SUBJECT_IMPOSSIBLE),
        (9105, errors.SIGNATURE_REFUSED),
    ],
)
async def test_what_is_refused_at_once(
    client: KsefClient, peer: Peer, one: CertificateCredential, code: int, kind: ErrorKind
) -> None:
    peer.on(LOG_IN, old_error(400, code, "Odmowa"))
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", CLIENT, one)
    assert caught.value.kind is kind
    assert len(peer.asked(LOG_IN)) == 1


async def test_the_newer_form_is_tried_where_the_older_is_refused(
    client: KsefClient, peer: Peer, one: CertificateCredential
) -> None:
    peer.on(LOG_IN, old_error(400, 21401, "Dokument nie jest zgodny ze schemą (xsd)."))
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", CLIENT, one)
    assert caught.value.kind is errors.LOGIN_FORM_REFUSED
    spaces = [asked_of(request).nsmap[None] for request in peer.asked(LOG_IN)]
    assert spaces == ["http://ksef.mf.gov.pl/auth/token/2.0", "http://ksef.mf.gov.pl/auth/token/2.1"]
    assert len(peer.asked("POST /auth/challenge")) == 2


async def test_a_session_by_certificate_logs_in_again_by_itself(
    client: KsefClient, peer: Peer, one: CertificateCredential, clock: ManualClock
) -> None:
    session = await client.login("Nip", CLIENT, one)
    peer.on("GET /rate-limits", Reply(401), Reply(200, {}))
    await session.rate_limits()
    assert len(peer.asked(LOG_IN)) == 2
