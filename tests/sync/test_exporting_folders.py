"""A batch and its files: disks that come and go, folders that take long, cancellations in the worst moment."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from blink_tui.buffer import BatchState, Buffer, open_buffer
from blink_tui.ledger import files, placing
from blink_tui.ledger.placing import recover
from blink_tui.model.documents import Status
from blink_tui.model.secret import Secret
from tests.buffer.factory import StillClock
from tests.sync.exporting import approved, exported, handed_over, leftovers, names, statuses

A, E = Status.APPROVED, Status.EXPORTED


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "profile" / "buffer.db", clock=StillClock()) as opened:
        yield opened


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def unplug(out: Path, *, empty: bool) -> Path:
    """Where the disk of a folder is then; it may leave an empty place."""
    disk = out.rename(out.with_name("unplugged"))
    if empty:
        out.mkdir()
    return disk


def plug_in(disk: Path, at: Path) -> None:
    """A disk in its place, which was empty without it."""
    if at.exists():
        at.rmdir()
    disk.rename(at)


async def test_a_cancellation_while_the_marks_are_committed_keeps_the_file(buffer: Buffer, out: Path) -> None:
    """What is committed is not taken for undone: its file is placed, now or at the next start."""
    firm = await approved(buffer, 3)
    loop, tasks = asyncio.get_running_loop(), list[asyncio.Task[object]]()
    commits = list[str]()

    def cancel(told: threading.Event) -> None:
        tasks[0].cancel()
        loop.call_soon(told.set)  # after the task has heard of it

    def statement(sql: str) -> None:
        if sql == "COMMIT" and tasks and not tasks[0].done() and leftovers(out) and not commits:
            commits.append(sql)
            told = threading.Event()
            loop.call_soon_threadsafe(lambda: loop.call_soon(cancel, told))
            told.wait(10)

    await buffer._database._writer.set_trace_callback(statement)
    tasks.append(asyncio.create_task(exported(buffer, firm, out)))
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    await buffer._database._writer.set_trace_callback(None)  # type: ignore[arg-type] # takes it all the same
    assert commits == ["COMMIT"]
    await recover(buffer)
    assert await statuses(buffer, firm) == [E] * 3
    assert len(handed_over(out)) == 3


@pytest.mark.parametrize("empty", [True, False])
async def test_a_batch_cancelled_without_its_disk_is_taken_away_once_that_is_back(
    buffer: Buffer, out: Path, empty: bool
) -> None:
    firm = await approved(buffer, 2)
    (file,) = (await exported(buffer, firm, out)).files
    disk = unplug(out, empty=empty)
    await buffer.batches.cancel(1, reason="zły miesiąc", who="ewa")
    assert [one.batch.state for one in await recover(buffer)] == [BatchState.WITHDRAWING]
    plug_in(disk, out)
    assert await recover(buffer) == []
    assert file.name not in names(out)
    assert (await buffer.batches.get(1)).state is BatchState.CANCELLED


async def test_the_empty_place_of_a_disk_is_not_taken_for_a_ledger_that_has_its_files(
    buffer: Buffer, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await approved(buffer, 2)
    place, disks = files.place, list[Path]()

    def unplugged(some: list[files.Naming]) -> None:
        if not disks:
            disks.append(unplug(out, empty=True))
        place(some)

    monkeypatch.setattr(placing, "place", unplugged)
    assert (await exported(buffer, firm, out)).unplaced is not None
    assert [one.batch.state for one in await recover(buffer)] == [BatchState.PLACING]
    monkeypatch.undo()
    plug_in(disks[0], out)
    assert await recover(buffer) == []
    assert len(handed_over(out)) == 2


async def test_a_folder_that_takes_long_holds_nobody_up_and_a_batch_cancelled_meanwhile_stays_so(
    buffer: Buffer, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await approved(buffer, 2)
    loop, place = asyncio.get_running_loop(), files.place

    async def cancel() -> None:
        (batch,) = await buffer.batches.list()
        await buffer.batches.cancel(batch.id, reason="zły miesiąc", who="ewa")

    def slow(some: list[files.Naming]) -> None:
        asyncio.run_coroutine_threadsafe(cancel(), loop).result(10)
        place(some)

    monkeypatch.setattr(placing, "place", slow)
    await exported(buffer, firm, out)
    assert [one.state for one in await buffer.batches.list()] == [BatchState.WITHDRAWING]
    assert await recover(buffer) == []
    assert [one.state for one in await buffer.batches.list()] == [BatchState.CANCELLED]
    assert await statuses(buffer, firm) == [A, A]
    assert [name for name in names(out) if not name.endswith(".anulowany")] == []


@pytest.mark.parametrize("password", [None, Secret(b"tajne-haslo")])
async def test_files_and_their_names_are_durable_before_they_are_marked(
    buffer: Buffer, out: Path, monkeypatch: pytest.MonkeyPatch, password: Secret | None
) -> None:
    firm = await approved(buffer, 1)
    fsync, synced = os.fsync, list[str]()

    def told(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").resolve()))
        fsync(descriptor)

    def statement(sql: str) -> None:
        if sql.startswith("INSERT INTO batch "):
            synced.append("marked")

    monkeypatch.setattr(os, "fsync", told)
    await buffer._database._writer.set_trace_callback(lambda sql: statement(sql.lstrip()))
    await exported(buffer, firm, out, zip_password=password)
    before = synced[: synced.index("marked")]
    assert str(out) in before
    assert any(name.endswith(".part") for name in before)


@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_batch_that_was_not_placed_is_placed_by_the_next_export_or_not_at_all(
    buffer: Buffer, out: Path, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    firm = await approved(buffer, 2)

    def broken(_some: list[files.Naming]) -> None:
        raise OSError("gone")

    monkeypatch.setattr(placing, "place", broken)
    batch = (await exported(buffer, firm, out)).batch_id
    assert batch is not None
    monkeypatch.undo()
    if cancelled:
        await buffer.batches.cancel(batch, reason="zły miesiąc", who="ewa")
    assert (await exported(buffer, firm, out)).documents == (2 if cancelled else 0)
    assert leftovers(out) == []
    assert len(names(out)) == 1
    assert len(handed_over(out)) == 2


async def test_whoever_places_a_file_second_finds_it_placed(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 2)
    (file,) = (await exported(buffer, firm, out)).files
    (kept,) = await buffer.batches.files(1)
    for _taken in range(2):
        files.place([(Path(kept.file), Path(kept.temp), kept.folder)])
        file.unlink(missing_ok=True)
