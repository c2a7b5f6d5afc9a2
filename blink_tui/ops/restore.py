"""A profile out of a backup: checked whole, told of what was handed over since, then put in its place.

Marks are those of the backup, so everything since comes again from KSeF. What a ledger or a bank got since does not:
the journal of hand-overs tells of it, where the profile's folder still has it; else a person answers for each firm.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.errors import DAMAGED
from blink_tui.buffer.snapshot import Work
from blink_tui.i18n import N_
from blink_tui.ledger.handover_journal import JOURNAL, ORIGIN, beginning, copy_name, encoded, goes_on, read
from blink_tui.model.clock import Clock
from blink_tui.model.durable import sync_folders
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.file_locks import locks_on
from blink_tui.model.hand_overs import HandedTo, HandOver
from blink_tui.model.modes import close_to_others, make_folder, open_private
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.secret import Secret
from blink_tui.model.telling import minute_words
from blink_tui.ops.backup import Verified, last_made, opened
from blink_tui.ops.backup_archive import BUFFER, KEYMAP, KNOWN, VAULT
from blink_tui.ops.backup_scratch import scratch
from blink_tui.sync.files import refusals_told
from blink_tui.sync.leases import holder_name, is_gone

NOT_EMPTY = ErrorKind(
    "profile-not-empty",
    ExitCode.FAILED,
    N_(
        "The profile in {folder} holds something ({file}); a backup is restored into an empty one. Name another with"
        " --into, or let what is there be moved aside: --aside"
    ),
)
IN_USE = ErrorKind(
    "profile-in-use",
    ExitCode.WORK_HELD,
    N_("The profile in {folder} is open in another program (process {process}). End that first."),
)
BACKUP_UNREADABLE = ErrorKind(
    "backup-unreadable",
    ExitCode.USAGE,
    N_("The backup {path} cannot be read: there is no such file, or no right."),
)
DAMAGED_WITH_BACKUP = ErrorKind(
    DAMAGED.code,
    ExitCode.FAILED,
    N_(
        "The buffer is damaged: {what}. The newest backup is of {made_at}:"
        " {command} {backup} --aside. What came since is fetched again."
    ),
)
DAMAGED_WITHOUT_BACKUP = ErrorKind(
    DAMAGED.code,
    ExitCode.FAILED,
    N_(
        "The buffer is damaged: {what}. No backup of it is known here. If there is one: {command} FILE --aside."
        " Else take out what can be read, with what people coded and decided: {command} --salvage. The rest is"
        " fetched from KSeF again."
    ),
)
FORMER = "before-restore-"
"""How folders begin into which the files of a profile are moved aside."""
_SIDES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a restore."""

    verified: Verified
    learned: tuple[HandOver, ...]
    """Batches and lists of payments after the backup, out of the journal."""
    cancelled: int
    """Batches of the backup that were cancelled after it, and are so again."""
    refused: tuple[tuple[HandOver, BlinkError], ...]
    """Cancellations that cannot be done again."""
    marked: int
    """Documents that are marked as handed over again."""
    known: bool
    """All hand-overs since the backup are known."""
    moved_to: Path | None
    """Where the profile's former files are."""


async def restore(
    file: Path,
    paths: ProfilePaths,
    *,
    who: str,
    clock: Clock,
    passphrase: Callable[[], Secret] | None = None,
    journal: Path | None = None,
    aside: bool = False,
    work: Work | None = None,
) -> Outcome:
    """Make a profile of a backup. `journal` is one to be read besides those that are found.

    Raises BlinkError: IN_USE, NOT_EMPTY, BACKUP_UNREADABLE, what `backup.opened` raises, JOURNAL_UNREADABLE,
    file-not-written; then the profile is as it was before.
    """
    work = work or Work()
    await asyncio.to_thread(require_readable, file)
    await require_free(paths, clock, aside=aside)
    async with scratch(paths.work_folder) as folder:
        verified = await opened(file, folder, passphrase, work)
        found = await asyncio.to_thread(journals, paths, file, folder, verified.head.origin, journal)
        async with open_buffer(folder / BUFFER, clock=clock) as buffer:
            outcome = await _told(buffer, verified, found, who=who)
        await require_free(
            paths, clock, aside=aside
        )  # a large one takes long: somebody may have begun meanwhile
        moved_to = await work.run(placed, folder, paths, found.lines, clock.now(), aside=aside)
    return replace(outcome, moved_to=moved_to)


def way_back(error: BlinkError, paths: ProfilePaths) -> BlinkError:
    """A damaged buffer's error with what can be done about it here; any other error as it is."""
    if error.kind is not DAMAGED:
        return error
    what, backup = error.values["what"], last_made(paths)
    command = f"{paths.command} restore"
    if backup is None:
        return BlinkError(DAMAGED_WITHOUT_BACKUP, cause=error.cause, what=what, command=command)
    made_at = minute_words(backup.made_at)
    return BlinkError(
        DAMAGED_WITH_BACKUP,
        cause=error.cause,
        what=what,
        command=command,
        backup=backup.path,
        made_at=made_at,
    )


# The place


def require_readable(file: Path) -> None:
    """Raises BlinkError(BACKUP_UNREADABLE)."""
    try:
        with file.open("rb"):
            return
    except OSError as error:
        raise BlinkError(BACKUP_UNREADABLE, cause=str(error), path=file) from error


async def require_free(paths: ProfilePaths, clock: Clock, *, aside: bool) -> None:
    """Nobody works with the profile, and it is empty or may be moved aside. Raises BlinkError: IN_USE, NOT_EMPTY."""
    process = await asyncio.to_thread(_user_of, paths.buffer_path) or await _present(paths.buffer_path, clock)
    if process is not None:
        raise BlinkError(IN_USE, folder=paths.folder, process=process)
    await asyncio.to_thread(_require_empty, paths, aside=aside)


def _require_empty(paths: ProfilePaths, *, aside: bool) -> None:
    for path in _former(paths) if not aside else ():
        raise BlinkError(NOT_EMPTY, folder=paths.folder, file=path.name)


async def _present(path: Path, clock: Clock) -> str | None:
    """A program of another account that the buffer itself tells of, while it can be read."""
    with suppress(BlinkError):
        async with open_buffer(path, clock=clock, read_only=True) as buffer:
            for one in await buffer.presence.all(is_gone):
                if one.holder != holder_name():
                    return one.holder.split("/")[-2]
    return None


def _former(paths: ProfilePaths) -> list[Path]:
    """Files of the profile that a restore puts others in the place of."""
    sides = [paths.buffer_path.with_name(paths.buffer_path.name + side) for side in _SIDES]
    return [path for path in (*sides, paths.vault_path) if path.exists()]


def _user_of(path: Path) -> str | None:
    """A process that has a file open, were it deleted since; None where the system does not tell of any.

    Processes with secrets show their open files to root alone, but not their locks: SQLite holds one from the first
    reading on.
    """
    with suppress(OSError):
        for lock in locks_on(path):
            return str(lock.pid)
    names = {str(path.resolve()), f"{path.resolve()} (deleted)"}
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        with suppress(OSError):
            for link in (process / "fd").iterdir():
                with suppress(OSError):
                    if str(link.readlink()) in names:
                        return process.name
    return None


def placed(
    folder: Path, paths: ProfilePaths, lines: bytes, now: datetime, *, aside: bool, with_vault: bool = True
) -> Path | None:
    """Put the files in their places, the database last: it is what makes a profile. Raises BlinkError.

    Returns where the former ones are, which are moved `aside` (the vault only `with_vault`).
    """
    moved: list[tuple[Path, Path]] = []
    new: list[Path] = []
    _require_empty(paths, aside=aside)  # another restore may have been faster
    with refusals_told(paths.folder):
        try:
            moved_to = _moved(paths, now, moved, with_vault=with_vault) if aside else None
            (folder / JOURNAL).unlink(missing_ok=True)
            if lines:  # else the profile's own stays
                _write(folder / JOURNAL, lines)
            for name in KNOWN:
                if (folder / name).exists():  # a group's profile is not for one account alone
                    close_to_others(folder / name, paths.folder, own=name == VAULT)
            for name in sorted(KNOWN - {BUFFER}):
                if (folder / name).exists() and not (name == KEYMAP and paths.keymap_path.exists()):
                    (folder / name).replace(paths.folder / name)
                    new.append(paths.folder / name)
            (folder / BUFFER).replace(paths.buffer_path)
            sync_folders({paths.folder})
        except BaseException:
            for path in new:
                if path.name != JOURNAL:  # what it tells of is true all the same
                    path.unlink(missing_ok=True)
            for before, after in moved:
                after.replace(before)
            raise
    return moved_to


def _moved(
    paths: ProfilePaths, now: datetime, moved: list[tuple[Path, Path]], *, with_vault: bool
) -> Path | None:
    former = [path for path in _former(paths) if with_vault or path != paths.vault_path]
    if not former:
        return None
    name = f"{FORMER}{now:%Y%m%dT%H%M%SZ}"
    names = (name + (f"-{number}" if number > 1 else "") for number in count(1))
    to = next(paths.folder / one for one in names if not (paths.folder / one).exists())
    make_folder(to)
    for path in former:
        path.replace(to / path.name)
        moved.append((path, to / path.name))
    return to


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


# What was handed over since


@dataclass(frozen=True, slots=True)
class Journals:
    """What is told of hand-overs."""

    told: tuple[HandOver, ...]
    """Of all journals, each once, oldest first."""
    known: bool
    """The profile's own tells of all."""

    lines: bytes
    """As one journal: the profile's own with what others tell besides, where it tells of all; else a new one."""


def journals(paths: ProfilePaths, file: Path, folder: Path, origin: str, named: Path | None) -> Journals:
    """What the backup's own journal, the profile's, the copy beside the backup and a named one tell.

    The profile's is whole where it goes on from the backup's. Raises BlinkError(JOURNAL_UNREADABLE, file-not-written).
    """
    inside, own = folder / JOURNAL, paths.folder / JOURNAL
    told: dict[HandOver, None] = {}
    with refusals_told(named or own):
        known = goes_on(own, inside)
        sources = [own, inside, file.parent / copy_name(origin)]
        for source in (*(one for one in sources if one.exists()), *([named] if named else [])):
            told.update(dict.fromkeys(read(source)))
        before = set(read(own)) if known else set()
        lines = _whole(own.read_bytes()) if known else beginning()
        lines += b"".join(encoded(one) for one in sorted(told, key=_when) if one not in before)
        waiting = [replace(one, waiting=any(Path(file.temp).exists() for file in one.files)) for one in told]
    return Journals(tuple(sorted(waiting, key=_when)), known, lines)


def _whole(journal: bytes) -> bytes:
    """Without a line that was cut off."""
    return journal[: journal.rfind(b"\n") + 1]


def _when(one: HandOver) -> tuple[str, bool]:
    return one.cancelled_at or one.at, one.cancelled_at is not None


async def _told(buffer: Buffer, verified: Verified, found: Journals, *, who: str) -> Outcome:
    """Tell a buffer that it was restored, and of the hand-overs that it does not know."""
    head = verified.head
    await buffer.restored.begin(head.made_at, head.id.hex(), who=who, known=found.known)
    if not found.known:  # the former one may go on beside it: neither lets the other's backups go
        await buffer.settings.set(ORIGIN, os.urandom(8).hex())
    gone = {_which(one) for one in found.told if one.cancelled_at}
    learned: list[HandOver] = []
    refused: list[tuple[HandOver, BlinkError]] = []
    cancelled = 0
    for one in found.told:
        known = await buffer.restored.known(one)
        if one.cancelled_at is not None and known is not None and not known.cancelled:
            error = await _cancelled(buffer, one, known.batch_id)
            cancelled += error is None
            refused += [(one, error)] if error is not None else []
        elif known is None and _which(one) not in gone:
            await buffer.restored.learn(one)
            learned.append(one)
    marked = sum([await buffer.restored.mark(firm.id, who=who) for firm in await buffer.firms.list()])
    return Outcome(verified, tuple(learned), cancelled, tuple(refused), marked, found.known, None)


def _which(one: HandOver) -> tuple[object, ...]:
    """What is the same of a hand-over and of its end."""
    return one.to, one.number, one.at, one.context_type, one.context


async def _cancelled(buffer: Buffer, one: HandOver, batch_id: int) -> BlinkError | None:
    """Cancel a batch as it was cancelled after the backup."""
    batches = buffer.batches if one.to is HandedTo.BOOKS else buffer.payment_batches
    try:
        await batches.cancel(batch_id, reason=one.reason, who=one.cancelled_by)
    except BlinkError as error:
        return error
    return None


def documents_of(told: Iterable[HandOver]) -> int:
    """How many documents hand-overs have."""
    return sum(len(one.documents) for one in told)


async def confirm(buffer: Buffer, firm_ids: Sequence[int], *, who: str, reason: str) -> int:
    """A person answers for firms whose hand-overs since the backup are not known; returns how many there were.

    Raises BlinkError: NOTHING_TO_CONFIRM, REASON_WANTED, PERSON_DECIDES.
    """
    unknown = await buffer.restored.unknown()
    wanted = [id_ for id_ in firm_ids if id_ in unknown] or list(firm_ids)[:1]
    for firm_id in wanted:
        await buffer.restored.confirm(firm_id, who=who, reason=reason)
    return len(wanted)
