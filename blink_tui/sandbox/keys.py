"""The server's own RSA keys: one certificate for each usage, and decryption of what callers send under them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from blink_tui.sandbox.clock import Clock, datetime_of, text_of, ticks_of

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


@lru_cache
def _private_key(usage: str, generation: int) -> rsa.RSAPrivateKey:
    """RSA-2048; made once in a process, because it is dear and nothing of it depends on the sandbox."""
    return rsa.generate_private_key(65537, 2048)


def make_key(usage: str, valid_from: datetime, generation: int = 0) -> ServerKey:
    """The key of a generation, valid for two years."""
    private = _private_key(usage, generation)
    public = private.public_key()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"KSeF sandbox {usage}"),
        ]
    )
    valid_from = valid_from.replace(microsecond=0)
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
    """The keys in force, the newest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._generation = 0
        self._keys = self._made(self._now() - timedelta(days=30))

    def published(self) -> list[dict[str, object]]:
        """Every key that is or will be in force."""
        return [key.published() for key in self._known()]

    def find(self, usage: str, key_id: str | None) -> ServerKey | None:
        """The key a caller named; without a name the one in force, as servers before 2.9 do it (PROTOCOL 7)."""
        valid = (key for key in self._known() if key.usage == usage and key.valid_from <= self._now())
        return next((key for key in valid if key_id in (None, key.key_id)), None)

    def rotate(self, announced: float | None = None) -> None:
        """Replace all keys: suddenly, or with new ones in force after `announced` seconds.

        The old ones then stay good for as long again.
        """
        self._generation += 1
        if announced is None:
            self._keys = self._made(self._now())
            return
        begins = self._now() + timedelta(seconds=announced)
        ends = begins + timedelta(seconds=announced)
        self._keys = self._made(begins) + [
            replace(key, valid_to=min(key.valid_to, ends)) for key in self._known()
        ]

    def _made(self, valid_from: datetime) -> list[ServerKey]:
        return [make_key(usage, valid_from, self._generation) for usage in (TOKEN_USAGE, SYMMETRIC_USAGE)]

    def _known(self) -> list[ServerKey]:
        return [key for key in self._keys if self._now() < key.valid_to]

    def _now(self) -> datetime:
        return datetime_of(self._clock.now())
