"""What whoever runs the schedule has to do: the firms of which it asks for something now, and when it asks next."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blink_tui.buffer import Buffer
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from blink_tui.model.schedule import ScheduledRole
from blink_tui.sync.access import open_to_schedule
from blink_tui.sync.leases import holder_name, is_gone
from blink_tui.sync.timetable import due_at, wanted_at
from blink_tui.vault import Vault


@dataclass(frozen=True, slots=True)
class Agenda:
    """What the schedule asks for, at one moment."""

    due: tuple[Firm, ...] = ()
    """Firms with a role that is due and that no other process works on."""
    next_at: datetime | None = None
    """When a role comes next that is not due yet; None when none does."""
    elsewhere: bool = False
    """Another process works on a role that is due."""
    wanted: Mapping[int, datetime] = field(default_factory=dict)
    """Firms of these that a person wants fetched now, by id, each with the moment of the wish."""


def agenda_of(
    firms: Iterable[Firm],
    scheduled: Mapping[int, Sequence[ScheduledRole]],
    elsewhere: Collection[tuple[int, Role]],
    now: datetime,
) -> Agenda:
    """Decide what is to be done; `elsewhere` are firms and roles that other processes work on."""
    due: list[Firm] = []
    wanted: dict[int, datetime] = {}
    coming: list[datetime] = []
    held = False
    for firm in firms:
        if firm.paused or not firm.enabled:
            continue
        roles = scheduled.get(firm.id, ())
        moments = {one.role: due_at(firm, one, now) for one in roles}
        coming += [moment for moment in moments.values() if moment is not None and moment > now]
        ready = [role for role, moment in moments.items() if moment is not None and moment <= now]
        free = [role for role in ready if (firm.id, role) not in elsewhere]
        held = held or len(free) < len(ready)
        if free:
            due.append(firm)
            wishes = [wish for one in roles if one.role in free and (wish := wanted_at(one, now)) is not None]
            if wishes:
                wanted[firm.id] = max(wishes)
    return Agenda(tuple(due), min(coming, default=None), held, wanted)


async def read_agenda(
    buffer: Buffer, now: datetime, vault: Vault | None = None, among: Collection[int] | None = None
) -> Agenda:
    """What the schedule asks for now, of all firms or of those named by id.

    A firm for which nothing logs in costs nothing: none is registered, KSeF has just refused it or, where a vault is
    given, it does not hold the secret. Raises BlinkError when the vault cannot be read.
    """
    enabled = await buffer.firms.list(enabled_only=True)
    able = await open_to_schedule(buffer, enabled, now)
    if vault is not None:
        kept = set(await asyncio.to_thread(vault.names))
        able = {id_: one for id_, one in able.items() if one.vault_name in kept}
    firms = [firm for firm in enabled if firm.id in able and (among is None or firm.id in among)]
    scheduled: dict[int, list[ScheduledRole]] = {}
    for one in await buffer.schedules.all():
        scheduled.setdefault(one.firm_id, []).append(one)
    elsewhere = await buffer.leases.held_elsewhere(holder_name(), is_gone)
    return await asyncio.to_thread(agenda_of, firms, scheduled, elsewhere, now)
