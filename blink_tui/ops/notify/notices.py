"""The chore of telling: looks what there is to tell, puts it into the outbox, and sends what is due."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from blink_tui.buffer import Buffer
from blink_tui.i18n import N_, Message
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.model.notices import Routes, Target
from blink_tui.model.settings import NOTIFY_AMOUNTS, TOKENS_END
from blink_tui.ops.chores import Chore, Surroundings
from blink_tui.ops.lateness import late_firms
from blink_tui.ops.notify.deciding import SUSPICIOUS, Facts, decide, digest_due
from blink_tui.ops.notify.delivering import Delivery
from blink_tui.ops.notify.standing import NOTICES as NAME
from blink_tui.ops.notify.standing import Standing, troubles_of, well_of
from blink_tui.vault.errors import VAULT_LOCKED

LOOK_EVERY = timedelta(minutes=5)
_log = logging.getLogger("blink_tui.ops.notify")


async def look(buffer: Buffer, clock: Clock) -> None:
    """Decide what there is to tell and keep it, unless another process is faster. Raises BlinkError.

    The number of questions to the buffer grows with the targets, not with firms or documents.
    """
    targets = await buffer.notice_targets.all()
    if not targets:
        return
    facts = await _facts(buffer, clock, targets)
    decision = await asyncio.to_thread(decide, facts)
    if not decision.empty:
        await buffer.outbox.keep(decision)


async def _facts(buffer: Buffer, clock: Clock, targets: list[Target]) -> Facts:
    round_, now = await buffer.outbox.round(), clock.now()
    firms = [firm for firm in await buffer.firms.list(enabled_only=True) if not firm.paused]
    standing = Standing(
        firms=firms,
        scheduled=await buffer.schedules.all(),
        credentials=await buffer.credentials.by_firm(),
        tokens_end=await buffer.settings.value(TOKENS_END),
        now=now,
        outages=await buffer.outages.all(),
        chores=tuple((await buffer.chores.all()).values()),
        targets=targets,
        late={one.firm.id: one.reason.code for one in await late_firms(buffer, now)},
    )
    newest = await buffer.outbox.newest_document()
    return Facts(
        round=round_,
        now=now,
        firms=firms,
        troubles=await asyncio.to_thread(troubles_of, standing),
        well=well_of(standing),
        kept=await buffer.outbox.troubles(),
        suspects=await buffer.outbox.suspects(tuple(SUSPICIOUS)),
        targets=targets,
        routes=Routes(await buffer.notice_targets.rules()),
        newest=newest,
        counts={
            target.id: await buffer.outbox.new_documents(target.document_id, newest)
            for target in targets
            if digest_due(target, now)
        },
        amounts=await buffer.settings.value(NOTIFY_AMOUNTS) == "on",
    )


async def _every(around: Surroundings) -> timedelta | None:
    """Nothing is to be done while nobody wants to be told."""
    return LOOK_EVERY if await around.buffer.notice_targets.all() else None


async def _run(around: Surroundings) -> None:
    """Look, then send. Raises BlinkError(VAULT_LOCKED) where something is due whose address cannot be read."""
    await look(around.buffer, around.clock)
    if around.vault is None:
        if await around.buffer.outbox.due(around.clock.now()):
            raise BlinkError(VAULT_LOCKED, why=Message(N_("notices wait to be sent.")))
        return
    for name, error in await Delivery(around.buffer, around.vault, around.clock, around.paths.name).run():
        _log.warning("notice to %s not sent: %s (%s)", name, error.kind.code, error.cause)


NOTICES = Chore(NAME, _every, _run)
"""Tells whoever wants to know what happened."""
