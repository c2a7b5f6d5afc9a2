"""`blink firm discover`: the clients of an office, found where they granted it rights."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm, GrantedContext, GrantSource, GrantState
from blink_tui.model.words import GRANT_WORDS

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import FirmCredential
    from blink_tui.sync.discovery import Discovered

NO_OFFICE = ErrorKind(
    "no-office",
    ExitCode.USAGE,
    N_("It is not clear which firm is the office. Name it: blink firm discover --firm NIP"),
)
NOT_GRANTED = ErrorKind(
    "not-granted",
    ExitCode.USAGE,
    N_("Firm {context} has not granted office {office} the right to view invoices. Nothing was changed."),
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to become of what is found; contexts by NIP or internal id."""

    add: tuple[str, ...]
    add_all: bool
    ignore: tuple[str, ...]

    @property
    def adds(self) -> bool:
        return bool(self.add) or self.add_all

    def chosen(self, contexts: Sequence[GrantedContext], office: Firm) -> list[GrantedContext]:
        """The contexts to be made firms. Raises BlinkError(NOT_GRANTED) for one named that is not there."""
        by_value = {one.context_value: one for one in contexts if one.state is not GrantState.WITHDRAWN}
        for value in (*self.add, *self.ignore):
            if value not in by_value:
                raise BlinkError(NOT_GRANTED, context=value, office=office.context_value)
        named = [by_value[value] for value in dict.fromkeys(self.add)]
        if self.add_all:
            offered = (GrantState.OFFERED, GrantState.ADDED)
            named += [one for one in by_value.values() if one.state in offered and one not in named]
        return [one for one in named if one.context_value not in self.ignore]


def discover(
    context: typer.Context,
    firm: Annotated[
        str | None, typer.Option("--firm", metavar="NIP", help=_("The office, logged in to as itself."))
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="NIP", help=_("Make a firm of it; may be repeated.")),
    ] = None,
    add_all: Annotated[
        bool, typer.Option("--add-all", help=_("Make firms of all that are offered."))
    ] = False,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="NIP", help=_("Offer it no more; may be repeated.")),
    ] = None,
    json: AsJson = False,
) -> None:
    wish = _Wish(tuple(add or ()), add_all, tuple(ignore or ()))
    options.run(_discover(options.profile(context), firm, wish, as_json=json))


async def _discover(profile: Profile, text: str | None, wish: _Wish, *, as_json: bool) -> None:
    from blink_tui.sync.access import firm_access, logged_in
    from blink_tui.sync.clients import KsefClients
    from blink_tui.sync.discovery import add_firms, discover
    from blink_tui.sync.events import EventSink

    async with profile.open_buffer() as buffer, KsefClients(profile.work_folder) as clients:
        office = await firm_named(buffer, text) if text else await _the_office(buffer)
        vault = profile.open_vault()
        client = await clients.for_firm(office)
        session = await logged_in(buffer, vault, client, office, clients.clock)
        sink = EventSink(buffer, None)
        report = sink.reporter(secrets.token_hex(4), office.id)
        found = await discover(buffer, session, office, clients.clock.now(), report)
        await sink.flush()
        chosen = wish.chosen(found.contexts, office)
        added: list[Firm] = []
        if wish.adds:
            credential: FirmCredential = (await firm_access(buffer, vault, office))[0]
            added = await add_firms(buffer, office, credential, chosen)
        await buffer.offices.ignore(office.id, wish.ignore)
        contexts = await buffer.offices.contexts(office.id)
        names = {one.id: one.name for one in await buffer.firms.list()}
    if as_json:
        output.say_json(_found_json(office, found, contexts, added))
    else:
        _show(found, contexts, names, added)


async def _the_office(buffer: Buffer) -> Firm:
    """The only office known from before; else the only firm with a certificate. Raises BlinkError(NO_OFFICE)."""
    from blink_tui.sync.discovery import office_ids

    ids = await office_ids(buffer)
    if len(ids) != 1:
        raise BlinkError(NO_OFFICE)
    return await buffer.firms.get(ids[0])


def _found_json(
    office: Firm, found: Discovered, contexts: Sequence[GrantedContext], added: Sequence[Firm]
) -> dict[str, Any]:
    return {
        "office": office.context_value,
        "source": found.source,
        "contexts": [
            {
                "context": {"type": one.context_type, "value": one.context_value},
                "kind": one.kind,
                "since": one.since,
                "state": one.state,
                "firm": one.firm_id is not None,
                "first_seen": one.first_seen,
                "last_seen": one.last_seen,
                "withdrawn_at": one.withdrawn_at,
            }
            for one in contexts
        ],
        "new": [one.context_value for one in found.new],
        "withdrawn": [one.context_value for one in found.withdrawn],
        "added": [firm.context_value for firm in added],
    }


def _show(
    found: Discovered, contexts: Sequence[GrantedContext], names: dict[int, str], added: Sequence[Firm]
) -> None:
    if not contexts:
        output.say(_("No firm has granted this office the right to view invoices yet."))
        return
    head = (_("NIP"), _("Granted"), _("State"), _("Name"))
    new = {one.context_value for one in found.new}
    rows = [
        (
            one.context_value,
            output.moment(one.since)[:10],
            _(GRANT_WORDS[one.state]) + (f" ({_('new')})" if one.context_value in new else ""),
            names.get(one.firm_id or 0, ""),
        )
        for one in contexts
    ]
    output.say(output.table(head, rows))
    if found.source is GrantSource.PERSONAL:
        output.warn(
            _(
                "Note: these are rights of the person who logs in. They look valid even after a firm withdrew "
                "them from the office; a login tells: blink credential check"
            )
        )
    if added:
        output.say(_("Added {n} firms. Next: blink sync").format(n=len(added)))
    elif any(one.state is GrantState.OFFERED for one in contexts):
        output.say(_("Add them all: blink firm discover --add-all"))
