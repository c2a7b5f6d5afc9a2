"""Finding an office's clients from the console: the office is chosen, KSeF asked, the found firms picked and added."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial

from blink_tui.buffer import Buffer
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.firms import Firm, GrantedContext, GrantSource, GrantState
from blink_tui.model.text import clean
from blink_tui.model.words import GRANT_WORDS, KIND_WORDS
from blink_tui.sync.access import firm_access, logged_in
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.discovery import Discovered, add_firms, discover, office_ids
from blink_tui.sync.events import EventSink
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Choose
from blink_tui.tui.screens.pick import PickWindow
from blink_tui.tui.words import number
from blink_tui.vault import VaultHolder

_OFFERED = (GrantState.OFFERED, GrantState.IGNORED)


def find_clients(screen: ConsoleScreen) -> None:
    """Begin: which firm is the office?"""
    screen.ask(partial(_offices, screen.console.buffer), partial(_choose_office, screen), "discover")


async def _offices(buffer: Buffer) -> list[Firm]:
    ids = set(await office_ids(buffer))
    firms = [firm for firm in await buffer.firms.list() if firm.id in ids]
    if not firms:
        problem = _(
            "Clients are found by the office's own certificate. Add the office as a firm, and its certificate in "
            "Access (3)."
        )
        raise BlinkError(USAGE, problem=problem)
    return firms


def _choose_office(screen: ConsoleScreen, firms: Sequence[Firm]) -> None:
    if len(firms) == 1:
        _ask_ksef(screen, firms[0])
        return
    labels = [(f"{clean(firm.name)} · {firm.context_value}", firm) for firm in firms]
    window: Choose[Firm] = Choose(_("Which firm is the office?"), labels)
    screen.app.push_screen(window, lambda firm: _ask_ksef(screen, firm) if firm is not None else None)


def _ask_ksef(screen: ConsoleScreen, office: Firm) -> None:
    console = screen.console
    console.tell(_("KSeF is asked who granted access to {office}.").format(office=clean(office.name)))
    screen.ask(
        partial(console.errands.run, partial(_discovered, console.vault, office)),
        partial(_offer, screen, office),
        "discover",
    )


async def _discovered(holder: VaultHolder, office: Firm, buffer: Buffer, clients: KsefClients) -> Discovered:
    client = await clients.for_firm(office)
    session = await logged_in(buffer, holder.vault, client, office, clients.clock)
    sink = EventSink(buffer, None)
    report = sink.reporter(secrets.token_hex(4), office.id)
    found = await discover(buffer, session, office, clients.clock.now(), report)
    await sink.flush()
    return found


def _offer(screen: ConsoleScreen, office: Firm, found: Discovered) -> None:
    offered = [one for one in found.contexts if one.state in _OFFERED]
    if not offered:
        screen.console.tell(
            _("Nobody new: every firm that granted the office access is here already.")
            if found.contexts
            else _("No firm has granted this office the right to view invoices yet.")
        )
        return
    new = {one.context_value for one in found.new}
    intro = _("They granted {office} the right to view their invoices. Space marks, + marks all.").format(
        office=clean(office.name)
    )
    if found.source is GrantSource.PERSONAL:
        intro += " " + _(
            "These are rights of the person who logs in: they look valid even after a firm withdrew them."
        )
    window: PickWindow[GrantedContext] = PickWindow(
        _("Which of them shall be added?"), [(_label(one, new), one) for one in offered], intro=intro
    )
    screen.app.push_screen(window, partial(_add, screen, office))


def _label(one: GrantedContext, new: set[str]) -> str:
    state = _("new") if one.context_value in new else _(GRANT_WORDS[one.state])
    since = one.since[:10] if one.since else ""
    return " · ".join(part for part in (one.context_value, _(KIND_WORDS[one.kind]), since, state) if part)


def _add(screen: ConsoleScreen, office: Firm, chosen: list[GrantedContext] | None) -> None:
    if not chosen:
        return

    async def add(buffer: Buffer, _clients: KsefClients) -> list[Firm]:
        credential = (await firm_access(buffer, screen.console.vault.vault, office))[0]
        return await add_firms(buffer, office, credential, chosen)

    def told(firms: list[Firm]) -> None:
        text = ngettext("{n} firm added. F5 fetches.", "{n} firms added. F5 fetches.", len(firms))
        screen.console.tell(text.format(n=number(len(firms))))
        screen.reload()

    screen.ask(partial(screen.console.errands.run, add), told, "discover", exclusive=False)
