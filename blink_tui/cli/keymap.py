"""`blink keymap`: the user's own keys of the console."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import system_user
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import READ_ONLY, BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import make_folder, open_private

if TYPE_CHECKING:
    from pathlib import Path

KEYMAP_EXISTS = ErrorKind(
    "keymap-exists",
    ExitCode.USAGE,
    N_("There is a file of keys already: {path}. Edit it, or remove it first; nothing was written."),
)


class Preset(StrEnum):
    """Ready sets of keys."""

    USUAL = "usual"
    LAPTOP = "laptop"


def keymap(
    context: typer.Context,
    preset: Annotated[
        Preset, typer.Option(help=_("laptop puts letters before the F-keys, which need Fn there."))
    ] = Preset.USUAL,
    write: Annotated[bool, typer.Option("--write", help=_("Write the file, to be edited."))] = False,
    check: Annotated[bool, typer.Option("--check", help=_("Only tell whether the file is right."))] = False,
    json: AsJson = False,
) -> None:
    from blink_tui.tui.keymap import PRESETS, as_toml, read_from, read_keymap, require_no_clash, written_to
    from blink_tui.tui.places import PLACES, actions_of

    profile = options.profile(context)
    folder = profile.folder
    path = read_from(folder, system_user())
    keys = read_keymap(path)
    require_no_clash(path, keys, map(actions_of, PLACES))
    chosen = {**PRESETS[preset], **keys}
    if write:
        if profile.read_only:
            raise BlinkError(READ_ONLY, path=folder)
        path = written_to(folder, system_user())
        _write(path, as_toml(chosen))
    if json:
        from blink_tui.tui.keys import ACTIONS

        known = {action.name: list(chosen.get(action.name, action.keys)) for action in ACTIONS.values()}
        output.say_json({"path": str(path), "exists": path.exists(), "keys": known})
    elif write:
        output.say(_("Written: {path}. Edit it, then: blink keymap --check").format(path=path))
    elif check:
        shown = _("The keys are right: {path}") if path.exists() else _("There is no file of keys: {path}")
        output.say(shown.format(path=path))
    else:
        output.say(as_toml(chosen).rstrip())


def _write(path: Path, text: str) -> None:
    try:
        make_folder(path.parent)
        number = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, own=True)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BlinkError(KEYMAP_EXISTS, path=str(path)) from None
