"""Answers of a server before 2.9, as PROTOCOL 7 tells of it: no key ids, no compression type, old errors."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from tests.ksef.peer import Peer, Reply, Request

NIP = "5265877635"
REFERENCE = "20260514-EC-2DFC46C000-3AC6D5877F-D4"
TOKEN = f"{REFERENCE}|nip-{NIP}|{'0123456789abcdef' * 4}"
CHALLENGE = "20260514-CR-226FB7B000-3ACF9BE4C0-10"
LOGIN = "20260514-AU-2DFC46C000-3AC6D5877F-D4"
OAEP = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)


def private_key(number: int = 0) -> rsa.RSAPrivateKey:
    return _made_key(number)


@lru_cache(maxsize=4)
def _made_key(number: int) -> rsa.RSAPrivateKey:
    """Keys are dear to make: one of a number for the whole run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(number: int = 0) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KSeF of a test")])
    signed = (
        x509.CertificateBuilder(name, name, private_key(number).public_key(), 1 + number)
        .not_valid_before(datetime(2026, 1, 1))  # noqa: DTZ001 - the builder takes naive UTC
        .not_valid_after(datetime(2027, 1, 1))  # noqa: DTZ001
        .sign(private_key(number), SHA256())
    )
    return b64encode(signed.public_bytes(Encoding.DER)).decode()


def bare_key(number: int = 0) -> str:
    public = private_key(number).public_key()
    return b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def key_record(
    usage: str, number: int = 0, valid_from: str = "2026-01-01T00:00:00.123456+00:00", **more: object
) -> dict[str, object]:
    return {
        "certificate": certificate(number),
        "validFrom": valid_from,
        "validTo": "2027-01-01T00:00:00+00:00",
        "usage": [usage],
        **more,
    }


def decrypted(text: str, number: int = 0) -> bytes:
    return private_key(number).decrypt(b64decode(text), OAEP)


def instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00"


def old_error(status: int, code: int, text: str, *details: str) -> Reply:
    detail = {"exceptionCode": code, "exceptionDescription": text, "details": list(details)}
    return Reply(
        status,
        {"exception": {"exceptionDetailList": [detail], "serviceCode": "00-trace-00", "serviceName": "x"}},
    )


def open_login(peer: Peer, now: datetime) -> None:
    """Let the token in: busy once, then done; the access token lives 15 minutes."""

    def take_token(request: Request) -> Reply:
        said = request.json
        plain = decrypted(said["encryptedToken"]).decode()
        right = plain == f"{TOKEN}|1778760000123" and said["challenge"] == CHALLENGE
        if not right or "publicKeyId" in said:
            return old_error(400, 21405, "Błąd walidacji danych wejściowych.", plain)
        bearer = {"token": "auth-jwt", "validUntil": instant(now + timedelta(minutes=45))}
        return Reply(202, {"referenceNumber": LOGIN, "authenticationToken": bearer})

    peer.on(
        "GET /security/public-key-certificates",
        Reply(200, [key_record("KsefTokenEncryption"), key_record("SymmetricKeyEncryption")]),
    )
    peer.on("POST /auth/challenge", Reply(200, {"challenge": CHALLENGE, "timestampMs": 1778760000123}))
    peer.on("POST /auth/ksef-token", take_token)
    peer.on(f"GET /auth/{LOGIN}", login_status(100, "w toku"), login_status(200, "sukces"))
    peer.on("POST /auth/token/redeem", tokens_reply("access-1", now))
    peer.on("DELETE /auth/sessions/current", Reply(204))


def login_status(code: int, description: str, *details: str) -> Reply:
    return Reply(
        200, {"status": {"code": code, "description": description, "details": list(details)}, "unknown": {}}
    )


def tokens_reply(access: str, now: datetime) -> Reply:
    return Reply(
        200,
        {
            "accessToken": {"token": access, "validUntil": instant(now + timedelta(minutes=15))},
            "refreshToken": {"token": "refresh-1", "validUntil": instant(now + timedelta(days=7))},
        },
    )


def metadata_record(**changes: object) -> dict[str, object]:
    """A record of the list as the contract's example has it."""
    return {
        "ksefNumber": "5265877635-20260513-0100001AF629-AF",
        "invoiceNumber": "FV/1",
        "issueDate": "2026-05-12",
        "invoicingDate": "2026-05-13T09:22:13.3881234+00:00",
        "acquisitionDate": "2026-05-13T09:22:56.3881234+00:00",
        "permanentStorageDate": "2026-05-13T09:23:01.388123+00:00",
        "seller": {"nip": NIP, "name": "Żółw i Syn"},
        "buyer": {"identifier": {"type": "Nip", "value": "1111111111"}, "name": None},
        "netAmount": 35260.63,
        "grossAmount": 43370.57,
        "vatAmount": 8109.94,
        "currency": "PLN",
        "invoicingMode": "Offline",
        "invoiceType": "Vat",
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "isSelfInvoicing": False,
        "hasAttachment": True,
        "invoiceHash": b64encode(bytes(32)).decode(),
        "thirdSubjects": [
            {"identifier": {"type": "InternalId", "value": "5265877635-12345"}, "name": "Oddział", "role": 4}
        ],
        **changes,
    }
