"""A damaged profile without a backup: what can be read of it is taken over, and what is gone is fetched again.

People's work comes over as far as its pages can be read. Documents that are gone come again from KSeF as fetched
ones; what was coded and decided about them does not, and those that the journal names are not handed over again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.audit import Break
from blink_tui.buffer.salvage import Salvaged, salvage
from blink_tui.buffer.snapshot import Work
from blink_tui.i18n import N_
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.backup_archive import BUFFER
from blink_tui.ops.backup_scratch import scratch
from blink_tui.ops.restore import Journals, journals, placed, require_free

NOTHING_THERE = ErrorKind("nothing-to-salvage", ExitCode.USAGE, N_("There is no buffer in {folder}."))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was taken over."""

    salvaged: Salvaged
    broken: tuple[tuple[str, Break], ...]
    """Firms whose chain of events is no longer whole."""
    moved_to: Path | None
    """Where the damaged buffer is."""


async def salvage_profile(
    paths: ProfilePaths, *, who: str, clock: Clock, work: Work | None = None
) -> Outcome:
    """Put a new buffer with what can be read in the place of a damaged one, which is moved aside.

    The vault stays. Raises BlinkError: NOTHING_THERE, IN_USE, DAMAGED where nothing can be read, file-not-written; then
    all is as it was before.
    """
    work = work or Work()
    if not await asyncio.to_thread(paths.buffer_path.exists):
        raise BlinkError(NOTHING_THERE, folder=paths.folder)
    await require_free(paths, clock, aside=True)
    async with scratch(paths.work_folder) as folder:
        async with open_buffer(folder / BUFFER, clock=clock):
            pass
        salvaged = await work.run(salvage, paths.buffer_path, folder / BUFFER, work)
        told = await asyncio.to_thread(journals, paths, folder, folder, "", None)
        async with open_buffer(folder / BUFFER, clock=clock) as buffer:
            broken = await _told(buffer, salvaged, told, who=who, clock=clock)
        moved_to = await work.run(placed, folder, paths, b"", clock.now(), aside=True, with_vault=False)
    return Outcome(salvaged, broken, moved_to)


async def _told(
    buffer: Buffer, salvaged: Salvaged, told: Journals, *, who: str, clock: Clock
) -> tuple[tuple[str, Break], ...]:
    """Let what is gone be fetched again, and be handed over by nobody a second time."""
    lost = salvaged.documents_lost
    await buffer.restored.begin(instant_of(clock.now()), "salvaged", who=who, known=not lost)
    gone = {(one.to, one.number, one.at) for one in told.told if one.cancelled_at}
    for one in told.told:
        absent = await buffer.restored.absent(one)
        if absent and (one.to, one.number, one.at) not in gone:
            known = await buffer.restored.known(one)
            await buffer.restored.learn(replace(one, documents=absent), known.batch_id if known else None)
    if lost:
        await buffer.restored.fetch_again()
    await buffer.derived.read_again(None, unreadable_only=False)
    broken = []
    for firm in await buffer.firms.list():
        state = await buffer.history.verify(firm.id)
        if state.broken is not None:
            broken.append((firm.context_value, state.broken))
    return tuple(broken)
