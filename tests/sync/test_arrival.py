"""A large package on its way through a worker process: whatever stops it, the mark waits and nothing comes twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from blink_tui.buffer import StoreResult
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sandbox import packages as sandbox_packages
from blink_tui.sandbox.documents import Document as Held
from blink_tui.sandbox.packages import PackageShop
from blink_tui.sync.engine import Outcome, SyncEngine, Wish
from blink_tui.sync.unpack import BATCH
from blink_tui.vault import Vault
from tests.sync.conftest import Office, office

DOCUMENTS = 2 * BATCH + 50


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(
        documents=DOCUMENTS, firms=1, sales=0.0, limits=False, export_delay=0.0, auth_delay=0.0
    )
    with running_sandbox(options) as running:
        yield running


@pytest.fixture
async def profile(sandbox: RunningSandbox, tmp_path: Path, vault: Vault) -> AsyncIterator[Office]:
    async with office(sandbox, tmp_path, vault) as opened:
        yield opened


async def purchases(profile: Office) -> Outcome:
    """One pass over the buyer's role, whose only package brings all."""
    engine = SyncEngine(profile.buffer, profile.vault, profile.folder / "work", listener=profile.told.append)
    return await engine.run(profile.firms, Wish((Role.BUYER,)))


async def stored(profile: Office) -> dict[str, bytes]:
    """XML of every document; each number has one document and its chained event."""
    (firm,) = profile.firms
    numbers = [document.ksef_number for document in await profile.documents(firm)]
    assert len(numbers) == len(set(numbers))
    chain = await profile.buffer.history.verify(firm.id)
    assert (chain.length, chain.broken_at) == (len(numbers), None)
    return {number: await profile.buffer.documents.xml(number) for number in numbers}


def held(sandbox: RunningSandbox) -> dict[str, bytes]:
    return {number: document.xml for number, document in sandbox.state.documents.by_number.items()}


def codes(outcome: Outcome) -> list[str]:
    return [error.kind.code for one in outcome.failed for error in one.errors]


def worker_of_the_fork_server() -> psutil.Process:
    (found,) = [
        process
        for process in psutil.Process().children(recursive=True)
        if (parent := process.parent()) and "forkserver" in " ".join(parent.cmdline())
    ]
    return found


async def test_a_worker_killed_between_batches_is_a_named_error_and_the_next_pass_is_whole(
    profile: Office, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = profile.buffer.documents.store
    calls: list[StoreResult] = []

    async def killing(*words: Any, **options: Any) -> StoreResult:
        if not calls:
            worker_of_the_fork_server().kill()
        calls.append(await store(*words, **options))
        return calls[-1]

    with monkeypatch.context() as spoilt:
        spoilt.setattr(profile.buffer.documents, "store", killing)
        assert codes(await purchases(profile)) == ["worker-died"]
    assert await profile.buffer.marks.all() == []
    kept = await stored(profile)
    assert 0 < len(kept) < DOCUMENTS
    outcome = await purchases(profile)
    assert not outcome.failed
    assert outcome.new == DOCUMENTS - len(kept)
    assert await stored(profile) == held(sandbox)


async def test_a_package_contradicting_itself_late_leaves_right_documents_and_no_mark(
    profile: Office, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sandbox_packages.tar_gz
    missing: list[str] = []

    def without_last_file(documents: Sequence[Held], metadata: bytes) -> bytes:
        missing.extend(document.ksef_number for document in documents[-1:])
        return whole(documents[:-1], metadata)

    with monkeypatch.context() as spoilt:
        spoilt.setattr(sandbox_packages, "tar_gz", without_last_file)
        spoilt.setattr(PackageShop, "package", PackageShop._build)
        assert codes(await purchases(profile)) == ["package-disagrees"]
    assert await profile.buffer.marks.all() == []
    everything = held(sandbox)
    assert await stored(profile) == {
        number: xml for number, xml in everything.items() if number not in missing
    }
    outcome = await purchases(profile)
    assert not outcome.failed
    assert outcome.new == len(missing) == 1
    assert await stored(profile) == everything
    assert [mark.role for mark in await profile.buffer.marks.all()] == [Role.BUYER]


async def test_a_batch_that_the_disk_refuses_moves_no_mark_and_the_next_pass_is_whole(
    profile: Office, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = profile.buffer.documents.store

    async def refusing(*words: Any, **options: Any) -> StoreResult:
        from blink_tui.buffer import errors

        await store(*words, **options)
        raise BlinkError(errors.DISK_FULL, path="buffer.db")

    with monkeypatch.context() as spoilt:
        spoilt.setattr(profile.buffer.documents, "store", refusing)
        assert codes(await purchases(profile)) == ["disk-full"]
    assert await profile.buffer.marks.all() == []
    assert not (await purchases(profile)).failed
    assert await stored(profile) == held(sandbox)
