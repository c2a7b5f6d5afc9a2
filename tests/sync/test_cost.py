"""What a scheduled pass costs: requests by the sandbox's log, transactions and statements by SQLite's own account."""

from __future__ import annotations

import gc
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sync.engine import SyncEngine, Wish
from blink_tui.vault import Vault
from tests.sync.clocks import SandboxClock
from tests.sync.settled import opened, settle

FEW, MANY = 20, 60
ASKED = {"latarnia_status": 1, "latarnia_messages": 1}
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


@dataclass
class Statements:
    """What was executed on the buffer since the last `clear`."""

    all: list[str] = field(default_factory=list)
    steps: int = 0
    """Of SQLite's virtual machine: what a statement does not tell, a scan through a table, shows in them."""

    def clear(self) -> None:
        self.all.clear()
        self.steps = 0

    def step(self) -> None:
        self.steps += 1

    def transactions(self) -> int:
        """Transactions, but for those of the log, which come twice a second."""
        commits, logged = 0, False
        for statement in self.all:
            logged = logged or "INTO fetch_log" in statement
            if statement.startswith("COMMIT"):
                commits, logged = commits + (not logged), False
        return commits

    def count(self) -> int:
        """Statements, but for the log's and those that begin and end transactions."""
        return sum(not one.startswith(("BEGIN", "COMMIT")) and "fetch_log" not in one for one in self.all)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    noted, connect = Statements(), sqlite3.connect

    def traced(database: str, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(database, **options)
        if "buffer.db" in str(database):
            connection.set_trace_callback(noted.all.append)
            connection.set_progress_handler(noted.step, 1)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return noted


@dataclass
class Settled:
    """Firms of which everything has been fetched."""

    sandbox: RunningSandbox
    buffer: Buffer
    vault: Vault
    folder: Path
    clock: SandboxClock
    firms: list[Firm]
    statements: Statements
    latarnia: Counter[str] = field(default_factory=Counter)
    """What the last pass asked of the Ministry's status service, which is another one than KSeF."""

    def arrive(self, firm: Firm, count: int) -> None:
        """Purchases of a firm, stored from now on."""
        now = self.clock.now()
        stored = [f"{now + timedelta(seconds=one / 10):%Y-%m-%dT%H:%M:%S.%fZ}" for one in range(count)]
        base = self.sandbox.url.removesuffix("/v2")
        order = {"generate": count, "firm": firm.nip, "role": "buyer", "stored": stored}
        httpx.post(f"{base}/_sandbox/invoices", json=order, timeout=60).raise_for_status()

    async def due_pass(self, firms: list[Firm]) -> Counter[str]:
        """A pass of the schedule; its requests of KSeF by operation. What it executed is in `statements`."""
        before = self.sandbox.state.journal.total
        self.statements.clear()
        engine = SyncEngine(self.buffer, self.vault, self.folder / "work", clock=self.clock)
        outcome = await engine.run(firms, Wish(due=True))
        assert [one.firm.id for one in outcome.firms] == [firm.id for firm in firms]
        assert not outcome.failed, outcome.failed[0].errors
        rows = list(self.sandbox.state.journal.rows(before))
        self.latarnia = Counter(str(one["operation"]) for one in rows if one["path"].startswith("/latarnia/"))
        return Counter(str(one["operation"]) for one in rows) - self.latarnia


@asynccontextmanager
async def profile(firms: int, folder: Path, statements: Statements) -> AsyncIterator[Settled]:
    options = SandboxOptions(documents=0, firms=firms, limits=False, export_delay=0.0, auth_delay=0.0)
    with running_sandbox(options, VirtualClock(NOON)) as sandbox:
        clock = SandboxClock(sandbox)
        async with opened(folder, clock) as (buffer, vault):
            known = await settle(buffer, vault, folder / "work", sandbox.url, sandbox.firms, clock)
            yield Settled(sandbox, buffer, vault, folder, clock, known, statements)


@pytest.fixture
async def settled(tmp_path: Path, statements: Statements) -> AsyncIterator[Settled]:
    async with profile(2, tmp_path, statements) as made:
        yield made


async def test_an_idle_firm_costs_a_refresh_and_a_look_at_each_role(settled: Settled) -> None:
    before = {(mark.firm_id, mark.role): mark.until for mark in await settled.buffer.marks.all()}
    settled.clock.pass_by(minutes=30)
    firm = settled.firms[0]
    assert await settled.due_pass([firm]) == {"refresh": 1, "query_metadata": 2}
    after = {(mark.firm_id, mark.role): mark.until for mark in await settled.buffer.marks.all()}
    moved = {one for one in after if after[one] > before[one]}
    assert moved == {(firm.id, Role.SELLER), (firm.id, Role.BUYER)}


async def test_the_ministry_is_asked_once_an_hour(settled: Settled) -> None:
    firm, other = settled.firms
    settled.clock.pass_by(minutes=30)
    await settled.due_pass([firm])
    assert settled.latarnia == ASKED
    with_asking = settled.statements.transactions()
    await settled.due_pass([other])
    assert settled.latarnia == {}
    assert with_asking == settled.statements.transactions() + 1
    settled.clock.pass_by(minutes=30)
    await settled.due_pass([firm, other])
    assert settled.latarnia == {}
    settled.clock.pass_by(minutes=31)
    await settled.due_pass([firm, other])
    assert settled.latarnia == ASKED


async def test_a_firm_asked_within_its_interval_costs_nothing(settled: Settled) -> None:
    assert await settled.due_pass([]) == {}
    engine = SyncEngine(settled.buffer, settled.vault, settled.folder / "work", clock=settled.clock)
    assert (await engine.run(settled.firms, Wish(due=True))).firms == ()


_SAME = 1.01
"""SQLite's steps differ by a few with what the pages of a table happen to hold."""


async def test_what_a_firm_costs_does_not_grow_with_their_number(
    tmp_path: Path, statements: Statements
) -> None:
    costs = []
    for count in (FEW, MANY):
        async with profile(count, tmp_path / str(count), statements) as settled:
            settled.clock.pass_by(minutes=30)
            now = instant_of(settled.clock.now())
            await settled.buffer.outages.note_asked(settled.sandbox.url, now, "AVAILABLE", silent=False)
            requests = await settled.due_pass(settled.firms)
            assert requests == {"refresh": count, "query_metadata": 2 * count}
            assert settled.latarnia == {}
            costs.append((statements.transactions(), statements.count(), statements.steps))
    few, many = costs
    assert few[0] <= 4 * FEW
    assert few[1] <= 24 * FEW
    for of_few, of_many in zip(few, many, strict=True):
        assert of_many * FEW <= of_few * MANY * _SAME


async def test_the_collector_leaves_the_program_itself_alone(settled: Settled) -> None:
    await settled.due_pass([])
    assert gc.get_freeze_count() > len(gc.get_objects())


async def test_five_new_documents_come_in_one_pass_without_a_package(settled: Settled) -> None:
    firm = settled.firms[0]
    settled.arrive(firm, 5)
    settled.clock.pass_by(minutes=30)
    requests = await settled.due_pass([firm])
    assert requests == {"refresh": 1, "query_metadata": 2, "get_invoice": 5}
    assert await settled.buffer.documents.total(firm.id) == 5


async def test_many_new_documents_come_in_one_package(settled: Settled) -> None:
    firm = settled.firms[0]
    settled.arrive(firm, 300)
    settled.clock.pass_by(minutes=30)
    requests = await settled.due_pass([firm])
    assert requests["order_export"] == 1
    assert requests["get_invoice"] == 0
    assert requests["query_metadata"] == 2
    assert await settled.buffer.documents.total(firm.id) == 300


async def test_a_night_adds_one_request_for_collective_identifiers(settled: Settled) -> None:
    firm = settled.firms[0]
    settled.clock.pass_by(hours=17, minutes=35)
    assert (await settled.due_pass([firm]))["query_collectives"] == 1
    settled.clock.pass_by(minutes=24)
    again = await settled.due_pass([firm])
    assert again["query_metadata"] > 0
    assert not [name for name in again if "collective" in name]
