"""Options that several commands share, and how a command runs its coroutine."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer

from blink_tui.cli.context import Profile
from blink_tui.i18n import _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.values import KsefNumber, parse_ksef_number

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))]
FirmsOption = Annotated[
    list[str] | None, typer.Option("--firm", metavar="NIP", help=_("NIP or internal id; may be repeated."))
]


def profile(context: typer.Context) -> Profile:
    """The profile chosen before the command."""
    chosen = context.find_root().obj
    assert isinstance(chosen, Profile)  # noqa: S101 - set by the callback that runs before every command
    return chosen


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine to its end."""
    return asyncio.run(coroutine)


def checked_number(text: str) -> KsefNumber:
    """A KSeF number as typed. Raises BlinkError (usage)."""
    try:
        return parse_ksef_number(text)
    except ValueError:
        raise BlinkError(USAGE, problem=_("This is not a KSeF number: {text}").format(text=text)) from None
