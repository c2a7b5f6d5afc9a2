"""This process as a holder of leases: its name, whether another one still lives, and the heartbeat."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from blink_tui.buffer import Buffer
from blink_tui.buffer.database import to_its_end
from blink_tui.buffer.presence import Kind
from blink_tui.i18n import N_
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.machine import HIDDEN, boot_id, start_of
from blink_tui.model.schedule import RoleEnd

WORK_HELD = ErrorKind(
    "work-held",
    ExitCode.WORK_HELD,
    N_("Another process is fetching for {firm} right now ({holder}). What it brings appears here too."),
)
_HEARTBEAT_SECONDS = 20.0


@lru_cache(maxsize=1)
def holder_name() -> str:
    """`host/boot/pid/start`: equal for no two processes, dead ones included."""
    return f"{_machine()}/{os.getpid()}/{start_of(os.getpid())}"


def is_gone(holder: str) -> bool:
    """True when a holder was a process of this machine that no longer runs.

    What is hidden from this account, or runs on another machine, is not known to be gone.
    """
    machine, _, process = holder.rpartition("/")[0].rpartition("/")
    start = holder.rpartition("/")[2]
    if machine != _machine() or not process.isdigit():
        return machine.partition("/")[0] == socket.gethostname() and machine != _machine()
    return start_of(int(process)) not in (start, HIDDEN)


@lru_cache(maxsize=1)
def _machine() -> str:
    """Host and its boot; what ran before a reboot is gone."""
    return f"{socket.gethostname()}/{boot_id()}"


@dataclass(slots=True)
class Held:
    """Roles of a firm that this process works on, and what comes of them."""

    roles: tuple[Role, ...]
    others: Mapping[Role, str]
    """Roles that another process works on, with its name."""
    ends: dict[Role, RoleEnd] = field(default_factory=dict)
    """To be filled in; kept for the schedule when the leases are given back."""


@asynccontextmanager
async def leased(
    buffer: Buffer,
    firm: Firm,
    roles: Sequence[Role],
    *,
    asked: Instant | None = None,
    planned: Mapping[Role, Instant | None] | None = None,
) -> AsyncIterator[Held]:
    """Hold those of a firm's roles that no other process holds while the block runs.

    `asked` and `planned` are as in `Leases.take`.
    """
    taken = await buffer.leases.take(firm.id, roles, holder_name(), is_gone, asked=asked, planned=planned)
    held = Held(taken.roles, taken.others)
    try:
        yield held
    finally:
        # a stop may come just here: a lease that is not given back would be held as long as this process lives
        interrupted = [role for role in held.roles if asked is not None and role not in held.ends]
        release = buffer.leases.release(
            firm.id, held.roles, holder_name(), held.ends, interrupted=interrupted
        )
        await to_its_end(release)


def work_held(firm: Firm, holder: str) -> BlinkError:
    """The error that another process's lease means for a person who asked."""
    return BlinkError(WORK_HELD, firm=firm.context_value, holder=holder)


@asynccontextmanager
async def present(buffer: Buffer, kind: Kind, who: str, clock: Clock) -> AsyncIterator[None]:
    """Let others see that this process is here while the block runs."""

    async def sign() -> None:
        await buffer.presence.beat(holder_name(), kind, who)

    await sign()
    try:
        async with _repeated(sign, clock):
            yield
    finally:
        await buffer.presence.gone(holder_name())


@asynccontextmanager
async def heartbeat(buffer: Buffer, clock: Clock) -> AsyncIterator[None]:
    """Renew this process's leases while the block runs."""
    async with _repeated(lambda: buffer.leases.renew(holder_name()), clock):
        yield


@asynccontextmanager
async def _repeated(sign: Callable[[], Awaitable[object]], clock: Clock) -> AsyncIterator[None]:
    """Give a sign of life again and again while the block runs; a term outlasts two that fail."""

    async def beat() -> None:
        while True:
            await clock.sleep(_HEARTBEAT_SECONDS)
            with contextlib.suppress(BlinkError):
                await sign()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
