"""From an empty profile to documents in the grid: the guided start, then the first fetch."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import WorkType

from blink_tui.buffer import GridFilter
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.tui.access_form import told_of
from blink_tui.tui.screens.buffer import BufferScreen
from blink_tui.tui.screens.first_run import Begun, FirstRun
from blink_tui.tui.widgets.grid import InvoiceGrid

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

_LOOK_EVERY = 0.5
_GROUP = "begin"


def begin(console: ConsoleApp) -> None:
    """Open the guided start, once it is known what the vault will ask."""
    work: WorkType[None] = partial(_open, console)
    console.run_worker(work, group=_GROUP, exclusive=True)


async def _open(console: ConsoleApp) -> None:
    try:
        need = await asyncio.to_thread(console.vault.need)
    except BlinkError as error:
        console.tell_error(error)
    else:
        console.push_screen(FirstRun(console.memory, console.now, need), partial(_begun, console))


def _begun(console: ConsoleApp, begun: Begun | None) -> None:
    """Fetch for the new firm and show its documents as they come."""
    if begun is None:
        return
    console.vault_opened()
    console.choose_firm(begun.firm)
    console.action_go("buffer")
    if begun.registered.unchecked:
        console.tell(told_of(begun.registered), severity="warning")
    else:
        console.run_worker(console.fetching.ask(), group="fetch")
    work: WorkType[None] = partial(_fill_grid, console, begun.firm)
    console.run_worker(work, group=_GROUP, exclusive=True)


async def _fill_grid(console: ConsoleApp, firm: Firm) -> None:
    """Show the first documents of a firm when they have come: nobody's hands are on an empty list."""
    wanted = GridFilter(firm_ids=(firm.id,))
    while console.firm is not None and console.firm.id == firm.id:
        shown = [
            one for one in console.screen_stack if isinstance(one, BufferScreen) and one.query(InvoiceGrid)
        ]
        if shown and await console.buffer.grid.count(wanted):
            shown[0].show_arrivals()
            return
        await console.clock.sleep(_LOOK_EVERY)
