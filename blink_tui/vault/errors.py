"""What can go wrong with the vault, in the accountant's words."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.errors import ErrorKind, ExitCode

VAULT_LOCKED = ErrorKind(
    "vault-locked",
    ExitCode.VAULT_LOCKED,
    N_("The vault is locked: {why}"),
)
VAULT_OPEN = ErrorKind(
    "vault-open-to-others",
    ExitCode.VAULT_LOCKED,
    N_(
        "The vault can be read or written by other accounts, so it is not used. What it holds is encrypted; where in"
        " doubt, exchange the tokens. Close it with: chmod 600 {path}"
    ),
)
VAULT_WRONG_KEY = ErrorKind(
    "vault-wrong-key",
    ExitCode.VAULT_LOCKED,
    N_("The vault does not open with this passphrase or key. Check which one it was made with."),
)
VAULT_DAMAGED = ErrorKind(
    "vault-damaged",
    ExitCode.VAULT_LOCKED,
    N_("The vault is damaged: {what}. Restore it from a backup or register the credentials again."),
)
VAULT_MISSING = ErrorKind(
    "vault-missing",
    ExitCode.VAULT_LOCKED,
    N_("There is no vault yet. It is made when the first credential is registered."),
)
VAULT_ENTRY_MISSING = ErrorKind(
    "vault-entry-missing",
    ExitCode.VAULT_LOCKED,
    N_("The vault has no entry {name}. Register the credential again."),
)
VAULT_NOT_WRITTEN = ErrorKind(
    "vault-not-written",
    ExitCode.FAILED,
    N_(
        "The vault cannot be written; what it held before is safe. Check the disk and the folder's permissions."
    ),
)
