"""A sandbox that answers over HTTP, a buffer and a vault, and the engine between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import Buffer, Document, GridFilter, open_buffer
from blink_tui.model.clock import Clock
from blink_tui.model.events import Event
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.secret import Secret
from blink_tui.model.values import parse_nip
from blink_tui.sandbox import RunningSandbox
from blink_tui.sandbox.arrivals import Arrival
from blink_tui.sandbox.faults import Fault
from blink_tui.sync.engine import Outcome, SyncEngine, Wish
from blink_tui.vault import MemorySource, Vault, open_vault
from tests.buffer.factory import StillClock
from tests.sync.clocks import SandboxClock


@dataclass
class Office:
    """Everything a pass needs, and what it told."""

    buffer: Buffer
    vault: Vault
    folder: Path
    firms: list[Firm]
    told: list[Event]
    clock: Clock | None = None

    async def run(self, *firms: Firm, wish: Wish | None = None) -> Outcome:
        engine = SyncEngine(
            self.buffer, self.vault, self.folder / "work", clock=self.clock, listener=self.told.append
        )
        return await engine.run(firms or self.firms, wish)

    async def documents(self, firm: Firm) -> list[Document]:
        rows = await self.buffer.grid.first(GridFilter(firm_ids=(firm.id,)), "id", False, 100_000)
        return await self.buffer.documents.get_many([row.id for row in rows])


@pytest.fixture
def vault() -> Vault:
    return open_vault(Path(), MemorySource(), create=True)


@asynccontextmanager
async def office(
    sandbox: RunningSandbox, folder: Path, vault: Vault, clock: Clock | None = None
) -> AsyncIterator[Office]:
    """A profile in a folder with every firm of a sandbox."""
    async with open_buffer(folder / "buffer.db", clock=clock) as buffer:
        firms = []
        for known in sandbox.firms:
            found = await buffer.firms.find(known.nip)
            if found:
                firms.append(await buffer.firms.edit(found[0].id, found[0].version, env=sandbox.url))
                continue
            firm = await buffer.firms.add(parse_nip(known.nip), name=known.name, env=sandbox.url)
            vault.put(f"token/{known.nip}", Secret(known.token))
            await buffer.credentials.add(CredentialKind.TOKEN, f"token/{known.nip}", known.nip, [firm.id])
            firms.append(firm)
        yield Office(buffer, vault, folder, firms, [], clock)


@pytest.fixture
def clock(sandbox: RunningSandbox) -> SandboxClock:
    """The time of the sandbox that a test brings."""
    return SandboxClock(sandbox)


@pytest.fixture
async def profile(
    sandbox: RunningSandbox, tmp_path: Path, vault: Vault, clock: SandboxClock
) -> AsyncIterator[Office]:
    """A profile on it that lives in its time."""
    async with office(sandbox, tmp_path, vault, clock) as opened:
        yield opened


def requests(sandbox: RunningSandbox, operation: str, after: int = 0) -> list[dict[str, Any]]:
    """Requests of one operation in the sandbox's log, after so many of all."""
    return [row for row in sandbox.state.journal.rows(after) if row["operation"] == operation]


def arrive(sandbox: RunningSandbox, count: int, **arrival: Any) -> list[str]:
    """Let generated invoices come in for the first firm as buyer; their KSeF numbers."""
    wanted = Arrival(**{"generate": count, "firm": sandbox.firms[0].nip, "role": "buyer", **arrival})
    return [document.ksef_number for document in sandbox.state.arrivals.take(wanted)]


def fault(sandbox: RunningSandbox, do: str, **parameters: Any) -> None:
    """Let something go wrong."""
    sandbox.state.faults.add(Fault(do=do, **parameters))


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    """An empty one, whose clock stands still."""
    async with open_buffer(tmp_path / "profile" / "buffer.db", clock=StillClock()) as opened:
        yield opened


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where files go; not there yet."""
    return tmp_path / "out"
