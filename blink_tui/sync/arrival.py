"""The store stage: a ready package is downloaded, verified and committed together with the mark."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import Buffer, MarkMove
from blink_tui.buffer.preparing import NOTHING, Prepared
from blink_tui.ksef.client import Session
from blink_tui.ksef.wire import ExportPackage, ExportPart
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from blink_tui.model.machine import start_of
from blink_tui.model.marks import PendingExport
from blink_tui.model.mismatches import Disagreement
from blink_tui.model.modes import make_folder
from blink_tui.sync.unpack import PackageJob, prepared
from blink_tui.sync.workers import Worker

_SMALL = 1_000_000
"""Encrypted bytes under which a thread unpacks sooner than a process could be started."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a package brought."""

    seen: int
    new: int


async def store_package(
    buffer: Buffer,
    session: Session,
    worker: Worker,
    folder: Path,
    firm: Firm,
    export: PendingExport,
    package: ExportPackage,
    move: MarkMove | None,
    accepted: frozenset[Disagreement] = frozenset(),
) -> Stored:
    """Bring a ready package into the buffer; its last transaction moves the mark and ends the export.

    Every document whose bytes agree with KSeF's list is stored, even of a package that contradicts itself elsewhere;
    `accepted` are disagreements that a person let pass. Raises BlinkError; then the mark has not moved and whatever
    was stored is found again and not doubled.
    """
    if package.size > _SMALL:
        worker.wake()  # it is there when the download is
    seen = new = 0
    async with scratch(folder / f"export-{export.id}") as place:
        files = await download(session, package.parts, place)
        key, count = export.key.reveal(), package.invoice_count
        job = PackageJob(files, package.parts, key, export.iv, count, accepted)
        async with aclosing(_unpacked(worker, package.size, job, firm, export.role)) as batches:
            async for batch, whole in batches:
                stored = await buffer.documents.store(
                    firm,
                    export.role,
                    batch,
                    move=move if whole else None,
                    finish_export=export.id if whole else None,
                )
                seen, new = seen + stored.seen, new + stored.new
    return Stored(seen, new)


async def download(session: Session, parts: tuple[ExportPart, ...], folder: Path) -> tuple[Path, ...]:
    """Every encrypted part of a package, verified, in files of a folder. Raises BlinkError."""
    files = []
    for part in parts:
        target = folder / f"{part.ordinal:05d}"
        await session.download_part(part, target)
        files.append(target)
    return tuple(files)


async def _unpacked(
    worker: Worker, size: int, job: PackageJob, firm: Firm, role: Role
) -> AsyncGenerator[tuple[Prepared, bool], None]:
    """The batches of a package; True comes with the last one, once all of it is proven."""
    if not job.files and job.announced == 0:
        yield NOTHING, True
        return
    if size > _SMALL:
        async with aclosing(worker.stream(prepared, job, firm, role)) as stream:
            async for batch in stream:
                yield batch
        return
    batches = prepared(job, firm, role)
    while (one := await asyncio.to_thread(next, batches, None)) is not None:
        yield one


@asynccontextmanager
async def scratch(folder: Path) -> AsyncIterator[Path]:
    """A private folder of this process that is gone afterwards; its name begins with that of `folder`."""
    own = folder.with_name(f"{folder.name}-{os.getpid()}")
    _emptied(own)  # not in a thread: one that is cancelled meanwhile would make it after it was given up
    try:
        yield own
    finally:
        await asyncio.to_thread(shutil.rmtree, own, ignore_errors=True)


def _emptied(own: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(own)
    make_folder(own)


def sweep(folder: Path) -> None:
    """Remove what passes left in a folder whose processes run no more."""
    for left in folder.glob("*-*/"):
        pid = left.name.rpartition("-")[2]
        if pid.isdigit() and not start_of(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
