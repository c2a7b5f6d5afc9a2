"""Room on the disks that the program writes to, and for how long it suffices."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from blink_tui.i18n import N_, Message
from blink_tui.ksef.address_window import limits_folder
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.telling import size_words
from blink_tui.ops.doctor.check import Around, Check, Finding, aside, failure, ok, warning

_TOO_LITTLE, _LITTLE = 100_000_000, 1_000_000_000
_FEW_DAYS, _MANY_DAYS = 30, 3650

_FREE = N_("{free} free at {where}.")
_ENOUGH = N_("{free} free at {where}: enough for {days} days at the present growth.")

_MAKE_ROOM = N_("Make room on that disk; the program needs it to fetch, to back up and to hand over.")
_READ_ONLY = N_("Mount it for writing again; a disk that failed becomes read-only by itself: look at dmesg.")

_FOLDERS = {
    "profile": N_("the profile"),
    "temp": N_("temporary files"),
    "export": N_("hand-overs"),
    "watched": N_("a ledger program's folder"),
    "limits": N_("the limits of requests"),
    "backup": N_("backups"),
}


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system, and what of the program lies on it."""

    uses: tuple[str, ...]
    folder: Path
    """One of the folders on it."""
    free: int
    """Bytes that this account may still write."""
    read_only: bool


async def _space(around: Around) -> list[Finding]:
    folders = {
        around.paths.folder: "profile",
        Path(tempfile.gettempdir()): "temp",
        around.paths.export_folder: "export",
        around.paths.backup_folder: "backup",
        limits_folder(): "limits",
        **dict.fromkeys(await _watched(around), "watched"),
    }
    disks = await aside(lambda: list(disks_of(folders)))
    days = await _days(around, next(disk.free for disk in disks if "profile" in disk.uses))
    only = len(disks) == 1
    return [space_finding(disk, days if "profile" in disk.uses else None, only=only) for disk in disks]


async def _watched(around: Around) -> list[Path]:
    return [] if around.buffer is None else list(map(Path, await around.buffer.diagnosis.watched_folders()))


async def _days(around: Around, free: int) -> int | None:
    """For how many days the profile's disk suffices at the present growth; None where that cannot be told."""
    if around.buffer is None:
        return None
    growth = await around.buffer.diagnosis.growth(warsaw_day(instant_of(around.clock.now())))
    return int(free / growth.a_day) if growth.a_day > 0 else None


def disks_of(folders: Mapping[Path, str]) -> Iterator[Disk]:
    """The file systems under some folders, those that are missing taken for the nearest above. Raises OSError."""
    by_device: dict[int, tuple[Path, list[str]]] = {}
    for folder, use in folders.items():
        there = next(part for part in (folder, *folder.parents) if _there(part))
        by_device.setdefault(there.stat().st_dev, (there, []))[1].append(use)
    for there, uses in by_device.values():
        found = os.statvfs(there)
        yield Disk(
            tuple(dict.fromkeys(uses)),
            there,
            found.f_bavail * found.f_frsize,
            bool(found.f_flag & os.ST_RDONLY),
        )


def _there(folder: Path) -> bool:
    """Whether there is such a folder; one that this account may not look into counts as missing."""
    try:
        return folder.exists()
    except PermissionError:
        return False


def space_finding(disk: Disk, days: int | None, *, only: bool) -> Finding:
    """What the room on a disk means; of several it is said what each is for."""
    uses = Message(
        " + ".join(f"{{{use}}}" for use in disk.uses), {use: Message(_FOLDERS[use]) for use in disk.uses}
    )
    where = disk.folder if only else Message("{folder} ({uses})", {"folder": disk.folder, "uses": uses})
    values = {"where": where, "free": size_words(disk.free), "days": days}
    if disk.read_only:
        return failure(N_("The disk of {where} can only be read."), _READ_ONLY, **values)
    if disk.free < _TOO_LITTLE:
        return failure(_FREE, _MAKE_ROOM, **values)
    if days is None or days > _MANY_DAYS:
        return warning(_FREE, _MAKE_ROOM, **values) if disk.free < _LITTLE else ok(_FREE, **values)
    if days < _FEW_DAYS or disk.free < _LITTLE:
        return warning(_ENOUGH, _MAKE_ROOM, **values)
    return ok(_ENOUGH, **values)


SPACE = Check(
    "space",
    N_("Disk space"),
    N_(
        "Less than 100 MB are free, or the disk can only be read. Fetching stops with a full disk, and loses nothing."
    ),
    _space,
)
