"""What may happen to an export: disks, changes meanwhile, other processes, kills. Documents leave once all the same."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from blink_tui.buffer import BatchState, Buffer
from blink_tui.ledger import files, placing
from blink_tui.ledger.exporter import Files, Frame, Kind, Piece, Setting, Span, Writer
from blink_tui.ledger.formats import exporters
from blink_tui.ledger.placing import recover
from blink_tui.model.documents import Status
from tests.sync.exporting import (
    WAPRO,
    approved,
    exported,
    handed_over,
    leftovers,
    names,
    numbers,
    refused,
    statuses,
)

A, E = Status.APPROVED, Status.EXPORTED


# Disks


async def test_a_folder_that_cannot_be_written_marks_nothing(buffer: Buffer, tmp_path: Path) -> None:
    firm = await approved(buffer, 2)
    (tmp_path / "file").write_text("in the way")
    error = await refused(exported(buffer, firm, tmp_path / "file"))
    assert error.kind.code == "folder-refused"
    assert await statuses(buffer, firm) == [A, A]


@contextmanager
def disk(folder: Path, options: str) -> Iterator[None]:
    """A real file system in memory."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(("options", "code"), [("size=64k", "folder-full"), ("ro", "disk-read-only")])
async def test_a_disk_that_takes_nothing_marks_nothing_and_keeps_nothing(
    buffer: Buffer, tmp_path: Path, options: str, code: str
) -> None:
    firm = await approved(buffer, 60, books=WAPRO)
    with disk(tmp_path / "disk", options):
        error = await refused(exported(buffer, firm, tmp_path / "disk", "wapro"))
        assert names(tmp_path / "disk") == []
    assert error.kind.code == code
    assert await statuses(buffer, firm) == [A] * 60
    assert await buffer.batches.list() == []


async def test_a_disk_that_fills_between_two_documents_marks_nothing(buffer: Buffer, tmp_path: Path) -> None:
    firm = await approved(buffer, 600)
    with disk(tmp_path / "disk", "size=64k"):
        error = await refused(exported(buffer, firm, tmp_path / "disk"))
        assert names(tmp_path / "disk") == []
    assert error.kind.code == "folder-full"
    assert set(await statuses(buffer, firm)) == {A}


async def test_a_folder_that_vanished_gets_its_files_when_it_is_back(
    buffer: Buffer, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await approved(buffer, 2)
    place = files.place

    def unplugged(some: list[files.Naming]) -> None:
        if out.exists():
            out.rename(tmp_path / "unplugged")
        place(some)

    monkeypatch.setattr(placing, "place", unplugged)
    done = await exported(buffer, firm, out)
    assert done.unplaced is not None
    assert await statuses(buffer, firm) == [E, E]
    ((left, cause),) = [(one.batch, one.cause) for one in await recover(buffer)]
    assert (left.id, left.state, str(out) in cause) == (done.batch_id, BatchState.PLACING, True)
    monkeypatch.undo()
    shutil.move(tmp_path / "unplugged", out)
    assert await recover(buffer) == []
    assert len(numbers(done.files[0])) == 2
    assert leftovers(out) == []


# What happens meanwhile


class Meddling:
    """A ledger format that does something while it is written."""

    id = "meddling"
    name = "Meddling"
    kind = Kind.LEDGER
    span = Span.VAT
    needs_books = False
    settings: tuple[Setting, ...] = ()
    limits: dict[str, int] = {}  # noqa: RUF012 - as the interface has it

    def __init__(self, deed: object) -> None:
        self.deed = deed
        self.rounds = 0

    def prepare(self, document: object, frame: Frame) -> Piece:
        id_: int = document.id  # type: ignore[attr-defined]
        return Piece(id_, document.ksef_number, str(id_), id_)  # type: ignore[attr-defined]

    def writer(self, frame: Frame, files: Files) -> Writer:
        return _MeddlingWriter(self, files)


class _MeddlingWriter:
    def __init__(self, form: Meddling, files: Files) -> None:
        self._form, self._files = form, files

    def add(self, piece: Piece) -> None:
        pass

    def close(self) -> None:
        with self._files.create("", ".txt") as file:
            file.write(b"x")
            self._form.rounds += 1
            self._form.deed(self._form.rounds)  # type: ignore[operator]


@pytest.fixture
def meddling(monkeypatch: pytest.MonkeyPatch) -> object:
    def use(deed: object) -> Meddling:
        form = Meddling(deed)
        known = {**exporters(), form.id: form}
        monkeypatch.setattr("blink_tui.ledger.formats.exporters", lambda: known)
        return form

    return use


async def test_a_document_that_changes_meanwhile_makes_the_export_begin_anew(
    buffer: Buffer, out: Path, meddling: object
) -> None:
    firm = await approved(buffer, 3, books=replace(WAPRO, program="meddling"))
    loop = asyncio.get_running_loop()

    def change(round_: int) -> None:
        if round_ == 1:
            work = buffer.documents.change_status([2], Status.QUERIED, who="ewa", reason="?")
            asyncio.run_coroutine_threadsafe(work, loop).result()

    form: Meddling = meddling(change)  # type: ignore[operator]
    done = await exported(buffer, firm, out, "meddling")
    assert (form.rounds, done.documents) == (2, 2)
    assert await statuses(buffer, firm) == [E, Status.QUERIED, E]
    assert leftovers(out) == []
    assert len(names(out)) == 1


async def test_documents_that_change_all_the_time_are_not_handed_over(
    buffer: Buffer, out: Path, meddling: object
) -> None:
    firm = await approved(buffer, 2, books=replace(WAPRO, program="meddling"))
    loop = asyncio.get_running_loop()

    async def touch() -> None:
        async with buffer._database.transaction() as session:
            await session.run("UPDATE document SET version = version + 1 WHERE id = 1")

    form: Meddling = meddling(lambda _round: asyncio.run_coroutine_threadsafe(touch(), loop).result())  # type: ignore[operator]
    error = await refused(exported(buffer, firm, out, "meddling"))
    assert (error.kind.code, form.rounds) == ("changed-meanwhile", 2)
    assert await statuses(buffer, firm) == [A, A]
    assert names(out) == []
    assert await buffer.batches.list() == []


async def test_what_was_handed_over_is_told_though_amendments_fail_after_it(
    buffer: Buffer, out: Path, meddling: object
) -> None:
    firm = await approved(buffer, 2, books=replace(WAPRO, program="meddling"))
    loop = asyncio.get_running_loop()

    async def touch() -> None:
        async with buffer._database.transaction() as session:
            await session.run("UPDATE document SET version = version + 1 WHERE id = 1")

    def change(round_: int) -> None:
        if round_ > 2:
            asyncio.run_coroutine_threadsafe(touch(), loop).result()

    meddling(change)  # type: ignore[operator]
    await exported(buffer, firm, out, "meddling", document_ids=[1])
    await buffer.batches.amend([1], reason="złe konto", who="ewa")
    done = await exported(buffer, firm, out, "meddling")
    assert (done.documents, len(done.batch_ids), len(names(out))) == (1, 1, 2)
    assert done.failure is not None
    assert done.failure.kind.code == "changed-meanwhile"
    assert await statuses(buffer, firm) == [A, E]


async def test_a_writer_that_fails_in_the_middle_leaves_nothing(
    buffer: Buffer, out: Path, meddling: object
) -> None:
    firm = await approved(buffer, 2, books=replace(WAPRO, program="meddling"))

    def fail(_round: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    meddling(fail)  # type: ignore[operator]
    assert (await refused(exported(buffer, firm, out, "meddling"))).kind.code == "folder-full"
    assert names(out) == []
    assert await statuses(buffer, firm) == [A, A]


async def test_a_cancelled_export_leaves_nothing(buffer: Buffer, out: Path, meddling: object) -> None:
    firm = await approved(buffer, 2, books=replace(WAPRO, program="meddling"))
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[object]] = []
    meddling(lambda _round: loop.call_soon_threadsafe(tasks[0].cancel))  # type: ignore[operator]
    tasks.append(asyncio.create_task(exported(buffer, firm, out, "meddling")))
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert names(out) == []
    assert await statuses(buffer, firm) == [A, A]


async def test_two_exports_at_once_share_no_document_and_no_file(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 30)
    other = await approved(buffer, 30, of=1)
    made = await asyncio.gather(
        exported(buffer, firm, out), exported(buffer, firm, out), exported(buffer, other, out)
    )
    assert sorted(one.documents for one in made) == [0, 30, 30]
    found = handed_over(out)
    assert len(found) == len(set(found)) == 60


_CHILD = """
import asyncio, sys
from pathlib import Path
from blink_tui.buffer import open_buffer
from tests.sync.exporting import exported

async def main():
    async with open_buffer(Path(sys.argv[1])) as buffer:
        (firm,) = await buffer.firms.list()
        print("ready", flush=True)
        sys.stdin.readline()
        print((await exported(buffer, firm, Path(sys.argv[2]))).documents, flush=True)

asyncio.run(main())
"""


async def test_two_processes_export_a_document_once(buffer: Buffer, out: Path) -> None:
    await approved(buffer, 60)
    children = [
        subprocess.Popen(  # noqa: ASYNC220 - nothing else runs here
            [sys.executable, "-c", _CHILD, str(buffer.path), str(out)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert sorted(child.communicate()[0].strip() for child in children) == ["0", "60"]
    found = handed_over(out)
    assert len(found) == len(set(found)) == 60
    assert leftovers(out) == []


_KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from blink_tui.buffer import open_buffer
from blink_tui.buffer.batches import Batches
from blink_tui.ledger import files, placing
from tests.sync.exporting import exported

def kill(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def place_and_kill(some):
    files.place(some)
    kill()

async def main():
    async with open_buffer(Path(sys.argv[1])) as buffer:
        (firm,) = await buffer.firms.list()
        if sys.argv[3] == "before marking":
            Batches.begin = kill
        elif sys.argv[3] == "before placing":
            placing.place = kill
        else:
            placing.place = place_and_kill
        await exported(buffer, firm, Path(sys.argv[2]))

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        ("before marking", False),
        ("before placing", False),
        ("before recording", False),
        ("before recording", True),
    ],
)
async def test_a_kill_hands_nothing_over_twice_and_marks_nothing_without_its_file(
    buffer: Buffer, out: Path, moment: str, taken: bool
) -> None:
    firm = await approved(buffer, 2)
    child = [sys.executable, "-c", _KILLED, str(buffer.path), str(out), moment]
    assert subprocess.run(child, check=False).returncode == -9  # noqa: ASYNC221 - nothing else runs here
    visible = [path for path in out.glob("*.csv") if not path.name.startswith(".")]  # noqa: ASYNC240
    assert len(visible) == (1 if moment == "before recording" else 0)
    for path in visible if taken else []:
        path.unlink()
    assert await recover(buffer) == []
    marked = moment != "before marking"
    assert set(await statuses(buffer, firm)) == ({E} if marked else {A})
    finished = [name for name in names(out) if not name.startswith(".")]
    assert len(finished) == (1 if marked and not taken else 0)
    assert await buffer.batches.unsettled() == []
