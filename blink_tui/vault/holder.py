"""The vault of a profile as a running program holds it: open, locked, or none yet; made or opened while it runs."""

from __future__ import annotations

import threading
from enum import Enum, auto
from pathlib import Path

from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.vault.errors import VAULT_LOCKED, VAULT_MISSING
from blink_tui.vault.sources import KeyringSource, KeySource, PassphraseSource, SystemdSource, credential_file
from blink_tui.vault.vault import (
    Vault,
    choose_source,
    file_of_environment,
    keeper,
    open_vault,
    recorded_source,
)


class VaultState(Enum):
    """How the vault of a profile is."""

    OPEN = auto()
    LOCKED = auto()
    """It is there, but this program has no key: another one made it meanwhile."""
    ELSEWHERE = auto()
    """It is there, and another account's: that one fetches for all."""
    MISSING = auto()
    """It is made when the first secret is kept."""


class KeyNeed(Enum):
    """What a person has to say before a secret can be kept."""

    NOTHING = auto()
    """It is open, or its key is found without asking."""
    PASSPHRASE = auto()
    """The one that it was made with."""
    NEW_KEY = auto()
    """Where the key of a new vault shall live: the system keyring, which answers, or a passphrase."""
    NEW_PASSPHRASE = auto()
    """The same, but there is no keyring that answers."""


class VaultHolder:
    """One for a program; its methods may be called from any thread, and block for as long as `open_vault` does."""

    def __init__(self, path: Path, vault: Vault | None = None) -> None:
        self._path = path
        self._vault = vault
        self._mutex = threading.Lock()

    @property
    def state(self) -> VaultState:
        """How the vault is now."""
        if self._vault is not None:
            return VaultState.OPEN
        if self.keeper is not None:
            return VaultState.ELSEWHERE
        return VaultState.LOCKED if self._path.exists() else VaultState.MISSING

    @property
    def keeper(self) -> str | None:
        """The account that holds the vault, where this one may not open it."""
        return None if self._vault is not None else keeper(self._path)

    @property
    def held(self) -> Vault | None:
        """The vault, if it is open."""
        return self._vault

    @property
    def vault(self) -> Vault:
        """The open vault. Raises BlinkError: VAULT_MISSING, VAULT_LOCKED."""
        if self._vault is not None:
            return self._vault
        if self.state is VaultState.MISSING:
            raise BlinkError(VAULT_MISSING)
        raise BlinkError(VAULT_LOCKED, why=Message(N_("its passphrase was not given yet.")))

    def need(self) -> KeyNeed:
        """What has to be asked; nothing where the key is found without. Raises BlinkError(VAULT_DAMAGED)."""
        if self._vault is not None or self._silent_source() is not None:
            return KeyNeed.NOTHING
        if self.state is VaultState.LOCKED:
            return KeyNeed.PASSPHRASE
        return KeyNeed.NEW_KEY if KeyringSource.answers() else KeyNeed.NEW_PASSPHRASE

    def open(self, passphrase: Secret | None = None, *, keyring: bool = False) -> Vault:
        """The vault, made where there is none: with a key found without asking, else as a person chose.

        One that another program made meanwhile is opened and not replaced. Raises BlinkError as `open_vault` does,
        VAULT_LOCKED when nothing was chosen.
        """
        with self._mutex:
            if self._vault is None:
                source = self._silent_source() or _chosen(passphrase, keyring=keyring)
                self._vault = open_vault(self._path, source, create=True)
            return self._vault

    def _silent_source(self) -> KeySource | None:
        """Where a key comes from without asking: what was recorded, the passphrase file, or the systemd credential."""
        asked_nobody = recorded_source(self._path) in (KeyringSource.name, SystemdSource.name)
        if asked_nobody or file_of_environment() is not None or credential_file() is not None:
            return choose_source(self._path)
        return None


def _chosen(passphrase: Secret | None, *, keyring: bool) -> KeySource:
    if keyring:
        return KeyringSource()
    if passphrase is None:
        raise BlinkError(VAULT_LOCKED, why=Message(N_("nobody said where its key shall live.")))
    return PassphraseSource(lambda: passphrase)
