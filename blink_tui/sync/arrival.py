"""The store stage: a ready package is downloaded, verified and committed together with the mark."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import Buffer, MarkMove, StoredInvoice
from blink_tui.ksef.client import Session
from blink_tui.ksef.wire import ExportPackage, ExportPart
from blink_tui.model.firms import Firm
from blink_tui.model.marks import PendingExport
from blink_tui.model.mismatches import Disagreement
from blink_tui.sync.unpack import PackageJob, unpack
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

    `accepted` are disagreements of the package that a person let pass.
    Raises BlinkError; then the mark has not moved and whatever was stored is found again and not doubled.
    """
    async with scratch(folder / f"export-{export.id}") as place:
        files = await download(session, package.parts, place)
        job = PackageJob(
            files, package.parts, export.key.reveal(), export.iv, package.invoice_count, accepted
        )
        seen = new = 0
        held: list[StoredInvoice] = []
        async for batch in _unpacked(worker, job, package.size):
            if held:
                new += (await buffer.documents.store(firm, export.role, held)).new
                seen += len(held)
            held = batch
        last = await buffer.documents.store(firm, export.role, held, move=move, finish_export=export.id)
    return Stored(seen + len(held), new + last.new)


async def download(session: Session, parts: tuple[ExportPart, ...], folder: Path) -> tuple[Path, ...]:
    """Every encrypted part of a package, verified, in files of a folder. Raises BlinkError."""
    files = []
    for part in parts:
        target = folder / f"{part.ordinal:05d}"
        await session.download_part(part, target)
        files.append(target)
    return tuple(files)


async def _unpacked(worker: Worker, job: PackageJob, size: int) -> AsyncIterator[list[StoredInvoice]]:
    if not job.files and job.announced == 0:
        return
    if size > _SMALL:
        async for batch in worker.stream(unpack, job):
            yield batch
        return
    for batch in await asyncio.to_thread(lambda: list(unpack(job))):
        yield batch


@asynccontextmanager
async def scratch(folder: Path) -> AsyncIterator[Path]:
    """A private folder that is gone afterwards; what an interrupted pass left there goes first."""
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
