"""Files of batches where they should be: named once their documents are marked, taken away once they are cancelled.

The journal of hand-overs is told first, so that nothing a ledger can see is missing from it.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import Batch, BatchFile, BatchState, Buffer
from blink_tui.ledger.files import Naming, place, require_same
from blink_tui.ledger.handover_journal import note_batch, note_payments
from blink_tui.model.durable import sync_folders

_CANCELLED = ".anulowany"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A batch whose files could not be given their names; it is tried again at every start."""

    batch: Batch
    cause: str


async def recover(buffer: Buffer) -> list[Unplaced]:
    """Finish what was interrupted; returns the batches that still wait for their folder.

    A temporary file that is gone was placed: the ledger program may have taken the file at once.
    """
    left = []
    for batch in await buffer.batches.unsettled():
        try:
            await settle(buffer, batch.id)
        except OSError as error:
            left.append(Unplaced(batch, str(error)))
    return left


async def settle(buffer: Buffer, batch_id: int) -> None:
    """Give the files of a marked batch their names, or take those of a cancelled one away. Raises OSError."""
    async with buffer.batches.settling(batch_id) as batch:
        if batch.state is BatchState.PLACING:
            await asyncio.to_thread(_require_there, batch.files)
            await note_batch(buffer, batch)
            await asyncio.to_thread(place, _namings(batch.files))
        elif batch.state is BatchState.WITHDRAWING:
            await note_batch(buffer, batch)
            await asyncio.to_thread(withdraw, batch.files)


async def recover_payments(buffer: Buffer) -> int:
    """The same for lists of payments; returns how many still wait for their folder."""
    left = 0
    for batch_id in await buffer.payment_batches.unsettled():
        try:
            await settle_payments(buffer, batch_id)
        except OSError:
            left += 1
    return left


async def settle_payments(buffer: Buffer, batch_id: int) -> None:
    """Give a list's file its name, or take a cancelled one's away. Raises OSError."""
    async with buffer.payment_batches.settling(batch_id) as batch:
        if batch.state is BatchState.PLACING:
            await asyncio.to_thread(_require_there, (batch.file,))
            await note_payments(buffer, batch)
            await asyncio.to_thread(place, _namings((batch.file,)))
        elif batch.state is BatchState.WITHDRAWING:
            await note_payments(buffer, batch)
            await asyncio.to_thread(withdraw, (batch.file,))


def _require_there(files: tuple[BatchFile, ...]) -> None:
    """Refuse a folder that is gone before the journal tells of its files: it would at every try. Raises OSError."""
    for one in files:
        if not Path(one.temp).exists() and not Path(one.file).exists():
            require_same(Path(one.file).parent, one.folder)


def _namings(files: tuple[BatchFile, ...]) -> list[Naming]:
    return [(Path(one.file), Path(one.temp), one.folder) for one in files]


def withdraw(files: tuple[BatchFile, ...]) -> None:
    """What stands there still gets a name that no ledger takes; what is not ours any more stays. Raises OSError.

    The temporary file goes first: who is just giving it its name either did so, and it is found, or cannot any more.
    A disk that is not there now may bring it back, so it is waited for.
    """
    folders = set()
    for one in files:
        path = Path(one.file)
        Path(one.temp).unlink(missing_ok=True)
        if _is(path, one):
            path.replace(_free(path))
            folders.add(path.parent)
        elif not path.exists():
            require_same(path.parent, one.folder)
    sync_folders(folders)


def _is(path: Path, one: BatchFile) -> bool:
    """Whether a batch's own file stands under its name."""
    with suppress(FileNotFoundError, NotADirectoryError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest() == one.sha256
    return False


def _free(path: Path) -> Path:
    names = (path.with_name(f"{path.name}{_CANCELLED}{count or ''}") for count in range(10_000))
    return next(name for name in names if not name.exists())
