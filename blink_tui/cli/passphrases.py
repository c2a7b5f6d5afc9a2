"""The passphrase of a backup: out of a file, or asked for; never on the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from blink_tui.cli.asking import asked, asked_twice
from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.secret import Secret
from blink_tui.model.typed import checked_passphrase

PassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", metavar="FILE", help=_("File with the passphrase; else it is asked for.")
    ),
]


def new_passphrase(file: Path | None) -> Secret:
    """A passphrase for a new backup; typed, it is typed twice. Raises BlinkError (usage)."""
    if file is not None:
        secret = _of_file(file)
        return checked_passphrase(secret, secret)
    if not sys.stdin.isatty():
        raise BlinkError(
            USAGE, problem=_("There is nobody to ask for the passphrase: --passphrase-file FILE")
        )
    return asked_twice(_("Passphrase of the backup: "))


def passphrase_of(file: Path | None) -> Callable[[], Secret] | None:
    """How the passphrase of a backup is found, should it be encrypted; None where nobody can be asked."""
    if file is not None:
        return lambda: _of_file(file)
    if not sys.stdin.isatty():
        return None
    return lambda: asked(_("Passphrase of the backup: "))


def _of_file(path: Path) -> Secret:
    try:
        return Secret(path.read_bytes().rstrip(b"\r\n"))
    except OSError as error:
        problem = _("The passphrase file cannot be read: {path}").format(path=path)
        raise BlinkError(USAGE, cause=str(error), problem=problem) from error
