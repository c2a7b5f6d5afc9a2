"""The vault: whether it opens without asking anybody, and whether it holds what firms log in with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.i18n import N_
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import CredentialKind
from blink_tui.model.modes import Sharing, sharing
from blink_tui.ops.doctor.check import Around, Check, Finding, Level, aside, failure, note, ok, refused
from blink_tui.vault import VAULT_LOCKED, choose_source, open_vault, recorded_names

_OF_CREDENTIALS = tuple(f"{kind}/" for kind in CredentialKind)
"""How the names of their entries begin."""
_GIVE_KEY = N_(
    "Timers and the daemon need a key that they find by themselves: BLINK_VAULT_PASSPHRASE_FILE, a systemd credential"
    " or the system keyring."
)
_REGISTER = N_("Register it again: blink credential add --firm NIP")


async def _vault(around: Around) -> list[Finding]:
    path = around.paths.vault_path
    if not await aside(path.exists):
        return await _missing(around)
    try:
        names = await aside(lambda: recorded_names(path))
    except BlinkError as error:  # in a group's folder it is one account's own
        elsewhere = error.kind is VAULT_LOCKED and sharing(path.parent) is Sharing.GROUP
        return [refused(error, Level.NOTE if elsewhere else Level.FAILURE)]
    found = [await aside(lambda: opening(path))]
    return found if around.buffer is None else [*found, *await _entries(around.buffer, names)]


async def _missing(around: Around) -> list[Finding]:
    credentials = [] if around.buffer is None else await around.buffer.credentials.list()
    if credentials and not _only_here(around):
        return [
            failure(
                N_("There is no vault, though {count} credentials are registered: nothing can log in."),
                N_("Restore vault.blink from a backup, or register the credentials again."),
                count=len(credentials),
            )
        ]
    return [note(N_("There is no vault; it is made with the first credential."))]


def _only_here(around: Around) -> bool:
    """Whether all firms are of a KSeF on this machine, whose demo keeps its secrets in memory."""
    return all(firm.base_url.startswith("http://") for firm in around.firms)


def opening(path: Path) -> Finding:
    """Whether a vault opens as a program does that can ask nobody. Blocks for some seconds at the most."""
    try:
        vault = open_vault(path, choose_source(path), create=False)
        count = len(vault.names())
    except BlinkError as error:
        if error.kind is VAULT_LOCKED:
            return refused(error, Level.WARNING, _GIVE_KEY)
        return refused(error)
    return ok(N_("The vault opens by itself and holds {count} secrets."), count=count)


async def _entries(buffer: Buffer, names: Sequence[str]) -> list[Finding]:
    """Credentials whose secret is gone, and secrets that no credential names any more."""
    credentials = await buffer.credentials.list()
    lost = [one.label for one in credentials if one.vault_name not in names]
    known = {one.vault_name for one in credentials}
    left = [name for name in names if name.startswith(_OF_CREDENTIALS) and name not in known]
    found = []
    if lost:
        text = N_("The vault does not hold the secret of: {labels}")
        found.append(failure(text, _REGISTER, labels=", ".join(lost[:5])))
    if left:
        text = N_("The vault holds {count} secrets that no firm uses any more.")
        found.append(
            note(text, N_("They do no harm; in KSeF such a token should be revoked."), count=len(left))
        )
    return found


VAULT = Check(
    "vault",
    N_("Vault"),
    N_(
        "Secrets cannot be read, so nothing logs in: the file is damaged, its key is another one, or entries are gone."
    ),
    _vault,
)
