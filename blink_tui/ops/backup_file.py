"""The bytes of a backup: a head in clear, then numbered pieces, each sealed, so that every changed bit is found.

    magic, length of the head, head (JSON), SHA-256 of all these, then pieces of 1 MiB and 16 bytes, the last shorter

A piece is sealed by AES-256-GCM with a key of this file alone (scrypt of the passphrase and a fresh salt), or, in a
file that is not encrypted, carries the beginning of a SHA-256. Its number, whether it is the last, and the head's hash
are part of what is sealed: pieces that were dropped, moved, or taken from another backup do not open. This is the
STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, as age and Tink have it; a library for either would
bring more code than stands here, and the primitives are `cryptography`'s all the same.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import BinaryIO, Protocol

import msgspec

from blink_tui.i18n import N_, Message
from blink_tui.model.dates import Instant, datetime_of
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.secret import Secret

MAGIC = b"blink-backup-1\r\n\x1a\n"
"""Its line ends show a transfer that took it for text."""
FORMAT = 1
PIECE = 1024 * 1024
_TAG = 16
_SUM = 32
_LONGEST_HEAD = 64 * 1024
_COST = {"n": 2**17, "r": 8, "p": 1}
"""134 MB and about 0.4 s a guess: a backup is what thieves take away to try passphrases on."""
_MOST_COST = 2**21

NOT_A_BACKUP = ErrorKind(
    "not-a-backup", ExitCode.USAGE, N_("{path} is no backup of this program, or its first bytes are damaged.")
)
BACKUP_DAMAGED = ErrorKind(
    "backup-damaged", ExitCode.FAILED, N_("The backup {path} is damaged: {what}. Take another one.")
)
NEWER_BACKUP = ErrorKind(
    "newer-backup",
    ExitCode.FAILED,
    N_("The backup {path} was made by a newer version of the program. Install that version and repeat."),
)
PASSPHRASE_WANTED = ErrorKind(
    "backup-passphrase-wanted",
    ExitCode.VAULT_LOCKED,
    N_("The backup {path} is encrypted. Name the file with its passphrase: --passphrase-file"),
)
WRONG_PASSPHRASE = ErrorKind(
    "backup-wrong-passphrase",
    ExitCode.VAULT_LOCKED,
    N_("The backup {path} does not open with this passphrase."),
)


class Key(msgspec.Struct, frozen=True):
    """How the key of an encrypted backup is made of its passphrase."""

    salt: bytes
    n: int
    r: int
    p: int
    check: bytes
    """Made of the key: tells a wrong passphrase from damage."""


class Head(msgspec.Struct, frozen=True):
    """What a backup tells of itself to everybody; nothing of what it holds."""

    format: int
    id: bytes
    """Random: no two backups have the same."""
    origin: str
    """Of which buffer it is, wherever that was moved to."""
    profile: str
    made_at: Instant
    program: str
    schema: int
    key: Key | None = None
    """None: not encrypted."""


class _Sealer(Protocol):
    """Seals pieces by their numbers."""

    def seal(self, number: int, data: bytes, *, last: bool) -> bytes:
        """The piece with its tag."""

    def opened(self, number: int, piece: bytes, *, last: bool) -> bytes | None:
        """The data; None where it is not as it was sealed in this place."""


class _Clear:
    """Pieces that anybody can read, with a check sum of 128 bits."""

    def __init__(self, head: bytes) -> None:
        self._head = head

    def seal(self, number: int, data: bytes, *, last: bool) -> bytes:
        return data + self._tag(number, data, last=last)

    def opened(self, number: int, piece: bytes, *, last: bool) -> bytes | None:
        data = piece[:-_TAG]
        return data if piece[-_TAG:] == self._tag(number, data, last=last) else None

    def _tag(self, number: int, data: bytes, *, last: bool) -> bytes:
        return hashlib.sha256(self._head + _place(number, last=last) + data).digest()[:_TAG]


class _Encrypted:
    """AES-256-GCM. The key is this file's own, so that a number is never used twice with it."""

    def __init__(self, head: bytes, key: Secret) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._head = head
        self._cipher = AESGCM(key.reveal())

    def seal(self, number: int, data: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(_place(number, last=last), data, self._head)

    def opened(self, number: int, piece: bytes, *, last: bool) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(_place(number, last=last), piece, self._head)
        except InvalidTag:
            return None


def _place(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Writer:
    """Takes the content of a backup; `finish` writes the last piece."""

    def __init__(self, file: BinaryIO, head: Head, key: Secret | None) -> None:
        """`key` is what `new_key` gave along with the head's."""
        self._file = file
        front, digest = _front(head)
        self._sealer: _Sealer = _Clear(digest) if key is None else _Encrypted(digest, key)
        self._number = 0
        self._pending = bytearray()
        file.write(front + digest)

    def write(self, data: bytes) -> int:
        """Keep bytes; a piece is written when it is full and more comes, since the last one is sealed as such."""
        self._pending += data
        while len(self._pending) > PIECE:
            self._put(bytes(self._pending[:PIECE]), last=False)
            del self._pending[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Seal what is left as the end."""
        self._put(bytes(self._pending), last=True)
        self._pending.clear()

    def _put(self, data: bytes, *, last: bool) -> None:
        self._file.write(self._sealer.seal(self._number, data, last=last))
        self._number += 1


class Reader:
    """Gives the content of a backup; raises BlinkError(BACKUP_DAMAGED) before it gives a byte that is not sealed."""

    def __init__(self, file: BinaryIO, path: object, passphrase: Callable[[], Secret] | None) -> None:
        """The head is read at once; `passphrase` is asked for an encrypted one.

        Raises BlinkError: NOT_A_BACKUP, NEWER_BACKUP, BACKUP_DAMAGED, PASSPHRASE_WANTED, WRONG_PASSPHRASE.
        """
        self._file = file
        self._path = path
        self.head, digest = _read_front(file, path)
        key = self.head.key
        self._sealer: _Sealer = _Clear(digest)
        if key is not None:
            if passphrase is None:
                raise BlinkError(PASSPHRASE_WANTED, path=path)
            self._sealer = _Encrypted(digest, _found(key, passphrase(), path))
        self._number = 0
        self._ahead = file.read(PIECE + _TAG)
        self._data = memoryview(b"")
        self._done = False

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end. Raises BlinkError(BACKUP_DAMAGED)."""
        while not self._data and not self._done:
            self._open_next()
        data, self._data = bytes(self._data[:size]), self._data[size:]
        return data

    def drain(self) -> None:
        """Open all that is left. Raises BlinkError(BACKUP_DAMAGED)."""
        while not self._done:
            self._open_next()

    def _open_next(self) -> None:
        piece, self._ahead = self._ahead, self._file.read(PIECE + _TAG)
        last = not self._ahead
        data = self._sealer.opened(self._number, piece, last=last)
        if data is None:
            first = self._number * (PIECE + _TAG)
            text = N_(
                "bytes {first} to {last} of its content are not those that were written, or its end is missing"
            )
            what = Message(text, {"first": first, "last": first + len(piece)})
            raise BlinkError(BACKUP_DAMAGED, path=self._path, what=what, cause=f"piece {self._number}")
        self._number += 1
        self._data, self._done = memoryview(data), last


def read_head(file: BinaryIO, path: object) -> Head:
    """What a backup tells without a passphrase. Raises BlinkError: NOT_A_BACKUP, NEWER_BACKUP, BACKUP_DAMAGED."""
    return _read_front(file, path)[0]


def new_key(passphrase: Secret) -> tuple[Secret, Key]:
    """A key of one new backup, and what its head says of it."""
    salt = os.urandom(16)
    key = _stretched(passphrase, salt, **_COST)
    return key, Key(salt, **_COST, check=_check(key))


def _found(key: Key, passphrase: Secret, path: object) -> Secret:
    """The key again. Raises BlinkError: WRONG_PASSPHRASE, BACKUP_DAMAGED."""
    usable = key.n > 1 and key.n.bit_count() == 1 and key.r > 0 and key.p > 0
    if not usable or key.n * key.r * key.p > _MOST_COST * 8:  # nobody's file decides how much memory is taken
        raise BlinkError(BACKUP_DAMAGED, path=path, what=Message(N_("its head cannot be read")))
    found = _stretched(passphrase, key.salt, n=key.n, r=key.r, p=key.p)
    if _check(found) != key.check:
        raise BlinkError(WRONG_PASSPHRASE, path=path)
    return found


def _stretched(passphrase: Secret, salt: bytes, *, n: int, r: int, p: int) -> Secret:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Secret(Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase.reveal()))


def _check(key: Secret) -> bytes:
    from blink_tui.vault.crypto import subkey

    return subkey(key.reveal(), "backup check")[:_TAG]


def _front(head: Head) -> tuple[bytes, bytes]:
    """All that stands before the pieces, and its hash."""
    body = msgspec.json.encode(head)
    front = MAGIC + len(body).to_bytes(4, "big") + body
    return front, hashlib.sha256(front).digest()


def _read_front(file: BinaryIO, path: object) -> tuple[Head, bytes]:
    begin = file.read(len(MAGIC) + 4)
    size = int.from_bytes(begin[len(MAGIC) :], "big")
    if begin[: len(MAGIC)] != MAGIC or len(begin) != len(MAGIC) + 4:
        raise BlinkError(NOT_A_BACKUP, path=path)
    body = file.read(min(size, _LONGEST_HEAD))
    digest = hashlib.sha256(begin + body).digest()
    broken = BlinkError(BACKUP_DAMAGED, path=path, what=Message(N_("its head cannot be read")))
    if file.read(_SUM) != digest:
        raise broken
    try:
        if msgspec.json.decode(body, type=dict)["format"] > FORMAT:
            raise BlinkError(NEWER_BACKUP, path=path)
        head = msgspec.json.decode(body, type=Head)
        datetime_of(head.made_at)  # backups are sorted by it
        if not head.origin.isalnum():  # it is part of a file's name
            raise broken
        return head, digest
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise broken from error
