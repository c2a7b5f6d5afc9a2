"""The vault of a profile: secrets by name in one encrypted file, and a key to wrap what is kept elsewhere.

Calls are short but read and write the disk, and opening stretches a passphrase for about 0.1 s: an event loop calls
them through a thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from blink_tui.i18n import N_, Message
from blink_tui.model.accounts import account_name
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.vault import crypto, file
from blink_tui.vault.errors import (
    VAULT_DAMAGED,
    VAULT_ENTRY_MISSING,
    VAULT_LOCKED,
    VAULT_WRONG_KEY,
)
from blink_tui.vault.file import FORMAT, Contents
from blink_tui.vault.sources import (
    PASSPHRASE_FILE,
    KeyringSource,
    KeySource,
    MemorySource,
    PassphraseSource,
    SystemdSource,
    credential_file,
    passphrase_from_file,
    read_credential,
)


class Vault:
    """An open vault. Its methods may be called from any thread and any number of processes."""

    def __init__(self, path: Path | None, contents: Contents, key: Secret) -> None:
        self._path = path
        self._file = None if path is None else file.Watched(path)
        self._contents = contents
        self._records_key = Secret(crypto.subkey(key.reveal(), "records"))
        self._wrapping_key = Secret(crypto.subkey(key.reveal(), "wrapping"))
        self._mutex = threading.Lock()

    def put(self, name: str, secret: Secret) -> None:
        """Keep a secret under a name, in the place of an earlier one. Raises BlinkError(VAULT_NOT_WRITTEN)."""
        sealed = crypto.seal(self._records_key.reveal(), secret.reveal(), self._context(name))
        self._change(lambda records: {**records, name: sealed})

    def get(self, name: str) -> Secret:
        """Raises BlinkError: VAULT_ENTRY_MISSING, VAULT_DAMAGED."""
        sealed = self._read().records.get(name)
        if sealed is None:
            raise BlinkError(VAULT_ENTRY_MISSING, name=name)
        try:
            return Secret(crypto.opened(self._records_key.reveal(), sealed, self._context(name)))
        except crypto.NotOpenedError as error:
            what = Message(N_("its entry {name} was changed"), {"name": name})
            raise BlinkError(VAULT_DAMAGED, what=what) from error

    def remove(self, *names: str) -> None:
        """Forget secrets; one that is not there is forgotten already. Raises BlinkError(VAULT_NOT_WRITTEN)."""
        if names:
            self._change(lambda records: {kept: seal for kept, seal in records.items() if kept not in names})

    def names(self) -> list[str]:
        """Names of all secrets, in order."""
        return sorted(self._read().records)

    def wrap(self, data: bytes, context: str) -> bytes:
        """Seal bytes to be kept outside the vault; `context` says what they are and is needed to unwrap them."""
        return crypto.seal(self._wrapping_key.reveal(), data, context.encode())

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Bytes that this vault wrapped for this context. Raises BlinkError(VAULT_DAMAGED)."""
        try:
            return crypto.opened(self._wrapping_key.reveal(), wrapped, context.encode())
        except crypto.NotOpenedError as error:
            what = Message(N_("what it sealed for {context} does not open"), {"context": context})
            raise BlinkError(VAULT_DAMAGED, what=what) from error

    def _context(self, name: str) -> bytes:
        return self._contents.id + name.encode()

    def _read(self) -> Contents:
        """What stands in the file now: another process may have written."""
        if self._file is None:
            return self._contents
        contents = self._file.read()
        if contents.id != self._contents.id:
            raise BlinkError(VAULT_WRONG_KEY, cause="another vault stands in its place")
        return contents

    def _change(self, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
        with self._mutex:
            if self._path is None:
                self._contents = _with_records(self._contents, change)
                return
            with file.locked(self._path):
                file.replace(self._path, _with_records(self._read(), change))


def _with_records(contents: Contents, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Contents:
    return msgspec.structs.replace(contents, records=change(contents.records))


def open_vault(path: Path, source: KeySource, *, create: bool) -> Vault:
    """The vault in a file, or a new one there when `create` is set and there is none.

    A memory source ignores the path and always makes a new one. Raises BlinkError: VAULT_MISSING, VAULT_LOCKED (also
    when the source is not the recorded one), VAULT_WRONG_KEY, VAULT_DAMAGED, VAULT_NOT_WRITTEN.
    """
    if isinstance(source, MemorySource):
        return Vault(None, *_made(source))
    if create and not path.exists():
        with file.locked(path):
            if not path.exists():  # another process may have been faster
                contents, key = _made(source)
                file.replace(path, contents)
                return Vault(path, contents, key)
    return _open(path, source)


def recorded_source(path: Path) -> str | None:
    """Name of the source of a vault's key; None when there is no vault. Raises BlinkError(VAULT_DAMAGED)."""
    return file.read(path).source if path.exists() else None


def recorded_names(path: Path) -> list[str]:
    """Names of a vault's secrets, which its file has in clear: no key is needed. Raises BlinkError as `open_vault`."""
    return sorted(file.read(path).records)


def keeper(path: Path) -> str | None:
    """The account that fetches with a vault which this process cannot open: another account's, or a service's alone.

    None where this process may open it, or there is none.
    """
    other = file.keeper(path)
    if other is not None:
        return other
    try:
        alone = recorded_source(path) == SystemdSource.name and credential_file() is None
        return account_name(path.stat().st_uid) if alone else None
    except (BlinkError, OSError):  # told by whoever opens it
        return None


def choose_source(
    path: Path,
    *,
    passphrase_file: Path | None = None,
    prompt: Callable[[], Secret] | None = None,
) -> KeySource:
    """The source for a vault: the recorded one, and for a new vault what this machine offers.

    New: a passphrase file (argument or BLINK_VAULT_PASSPHRASE_FILE), else a systemd credential, else the system keyring
    if it answers, else a prompted passphrase. A recorded passphrase comes from such a file, else the prompt, else the
    credential, where nobody can be asked. Raises BlinkError(VAULT_LOCKED) when nothing is left, or the recorded one
    cannot be asked.
    """
    recorded = recorded_source(path)
    if recorded == SystemdSource.name:
        return SystemdSource()
    if recorded == KeyringSource.name:
        return KeyringSource()
    if recorded not in (None, PassphraseSource.name):
        what = Message(
            N_("its key comes from {source}, which this version does not know"), {"source": recorded}
        )
        raise BlinkError(VAULT_DAMAGED, what=what)
    named = passphrase_file or file_of_environment()
    if recorded is None and named is None:
        if credential_file() is not None:
            return SystemdSource()
        if KeyringSource.answers():
            return KeyringSource()
    return PassphraseSource(_reader(named, prompt))


def _reader(file: Path | None, prompt: Callable[[], Secret] | None) -> Callable[[], Secret]:
    """How the passphrase is read. Raises BlinkError(VAULT_LOCKED) when there is no way."""
    read = prompt if file is None else passphrase_from_file(file)
    if read is None and credential_file() is not None:
        read = read_credential
    if read is None:
        why = Message(
            N_("there is no one to ask for the passphrase. Set {variable} to a file with it."),
            {"variable": PASSPHRASE_FILE},
        )
        raise BlinkError(VAULT_LOCKED, why=why)
    return read


def file_of_environment() -> Path | None:
    """The passphrase file that the environment names."""
    named = os.environ.get(PASSPHRASE_FILE)
    return Path(named) if named else None


def rekey(path: Path, old: KeySource, new: KeySource) -> None:
    """Let a vault be opened by another source from now on; what it holds, and whoever has it open, stay as they are.

    Takes the vault's own key by the recorded source and seals it for the new one. Copies of the file from before still
    open by the old one. Raises BlinkError as `open_vault` does, and the old source holds.
    """
    with file.locked(path):
        contents = file.read(path)
        key = _key_of(contents, old)
        source_key, parameters = new.create(contents.id)
        sealed_key = crypto.seal(source_key.reveal(), key.reveal(), contents.id)
        changed = msgspec.structs.replace(
            contents, source=new.name, parameters=parameters, sealed_key=sealed_key
        )
        file.replace(path, changed)


def _made(source: KeySource) -> tuple[Contents, Secret]:
    """A vault without records, and its key."""
    id_, key = os.urandom(16), Secret(crypto.new_key())
    source_key, parameters = source.create(id_)
    sealed_key = crypto.seal(source_key.reveal(), key.reveal(), id_)
    return Contents(FORMAT, id_, source.name, parameters, sealed_key, {}), key


def _open(path: Path, source: KeySource) -> Vault:
    contents = file.read(path)
    return Vault(path, contents, _key_of(contents, source))


def _key_of(contents: Contents, source: KeySource) -> Secret:
    """The vault's own key. Raises BlinkError: VAULT_LOCKED, VAULT_WRONG_KEY, VAULT_DAMAGED."""
    if contents.source != source.name:
        why = Message(
            N_("its key comes from {recorded}, not from {offered}."),
            {"recorded": contents.source, "offered": source.name},
        )
        raise BlinkError(VAULT_LOCKED, why=why)
    try:
        source_key = source.find(contents.id, contents.parameters)
        return Secret(crypto.opened(source_key.reveal(), contents.sealed_key, contents.id))
    except crypto.NotOpenedError as error:
        raise BlinkError(VAULT_WRONG_KEY) from error
    except (KeyError, ValueError) as error:
        what = Message(N_("its file cannot be read"))
        raise BlinkError(VAULT_DAMAGED, cause=repr(error), what=what) from error
