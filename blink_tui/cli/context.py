"""What every command starts from: whose profile, where it lies, and how to open its parts."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.cli import output
from blink_tui.cli.asking import asked, asked_twice
from blink_tui.i18n import N_, _
from blink_tui.model.accounts import account_name
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import Sharing, open_to_others, readable_only, sharing
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.secret import Secret
from blink_tui.model.unwritable import unwritable

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.model.firms import Firm
    from blink_tui.vault import Vault

NO_SUCH_FIRM = ErrorKind(
    "no-such-firm",
    ExitCode.USAGE,
    N_("Firm {firm} is not known here. See the known ones: blink firm list"),
)
SEVERAL_FIRMS = ErrorKind(
    "several-firms",
    ExitCode.USAGE,
    N_("Several firms share {firm}. Name one by its internal id: {ids}"),
)


@dataclass(frozen=True, slots=True)
class Profile(ProfilePaths):
    """A profile whose buffer and vault a command opens."""

    read_only: bool = False
    """Nothing of it is changed, because that was asked for or the account may not."""

    @asynccontextmanager
    async def open_buffer(self) -> AsyncIterator[Buffer]:
        """The profile's buffer; an interrupted hand-over or list of payments is finished first."""
        from blink_tui.buffer import open_buffer
        from blink_tui.ledger.placing import recover, recover_payments

        with self._way_back_told():
            async with open_buffer(self.buffer_path, read_only=self.read_only) as buffer:
                if not self.read_only:
                    await recover(buffer)
                    await recover_payments(buffer)
                yield buffer

    @contextmanager
    def _way_back_told(self) -> Iterator[None]:
        """Say of a damaged buffer which backup there is."""
        try:
            yield
        except BlinkError as error:
            if error.kind.code != "buffer-damaged":
                raise
            from blink_tui.ops.restore import way_back

            raise way_back(error, self) from error

    def open_vault(self, *, may_ask: bool = True) -> Vault:
        """The profile's vault, made when there is none; a passphrase is asked for on a terminal, if it may be.

        Raises BlinkError (exit code 8, or READ_ONLY: logging in changes what the vault and the buffer keep).
        """
        from blink_tui.vault import choose_source, open_vault

        if self.read_only:
            raise unwritable(self.buffer_path)
        ask = partial(asked_passphrase, new=not self.vault_path.exists())
        source = choose_source(self.vault_path, prompt=ask if may_ask and sys.stdin.isatty() else None)
        return open_vault(self.vault_path, source, create=True)


def protected(profile: Profile, *, read_only: bool) -> Profile:
    """A profile as a command works on it: what is written is closed to whom it is not for, whatever writes it.

    One that this account may read and not write is for reading only.
    """
    try:
        os.umask(sharing(profile.folder).umask)
        only_read = read_only or readable_only(profile.buffer_path)
        closed = {profile.vault_path}  # by nobody but its owner, who is to hear of it
        for path in [] if only_read else open_to_others(profile.folder, but=closed):
            text = _("{path} is open to other accounts. Whoever it belongs to closes it: chmod o-rwx {path}")
            output.warn(text.format(path=path))
    except OSError:  # what cannot be looked at is told by whoever opens it
        os.umask(Sharing.ALONE.umask)
        only_read = read_only
    return replace(profile, read_only=only_read)


def profile_of(name: str, home: Path | None) -> Profile:
    """The named profile under `home`, else under BLINK_HOME, else under the platform's data folder."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise BlinkError(
            USAGE,
            problem=_("--profile takes letters, digits, - and _: {name}").format(name=name),
        )
    if home is None and (named := os.environ.get("BLINK_HOME")):
        home = Path(named)
    if home is None:
        from platformdirs import user_data_path

        home = user_data_path("blink-tui", appauthor=False)
    return Profile(name, home.expanduser().absolute() / name)


async def firm_named(buffer: Buffer, text: str) -> Firm:
    """The one firm with a NIP or internal id. Raises BlinkError: none, or several."""
    found = await buffer.firms.find(text)
    if not found:
        raise BlinkError(NO_SUCH_FIRM, firm=text)
    if len(found) > 1:
        raise BlinkError(SEVERAL_FIRMS, firm=text, ids=", ".join(firm.context_value for firm in found))
    return found[0]


def memory_vault() -> Vault:
    """A vault that dies with this process."""
    from blink_tui.vault import MemorySource, open_vault

    return open_vault(Path(), MemorySource(), create=True)


def asked_passphrase(*, new: bool) -> Secret:
    """The vault's passphrase from the terminal; a new one is typed twice. Raises BlinkError (usage)."""
    if not new:
        return asked(_("Passphrase of the vault: "))
    return asked_twice(_("New passphrase for the vault of tokens: "))


def system_user() -> str:
    """Who acts, for the record: the account of the system, whatever the environment says."""
    return account_name()
