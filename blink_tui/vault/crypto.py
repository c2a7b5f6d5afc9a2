"""Sealing of bytes: AES-256-GCM with a fresh random nonce in front, bound to a context that opening must name."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12


class NotOpenedError(Exception):
    """The key or the context is another one, or the bytes were changed."""


def new_key() -> bytes:
    """A random AES-256 key."""
    return os.urandom(KEY_BYTES)


def subkey(key: bytes, use: str) -> bytes:
    """A key for one use, from which neither the others nor the first can be found (HKDF, SHA-256)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"blink-tui " + use.encode()).derive(
        key
    )


def seal(key: bytes, data: bytes, context: bytes) -> bytes:
    """Nonce and sealed data."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, context)


def opened(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The data again. Raises NotOpenedError."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise NotOpenedError from error
