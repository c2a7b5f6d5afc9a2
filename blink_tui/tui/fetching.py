"""What the console says of the engine and asks of it: what is under way, what stopped it, F5."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from blink_tui.i18n import _
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.ports import Engine
from blink_tui.model.text import clean
from blink_tui.sync.remaining import requests_left
from blink_tui.tui.widgets.bars import TopBar
from blink_tui.tui.words import moment

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp
    from blink_tui.tui.screens.base import ConsoleScreen


class Fetching:
    """The engine as a console sees it; there may be none, when another process holds the work."""

    def __init__(self, console: ConsoleApp) -> None:
        self._console = console
        self._told: BaseException | None = None
        self._service: str | None = None
        """Account of the service at the last look; empty for none, None before the first."""

    @property
    def _engine(self) -> Engine | None:
        return self._console.engine

    @property
    def _problem(self) -> BaseException | None:
        return self._engine.problem if self._engine is not None else None

    @property
    def has_ended(self) -> bool:
        """Whether an error of the program has ended the engine, with whatever it was at."""
        return self._problem is not None and not isinstance(self._problem, BlinkError)

    @property
    def under_way(self) -> bool:
        """Whether a pass runs."""
        return self._engine is not None and self._engine.busy and not self.has_ended

    def show(self, screen: ConsoleScreen) -> None:
        """Show what the engine does; say once what stopped a pass as a whole. What stops one firm is in the log."""
        problem = self._problem
        daemon = self._console.company.daemon
        if daemon is not None:
            activity = _("service: {who}").format(who=daemon.who)
        else:
            activity = _("fetching…") if self.under_way else _("! stopped") if problem is not None else ""
        for bar in screen.query(TopBar):
            bar.set_activity(activity, alarm=problem is not None and not self.under_way)
        if problem is not None and problem is not self._told:
            if isinstance(problem, BlinkError):
                self._console.tell_error(problem)
            else:
                self._console.tell(_engine_ended(), severity="error")
        self._told = problem

    def note_service(self) -> bool:
        """Say that the service has ended, or that one has begun; whether either is so since the last time."""
        daemon, before = self._console.company.daemon, self._service
        self._service = daemon.who if daemon is not None else ""
        if before is None or before == self._service:
            return False
        if daemon is not None:
            self._console.tell(_("The service (account {who}) fetches from now on.").format(who=daemon.who))
        else:
            self._console.tell(self._service_ended().format(who=before), severity="warning")
        return True

    def _service_ended(self) -> str:
        company, vault = self._console.company, self._console.vault
        if vault.keeper is not None and not company.fetches(vault.keeper):
            return _("The service (account {who}) has ended: nobody fetches until it is started again.")
        if self._engine is not None and vault.held is not None:
            return _("The service (account {who}) has ended: this console fetches from now on.")
        return _("The service (account {who}) has ended.")

    async def ask(self) -> None:
        """Ask for a pass over the firm chosen, or all, and say so; or say why not, and when."""
        chosen = self._console.firm
        try:
            firms = await self._console.buffer.firms.list(enabled_only=True)
            wanted = [firm for firm in firms if chosen is None or firm.id == chosen.id]
            held_until = await asyncio.to_thread(self._held_until, wanted)
        except BlinkError as error:
            self._console.tell_error(error)
            return
        self._answer(wanted, held_until)

    def _held_until(self, firms: Sequence[Firm]) -> datetime | None:
        """Until when KSeF asked to be left alone for all of these firms; None when one may be asked for now."""
        folder = self._console.work_folder
        if folder is None or not firms:
            return None
        left = requests_left(folder, firms)
        moments = [left[firm.id].parked_until for firm in firms if firm.id in left]
        parked = [until for until in moments if until is not None and until > self._console.now]
        return min(parked) if len(parked) == len(firms) else None

    def _answer(self, firms: Sequence[Firm], held_until: datetime | None) -> None:
        if self._engine is None:
            reads = _("This console only reads; what others fetch is shown here.")
            another = _("Another process fetches for this profile; what it stores is shown here.")
            self._console.tell(reads if self._console.buffer.read_only else another)
        elif self.has_ended:
            self._console.tell(_engine_ended(), severity="error")
        elif not firms:
            self._console.tell(_("There is no firm to fetch for, or it is switched off. See the firms (2)."))
        elif held_until is not None:
            told = _("KSeF asked to be left alone until {moment}; then it is asked by itself.")
            self._console.tell(told.format(moment=moment(instant_of(held_until))), severity="warning")
        elif not self._leave_to_others(self._engine):
            self._ask_for(self._engine)

    def _leave_to_others(self, engine: Engine) -> bool:
        """Leave the wish to whoever fetches for this console, and say who that is; False where it does so itself."""
        company, keeper = self._console.company, self._console.vault.keeper
        if company.daemon is not None:
            told = _("Left to the service (account {who}), which looks within half a minute: {firm}.")
            who, severe = company.daemon.who, False
        elif keeper is None:
            return False
        elif company.fetches(keeper):
            told = _("Left to the program of the account {who}, which holds the vault: {firm}.")
            who, severe = keeper, False
        else:
            told = _(
                "Nobody fetches now: the vault belongs to the account {who}, which has to start the service"
                " (blink daemon). The wish is kept for it: {firm}."
            )
            who, severe = keeper, True
        engine.fetch_now(self._chosen_ids)
        self._console.tell(
            told.format(who=who, firm=self._chosen_name), severity="warning" if severe else "information"
        )
        return True

    def kept_by(self) -> str:
        """Which account fetches for this console, in words; empty where the console does so itself."""
        keeper = self._console.vault.keeper
        return "" if keeper is None else _("the vault belongs to the account {who}").format(who=keeper)

    @property
    def _chosen_ids(self) -> tuple[int, ...] | None:
        chosen = self._console.firm
        return None if chosen is None else (chosen.id,)

    @property
    def _chosen_name(self) -> str:
        chosen = self._console.firm
        return clean(chosen.name) if chosen is not None else _("all firms")

    def _ask_for(self, engine: Engine) -> None:
        under_way = engine.busy
        engine.fetch_now(self._chosen_ids)
        told = (
            _("Fetching is under way; then KSeF is asked for: {firm}.")
            if under_way
            else _("KSeF is asked for: {firm}.")
        )
        self._console.tell(told.format(firm=self._chosen_name))


def _engine_ended() -> str:
    return _(
        "! Fetching has ended because of an error in the program. What is stored is safe. "
        "End the program with Ctrl+Q and start it again."
    )
