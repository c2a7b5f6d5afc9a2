"""The vault's file: its shape, read whole and replaced whole, one writer at a time, never half written."""

from __future__ import annotations

import fcntl
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from blink_tui.i18n import N_, Message
from blink_tui.model.accounts import account_name
from blink_tui.model.durable import sync_folders
from blink_tui.model.errors import BlinkError
from blink_tui.model.modes import make_folder, open_private
from blink_tui.vault.errors import (
    VAULT_DAMAGED,
    VAULT_LOCKED,
    VAULT_MISSING,
    VAULT_NOT_WRITTEN,
    VAULT_OPEN,
)

FORMAT = 1
_ONE_TICK = 50_000_000
"""Nanoseconds within which two writes may bear the same time on any file system of ours."""


class Contents(msgspec.Struct, frozen=True):
    """What the file says. Names are in clear; every other byte that matters is sealed."""

    format: int
    id: bytes
    """Random; every record is bound to it, so that records of two vaults cannot be mixed."""
    source: str
    """Name of the source that the key comes from."""
    parameters: dict[str, str]
    """What the source needs to find its key again; nothing secret."""
    sealed_key: bytes
    """The key of the records, sealed by the source's key: opening it proves that key right."""
    records: dict[str, bytes]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Contents).decode


def read(path: Path) -> Contents:
    """Raises BlinkError: VAULT_MISSING, VAULT_DAMAGED, VAULT_OPEN, VAULT_LOCKED where the account may not read it."""
    try:
        contents = _decode(_read_closed(path))
    except FileNotFoundError as error:
        raise BlinkError(VAULT_MISSING) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        what = Message(N_("its file cannot be read"))
        raise BlinkError(VAULT_DAMAGED, cause=type(error).__name__, what=what) from error
    except PermissionError as error:
        why = Message(
            N_(
                "it belongs to the account {account}, which fetches for all. Ask it to: F5, or blink schedule run."
            ),
            {"account": keeper(path) or "?"},
        )
        raise BlinkError(VAULT_LOCKED, cause=str(error), why=why) from error
    except OSError as error:
        what = Message(N_("its file cannot be opened"))
        raise BlinkError(VAULT_DAMAGED, cause=str(error), what=what) from error
    if contents.format != FORMAT:
        what = Message(N_("a newer version of the program wrote it"))
        raise BlinkError(VAULT_DAMAGED, cause=f"format {contents.format}", what=what)
    return contents


def _read_closed(path: Path) -> bytes:
    """What the file holds; one that others may read or write may have been copied or exchanged, and is not used."""
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise BlinkError(VAULT_OPEN, path=path)
        return file.read()


def keeper(path: Path) -> str | None:
    """The account that a vault belongs to, where it is not this one's to open; None where it is, or there is none."""
    try:
        owner = path.stat().st_uid
    except OSError:
        return None
    return None if os.access(path, os.R_OK) else account_name(owner)


class Watched:
    """A vault's file, read again only when it is not the one that was read last: 2 MB take 4 ms, for each firm.

    Its methods may be called from any thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.Lock()
        self._known: tuple[_Version | None, Contents] | None = None

    def read(self) -> Contents:
        """What stands in the file now. Raises BlinkError as `read` does."""
        with self._mutex:
            version = _version(self._path)
            if version is None or self._known is None or self._known[0] != version:
                self._known = version, read(self._path)
            return self._known[1]


_Version = tuple[int, int, int, int]
"""Device, inode, time and size of a file."""


def _version(path: Path) -> _Version | None:
    """What tells one file from the next in its place; None while it is so fresh that the next might look alike."""
    try:
        found = path.stat()
    except OSError:
        return None
    if time.time_ns() - found.st_mtime_ns < _ONE_TICK:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def replace(path: Path, contents: Contents) -> None:
    """Put new contents in the place of the old, durable when this returns; call it only while `locked`.

    Raises BlinkError(VAULT_NOT_WRITTEN), and the old contents stand.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        descriptor = open_private(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, own=True)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_encode(contents))
            file.flush()
            os.fsync(descriptor)
        fresh.replace(path)
        sync_folders({path.parent})
    except OSError as error:
        raise BlinkError(VAULT_NOT_WRITTEN, cause=str(error)) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other writers out, of this process and of others, until the block ends or the process dies.

    The lock is a file beside the vault's, since that one is replaced at every write. Raises
    BlinkError(VAULT_NOT_WRITTEN).
    """
    try:
        make_folder(path.parent)
        descriptor = open_private(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, own=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        raise BlinkError(VAULT_NOT_WRITTEN, cause=str(error)) from error
    try:
        yield
    finally:
        os.close(descriptor)
