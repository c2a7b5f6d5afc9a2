"""A backup taken while invoices come in, restored, and fetched on: equal to what KSeF holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blink_tui.model.clock import SystemClock
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.backup import Made, make
from blink_tui.ops.restore import restore
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.vault import Vault
from tests.sync.conftest import Office, office, vault
from tests.sync.test_engine import same_as_held

__all__ = ["vault"]
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def documents() -> int:
    return 120


@pytest.fixture
def sandbox(documents: int) -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=documents, firms=2, limits=False, export_delay=0.0, auth_delay=0.0)
    with running_sandbox(options) as running:
        yield running


async def backed_up_meanwhile(profile: Office, to: Path) -> list[Made]:
    """Backups, one after another, until everything was fetched; the last one comes after it."""
    paths = ProfilePaths("default", profile.folder)
    fetching = asyncio.create_task(profile.run())
    made: list[Made] = []
    while not fetching.done():
        made.append(await make(profile.buffer, paths, to / f"{len(made)}.blink-backup", now=NOW))
    assert not (await fetching).failed
    return made


async def goes_on(one: Made, folder: Path, sandbox: RunningSandbox, vault: Vault) -> int:
    """Restore a backup and fetch on; how many documents were new."""
    await restore(one.backup.path, ProfilePaths("x", folder), who="anna", clock=SystemClock())
    async with office(sandbox, folder, vault) as profile:
        outcome = await profile.run()
        assert not outcome.failed
        await same_as_held(profile, sandbox)
        for firm in profile.firms:
            assert (await profile.buffer.history.verify(firm.id)).broken is None
        assert (await profile.run()).new == 0
        return outcome.new


async def test_a_restored_buffer_fetches_what_it_lacks_and_nothing_twice(
    sandbox: RunningSandbox, tmp_path: Path, vault: Vault
) -> None:
    paths = ProfilePaths("default", tmp_path / "default")
    async with office(sandbox, paths.folder, vault) as profile:
        await profile.run(profile.firms[0])
        one = await make(profile.buffer, paths, tmp_path / "to", now=NOW)
        await profile.run()
        total = await profile.buffer.documents.total()
    assert 0 < one.verified.manifest.holding.documents < total
    new = await goes_on(one, tmp_path / "again", sandbox, vault)
    assert new == total - one.verified.manifest.holding.documents


@pytest.mark.proof
class TestTenThousand:
    """As it is on an office's worst day."""

    @pytest.fixture
    def documents(self) -> int:
        return 10_000

    async def test_backups_taken_while_they_come_in_are_whole_and_go_on(
        self, sandbox: RunningSandbox, tmp_path: Path, vault: Vault
    ) -> None:
        async with office(sandbox, tmp_path / "default", vault) as profile:
            made = await backed_up_meanwhile(profile, tmp_path / "to")
            total = await profile.buffer.documents.total()
        counts = [one.verified.manifest.holding.documents for one in made]
        assert counts == sorted(counts)
        amid = [one for one, count in zip(made, counts, strict=True) if 0 < count < total]
        assert amid, counts
        new = await goes_on(amid[len(amid) // 2], tmp_path / "again", sandbox, vault)
        assert new == total - amid[len(amid) // 2].verified.manifest.holding.documents
