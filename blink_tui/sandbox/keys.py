"""The server's own RSA keys: one certificate for each usage, and decryption of what callers send under them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from blink_tui.sandbox.clock import text_of, ticks_of

TOKEN_USAGE = "KsefTokenEncryption"  # noqa: S105 - the contract's name of a usage
SYMMETRIC_USAGE = "SymmetricKeyEncryption"

_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def sha256_base64(data: bytes | memoryview) -> str:
    """SHA-256 in Base64, the form of all hashes of the contract."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


@dataclass(frozen=True, slots=True)
class ServerKey:
    """A private key with its self-made certificate."""

    usage: str
    private: rsa.RSAPrivateKey
    certificate: bytes
    """DER."""
    key_id: str
    """Base64 SHA-256 of the public key (SubjectPublicKeyInfo)."""
    valid_from: datetime
    valid_to: datetime

    def published(self) -> dict[str, object]:
        """The key as `GET /security/public-key-certificates` lists it."""
        return {
            "certificate": base64.b64encode(self.certificate).decode(),
            "certificateId": sha256_base64(self.certificate),
            "publicKeyId": self.key_id,
            "validFrom": text_of(ticks_of(self.valid_from)),
            "validTo": text_of(ticks_of(self.valid_to)),
            "usage": [self.usage],
        }

    def decrypt(self, encoded: str) -> bytes | None:
        """What was encrypted under the public key (Base64, RSA-OAEP with SHA-256); None when it does not decrypt.

        Raises ValueError when the text is not Base64.
        """
        data = base64.b64decode(encoded, validate=True)
        try:
            return self.private.decrypt(data, _OAEP)
        except ValueError:
            return None


def make_key(usage: str, now: datetime) -> ServerKey:
    """A new RSA-2048 key, valid from thirty days ago for two years."""
    private = rsa.generate_private_key(65537, 2048)
    public = private.public_key()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"KSeF sandbox {usage}"),
        ]
    )
    valid_from = (now - timedelta(days=30)).replace(microsecond=0)
    valid_to = valid_from + timedelta(days=730)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
        .sign(private, hashes.SHA256())
    )
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = certificate.public_bytes(serialization.Encoding.DER)
    return ServerKey(usage, private, der, sha256_base64(spki), valid_from, valid_to)


class KeyRing:
    """The keys in force."""

    def __init__(self, now: datetime) -> None:
        self._keys = [make_key(usage, now) for usage in (TOKEN_USAGE, SYMMETRIC_USAGE)]

    def published(self) -> list[dict[str, object]]:
        """Every key that callers may use."""
        return [key.published() for key in self._keys]

    def find(self, usage: str, key_id: str | None) -> ServerKey | None:
        """The key a caller named; without a name the one in force, as servers before 2.9 do it (PROTOCOL 7)."""
        return next((key for key in self._keys if key.usage == usage and key_id in (None, key.key_id)), None)
