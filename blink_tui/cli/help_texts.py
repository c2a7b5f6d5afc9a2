"""Help in our words and order: what typer says by itself, and commands by what an office does with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import typer

from blink_tui.i18n import N_, _

ORDER = (
    ("firm", "credential", "sync", "status", "log", "schedule", "reconcile"),
    ("doc", "filter", "books", "rules", "fields", "reindex", "close", "period"),
    ("export", "payments"),
    ("daemon", "service", "notify", "backup", "restore", "doctor", "vault", "config", "keymap"),
    ("demo", "sandbox"),
)
"""Fetching, deciding, handing over, running by itself, trying out."""
_OWN = {
    "Install completion for the current shell.": N_(
        "Let the shell complete commands and options from now on."
    ),
    "Show completion for the current shell, to copy it or customize the installation.": N_(
        "Show what --install-completion would install."
    ),
}
"""What typer says of its own options → what we say."""


def in_our_words(root: Any) -> Callable[..., Any]:
    """The command tree with its own help texts translated and its first level in order; returns it."""
    places = {name: place for place, name in enumerate(name for part in ORDER for name in part)}
    root.commands = dict(sorted(root.commands.items(), key=lambda item: places.get(item[0], len(places))))
    for param in root.params:
        if getattr(param, "help", None) in _OWN:
            param.help = _(_OWN[param.help])
    for one in _all(root):
        shown = one.get_help_option(typer.Context(one, help_option_names=["-h", "--help"]))
        shown.help = _("Show this help.")
    command: Callable[..., Any] = root
    return command


def _all(command: Any) -> Iterator[Any]:
    yield command
    for part in getattr(command, "commands", {}).values():
        yield from _all(part)
