"""`blink vault`: where the key of the vault of tokens comes from, and taking another one."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import asked_passphrase
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import USAGE, BlinkError

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.vault import KeySource, Vault

app = typer.Typer(help=_("The vault of tokens and keys."), no_args_is_help=True)


class NewSource(StrEnum):
    """Where the key may come from."""

    SYSTEMD = "systemd"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word of the command line
    KEYRING = "keyring"


_SOURCES = {
    NewSource.SYSTEMD: N_("a systemd credential, given to the service alone"),
    NewSource.PASSPHRASE: N_("a passphrase, typed or in a file"),
    NewSource.KEYRING: N_("the system keyring"),
}


@app.command(
    "status",
    help=_("Where the vault's key comes from and whether it opens here unasked. Example: blink vault status"),
)
def status(context: typer.Context, json: AsJson = False) -> None:
    found = _status(options.profile(context))
    if json:
        output.say_json(found)
        return
    source, problem = found["source"], found["problem"]
    if source is None:
        output.say(_("There is no vault yet: it is made with the first credential."))
        return
    output.say(_("Vault: {path}").format(path=found["path"]))
    output.say(_("Its key: {source}.").format(source=_(_SOURCES.get(source, source))))
    if problem is None:
        output.say(_("It opens here without asking; secrets in it: {count}").format(count=found["entries"]))
    else:
        output.say(_("It does not open here without asking. {problem}").format(problem=problem))


@app.command(
    "rekey",
    help=_(
        "Open the vault by another key from now on: a systemd credential, another passphrase or the keyring. "
        "Example: blink vault rekey --to passphrase"
    ),
)
def rekey(
    context: typer.Context,
    to: Annotated[NewSource, typer.Option("--to", help=_("Where the key comes from then."))],
    new_file: Annotated[
        Path | None,
        typer.Option(
            "--new-passphrase-file",
            metavar="FILE",
            help=_("File with the new passphrase; else it is asked for twice."),
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    from blink_tui.vault import choose_source, open_vault
    from blink_tui.vault import rekey as change

    path = options.profile(context).vault_path
    if new_file is not None and to is not NewSource.PASSPHRASE:
        raise BlinkError(USAGE, problem=_("--new-passphrase-file goes with --to passphrase."))
    ask = cache(lambda: asked_passphrase(new=False))
    old = choose_source(path, prompt=ask if sys.stdin.isatty() else None)
    open_vault(path, old, create=False)  # what is asked for is right before anything else is asked for
    change(path, old, _new_source(to, new_file))
    if json:
        output.say_json({"path": str(path), "source": to})
    else:
        output.say(_("From now on the vault opens by {source}.").format(source=_(_SOURCES[to])))
        output.say(_("Older copies of its file still open as before: destroy those that you do not need."))


def _new_source(to: NewSource, file: Path | None) -> KeySource:
    """The source asked for, its secret known already. Raises BlinkError."""
    from blink_tui.vault import KeyringSource, PassphraseSource, SystemdSource, passphrase_from_file

    if to is NewSource.SYSTEMD:
        return SystemdSource()
    if to is NewSource.KEYRING:
        return KeyringSource()
    if file is not None:
        return PassphraseSource(passphrase_from_file(file))
    if not sys.stdin.isatty():
        problem = _("There is no terminal to ask for the new passphrase: --new-passphrase-file FILE")
        raise BlinkError(USAGE, problem=problem)
    passphrase = asked_passphrase(new=True)
    return PassphraseSource(lambda: passphrase)


def _status(profile: Profile) -> dict[str, Any]:
    from blink_tui.vault import recorded_source

    source, problem = recorded_source(profile.vault_path), None
    vault: Vault | None = None
    if source is not None:
        try:
            vault = _opened(profile.vault_path)
        except BlinkError as error:
            problem = str(error)
    return {
        "path": str(profile.vault_path),
        "source": source,
        "opens": vault is not None,
        "problem": problem,
        "entries": len(vault.names()) if vault is not None else None,
    }


def _opened(path: Path) -> Vault:
    from blink_tui.vault import choose_source, open_vault

    return open_vault(path, choose_source(path), create=False)
