"""Approved documents become one file, once: written aside, marked, then placed under its name.

The order makes a kill at any moment harmless: the documents are marked in the transaction that records the
batch, and a batch that was not placed is placed at the next occasion (`recover`).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blink_tui.buffer import Buffer, Document
from blink_tui.i18n import N_
from blink_tui.ledger.csv_register import RegisterRow, write_register
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import warsaw
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.invoice import VatAmount
from blink_tui.model.values import Sha256

LEDGER_FORMATS = ("csv",)
"""Formats that mark documents as exported."""

FORMAT_UNKNOWN = ErrorKind(
    "format-unknown", ExitCode.USAGE, N_("There is no export format {format}. Known: {known}.")
)
NOT_APPROVED = ErrorKind(
    "not-approved",
    ExitCode.FAILED,
    N_("Only approved documents are handed over; {number} is not approved. Nothing was written."),
)
FOLDER_REFUSED = ErrorKind(
    "folder-refused",
    ExitCode.FAILED,
    N_("The file cannot be written to {folder}. No document was marked; choose another folder."),
)


@dataclass(frozen=True, slots=True)
class Handover:
    """A file that the ledger can take."""

    path: Path
    documents: int
    batch_id: int


async def hand_over(
    buffer: Buffer,
    firm: Firm,
    document_ids: Sequence[int],
    folder: Path,
    *,
    who: str,
    clock: Clock | None = None,
) -> Handover:
    """Write approved documents of one firm to a new file in `folder` and mark them exported.

    Raises BlinkError: not-approved, folder-refused, or what the buffer raises; then nothing is marked.
    """
    documents = await buffer.documents.get_many(document_ids)
    for document in documents:
        if document.status is not Status.APPROVED:
            raise BlinkError(NOT_APPROVED, firm=firm.nip, number=document.ksef_number)
    rows = [RegisterRow(document, await _vat_table(buffer, document)) for document in documents]
    content = await asyncio.to_thread(write_register, rows)
    now = (clock or SystemClock()).now()
    try:
        path, temporary = await asyncio.to_thread(_write_aside, folder, firm, now, content)
    except OSError as error:
        raise BlinkError(FOLDER_REFUSED, firm=firm.nip, cause=str(error), folder=folder) from error
    try:
        batch_id = await buffer.batches.begin(
            firm.id,
            firm.ledger_format,
            [document.id for document in documents],
            file=str(path),
            sha256=Sha256(hashlib.sha256(content).digest()),
            who=who,
            temp=str(temporary),
        )
    except BlinkError:
        temporary.unlink(missing_ok=True)
        raise
    await asyncio.to_thread(_place, temporary, path)
    await buffer.batches.placed(batch_id)
    return Handover(path, len(documents), batch_id)


async def recover(buffer: Buffer) -> int:
    """Place what an interrupted hand-over left beside its name; returns how many batches were finished.

    A temporary file that is gone was placed: the ledger program may have taken the file at once.
    """
    unplaced = await buffer.batches.unplaced()
    for batch in unplaced:
        await asyncio.to_thread(_place, Path(batch.temp), Path(batch.file))
        await buffer.batches.placed(batch.id)
    return len(unplaced)


async def _vat_table(buffer: Buffer, document: Document) -> tuple[VatAmount, ...]:
    return tuple(await buffer.derived.vat_table(document.id))


def _write_aside(folder: Path, firm: Firm, now: datetime, content: bytes) -> tuple[Path, Path]:
    """The name that a file will have, and the finished file beside it under another one. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _free_name(folder, firm, now)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return path, temporary


def _free_name(folder: Path, firm: Firm, now: datetime) -> Path:
    """A name that sorts by time and that no file has yet."""
    stem = f"{firm.nip}-{now.astimezone(warsaw()):%Y%m%d-%H%M%S}"
    names = (folder / f"{stem}{suffix}.csv" for suffix in ("", *(f"-{count}" for count in range(2, 1000))))
    return next(path for path in names if not path.exists())


def _place(temporary: Path, path: Path) -> None:
    if temporary.exists():
        temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
