"""The password of a zip: asked for twice, out of a file, or from standard input; never on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from blink_tui.cli.asking import asked_twice
from blink_tui.cli.files import STDOUT
from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.secret import Secret

ZipOption = Annotated[
    bool, typer.Option("--zip", help=_("One zip with a password (AES) instead of plain files."))
]
PasswordFileOption = Annotated[
    str | None,
    typer.Option(
        "--password-file",
        metavar="FILE|-",
        help=_("File with the zip's password in its first line, - is stdin; else it is asked for."),
    ),
]


def zip_password(zipped: bool, file: str | None) -> Secret | None:
    """The password, None where no zip is wanted. Raises BlinkError: usage, zip-password."""
    from blink_tui.ledger.delivery import checked_password

    if not zipped:
        if file is not None:
            raise BlinkError(USAGE, problem=_("--password-file goes with --zip."))
        return None
    if file == STDOUT:
        return checked_password(Secret(sys.stdin.readline().rstrip("\r\n")))
    if file is not None:
        return checked_password(_of_file(Path(file)))
    if not sys.stdin.isatty():
        problem = _("The zip's password comes from a file or from stdin here: --password-file FILE or -")
        raise BlinkError(USAGE, problem=problem)
    return checked_password(asked_twice(_("Password of the zip: ")))


def _of_file(path: Path) -> Secret:
    try:
        with path.open("rb") as file:
            return Secret(file.readline().rstrip(b"\r\n"))
    except OSError as error:
        problem = _("The password's file cannot be read: {path}").format(path=path)
        raise BlinkError(USAGE, cause=str(error), problem=problem) from error
