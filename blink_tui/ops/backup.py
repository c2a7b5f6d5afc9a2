"""Backups of a profile: one file each, kept only once what was written was opened again and every hash of it agreed.

What goes in: the buffer as it was at one moment, the vault as it is on the disk (sealed), the console's keys, and the
journal of what was handed over. What does not: packages under way, files of hand-overs, logs, the request limits.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.audit import Break
from blink_tui.buffer.health import damaged, whole
from blink_tui.buffer.snapshot import Holding, Work, holding, snapshot
from blink_tui.i18n import N_, Message
from blink_tui.ledger.handover_journal import JOURNAL, ORIGIN, begin, copied, copy_name
from blink_tui.model.dates import Instant, datetime_of, instant_of, warsaw
from blink_tui.model.durable import aside_of, replacing, sync_folders
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import make_folder, open_private
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.secret import Secret
from blink_tui.model.settings import BACKUP_AT, BACKUP_ENCRYPT, BACKUP_FOLDER, BACKUP_KEEP
from blink_tui.ops.backup_archive import BUFFER, Manifest, pack, unpack
from blink_tui.ops.backup_file import BACKUP_DAMAGED, FORMAT, Head, Key, new_key, read_head
from blink_tui.ops.backup_scratch import nobody_s, scratch
from blink_tui.ops.chores import Chore, Surroundings
from blink_tui.sync.files import FILE_TAKEN, refusals_told
from blink_tui.vault.errors import VAULT_LOCKED
from blink_tui.vault.file import keeper

SUFFIX = ".blink-backup"
PASSPHRASE = "backup/passphrase"  # noqa: S105 - the name of a vault's entry
"""Vault entry with the passphrase of nightly backups."""
VAULT_OF_ANOTHER = ErrorKind(
    "vault-of-another",
    ExitCode.VAULT_LOCKED,
    N_(
        "The vault belongs to the account {account}, which makes backups with it. This one can make one without tokens"
        " and certificates: blink backup --without-vault"
    ),
)
_POINTER = "last-backup.json"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup in its folder; it got its name after it was verified."""

    path: Path
    made_at: Instant
    size: int
    encrypted: bool
    profile: str
    origin: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in a backup that is whole."""

    head: Head
    manifest: Manifest
    broken: tuple[tuple[str, Break], ...] = ()
    """Firms whose chain of events was touched before the backup was made: no damage of the backup."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new backup."""

    backup: Backup
    verified: Verified
    removed: tuple[Path, ...]
    """Older ones that were more than are kept."""


# Making


async def make(
    buffer: Buffer,
    paths: ProfilePaths,
    to: Path,
    *,
    now: datetime,
    passphrase: Secret | None = None,
    with_vault: bool = True,
    keep: int | None = None,
    work: Work | None = None,
) -> Made:
    """Write a backup to a folder, or to a file if `to` ends in `SUFFIX`, verify it, and let go of older ones.

    `keep` is how many stay in a folder; None keeps all. Raises BlinkError: VAULT_OF_ANOTHER, file-taken,
    file-not-written, DISK_FULL, DAMAGED where the buffer itself is, BACKUP_DAMAGED where the disk gave back other
    bytes; nothing is left then.
    """
    if with_vault and (account := await asyncio.to_thread(keeper, paths.vault_path)):
        raise BlinkError(VAULT_OF_ANOTHER, account=account)
    work, origin = work or Work(), await _origin(buffer)
    key, how = await asyncio.to_thread(new_key, passphrase) if passphrase is not None else (None, None)
    path = to if to.suffix == SUFFIX else to / f"blink-{paths.name}-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    aside = aside_of(path)
    lock = await asyncio.to_thread(_claimed, path, aside)
    try:
        async with scratch(paths.work_folder) as folder:
            copy = folder / BUFFER
            await work.run(snapshot, buffer.path, copy, work)
            held = await work.run(holding, copy)
            with refusals_told(paths.folder / JOURNAL):
                await asyncio.to_thread(begin, paths.folder / JOURNAL)
            beside = [paths.folder / JOURNAL, paths.keymap_path, *([paths.vault_path] if with_vault else [])]
            files = [copy, *await asyncio.to_thread(_copied, beside, folder)]
            await work.run(_write, aside, _head(paths, origin, held, how, now), key, held, files, work)
        verified = await verify(aside, paths.work_folder, (lambda: passphrase) if passphrase else None, work)
        backup = await asyncio.to_thread(_named, aside, path, paths, origin)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    finally:
        os.close(lock)
    kept = None if to.suffix == SUFFIX else keep
    return Made(backup, verified, await asyncio.to_thread(_let_go, path, origin, kept))


def _claimed(path: Path, aside: Path) -> int:
    """The file aside, made and held by a lock; those that a killed process left in the folder go.

    Raises BlinkError: file-taken, file-not-written.
    """
    with refusals_told(path):
        if path.exists():
            raise BlinkError(FILE_TAKEN, path=path)
        make_folder(path.parent)
        for left in path.parent.glob(f".*{SUFFIX}.*.part"):
            if nobody_s(left):
                _removed(left)
        lock = open_private(aside, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):  # a file system of a network may have no locks
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def _named(aside: Path, path: Path, paths: ProfilePaths, origin: str) -> Backup:
    """Give a verified backup its name, and keep beside it what the journal of hand-overs tells."""
    with refusals_told(path):
        aside.rename(path)
        sync_folders({path.parent})
        backup = _backup(path)
    _point_to(paths, backup)
    with suppress(OSError):
        copied(paths.folder / JOURNAL, path.with_name(copy_name(origin)))
    return backup


async def _origin(buffer: Buffer) -> str:
    """What tells this buffer's backups from those of others in the same folder.

    It goes along with a restored one that is known to go on from it; another one gets its own.
    """
    known = await buffer.settings.get(ORIGIN)
    if known is None:
        known = os.urandom(8).hex()
        await buffer.settings.set(ORIGIN, known)
    return known


def _copied(beside: list[Path], folder: Path) -> list[Path]:
    """Small files as they are now, so that one which is replaced meanwhile is whole; those that there are."""
    copies = []
    for one in beside:
        with refusals_told(folder), suppress(FileNotFoundError):
            (folder / one.name).write_bytes(one.read_bytes())
            copies.append(folder / one.name)
    return copies


def _head(paths: ProfilePaths, origin: str, held: Holding, key: Key | None, now: datetime) -> Head:
    from importlib.metadata import version

    made_at = instant_of(now)
    return Head(FORMAT, os.urandom(16), origin, paths.name, made_at, version("blink-tui"), held.schema, key)


def _write(path: Path, head: Head, key: Secret | None, held: Holding, files: list[Path], work: Work) -> None:
    with (
        refusals_told(path),
        os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file,
    ):
        pack(file, head, key, held, files, work)
        file.flush()
        os.fsync(file.fileno())


# Verifying


async def verify(
    path: Path, work_folder: Path, passphrase: Callable[[], Secret] | None, work: Work | None = None
) -> Verified:
    """Open a backup whole: its seals, its database, every invoice's SHA-256, every chain. Raises BlinkError."""
    async with scratch(work_folder) as folder:
        return await opened(path, folder, passphrase, work or Work())


async def opened(path: Path, folder: Path, passphrase: Callable[[], Secret] | None, work: Work) -> Verified:
    """Unpack a backup into an empty folder, checked whole; an older schema is brought up to date there.

    Raises BlinkError: those of `backup_file.Reader`, file-not-written, DAMAGED, NEWER_SCHEMA.
    """
    head, manifest = await work.run(unpack, path, folder, passphrase, work)
    database = folder / BUFFER
    found = await work.run(whole, database, work)
    if found:
        raise damaged(found)
    if await work.run(holding, database) != manifest.holding:
        what = Message(N_("it does not hold what its list says"))
        raise BlinkError(BACKUP_DAMAGED, path=path, what=what)
    broken = []
    async with open_buffer(database) as buffer:
        going = await buffer.eraser.all_begun()  # their chains ended with the first step of it
        for firm in await buffer.firms.list():
            if firm.id in going:
                continue
            state = await buffer.history.verify(firm.id)
            work.go_on()
            if state.broken is not None:
                broken.append((firm.context_value, state.broken))
    return Verified(head, manifest, tuple(broken))


# Which there are


def backups(folder: Path) -> list[Backup]:
    """The backups in a folder, of whatever profile, the oldest first; what is none is left out."""
    return sorted(_found(folder), key=lambda one: (datetime_of(one.made_at), one.path.name))


def latest(folder: Path, origin: str | None = None) -> Backup | None:
    """The newest backup in a folder, of one buffer if `origin` is given. It was verified when it was made."""
    found = [one for one in backups(folder) if origin in (None, one.origin)]
    return found[-1] if found else None


def last_made(paths: ProfilePaths) -> Backup | None:
    """The profile's newest backup, found without its buffer; None where none was made or it is not there now."""
    try:
        told = msgspec.json.decode((paths.folder / _POINTER).read_bytes(), type=str)
        return _backup(Path(told))
    except (OSError, msgspec.DecodeError, BlinkError):
        return None


def _found(folder: Path) -> Iterator[Backup]:
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError, BlinkError):
            yield _backup(path)


def _backup(path: Path) -> Backup:
    with path.open("rb") as file:
        head = read_head(file, path)
        size = os.fstat(file.fileno()).st_size
    return Backup(path, head.made_at, size, head.key is not None, head.profile, head.origin)


def _point_to(paths: ProfilePaths, backup: Backup) -> None:
    """Remember where the newest backup is, for the day on which the buffer cannot be asked. It may fail."""
    path = paths.folder / _POINTER
    with suppress(OSError), replacing(path) as file:
        file.write(msgspec.json.encode(str(backup.path.absolute())))


def _let_go(new: Path, origin: str, keep: int | None) -> tuple[Path, ...]:
    """Remove older backups of the same buffer that are more than are kept; never the new one, whatever a clock says."""
    if keep is None:
        return ()
    older = [one.path for one in backups(new.parent) if one.origin == origin and one.path != new]
    return tuple(one for one in older[: max(0, len(older) - (keep - 1))] if _removed(one))


def _removed(path: Path) -> bool:
    with suppress(OSError):
        path.unlink()
        return True
    return False


# By itself


async def _every(around: Surroundings) -> timedelta | None:
    """From the last beginning to the next time of day that is set."""
    if await around.buffer.settings.value(BACKUP_FOLDER) is None:
        return None
    state = (await around.buffer.chores.all()).get(BACKUP_NAME)
    begun = datetime_of(state.taken_at) if state else around.clock.now()
    at = await around.buffer.settings.value(BACKUP_AT)
    local = begun.astimezone(warsaw())
    moment = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    while moment <= local:
        moment += timedelta(days=1)
    return moment.astimezone(begun.tzinfo) - begun


async def _nightly(around: Surroundings) -> None:
    settings = around.buffer.settings
    folder = await settings.value(BACKUP_FOLDER)
    if folder is None:
        return
    keep = await settings.value(BACKUP_KEEP)
    passphrase = await _kept_passphrase(around) if await settings.value(BACKUP_ENCRYPT) == "yes" else None
    await make(
        around.buffer,
        around.paths,
        folder,
        now=around.clock.now(),
        passphrase=passphrase,
        keep=keep,
    )


async def _kept_passphrase(around: Surroundings) -> Secret:
    if around.vault is None:
        raise BlinkError(VAULT_LOCKED, why=Message(N_("the passphrase of backups is in it.")))
    return await asyncio.to_thread(around.vault.get, PASSPHRASE)


async def _check(around: Surroundings) -> None:
    """Look at every page and every invoice. Raises BlinkError(DAMAGED) that names what is not whole."""
    work = Work()
    found = await work.run(whole, around.buffer.path, work, thorough=False)
    if found:
        raise damaged(found)


async def _weekly(_around: Surroundings) -> timedelta | None:
    return timedelta(days=7)


BACKUP_NAME = "backup"
BACKUP = Chore(BACKUP_NAME, _every, _nightly, lengthy=True)
"""A backup every night, where a folder is set."""
CHECK = Chore("check", _weekly, _check, lengthy=True)
"""The whole buffer looked at once a week."""
