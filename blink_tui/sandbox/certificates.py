"""Certificates that the sandbox issues itself: its authority, what it issued, and requests under way."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from blink_tui.sandbox.clock import DAY, datetime_of, text_of, ticks_of
from blink_tui.sandbox.sessions import Status
from blink_tui.sandbox.subjects import Subject, published

LIFE = timedelta(days=730)
ENROLLMENT_LIFE = 30 * DAY
"""How long the status of a request can be asked for."""

ACCEPTED = Status(100, "Wniosek przyjęty do realizacji")
ISSUED = Status(200, "Wniosek obsłużony (certyfikat wygenerowany)")
KEY_TAKEN = Status(
    400, "Wniosek odrzucony", ("Klucz publiczny został już certyfikowany przez inny podmiot.",)
)


@dataclass(frozen=True, slots=True)
class CertificateLimits:
    """How many requests a subject may make, and how many certificates it may hold."""

    enrollments: int
    certificates: int


LIMITS = {
    "Nip": CertificateLimits(300, 100),
    "Pesel": CertificateLimits(6, 2),
    "Fingerprint": CertificateLimits(6, 2),
}
"""By the type of the subject's identifier."""


@dataclass(slots=True)
class IssuedCertificate:
    """A certificate of KSeF."""

    serial: str
    """16 hexadecimal digits in capitals."""
    name: str
    kind: str
    """`Authentication` or `Offline`."""
    subject: Subject
    common_name: str
    der: bytes
    public_key: bytes
    """SubjectPublicKeyInfo."""
    requested: int
    issued: int
    """When its holder first hears of it."""
    valid_from: int
    valid_to: int
    revoked: bool = False
    blocked: bool = False
    """Suspended; the contract has no operation for it."""
    last_use: int | None = None

    def status(self, now: int) -> str:
        """Its status by the contract's name."""
        if self.revoked:
            return "Revoked"
        if self.blocked:
            return "Blocked"
        return "Expired" if now >= self.valid_to else "Active"

    def listed(self, now: int) -> dict[str, Any]:
        """The certificate as `POST /certificates/query` lists it."""
        return {
            "certificateSerialNumber": self.serial,
            "name": self.name,
            "type": self.kind,
            "commonName": self.common_name,
            "status": self.status(now),
            "subjectIdentifier": published(self.subject),
            "validFrom": text_of(self.valid_from),
            "validTo": text_of(self.valid_to),
            "lastUseDate": None if self.last_use is None else text_of(self.last_use),
            "requestDate": text_of(self.requested),
        }

    def retrieved(self) -> dict[str, str]:
        """The certificate as `POST /certificates/retrieve` gives it."""
        return {
            "certificate": base64.b64encode(self.der).decode(),
            "certificateName": self.name,
            "certificateSerialNumber": self.serial,
            "certificateType": self.kind,
        }


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A request for a certificate, decided when it was made and told when it is ready."""

    reference: str
    subject: Subject
    requested: int
    ready_at: int
    outcome: Status
    serial: str | None

    def published(self, now: int) -> dict[str, Any]:
        """The request as `GET /certificates/enrollments/{referenceNumber}` tells of it."""
        ready = now >= self.ready_at
        return {
            "requestDate": text_of(self.requested),
            "status": (self.outcome if ready else ACCEPTED).published(),
            "certificateSerialNumber": self.serial if ready else None,
        }


class Authority:
    """Issues certificates and recognises its own."""

    def __init__(self, now: datetime) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
                x509.NameAttribute(NameOID.COMMON_NAME, "KSeF sandbox authority"),
            ]
        )
        valid_from = (now - timedelta(days=365)).replace(microsecond=0)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid_from)
            .not_valid_after(valid_from + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def is_named_by(self, certificate: x509.Certificate) -> bool:
        """A certificate claims to be issued here."""
        return certificate.issuer == self.certificate.subject

    def issued(self, certificate: x509.Certificate) -> bool:
        """A certificate was indeed issued here."""
        return signed_by(certificate, self.certificate)

    def issue(
        self, request: x509.CertificateSigningRequest, kind: str, valid_from: datetime, life: timedelta = LIFE
    ) -> x509.Certificate:
        """A certificate on the name and the key of a request, for one of the two uses."""
        offline = kind == "Offline"
        usage = x509.KeyUsage(
            digital_signature=not offline,
            content_commitment=offline,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(self.certificate.subject)
            .public_key(request.public_key())
            .serial_number(secrets.randbits(62) | 1 << 62)
            .not_valid_before(valid_from)
            .not_valid_after(valid_from + life)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """The signature on a certificate is the issuer's."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


class CertificateBook:
    """What has been asked for and issued."""

    def __init__(self, now: datetime) -> None:
        self.authority = Authority(now)
        self.limits: dict[Subject, CertificateLimits] = {}
        """Limits of single subjects that differ from the common ones."""
        self._issued: dict[str, IssuedCertificate] = {}
        self._enrollments: dict[str, Enrollment] = {}

    def limits_of(self, subject: Subject) -> CertificateLimits:
        """The limits of a subject."""
        return self.limits.get(subject, LIMITS[subject[0]])

    def held_by(self, subjects: frozenset[Subject]) -> Iterator[IssuedCertificate]:
        """The certificates of a subject, newest request first."""
        mine = [each for each in self._issued.values() if each.subject in subjects]
        yield from sorted(mine, key=lambda each: each.requested, reverse=True)

    def enrolled_by(self, subjects: frozenset[Subject]) -> int:
        """How often a subject has asked for a certificate."""
        return sum(each.subject in subjects for each in self._enrollments.values())

    def find(self, serial: str) -> IssuedCertificate | None:
        """A certificate by its serial number."""
        return self._issued.get(serial)

    def find_enrollment(self, reference: str) -> Enrollment | None:
        """A request by its reference number."""
        return self._enrollments.get(reference)

    def of(self, certificate: x509.Certificate) -> IssuedCertificate | None:
        """What is known of a certificate issued here."""
        return self._issued.get(serial_text(certificate.serial_number))

    def key_is_taken(self, request: x509.CertificateSigningRequest, subjects: frozenset[Subject]) -> bool:
        """The public key of a request has a certificate of somebody else."""
        key = _spki(request)
        return any(each.public_key == key and each.subject not in subjects for each in self._issued.values())

    def issue(
        self,
        request: x509.CertificateSigningRequest,
        kind: str,
        name: str,
        subject: Subject,
        now: int,
        issued_at: int,
        valid_from: int,
    ) -> IssuedCertificate:
        """Issue a certificate and keep it."""
        start = datetime_of(valid_from).replace(microsecond=0)
        certificate = self.authority.issue(request, kind, start)
        common = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        issued = IssuedCertificate(
            serial=serial_text(certificate.serial_number),
            name=name,
            kind=kind,
            subject=subject,
            common_name=str(common[0].value) if common else "",
            der=certificate.public_bytes(serialization.Encoding.DER),
            public_key=_spki(request),
            requested=now,
            issued=issued_at,
            valid_from=ticks_of(certificate.not_valid_before_utc),
            valid_to=ticks_of(certificate.not_valid_after_utc),
        )
        self._issued[issued.serial] = issued
        return issued

    def keep(self, enrollment: Enrollment) -> None:
        """Keep a request."""
        self._enrollments[enrollment.reference] = enrollment


def serial_text(number: int) -> str:
    """A serial number as the contract writes it."""
    return f"{number:016X}"


def _spki(request: x509.CertificateSigningRequest) -> bytes:
    return request.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
