"""What a certificate that logs in is made of: read from its files, judged before any request, kept as one secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12 as load_key_and_certificates
from cryptography.x509 import (
    Certificate,
    ExtensionNotFound,
    KeyUsage,
    Name,
    ObjectIdentifier,
    load_der_x509_certificate,
    load_pem_x509_certificates,
)
from cryptography.x509.oid import NameOID, PublicKeyAlgorithmOID

from blink_tui.ksef import certificate_errors as errors
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.model.text import clean

SigningKey = RSAPrivateKey | EllipticCurvePrivateKey

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)
"""What cryptography raises, by the way in which bytes are not what they should be."""
_PKCS12_BEGINS = re.compile(rb"\x30.{1,5}?\x02\x01\x03", re.DOTALL)
"""A sequence whose first member is the version 3."""
_LEAST_BITS = {"RSA": 2048, "EC": 256}

_QUALIFIED = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
"""QCStatements: every qualified certificate carries them, no certificate of KSeF does."""
_IDENTIFIERS = {
    NameOID.SERIAL_NUMBER: re.compile(r"(PNOPL|PESEL).*?\d{11}|(TINPL|NIP).*?\d{10}", re.DOTALL),
    NameOID.ORGANIZATION_IDENTIFIER: re.compile(r"VATPL.*?\d{10}", re.DOTALL),
    NameOID.X500_UNIQUE_IDENTIFIER: re.compile(r"."),
}
"""Attributes of a subject by which KSeF knows its holder; without any of them it goes by the fingerprint."""


class SubjectType(StrEnum):
    """By what KSeF is to know the holder of a certificate (PROTOCOL 2)."""

    SUBJECT = "certificateSubject"
    FINGERPRINT = "certificateFingerprint"


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """What a certificate says of itself; nothing of it is secret."""

    name: str
    """What people know it by: the common name of its subject."""
    subject: str
    """The whole subject, as RFC 4514 writes it."""
    issuer: str
    serial: str
    """Serial number, upper-case hexadecimal, as KSeF shows it."""
    fingerprint: str
    """SHA-256 of the certificate, upper-case hexadecimal."""
    valid_from: datetime
    valid_to: datetime
    """The last moment at which it logs in."""
    key: str
    """Kind and size of its key: `RSA 2048`, `EC 256`."""
    strong: bool
    """KSeF takes a key of this kind and size."""
    offline: bool
    """A certificate of KSeF of type Offline, whose key usage is non-repudiation alone: it cannot log in."""
    pss: bool
    """Its RSA key is for PSS signatures only."""


@dataclass(frozen=True, slots=True)
class CertificateCredential:
    """A certificate with its private key, for one or many firms."""

    certificate: Certificate
    key: Secret
    """PKCS#8, DER, not encrypted."""
    subject_type: SubjectType

    @property
    def info(self) -> CertificateInfo:
        """What the certificate says of itself."""
        return _info(self.certificate)

    def signing_key(self) -> SigningKey:
        """The private key, ready to sign; it was checked when it was read, and that takes RSA 50 ms a time."""
        return _fitting_kind(
            load_der_private_key(self.key.reveal(), None, unsafe_skip_rsa_key_validation=True)
        )

    def to_secret(self) -> Secret:
        """Everything in one secret for the vault."""
        der = self.certificate.public_bytes(Encoding.DER)
        return Secret(msgspec.json.encode(_Bundle(der, self.key.reveal(), self.subject_type)))

    @classmethod
    def from_secret(cls, secret: Secret) -> Self:
        """The credential out of what `to_secret` gave. Raises BlinkError(NOT_A_BUNDLE)."""
        try:
            bundle = msgspec.json.decode(secret.reveal(), type=_Bundle)
            certificate, key = load_der_x509_certificate(bundle.certificate), Secret(bundle.key)
            _info(certificate)
            _signing_key(bundle.key, None)
        except (*_UNREADABLE, BlinkError) as error:
            raise BlinkError(errors.NOT_A_BUNDLE, cause=_cause(error)) from None
        return cls(certificate, key, bundle.subject_type)


class _Bundle(msgspec.Struct):
    certificate: bytes
    key: bytes
    subject_type: SubjectType

    def __repr__(self) -> str:
        return "***"


def load_certificate(
    certificate: bytes, key: bytes, passphrase: Secret | None = None
) -> CertificateCredential:
    """A credential out of the contents of two files, PEM or DER; of several certificates the one of the key.

    Raises BlinkError: NOT_A_CERTIFICATE, NOT_A_KEY, PASSPHRASE_MISSING, PASSPHRASE_WRONG, KEY_OF_ANOTHER, KEY_UNFIT.
    """
    return _credential(_certificates(certificate), _signing_key(key, passphrase))


def load_pkcs12(content: bytes, passphrase: Secret | None = None) -> CertificateCredential:
    """A credential out of the content of a PKCS#12 file.

    Raises BlinkError: NOT_PKCS12, PASSPHRASE_MISSING, PASSPHRASE_WRONG, KEY_OF_ANOTHER, KEY_UNFIT.
    """
    if not _PKCS12_BEGINS.match(content):
        raise BlinkError(errors.NOT_PKCS12)
    try:
        held = load_key_and_certificates(content, passphrase.reveal() if passphrase else None)
    except _UNREADABLE as error:
        kind = errors.PASSPHRASE_WRONG if passphrase else errors.PASSPHRASE_MISSING
        raise BlinkError(kind, cause=_cause(error)) from None
    if held.cert is None or held.key is None:
        raise BlinkError(errors.NOT_PKCS12)
    return _credential([held.cert.certificate], _fitting_kind(held.key))


def problem_of(info: CertificateInfo, now: datetime) -> BlinkError | None:
    """Why a certificate cannot log in, so that KSeF need not be asked; None when it may."""
    if not info.strong:
        return BlinkError(errors.KEY_UNFIT, key=info.key)
    if info.offline:
        return BlinkError(errors.CERTIFICATE_OFFLINE, name=info.name)
    if now < info.valid_from:
        return BlinkError(errors.CERTIFICATE_NOT_YET, name=info.name, day=_day(info.valid_from))
    if now > info.valid_to:
        return BlinkError(errors.CERTIFICATE_EXPIRED, name=info.name, day=_day(info.valid_to))
    return None


def _day(moment: datetime) -> str:
    return warsaw_day(instant_of(moment)).isoformat()


def _certificates(content: bytes) -> list[Certificate]:
    try:
        if b"-----BEGIN" in content:
            return load_pem_x509_certificates(content)
        return [load_der_x509_certificate(content)]
    except _UNREADABLE as error:
        raise BlinkError(errors.NOT_A_CERTIFICATE, cause=_cause(error)) from None


def _signing_key(content: bytes, passphrase: Secret | None) -> SigningKey:
    load = load_pem_private_key if b"-----BEGIN" in content else load_der_private_key
    try:
        return _fitting_kind(load(content, None))
    except TypeError:  # it is a key, and encrypted
        pass
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BlinkError(errors.NOT_A_KEY, cause=_cause(error)) from None
    if passphrase is None:
        raise BlinkError(errors.PASSPHRASE_MISSING)
    try:
        return _fitting_kind(load(content, passphrase.reveal()))
    except _UNREADABLE as error:
        raise BlinkError(errors.PASSPHRASE_WRONG, cause=_cause(error)) from None


def _fitting_kind(key: object) -> SigningKey:
    if isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        return key
    kind = type(key).__name__.removesuffix("PrivateKey")
    raise BlinkError(errors.KEY_UNFIT, key=kind)


def _credential(certificates: Iterable[Certificate], key: SigningKey) -> CertificateCredential:
    public, name = key.public_key(), ""
    try:
        for certificate in certificates:
            name = name or _info(certificate).name
            if certificate.public_key() == public:
                pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
                return CertificateCredential(certificate, Secret(pkcs8), _subject_type(certificate))
    except _UNREADABLE as error:
        raise BlinkError(errors.NOT_A_CERTIFICATE, cause=_cause(error)) from None
    raise BlinkError(errors.KEY_OF_ANOTHER, name=name)


def _subject_type(certificate: Certificate) -> SubjectType:
    """KSeF finds the holder in the subject where the subject says who it is, else by the fingerprint."""
    for attribute in certificate.subject:
        pattern = _IDENTIFIERS.get(attribute.oid)
        if pattern and pattern.search(str(attribute.value)):
            return SubjectType.SUBJECT
    return SubjectType.FINGERPRINT


def _info(certificate: Certificate) -> CertificateInfo:
    """Raises ValueError for a certificate that cannot be read."""
    kind, bits = _key_of(certificate)
    return CertificateInfo(
        name=_name(certificate.subject),
        subject=clean(certificate.subject.rfc4514_string()),
        issuer=clean(certificate.issuer.rfc4514_string()),
        serial=f"{certificate.serial_number:X}",
        fingerprint=certificate.fingerprint(SHA256()).hex().upper(),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
        key=f"{kind} {bits}",
        strong=bits >= _LEAST_BITS.get(kind, bits + 1),
        offline=_is_offline(certificate),
        pss=certificate.public_key_algorithm_oid == PublicKeyAlgorithmOID.RSASSA_PSS,
    )


def _name(subject: Name) -> str:
    common = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return clean(str(common[0].value) if common else subject.rfc4514_string())


def _key_of(certificate: Certificate) -> tuple[str, int]:
    match certificate.public_key():
        case RSAPublicKey() as key:
            return "RSA", key.key_size
        case EllipticCurvePublicKey() as key:
            return "EC", key.key_size
        case other:
            return type(other).__name__.removesuffix("PublicKey"), 0


def _is_offline(certificate: Certificate) -> bool:
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return False
    if any(extension.oid == _QUALIFIED for extension in extensions):
        return False  # a qualified signature is for non-repudiation and logs in all the same
    return usage.content_commitment and not usage.digital_signature


def _cause(error: Exception) -> str:
    return clean(f"{type(error).__name__}: {error}")[:300]
