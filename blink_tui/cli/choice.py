"""Which documents of the buffer a command means: by number, or by firm and words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from blink_tui.cli import output
from blink_tui.cli.context import firm_named
from blink_tui.cli.filters import wanted as wanted_filter
from blink_tui.cli.options import checked_number, chosen_firms
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer, Document

NO_SUCH_DOCUMENT = ErrorKind(
    "no-such-document", ExitCode.USAGE, N_("There is no document {number} in the buffer. See: blink doc list")
)
SEVERAL_HOLDERS = ErrorKind(
    "several-holders", ExitCode.USAGE, N_("Several firms hold {number}. Name one: --firm {firms}")
)

HolderOption = Annotated[
    str | None, typer.Option("--firm", metavar="NIP", help=_("The firm, where several hold the number."))
]
WordsOption = Annotated[
    str,
    typer.Option(
        "--filter",
        metavar="FILTER",
        help=_(
            'Words and fields, such as "zolw status:pobrany kwota:>1000 od:2026-03", or @name for one that you kept.'
            " All fields: blink filter fields"
        ),
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help=_("Go on though there are more than 1000 documents."))]

UNASKED = 1_000
"""Documents that a filter may choose without `--yes`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Documents, so many of them; they are read as they are needed."""

    count: int
    documents: AsyncIterator[Document]


async def holders(buffer: Buffer, number: str) -> list[Document]:
    """The documents with a number as typed, one for each firm that holds it. Raises BlinkError (usage)."""
    parsed = checked_number(number)
    found = await buffer.documents.find(parsed)
    if not found:
        raise BlinkError(NO_SUCH_DOCUMENT, number=number)
    return found


async def the_document(buffer: Buffer, number: str, firm: str | None) -> Document:
    """The one document with a number, of a firm where one is named. Raises BlinkError (usage): none, or several."""
    return _alone(await _held(buffer, number, [firm] if firm is not None else []))


@dataclass(frozen=True, slots=True)
class Chooser:
    """What was typed to choose documents."""

    numbers: list[str]
    firms: list[str]
    words: str
    yes: bool
    """More than 1,000 that nobody named by number are meant."""

    async def choice(self, buffer: Buffer, *, any_holder: bool = False) -> Choice:
        """The documents named by number, else all that firms and words leave, their count told on stderr.

        Raises BlinkError (usage): nothing or too much named, none, or, unless any holder will do, several holders.
        """
        if self.numbers and self.words:
            problem = _("Name documents by number or choose them with --filter, not both.")
            raise BlinkError(USAGE, problem=problem)
        if self.numbers:
            held = [await _held(buffer, number, self.firms) for number in dict.fromkeys(self.numbers)]
            found = [some[0] if any_holder else _alone(some) for some in held]
            return Choice(len(found), _in_turn(found))
        if not (self.words.strip() or self.firms):
            problem = _("Name documents by number, or choose them with --filter or --firm.")
            raise BlinkError(USAGE, problem=problem)
        return await _matching(buffer, self.firms, self.words, yes=self.yes)


async def _matching(buffer: Buffer, firms: list[str], words: str, *, yes: bool) -> Choice:
    from blink_tui.buffer import GridFilter
    from blink_tui.cli.listing import matching

    ids = tuple(firm.id for firm in await chosen_firms(buffer, firms)) if firms else None
    wanted = GridFilter(firm_ids=ids, query=await wanted_filter(buffer, words))
    count = await buffer.grid.count(wanted)
    if count > UNASKED and not yes:
        raise BlinkError(
            USAGE, problem=_("Documents that match: {count}. Add --yes for so many.").format(count=count)
        )
    output.warn(ngettext("{n} document.", "{n} documents.", count).format(n=count))
    return Choice(count, matching(buffer, wanted, count or None))


async def _held(buffer: Buffer, number: str, firms: list[str]) -> list[Document]:
    """The documents with a number, of some firms where these are named. Raises BlinkError (usage): none."""
    found = await holders(buffer, number)
    if firms:
        ids = {(await firm_named(buffer, firm)).id for firm in firms}
        found = [document for document in found if document.firm_id in ids]
    if not found:
        raise BlinkError(NO_SUCH_DOCUMENT, number=number, firm=", ".join(firms))
    return found


def _alone(found: list[Document]) -> Document:
    """The one document with a number. Raises BlinkError (usage): several firms hold it."""
    if len(found) > 1:
        raise BlinkError(
            SEVERAL_HOLDERS,
            number=found[0].ksef_number,
            firms=", ".join(document.firm_nip for document in found),
        )
    return found[0]


async def _in_turn(documents: list[Document]) -> AsyncIterator[Document]:
    for document in documents:
        yield document
