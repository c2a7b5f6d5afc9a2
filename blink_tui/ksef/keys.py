"""KSeF's public keys: which one encrypts what, and doing it (PROTOCOL 3)."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import load_der_x509_certificate

from blink_tui.ksef import errors
from blink_tui.ksef.operations import KEYS, Context
from blink_tui.ksef.transport import Transport
from blink_tui.ksef.wire import PublicKeyRecord
from blink_tui.model.dates import Instant, datetime_of
from blink_tui.model.errors import BlinkError

_KEPT = timedelta(hours=1)
"""How long a list serves: a key may be replaced, and old servers do not say so (PROTOCOL 7)."""
_OAEP = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)


class KeyUsage(StrEnum):
    """What a key encrypts."""

    TOKEN = "KsefTokenEncryption"  # noqa: S105 - a usage, not a secret
    SYMMETRIC_KEY = "SymmetricKeyEncryption"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One of KSeF's keys."""

    id: str | None
    """What to send beside the encrypted text; servers before 2.9 may have none."""
    usage: frozenset[str]
    valid_from: datetime
    valid_to: datetime
    rsa: RSAPublicKey

    def encrypt(self, plain: bytes) -> str:
        """Base64 of the RSA-OAEP encryption with SHA-256."""
        return b64encode(self.rsa.encrypt(plain, _OAEP)).decode()


def read_keys(records: Iterable[msgspec.Raw]) -> list[PublicKey]:
    """The keys of a list; records that cannot be read, or are no RSA keys, are left out."""
    keys = []
    for record in records:
        try:
            keys.append(_key(msgspec.json.decode(record, type=PublicKeyRecord)))
        except ValueError:  # the next record may be good
            continue
    return keys


def _key(record: PublicKeyRecord) -> PublicKey:
    der = b64decode(record.certificate, validate=True)
    try:
        rsa = load_der_x509_certificate(der).public_key()
    except ValueError:  # the contract's example holds a bare key where a certificate is announced
        rsa = load_der_public_key(der)  # type: ignore[assignment] # both unions hold RSAPublicKey
    if not isinstance(rsa, RSAPublicKey):
        raise ValueError("not an RSA key")
    return PublicKey(
        id=record.public_key_id,
        usage=frozenset(record.usage),
        valid_from=datetime_of(Instant(record.valid_from)),
        valid_to=datetime_of(Instant(record.valid_to)),
        rsa=rsa,
    )


def choose(keys: Iterable[PublicKey], usage: KeyUsage, now: datetime) -> PublicKey | None:
    """The key for a usage that is valid now and was the last to become so."""
    fitting = (key for key in keys if usage in key.usage and key.valid_from <= now < key.valid_to)
    return max(fitting, key=lambda key: key.valid_from, default=None)


class PublicKeys:
    """The keys of one environment, fetched when first needed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = asyncio.Lock()
        self._keys: list[PublicKey] = []
        self._until: datetime | None = None

    async def get(self, usage: KeyUsage, context: Context) -> PublicKey:
        """The key to use now. Raises BlinkError(NO_KEY) and what a request may raise."""
        async with self._lock:
            now = self._transport.clock.now()
            key = choose(self._keys, usage, now) if self._until is not None and now < self._until else None
            if key is None:
                self._keys = read_keys(await self._transport.fetch(list[msgspec.Raw], KEYS, context))
                self._until = now + _KEPT
                key = choose(self._keys, usage, now)
        if key is None:
            raise BlinkError(errors.NO_KEY, firm=context.value, cause=f"{usage}, {len(self._keys)} keys")
        return key

    def forget(self) -> None:
        """Fetch the list again before the next use: KSeF refused a key of it (21470)."""
        self._until = None
