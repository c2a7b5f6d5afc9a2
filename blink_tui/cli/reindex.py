"""`blink reindex`: every document is read and compared anew, so that a better reader reaches the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.options import AsJson, FirmsOption, chosen_firms
from blink_tui.i18n import _, ngettext
from blink_tui.model.dates import instant_of, warsaw_day

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile


@dataclass(frozen=True, slots=True)
class _Done:
    """What a run did, in documents."""

    read: int
    unreadable: int
    """Of those read now."""
    compared: int
    proposed: int
    """Of firms with books."""
    coded: int
    """By rules that may code by themselves."""


def reindex(
    context: typer.Context,
    firms: FirmsOption = None,
    unreadable: Annotated[
        bool, typer.Option("--unreadable", help=_("Only documents that could not be read."))
    ] = False,
    rest: Annotated[
        bool, typer.Option("--rest", help=_("Only what an interrupted run has left to do."))
    ] = False,
    json: AsJson = False,
) -> None:
    done = options.run(_reindex(options.profile(context), firms or [], unreadable=unreadable, rest=rest))
    if json:
        output.say_json(asdict(done))
        return
    output.say(
        ngettext(
            "{n} document was read and {compared} compared with others.",
            "{n} documents were read and {compared} compared with others.",
            done.read,
        ).format(n=done.read, compared=done.compared)
    )
    if done.proposed:
        text = _("Proposals made: {proposed}, coded by rules themselves: {coded}.")
        output.say(text.format(proposed=done.proposed, coded=done.coded))
    if done.unreadable:
        output.say(
            ngettext(
                "{n} cannot be read; its bytes are kept. See: blink doc list --unreadable",
                "{n} cannot be read; their bytes are kept. See: blink doc list --unreadable",
                done.unreadable,
            ).format(n=done.unreadable)
        )


async def _reindex(profile: Profile, texts: list[str], *, unreadable: bool, rest: bool) -> _Done:
    async with profile.open_buffer() as buffer:
        if not rest:
            firms: Sequence[int] | None = None
            if texts:
                firms = [firm.id for firm in await chosen_firms(buffer, texts)]
            await buffer.derived.read_again(firms, unreadable_only=unreadable)
        return await _derive(buffer)


async def _derive(buffer: Buffer) -> _Done:
    from blink_tui.sync.compare import compare_pending
    from blink_tui.sync.derive import derive_pending
    from blink_tui.sync.derive_work import DERIVED_VERSION
    from blink_tui.sync.proposing import propose_pending, seed_rulebook

    today = warsaw_day(instant_of(datetime.now(UTC)))
    with bar(_("Reading"), await buffer.derived.count_pending(DERIVED_VERSION)) as told:
        read, unreadable = await derive_pending(buffer, today, told)
    compared = await buffer.comparing.count()
    with bar(_("Comparing"), compared) as told:
        await compare_pending(buffer, today, told)
    await seed_rulebook(buffer)
    with bar(_("Proposing"), await buffer.codings.count_to_propose()) as told:
        proposed, coded = await propose_pending(buffer, today, told)
    return _Done(read, unreadable, compared, proposed, coded)
