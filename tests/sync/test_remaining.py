"""What may still be asked of KSeF is told from what was asked, without asking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sync.remaining import RequestsLeft, requests_left
from tests.sync.clocks import SandboxClock
from tests.sync.conftest import Office, fault


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=10, firms=2, export_delay=0.0, auth_delay=0.0)
    with running_sandbox(options, VirtualClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))) as running:
        yield running


async def test_requests_left_are_the_firm_s_own_and_come_back_after_an_hour(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    folder, (first, second) = profile.folder / "work", profile.firms
    assert requests_left(folder, profile.firms, clock) == {}
    await profile.run(first)
    asked = sandbox.state.journal.total
    left = requests_left(folder, profile.firms, clock)
    assert left == {first.id: RequestsLeft(20, 16, 64, None), second.id: RequestsLeft(20, 20, 64, None)}
    assert sandbox.state.journal.total == asked
    clock.pass_by(hours=1, minutes=1)
    assert requests_left(folder, [first], clock)[first.id].packages == 20
    fault(sandbox, "answer", operation="query_metadata", status=429, retry_after=3565)
    await profile.run(first)
    parked = requests_left(folder, [first], clock)[first.id].parked_until
    assert parked is not None
    assert timedelta(seconds=3500) < parked - clock.now() <= timedelta(seconds=3565)
