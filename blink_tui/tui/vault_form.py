"""What is asked for so that a secret can be kept: nothing where the vault is open, else about its key."""

from __future__ import annotations

from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.model.typed import checked_passphrase
from blink_tui.tui.widgets.form import Field, Filled, Texts, WrongFieldError
from blink_tui.vault import VAULT_WRONG_KEY, KeyNeed, VaultHolder

_KEYRING, _PASSPHRASE = "keyring", "passphrase"


def vault_fields(need: KeyNeed) -> list[Field]:
    """The fields by what has to be asked."""
    if need is KeyNeed.NOTHING:
        return []
    if need is KeyNeed.PASSPHRASE:
        hint = _("The one that the vault of tokens was made with.")
        return [Field("vault", _("Passphrase of the vault"), hint, secret=True)]
    choices = [(_KEYRING, _("system keyring"))] if need is KeyNeed.NEW_KEY else []
    choices.append((_PASSPHRASE, _("a passphrase")))
    hint = _("Secrets are kept encrypted; with a passphrase it is asked for at every start.")
    return [
        Field("vault_key", _("Key of the vault"), hint, choices[0][0], choices),
        Field("vault", _("New passphrase"), secret=True, when=_by_passphrase),
        Field(
            "vault_again", _("The same once more"),
            _("Without it nobody can read the tokens, not even you."), secret=True, when=_by_passphrase,
        ),
    ]  # fmt: skip


def _by_passphrase(texts: Texts) -> bool:
    return texts.get("vault_key") == _PASSPHRASE


def check_vault(filled: Filled) -> None:
    """Refuse two passphrases that differ before anything else is done. Raises WrongFieldError."""
    again = filled.secrets.get("vault_again")
    if again is None:
        return
    try:
        checked_passphrase(filled.secrets["vault"], again)
    except BlinkError as error:
        raise WrongFieldError(
            "vault_again" if filled.secrets["vault"].reveal() else "vault", error
        ) from error


def open_by(holder: VaultHolder, filled: Filled) -> None:
    """Open the vault, or make it, by what was filled in. Blocks. Raises WrongFieldError, BlinkError."""
    passphrase: Secret | None = filled.secrets.get("vault")
    try:
        holder.open(passphrase, keyring=filled.texts.get("vault_key") == _KEYRING)
    except BlinkError as error:
        if passphrase is not None and error.kind is VAULT_WRONG_KEY:
            raise WrongFieldError("vault", error) from error
        raise
