"""Certificates made for tests: kinds of keys, usages, days, and the files in which people get them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from blink_tui.ksef.certificates import CertificateCredential, SigningKey, load_certificate

HOLDER = "TINPL-1111111111"
JANUARY, NEXT_JANUARY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


@lru_cache
def key(kind: str = "P-256") -> SigningKey:
    """Keys are dear to make: one of a kind for the whole run."""
    match kind.split("-"):
        case ["RSA", bits]:
            return rsa.generate_private_key(public_exponent=65537, key_size=int(bits))
        case ["P", "192"]:
            return ec.generate_private_key(ec.SECP192R1())
        case ["P", "384"]:
            return ec.generate_private_key(ec.SECP384R1())
        case _:
            return ec.generate_private_key(ec.SECP256R1())


def name(**attributes: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(getattr(NameOID, oid), value) for oid, value in attributes.items()])


def usage(*, signature: bool, repudiation: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signature,
        content_commitment=repudiation,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def certificate(
    private: SigningKey,
    *extensions: x509.ExtensionType,
    subject: x509.Name | None = None,
    days: tuple[datetime, datetime] = (JANUARY, NEXT_JANUARY),
) -> x509.Certificate:
    subject = subject or name(COMMON_NAME="Biuro Żółw", SERIAL_NUMBER=HOLDER)
    builder = (
        x509.CertificateBuilder(subject, subject, private.public_key(), 0x0F1E2D)
        .not_valid_before(days[0])
        .not_valid_after(days[1])
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(private, SHA256())


def pem(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.PEM)


def key_file(
    private: SigningKey | dsa.DSAPrivateKey | ed25519.Ed25519PrivateKey,
    passphrase: bytes | None = None,
    encoding: Encoding = Encoding.PEM,
    shape: PrivateFormat = PrivateFormat.PKCS8,
) -> bytes:
    locked: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return private.private_bytes(encoding, shape, locked)


def p12_file(private: SigningKey, one: x509.Certificate | None, passphrase: bytes | None) -> bytes:
    locked: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"ksef", private, one, None, locked)


def credential(
    kind: str = "P-256",
    *extensions: x509.ExtensionType,
    subject: x509.Name | None = None,
    days: tuple[datetime, datetime] = (JANUARY, NEXT_JANUARY),
) -> CertificateCredential:
    private = key(kind)
    return load_certificate(
        pem(certificate(private, *extensions, subject=subject, days=days)), key_file(private)
    )
