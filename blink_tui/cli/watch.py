"""`blink log`: what the engine did."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.cli.progress import event_json
from blink_tui.i18n import _
from blink_tui.model.telling import role_of, sentence

if TYPE_CHECKING:
    from blink_tui.buffer.log import LogRow
    from blink_tui.cli.context import Profile

_FOLLOW_SECONDS = 1.0
_GLYPHS = {"error": "!", "warning": "~"}


def log(
    context: typer.Context,
    firms: FirmsOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help=_("Go on with what comes."))] = False,
    limit: Annotated[int, typer.Option(min=1, help=_("How many of the newest entries."))] = 100,
    json: AsJson = False,
) -> None:
    options.run(_log(options.profile(context), firms or [], follow=follow, limit=limit, as_json=json))


async def _log(profile: Profile, texts: list[str], *, follow: bool, limit: int, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        names = {firm.id: firm for firm in await buffer.firms.list()}
        wanted = {(await firm_named(buffer, text)).id for text in texts}
        only = next(iter(wanted)) if len(wanted) == 1 else None
        rows = await buffer.log.read(limit=limit, newest=True, firm_id=only)
        last = 0
        while True:
            for row in rows:
                last = max(last, row.id)
                if not wanted or row.event.firm_id in wanted:
                    firm = names.get(row.event.firm_id or 0)
                    _show(row, firm.context_value if firm else None, as_json=as_json)
            if not follow:
                return
            await asyncio.sleep(_FOLLOW_SECONDS)
            rows = await buffer.log.read(after_id=last)


def _show(row: LogRow, firm: str | None, *, as_json: bool) -> None:
    event = row.event
    if as_json:
        output.say_json(event_json(event, row.at, firm))
    else:
        glyph = _GLYPHS.get(event.level, " ")
        output.say(
            f"{output.moment(row.at)}  {firm or '':10} {role_of(event):10} {glyph} {sentence(event)}".rstrip()
        )
