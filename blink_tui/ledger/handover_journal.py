"""The journal of hand-overs: a file beside the database that tells of a batch before any file of it has its name.

A backup cannot know what was handed over after it was made. Whatever a ledger or a bank may have got stands here: the
line is durable before the first file of its batch can be seen. A copy follows it into the folder of backups.

Its first line is a random id, so that a backup's copy tells which journal goes on from it. Whoever takes lines out, or
cannot tell whether all are there, gives it another one.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from blink_tui.buffer import Batch, BatchFile, Buffer
from blink_tui.buffer.payment_batches import PaymentBatch
from blink_tui.i18n import N_
from blink_tui.model.durable import replacing, sync_folders
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.hand_overs import HandedFile, HandedTo, HandOver
from blink_tui.model.modes import open_private
from blink_tui.model.settings import BACKUP_FOLDER

JOURNAL = "handed-over.log"
"""Its name beside the database."""

ORIGIN = "backup.origin"
"""Setting with what tells a buffer's backups, and the copies of its journal, from those of others."""

_BLOCK = 64 * 1024
_ID = b'{"journal":'

JOURNAL_UNREADABLE = ErrorKind(
    "handover-journal-unreadable",
    ExitCode.FAILED,
    N_("The journal of hand-overs {path} cannot be read at line {line}. Look at the file, or do without it."),
)


async def note_batch(buffer: Buffer, batch: Batch) -> None:
    """Tell of a batch before its files get their names, or after it was cancelled. Raises OSError."""
    firm = await buffer.firms.get(batch.firm_id)
    await _note(
        buffer,
        HandOver(
            to=HandedTo.BOOKS,
            number=batch.id,
            context_type=firm.context_type.value,
            context=firm.context_value,
            env=firm.env,
            format=batch.format,
            at=batch.made_at,
            who=batch.who,
            amends=batch.amends,
            files=_files(batch.files),
            documents=tuple(await buffer.batches.numbers(batch.id)),
            cancelled_at=batch.cancelled_at,
            cancelled_by=batch.cancelled_by or "",
            reason=batch.cancel_reason or "",
        ),
    )


async def note_payments(buffer: Buffer, batch: PaymentBatch) -> None:
    """The same of a list of payments. Raises OSError."""
    firm = await buffer.firms.get(batch.firm_id)
    await _note(
        buffer,
        HandOver(
            to=HandedTo.BANK,
            number=batch.id,
            context_type=firm.context_type.value,
            context=firm.context_value,
            env=firm.env,
            format=batch.currency,
            at=batch.at,
            who=batch.who,
            files=_files((batch.file,)),
            documents=tuple(one.ksef_number for one in await buffer.payment_batches.payments(batch.id)),
            cancelled_at=batch.cancelled_at,
            cancelled_by=batch.cancelled_by or "",
            reason=batch.cancel_reason or "",
        ),
    )


async def forget(buffer: Buffer, firm: Firm) -> None:
    """Take out what tells of a firm that is being erased. Raises OSError, BlinkError(JOURNAL_UNREADABLE)."""
    path = buffer.path.with_name(JOURNAL)
    if path.exists():
        context = (firm.context_type.value, firm.context_value, firm.env)
        await asyncio.to_thread(_forget, path, context, await _copy_of(buffer))


def read(path: Path) -> Iterator[HandOver]:
    """All that a journal tells, oldest first; a last line that was cut off by a power cut is none.

    Raises OSError, BlinkError(JOURNAL_UNREADABLE).
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            if number == 1 and line.startswith(_ID):
                continue
            try:
                yield msgspec.json.decode(line, type=HandOver)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise BlinkError(JOURNAL_UNREADABLE, cause=str(error), path=path, line=number) from error


def beginning() -> bytes:
    """The first line of a new journal."""
    return _ID + msgspec.json.encode(os.urandom(16).hex()) + b"}\n"


def encoded(told: HandOver) -> bytes:
    """A line of a journal."""
    return msgspec.json.encode(told) + b"\n"


def begin(path: Path) -> None:
    """Make the journal unless there is one, so that a backup has something that it goes on from. Raises OSError."""
    _append(path, b"", None)


def goes_on(own: Path, earlier: Path) -> bool:
    """Whether a journal begins with all that an earlier copy of it says; False without one. Raises OSError."""
    if not own.exists() or not earlier.exists() or not earlier.stat().st_size:
        return False
    with own.open("rb") as longer, earlier.open("rb") as shorter:
        while piece := shorter.read(_BLOCK):
            if longer.read(len(piece)) != piece:
                return False
    return True


def copy_name(origin: str) -> str:
    """What the copy in the folder of backups is called; several buffers may share that."""
    return f"handed-over-{origin}.log"


def copied(own: Path, copy: Path) -> None:
    """Make the copy anew. Raises OSError."""
    if own.exists():
        with own.open("rb") as source, replacing(copy) as target:
            shutil.copyfileobj(source, target)


def _files(files: tuple[BatchFile, ...]) -> tuple[HandedFile, ...]:
    return tuple(HandedFile(one.file, one.temp, one.sha256.hex(), one.size, one.folder) for one in files)


async def _note(buffer: Buffer, told: HandOver) -> None:
    path = buffer.path.with_name(JOURNAL)
    await asyncio.to_thread(_append, path, encoded(told), await _copy_of(buffer))


async def _copy_of(buffer: Buffer) -> Path | None:
    """Where the copy is; None without a folder of backups."""
    folder, origin = await buffer.settings.value(BACKUP_FOLDER), await buffer.settings.get(ORIGIN)
    return folder / copy_name(origin) if folder is not None and origin is not None else None


def _append(path: Path, line: bytes, copy: Path | None) -> None:
    """One durable line, one process at a time. Raises OSError."""
    new = not path.exists()
    with _alone(path) as descriptor:
        end = _whole_lines(descriptor)
        line = line if end else beginning() + line
        os.ftruncate(descriptor, end)  # what a power cut left of a line was never told to be written
        if os.write(descriptor, line) != len(line):
            os.ftruncate(descriptor, end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(descriptor)
    if new:
        sync_folders({path.parent})
    if copy is not None:
        with suppress(OSError):  # the folder of backups may be away; the next backup brings all
            _follow(path, copy)


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """The open journal, in which no other process writes meanwhile. Raises OSError."""
    while True:
        descriptor = open_private(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(descriptor, path):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """False where another file was put in its place while one waited."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _forget(path: Path, context: tuple[str, str, str], copy: Path | None) -> None:
    with _alone(path), replacing(path) as file:
        file.write(beginning())
        for one in read(path):
            if (one.context_type, one.context, one.env) != context:
                file.write(encoded(one))
    if copy is not None and copy.parent.is_dir():
        copied(path, copy)


def _whole_lines(descriptor: int) -> int:
    """Where the last whole line ends."""
    end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - _BLOCK)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _follow(own: Path, copy: Path) -> None:
    """Add to the copy what it lacks; one that is not this journal's is made anew. Raises OSError."""
    if not copy.parent.is_dir():
        return
    if not _same_so_far(own, copy):
        copied(own, copy)
        return
    with own.open("rb") as source, copy.open("ab") as target:
        source.seek(target.tell())
        shutil.copyfileobj(source, target)


def _same_so_far(own: Path, copy: Path) -> bool:
    """Whether a copy is of this journal, by its id and its end: a folder on a network is not read whole for a line."""
    if not copy.exists():
        return False
    with own.open("rb") as longer, copy.open("rb") as shorter:
        end = max(0, copy.stat().st_size - _BLOCK)
        for place in (0, end):
            longer.seek(place)
            shorter.seek(place)
            piece = shorter.read(_BLOCK)
            if not piece or longer.read(len(piece)) != piece:
                return False
    return True
