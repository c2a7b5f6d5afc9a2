"""The buffer: whether it opens and is sound, how long its journal is, who writes, whether its chains end as kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from blink_tui.buffer import Buffer, errors
from blink_tui.i18n import N_
from blink_tui.model.errors import BlinkError
from blink_tui.model.file_locks import locks_on
from blink_tui.ops.doctor.check import (
    Around,
    Check,
    Finding,
    Level,
    aside,
    failure,
    note,
    ok,
    refused,
    warning,
)
from blink_tui.ops.restore import way_back

_QUICK_SECONDS = 4.0
_LONG_JOURNAL = 256 * 1024 * 1024
"""Four times what is left of it after a checkpoint."""
_WRITE_LOCK = 120
"""Byte of the `-shm` file that a writer locks (SQLite's WAL format)."""

NOT_LOOKED_AT = N_("Not looked at: the database cannot be read.")
_RESTORE = N_("Restore it from a backup (blink restore); what came since is fetched from KSeF again.")
_LOOK_WHO = N_("Look whether that program works or hangs; end it if it hangs. Nothing is lost by that.")


async def _database(around: Around) -> list[Finding]:
    if around.refusal is not None:
        level = Level.NOTE if around.refusal.kind is errors.OLDER_SCHEMA else Level.FAILURE
        return [refused(way_back(around.refusal, around.paths), level)]
    path = around.paths.buffer_path
    if around.buffer is None:
        return [note(N_("There is no database yet; it is made with the first firm: {path}"), path=path)]
    try:
        found = [await _soundness(around.buffer)]
    except BlinkError as error:
        found = [refused(way_back(error, around.paths))]
    return [*found, *await aside(lambda: list(_beside(path)))]


async def _soundness(buffer: Buffer) -> Finding:
    damages = await buffer.diagnosis.damages(_QUICK_SECONDS)
    if damages is None:
        return note(
            N_("The database opens; it is too large to be looked through in {seconds} s."),
            N_("Let a backup prove it whole: blink backup"),
            seconds=round(_QUICK_SECONDS),
        )
    if damages:
        return failure(N_("The database is damaged: {damage}"), _RESTORE, damage=damages[0])
    return ok(N_("The database opens and is sound."))


def _beside(path: Path) -> Iterator[Finding]:
    """The journal, and who holds the lock for writing."""
    journal = path.with_name(f"{path.name}-wal")
    size = journal.stat().st_size if journal.exists() else 0
    if size > _LONG_JOURNAL:
        yield warning(
            N_(
                "The database's journal has grown to {megabytes} MB: a program has been reading for very long."
            ),
            N_("End consoles and commands that were left running; the next write makes it short again."),
            megabytes=size // 2**20,
        )
    for pid in writers(path):
        yield note(
            N_("Process {pid} ({program}) writes at the moment."), _LOOK_WHO, pid=pid, program=_program(pid)
        )


def writers(path: Path) -> list[int]:
    """Processes that hold the lock for writing, where the system tells (Linux). Raises OSError."""
    shared = path.with_name(f"{path.name}-shm")
    return [lock.pid for lock in locks_on(shared) if lock.write and lock.covers(_WRITE_LOCK)]


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "?"


async def _chains(around: Around) -> list[Finding]:
    if around.buffer is None:
        return [note(NOT_LOOKED_AT)] if around.refusal else []
    broken = await around.buffer.diagnosis.loose_ends()
    if broken:
        return [
            failure(
                N_(
                    "What happened to documents of {firms} does not end as it was written: somebody changed it."
                ),
                N_("See what was changed: blink doctor --audit; keep the file and compare with a backup."),
                firms=", ".join(broken[:5]),
            )
        ]
    return [ok(N_("The chains of events end as they were written; the whole proof: blink doctor --audit"))]


DATABASE = Check(
    "database",
    N_("Database"),
    N_(
        "The buffer cannot be opened, or the file is damaged. Nothing can be fetched or decided until it is cured."
    ),
    _database,
)
CHAINS = Check(
    "history",
    N_("History"),
    N_("Somebody changed or removed events past the program. `blink doctor --audit` names the entry."),
    _chains,
)
