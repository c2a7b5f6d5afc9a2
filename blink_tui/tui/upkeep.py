"""What runs by itself, in a line: who fetches, the last backup, how many are told of things."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.i18n import _, ngettext
from blink_tui.model.profile import ProfilePaths
from blink_tui.tui.words import moment, number

if TYPE_CHECKING:
    from blink_tui.ops.backup import Backup
    from blink_tui.tui.app import ConsoleApp


def _last_made(folder: Path) -> Backup | None:
    from blink_tui.ops.backup import last_made  # loaded where it holds up no key

    return last_made(ProfilePaths(folder.name, folder))


async def upkeep_words(console: ConsoleApp) -> tuple[str, ...]:
    """The parts of the line. Raises BlinkError."""
    made = await asyncio.to_thread(_last_made, console.buffer.path.parent)
    targets = len(await console.buffer.notice_targets.all())
    fetcher = console.company.fetching() or console.fetching.kept_by()
    backup = _("last backup {time}").format(time=moment(made.made_at)) if made else _("no backup yet")
    notices = ngettext("notices to {n}", "notices to {n}", targets).format(n=number(targets))
    return fetcher or _("this console fetches"), backup, notices if targets else _("no notices")
