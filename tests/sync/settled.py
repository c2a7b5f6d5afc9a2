"""Profiles of firms that have been fetched already, made without a pass: kept logins, marks, schedules.

What is made is what a first pass leaves: the logins are real, the marks are those that KSeF gives for an empty list.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.buffer import Buffer, MarkMove, open_buffer
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import AddressWindow, environment_of
from blink_tui.ksef.client import KsefClient, QueryWindow
from blink_tui.ksef.limiter import Limiter, ensure_limits
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.schedule import RoleEnd
from blink_tui.model.secret import Secret
from blink_tui.model.values import parse_nip
from blink_tui.sync import plan
from blink_tui.sync.access import logged_in
from blink_tui.sync.leases import holder_name, is_gone
from blink_tui.vault import PassphraseSource, Vault, open_vault

if TYPE_CHECKING:  # measured processes come here too, and are to hold nothing of the sandbox
    from blink_tui.sandbox.state import Firm as Known

OFTEN = (Role.SELLER, Role.BUYER)
"""Roles that the schedule of a taxpayer asks for every 15 minutes."""
_AT_ONCE = 8


@asynccontextmanager
async def opened(folder: Path, clock: Clock | None = None) -> AsyncIterator[tuple[Buffer, Vault]]:
    """The profile in a folder, made where it is missing; its vault is a file with a passphrase."""
    source = PassphraseSource(lambda: Secret(b"correct horse battery staple"))
    vault = await asyncio.to_thread(open_vault, folder / "vault.json", source, create=True)
    async with open_buffer(folder / "buffer.db", clock=clock) as buffer:
        yield buffer, vault


async def settle(
    buffer: Buffer, vault: Vault, work: Path, url: str, known: Sequence[Known], clock: Clock
) -> list[Firm]:
    """Firms of a sandbox without limits as a first pass leaves them; `work` is the engine's folder."""
    turns = asyncio.Semaphore(_AT_ONCE)
    window = AddressWindow(None, environment_of(url))
    with LimitBook(work / "limits.db") as book:
        limiter = Limiter(clock, book, window)
        async with KsefClient(url, clock=clock) as client:

            async def one(each: Known) -> Firm:
                async with turns:
                    firm = await buffer.firms.add(parse_nip(each.nip), name=each.name, env=url)
                    name = f"token/{each.nip}"
                    await asyncio.to_thread(vault.put, name, Secret(each.token))
                    await buffer.credentials.add(CredentialKind.TOKEN, name, each.nip, [firm.id])
                    session = await logged_in(buffer, vault, client, firm, clock)
                    await ensure_limits(session, limiter)
                    first = plan.first_instant(None, clock.now())
                    for role in Role:
                        page = await session.query_metadata(QueryWindow(role, first))
                        assert page.hwm is not None
                        await buffer.documents.store(firm, role, [], move=MarkMove(first, page.hwm))
                    await _asked(buffer, firm, instant_of(clock.now()))
                    return firm

            return list(await asyncio.gather(*map(one, known)))


async def _asked(buffer: Buffer, firm: Firm, at: Instant) -> None:
    """Leave the schedule as a pass leaves it, the night's comparison included."""
    await buffer.leases.take(firm.id, tuple(Role), holder_name(), is_gone, asked=at)
    await buffer.leases.release(firm.id, tuple(Role), holder_name(), dict.fromkeys(Role, RoleEnd(0)))
    for role in OFTEN:
        await buffer.schedules.swept(firm.id, role, at)


async def make_due(buffer: Buffer, firms: Sequence[Firm], clock: Clock) -> None:
    """Let the schedule ask for the often roles now, and for nothing else."""
    await buffer.schedules.want([firm.id for firm in firms], OFTEN, instant_of(clock.now()))
