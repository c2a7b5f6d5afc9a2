"""Where the vault's key comes from: chosen once when the vault is made, recorded, never switched silently."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.vault import crypto
from blink_tui.vault.errors import VAULT_LOCKED, VAULT_WRONG_KEY

T = TypeVar("T")

PASSPHRASE_FILE = "BLINK_VAULT_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
"""Environment variable that names the file with the passphrase."""

KEYRING_SECONDS = 2.0
"""A keyring that waits for a person or a dead bus must not hold the program."""

_CREDENTIAL = "blink-vault"
"""Name of the systemd credential, as LoadCredentialEncrypted= of a unit names it."""

_MOST_COST = {"n": 2**20, "r": 16, "p": 4}
"""2 GB: a file that asks for more is not one of ours, and would take the machine's memory."""

_SERVICE = "blink-tui vault"


class KeySource(Protocol):
    """Gives the 32-byte key that seals the vault's own."""

    @property
    def name(self) -> str:
        """What the vault's file records: `passphrase`, `systemd`, `keyring` or `memory`."""

    def create(self, vault_id: bytes) -> tuple[Secret, dict[str, str]]:
        """A key for a new vault, and what is needed to find it again. Raises BlinkError(VAULT_LOCKED)."""

    def find(self, vault_id: bytes, parameters: Mapping[str, str]) -> Secret:
        """The key of a vault that exists. Raises BlinkError: VAULT_LOCKED, VAULT_WRONG_KEY."""


class PassphraseSource:
    """A passphrase stretched by scrypt. `read` is asked at every opening: it reads a file or prompts."""

    name = "passphrase"
    _COST = {"n": 2**15, "r": 8, "p": 1}  # noqa: RUF012 - never changed
    """About 0.1 s and 32 MB a guess."""

    def __init__(self, read: Callable[[], Secret]) -> None:
        self._read = read

    def create(self, vault_id: bytes) -> tuple[Secret, dict[str, str]]:
        parameters = {
            "kdf": "scrypt",
            "salt": os.urandom(16).hex(),
            **{k: str(v) for k, v in self._COST.items()},
        }
        return self.find(vault_id, parameters), parameters

    def find(self, vault_id: bytes, parameters: Mapping[str, str]) -> Secret:
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        passphrase = self._read()
        if not passphrase.reveal():
            raise BlinkError(VAULT_LOCKED, why=Message(N_("the passphrase is empty.")))
        n, r, p = (int(parameters[name]) for name in ("n", "r", "p"))
        if not (1 < n <= _MOST_COST["n"] and 0 < r <= _MOST_COST["r"] and 0 < p <= _MOST_COST["p"]):
            raise ValueError("the cost of the passphrase is out of bounds")
        kdf = Scrypt(salt=bytes.fromhex(parameters["salt"]), length=crypto.KEY_BYTES, n=n, r=r, p=p)
        return Secret(kdf.derive(passphrase.reveal()))


class SystemdSource(PassphraseSource):
    """A credential that systemd gives to the service alone; its bytes, text or not, are taken as a passphrase."""

    name = "systemd"

    def __init__(self) -> None:
        super().__init__(read_credential)


class KeyringSource:
    """The system's keyring, which holds only the key. Each call of it has two seconds, in a thread."""

    name = "keyring"

    def create(self, vault_id: bytes) -> tuple[Secret, dict[str, str]]:
        key, user = Secret(crypto.new_key()), vault_id.hex()
        text = base64.b64encode(key.reveal()).decode()
        _in_time(lambda: _keyring().set_password(_SERVICE, user, text))
        if self.find(vault_id, {}) != key:
            raise _no_keyring("the keyring gave back another key than it was given")
        return key, {}

    def find(self, vault_id: bytes, parameters: Mapping[str, str]) -> Secret:
        text = _in_time(lambda: _keyring().get_password(_SERVICE, vault_id.hex()))
        if text is None:
            raise BlinkError(VAULT_LOCKED, why=Message(N_("the system keyring does not hold its key.")))
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError as error:
            raise BlinkError(VAULT_WRONG_KEY) from error
        return Secret(key)

    @staticmethod
    def answers() -> bool:
        """Whether there is a keyring that keeps what it is given, within its two seconds."""
        try:
            _in_time(_keyring)
        except BlinkError:
            return False
        return True


class MemorySource:
    """A key that dies with the process, for the demo and for tests: such a vault has no file."""

    name = "memory"

    def create(self, vault_id: bytes) -> tuple[Secret, dict[str, str]]:
        return Secret(crypto.new_key()), {}

    def find(self, vault_id: bytes, parameters: Mapping[str, str]) -> Secret:
        raise BlinkError(VAULT_LOCKED, why=Message(N_("it was kept in memory only.")))


def passphrase_from_file(path: Path) -> Callable[[], Secret]:
    """Reads the passphrase from a file, without the line break at its end."""

    def read() -> Secret:
        try:
            return Secret(path.read_bytes().rstrip(b"\r\n"))
        except OSError as error:
            why = Message(N_("the passphrase file cannot be read."))
            raise BlinkError(VAULT_LOCKED, cause=str(error), why=why) from error

    return read


def credential_file() -> Path | None:
    """The file of the systemd credential, where this process was given one."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    file = Path(folder) / _CREDENTIAL if folder else None
    return file if file is not None and file.exists() else None


def read_credential() -> Secret:
    """What the credential holds, without the line break that an editor put at its end."""
    file = credential_file()
    if file is None:
        why = Message(
            N_(
                "its key is a systemd credential, and this process was given none named {name}. The service has it;"
                " a command gets it by systemd-run (docs/security.md)."
            ),
            {"name": _CREDENTIAL},
        )
        raise BlinkError(VAULT_LOCKED, why=why)
    try:
        secret = Secret(file.read_bytes().rstrip(b"\r\n"))
    except OSError as error:
        why = Message(N_("the systemd credential {name} cannot be read."), {"name": _CREDENTIAL})
        raise BlinkError(VAULT_LOCKED, cause=str(error), why=why) from error
    if not secret.reveal():
        raise BlinkError(
            VAULT_LOCKED, why=Message(N_("the systemd credential {name} is empty."), {"name": _CREDENTIAL})
        )
    return secret


def _keyring() -> Any:
    """The system's keyring. Raises BlinkError(VAULT_LOCKED) when there is none fit to keep a key."""
    import keyring
    import keyring.core
    from keyring.errors import InitError

    try:
        backend = keyring.get_keyring()
    except InitError as error:
        raise _no_keyring(str(error)) from error
    if not keyring.core.recommended(backend):
        raise _no_keyring(f"no usable backend: {backend.name}")
    return backend


def _no_keyring(cause: str) -> BlinkError:
    why = Message(
        N_(
            "the system keyring does not answer. Unlock it, or set {variable} to a file with a passphrase"
            " when you make the vault."
        ),
        {"variable": PASSPHRASE_FILE},
    )
    return BlinkError(VAULT_LOCKED, cause=cause, why=why)


def _in_time(call: Callable[[], T]) -> T:
    """The answer of a call in a thread that may be left behind. Raises BlinkError(VAULT_LOCKED)."""
    answers: list[T] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            answers.append(call())
        except Exception as error:  # whatever a foreign backend raises means that it cannot be used
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True, name="keyring")
    thread.start()
    thread.join(KEYRING_SECONDS)
    if answers:
        return answers[0]
    failure = failures[0] if failures else TimeoutError(f"no answer in {KEYRING_SECONDS:.0f} s")
    if isinstance(failure, BlinkError):
        raise failure
    raise _no_keyring(f"{type(failure).__name__}: {failure}") from failure
