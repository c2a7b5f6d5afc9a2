"""The limiter before a KSeF that counts: everything allowed gets through, and nothing is ever refused with 429."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import shared_window
from blink_tui.ksef.client import KsefClient, QueryWindow, Session
from blink_tui.ksef.errors import AskedToWaitError
from blink_tui.ksef.limiter import Limiter, ensure_limits
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Role
from blink_tui.model.secret import Secret
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from tests import clocks

START = datetime(2026, 10, 20, 12, tzinfo=UTC)
WIDE = {"perSecond": 100, "perMinute": 1000, "perHour": 10_000}
OVERRIDABLE = (
    "onlineSession", "batchSession", "invoiceSend", "invoiceStatus", "sessionList", "sessionInvoiceList",
    "sessionMisc", "invoiceMetadata", "invoiceExport", "invoiceExportStatus", "invoiceDownload",
    "collectiveIdentifier", "other",
)  # fmt: skip


class SharedClock(clocks.VirtualClock):
    """One time for client and sandbox: what passes here passes there."""

    def __init__(self) -> None:
        super().__init__(START)
        self.sandbox = VirtualClock(START)

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self.sandbox.advance(seconds)


@pytest.fixture
def clock() -> SharedClock:
    return SharedClock()


@pytest.fixture
def sandbox(clock: SharedClock) -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=20, firms=2, as_of=START.date(), auth_delay=0.0)
    with running_sandbox(options, clock.sandbox) as running:
        yield running


@pytest.fixture
def limiter(
    clock: SharedClock, sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Limiter]:
    monkeypatch.setenv("BLINK_LIMITS_DIR", str(tmp_path / "machine"))
    with LimitBook(tmp_path / "limits.db") as book, shared_window(sandbox.url) as window:
        yield Limiter(clock, book, window)


@pytest.fixture
async def session(clock: SharedClock, sandbox: RunningSandbox, limiter: Limiter) -> AsyncIterator[Session]:
    firm = sandbox.firms[0]
    async with KsefClient(sandbox.url, clock=clock, gate=limiter) as client:
        yield await client.login("Nip", firm.nip, Secret(firm.token))


async def lower(session: Session, sandbox: RunningSandbox, **groups: dict[str, int]) -> None:
    """Give the session's context limits of its own, by the operation that the test environment has for it."""
    order = {"rateLimits": {group: groups.get(group, WIDE) for group in OVERRIDABLE}}
    token = session._tokens.access.token.reveal_text()
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(
            f"{sandbox.url}/testdata/rate-limits", json=order, headers={"Authorization": f"Bearer {token}"}
        )
    assert answer.status_code == 200, answer.text


async def persist(clock: SharedClock, request: Callable[[], Awaitable[object]], times: int) -> None:
    """Send a request so many times; wait as long as one is told."""
    for _ in range(times):
        while True:
            try:
                await request()
                break
            except AskedToWaitError as refusal:
                clock.advance(refusal.retry_after)


def statuses(sandbox: RunningSandbox, path: str = "") -> Counter[int]:
    """How often each status was answered to our client."""
    return Counter(
        row["status"]
        for row in sandbox.state.journal.rows()
        if row["user_agent"].startswith("blink-tui/") and row["path"].endswith(path)
    )


async def test_documented_limits_are_used_up_and_never_exceeded(
    session: Session, clock: SharedClock, sandbox: RunningSandbox
) -> None:
    window = QueryWindow(Role.SELLER, instant_of(START - timedelta(days=30)))
    await persist(clock, lambda: session.query_metadata(window), 45)
    assert statuses(sandbox, "/invoices/query/metadata") == {200: 45}
    assert statuses(sandbox)[429] == 0
    assert clock.now() - START < timedelta(hours=2, minutes=2)  # 20 in the first hour, 20 in the second


async def test_lowered_limits_are_obeyed_as_soon_as_they_are_read(
    session: Session, clock: SharedClock, sandbox: RunningSandbox, limiter: Limiter
) -> None:
    await lower(
        session,
        sandbox,
        invoiceMetadata={"perSecond": 1, "perMinute": 3, "perHour": 5},
        other={"perSecond": 1, "perMinute": 2, "perHour": 200},
    )
    await ensure_limits(session, limiter)
    window = QueryWindow(Role.BUYER, instant_of(START - timedelta(days=30)))
    await persist(clock, lambda: session.query_metadata(window), 12)
    await persist(clock, session.context_limits, 6)
    await ensure_limits(session, limiter)
    assert statuses(sandbox)[429] == 0
    assert statuses(sandbox, "/invoices/query/metadata") == {200: 12}
    assert statuses(sandbox, "/limits/context") == {200: 6}
    assert statuses(sandbox, "/rate-limits") == {200: 1}


async def test_without_reading_them_lowered_limits_would_be_exceeded(
    session: Session, clock: SharedClock, sandbox: RunningSandbox
) -> None:
    """What the test above would see if the limiter did not obey; and KSeF's refusal holds the context up."""
    await lower(session, sandbox, invoiceMetadata={"perSecond": 1, "perMinute": 3, "perHour": 5})
    window = QueryWindow(Role.BUYER, instant_of(START - timedelta(days=30)))
    await persist(clock, lambda: session.query_metadata(window), 6)
    assert statuses(sandbox)[429] > 0


_CHILD = """
import asyncio, json, sys
from pathlib import Path
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import shared_window
from blink_tui.ksef.client import KsefClient, QueryWindow
from blink_tui.ksef.errors import AskedToWaitError
from blink_tui.ksef.limiter import Limiter
from blink_tui.model.clock import SystemClock
from blink_tui.model.documents import Role
from blink_tui.model.secret import Secret

async def main(url, nip, token, book, since):
    asked = 0
    with LimitBook(Path(book)) as book, shared_window(url) as window:
        async with KsefClient(url, gate=Limiter(SystemClock(), book, window)) as client:
            session = await client.login("Nip", nip, Secret(token))
            try:
                while True:
                    await session.query_metadata(QueryWindow(Role.SELLER, since))
                    asked += 1
            except AskedToWaitError as refusal:
                print(json.dumps([asked, refusal.retry_after]))

asyncio.run(main(*sys.argv[1:]))
"""


def test_processes_of_a_profile_share_what_ksef_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLINK_LIMITS_DIR", str(tmp_path / "machine"))
    with running_sandbox(SandboxOptions(documents=5, firms=1, auth_delay=0.0)) as sandbox:
        firm = sandbox.firms[0]
        since = instant_of(datetime.now(UTC) - timedelta(days=30))
        arguments = [sandbox.url, firm.nip, firm.token, str(tmp_path / "limits.db"), since]
        children = [
            subprocess.Popen([sys.executable, "-c", _CHILD, *arguments], stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        told = [json.loads(child.communicate()[0]) for child in children]
        assert sum(asked for asked, _wait in told) == 16
        assert all(0 < wait <= 60 for _asked, wait in told)
        assert statuses(sandbox)[429] == 0
