"""`blink status` and `blink log`: how far each firm is, and what the engine did."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _

if TYPE_CHECKING:
    from blink_tui.buffer.log import LogRow
    from blink_tui.cli.context import Profile

_FOLLOW_SECONDS = 1.0


def status(context: typer.Context, firms: FirmsOption = None, json: AsJson = False) -> None:
    options.run(_status(options.profile(context), firms or [], as_json=json))


def log(
    context: typer.Context,
    firms: FirmsOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help=_("Go on with what comes."))] = False,
    limit: Annotated[int, typer.Option(min=1, help=_("How many of the newest entries."))] = 100,
    json: AsJson = False,
) -> None:
    options.run(_log(options.profile(context), firms or [], follow=follow, limit=limit, as_json=json))


async def _status(profile: Profile, texts: list[str], *, as_json: bool) -> None:
    from blink_tui.sync.summary import complete_until, completeness

    async with profile.open_buffer() as buffer:
        firms = [await firm_named(buffer, text) for text in texts] or await buffer.firms.list()
        states = await completeness(buffer, firms)
        access = {firm.id: await buffer.credentials.for_firm(firm.id) for firm in firms}
    if as_json:
        output.say_json(
            {
                "firms": [
                    {
                        "firm": state.firm.context_value,
                        "name": state.firm.name,
                        "env": state.firm.env,
                        "enabled": state.firm.enabled,
                        "documents": state.documents,
                        "complete_since": state.since,
                        "complete_until": state.until,
                        "credential": found.state if (found := access[state.firm.id]) else None,
                    }
                    for state in states
                ],
                "complete_until": complete_until(states),
            }
        )
        return
    head = (_("Firm"), _("NIP"), _("Documents"), _("Complete from"), _("Complete until"), _("Access"))
    rows = [
        (
            state.firm.name,
            state.firm.context_value,
            str(state.documents),
            output.moment(state.since),
            output.moment(state.until),
            _("yes") if access[state.firm.id] else _("none"),
        )
        for state in states
    ]
    output.say(
        output.table(head, rows) if rows else _("No firms yet. Add the first: blink firm add --nip NIP")
    )


async def _log(profile: Profile, texts: list[str], *, follow: bool, limit: int, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        names = {firm.id: firm for firm in await buffer.firms.list()}
        wanted = {(await firm_named(buffer, text)).id for text in texts}
        rows = await buffer.log.read(limit=limit, newest=True, firm_id=next(iter(wanted), None))
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
        fields = {name: getattr(event, name) for name in event.__dataclass_fields__ if name != "firm_id"}
        output.say_json({"at": row.at, "event": event.name, "level": event.level, "firm": firm, **fields})
    else:
        role = f" {event.role}" if event.role else ""
        output.say(f"{output.moment(row.at)}  {firm or '':10}{role:13} {event.message}")
