"""A batch written once more, byte for byte: what was handed over can be had again, and nothing is marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from blink_tui.buffer import BatchFile, Buffer
from blink_tui.buffer import errors as buffer_errors
from blink_tui.buffer.batches import NO_SETTINGS
from blink_tui.buffer.bodies import loaded
from blink_tui.i18n import N_
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.files import FolderFiles, stem, translated
from blink_tui.ledger.formats import exporter
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.sync.exporting import AMENDS, Progress, give_names
from blink_tui.sync.exporting_run import run

NOT_THE_SAME = ErrorKind(
    "batch-not-the-same",
    ExitCode.FAILED,
    N_(
        "Batch {batch} cannot be written again as it was: codings, contractors or the program changed since."
        " Nothing was written."
    ),
)


async def again(
    buffer: Buffer, batch_id: int, folder: Path, *, told: Progress | None = None
) -> tuple[Path, ...]:
    """Write the files of a batch once more to a folder, byte for byte, with the batch's own time; marks nothing.

    Those of an encrypted zip come as they were before they went into it.

    Raises BlinkError: BATCH_UNKNOWN, BATCH_CANCELLED, NOT_THE_SAME, folder-refused, folder-full.
    """
    batch = await buffer.batches.get(batch_id)
    if batch.cancelled:
        raise BlinkError(buffer_errors.BATCH_CANCELLED, batch=batch_id)
    settings = await buffer.batches.settings(batch_id)
    if settings == NO_SETTINGS:
        raise BlinkError(NOT_THE_SAME, batch=batch_id)
    frame = loaded(Frame, settings)
    ids = await buffer.batches.documents(batch_id)
    name = stem(frame.nip, batch.format, frame.months, frame.made)
    files = FolderFiles(folder, f"{name}-{AMENDS}" if batch.amends else name)
    try:
        with translated(folder):
            await run(buffer, exporter(batch.format), frame, ids, files, told=told, amends=batch.amends)
        if [one.sha256 for one in files.written] != _sums(batch.files):
            raise BlinkError(NOT_THE_SAME, batch=batch_id)
        await give_names(files, folder)
    except BaseException:
        files.discard()
        raise
    return tuple(one.path for one in files.written)


def _sums(files: Sequence[BatchFile]) -> list[bytes]:
    """Of the files of a batch before any of them was encrypted."""
    if any(one.packed for one in files):
        return [bytes.fromhex(text) for one in files for text in json.loads(one.packed).values()]
    return [one.sha256 for one in files]
