"""Secrets, encrypted at rest."""

from blink_tui.vault.errors import (
    VAULT_DAMAGED,
    VAULT_ENTRY_MISSING,
    VAULT_LOCKED,
    VAULT_MISSING,
    VAULT_NOT_WRITTEN,
    VAULT_OPEN,
    VAULT_WRONG_KEY,
)
from blink_tui.vault.holder import KeyNeed, VaultHolder, VaultState
from blink_tui.vault.sources import (
    KeyringSource,
    KeySource,
    MemorySource,
    PassphraseSource,
    SystemdSource,
    passphrase_from_file,
)
from blink_tui.vault.vault import (
    Vault,
    choose_source,
    keeper,
    open_vault,
    recorded_names,
    recorded_source,
    rekey,
)

__all__ = [
    "VAULT_DAMAGED",
    "VAULT_ENTRY_MISSING",
    "VAULT_LOCKED",
    "VAULT_MISSING",
    "VAULT_NOT_WRITTEN",
    "VAULT_OPEN",
    "VAULT_WRONG_KEY",
    "KeyNeed",
    "KeySource",
    "KeyringSource",
    "MemorySource",
    "PassphraseSource",
    "SystemdSource",
    "Vault",
    "VaultHolder",
    "VaultState",
    "choose_source",
    "keeper",
    "open_vault",
    "passphrase_from_file",
    "recorded_names",
    "recorded_source",
    "rekey",
]
