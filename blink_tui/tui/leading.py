"""From a point, a question or a file to the documents that it is about, in the buffer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blink_tui.model.filtering import parse_filter
from blink_tui.model.firms import Firm

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp


async def show_documents(console: ConsoleApp, firm: Firm, query: str) -> None:
    """Show a firm's documents that a filter, or a KSeF number, chooses."""
    from blink_tui.tui.screens.buffer import BufferScreen  # the first screen comes without it

    console.choose_firm(firm)
    await console.switch_mode("buffer")
    if isinstance(console.screen, BufferScreen):
        console.screen.narrow(parse_filter(query, today=console.today, who=console.who))
