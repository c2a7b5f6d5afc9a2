"""What is asked for about a token or certificate, and how it is checked with KSeF and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.i18n import _
from blink_tui.ksef import certificate_errors
from blink_tui.ksef.client import Credential as Access
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.typed import checked_token
from blink_tui.sync.access_files import CertificateFiles
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.registration import Registered, Told, kept_for, refusals, tried
from blink_tui.tui.vault_form import check_vault, open_by, vault_fields
from blink_tui.tui.widgets.form import Field, Filled, Texts, WrongFieldError
from blink_tui.vault import KeyNeed, VaultHolder

Registering = Callable[[Buffer], Awaitable[Sequence[Firm]]]
"""Gives the firms of the buffer for which an access is kept, once KSeF has let it in."""


def access_fields(need: KeyNeed) -> list[Field]:
    """The kind of access and what it is made of, then what the vault needs."""
    kinds = (("token", _("token")), ("files", _("certificate and key")), ("p12", _("one file .p12")))

    def of(*wanted: str) -> Callable[[Texts], bool]:
        return lambda texts: texts.get("access") in wanted

    return [
        Field("access", _("What logs in"), _("A token serves one firm, a certificate many."), "token", kinds),
        Field(
            "token", _("Token"),
            _("Made in KSeF with the right InvoiceRead; paste it, it is not shown."),
            secret=True, check=checked_token, when=of("token"),
        ),
        Field(
            "cert", _("File of the certificate"), _("PEM or DER, type Authentication."),
            check=_path, when=of("files"),
        ),
        Field("key", _("File of its private key"), check=_path, when=of("files")),
        Field("p12", _("File with both"), _(".p12 or .pfx"), check=_path, when=of("p12")),
        Field(
            "passphrase", _("Passphrase of the key"), _("Only if the key is encrypted."),
            secret=True, when=of("files", "p12"),
        ),
        *vault_fields(need),
    ]  # fmt: skip


def _path(text: str) -> Path:
    """A file that is there. Raises BlinkError (usage)."""
    path = Path(text.strip()).expanduser() if text.strip() else None
    if path is None or not path.is_file():
        raise BlinkError(USAGE, problem=_("There is no such file: {path}").format(path=text.strip()))
    return path


def access_of(filled: Filled) -> Access:
    """The token, or the certificate out of its files. Reads them. Raises WrongFieldError, BlinkError."""
    if "token" in filled.secrets:
        return checked_token(filled.secrets["token"].reveal_text())
    paths = {name: _path(filled.texts[name]) for name in ("cert", "key", "p12") if name in filled.texts}
    passphrase = filled.secrets["passphrase"]
    try:
        return CertificateFiles(**paths).load(passphrase if passphrase.reveal() else None)
    except BlinkError as error:
        if error.kind in (certificate_errors.PASSPHRASE_MISSING, certificate_errors.PASSPHRASE_WRONG):
            raise WrongFieldError("passphrase", error) from error
        raise


async def keep_access(
    buffer: Buffer,
    clients: KsefClients,
    holder: VaultHolder,
    firms: Sequence[Firm],
    filled: Filled,
    *,
    registering: Registering | None = None,
    told: Told | None = None,
) -> Registered:
    """Ask KSeF first; then make or open the vault, then keep the access: what is refused leaves nothing behind.

    `firms` need not be in the buffer where `registering` puts them there. Raises WrongFieldError, BlinkError.
    """
    check_vault(filled)
    access = await asyncio.to_thread(access_of, filled)
    found = await tried(clients, firms, access, told)
    refused = refusals(found)
    if len(refused) == len(found):
        raise refused[0]
    await asyncio.to_thread(open_by, holder, filled)
    if registering is not None:
        kept = await registering(buffer)
        found = [(firm, error) for firm, (_asked, error) in zip(kept, found, strict=True)]
    return await kept_for(buffer, holder.vault, clients, found, access)


def told_of(registered: Registered) -> str:
    """What came of it, in a sentence."""
    if registered.unchecked:
        return _("KSeF could not be asked: {why} It is kept as unchecked; the next fetch will tell.").format(
            why=registered.unchecked[0]
        )
    return _("KSeF accepted it.")
