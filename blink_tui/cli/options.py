"""Options that several commands share, and how a command runs its coroutine."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from blink_tui.cli.context import Profile, firm_named
from blink_tui.i18n import _
from blink_tui.model.documents import Role
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.values import KsefNumber, parse_ksef_number

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.model.firms import Firm

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))]
FirmsOption = Annotated[
    list[str] | None, typer.Option("--firm", metavar="NIP", help=_("NIP or internal id; may be repeated."))
]


class RoleChoice(StrEnum):
    """Roles as the command line names them."""

    ALL = "all"
    SELLER = "seller"
    BUYER = "buyer"
    THIRD_PARTY = "third_party"
    AUTHORIZED = "authorized"


def roles_of(choice: RoleChoice) -> tuple[Role, ...]:
    """The roles that a choice means."""
    return tuple(Role) if choice is RoleChoice.ALL else (Role(choice.value),)


async def chosen_firms(buffer: Buffer, texts: list[str], *, enabled_only: bool = False) -> list[Firm]:
    """The firms named by NIP or internal id, each once; all of them when none is named. Raises BlinkError."""
    if not texts:
        return await buffer.firms.list(enabled_only=enabled_only)
    return [await firm_named(buffer, text) for text in dict.fromkeys(texts)]


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
