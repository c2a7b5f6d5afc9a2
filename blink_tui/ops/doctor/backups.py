"""The newest backup: whether there is one, how old it is, and whether it would survive the disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from blink_tui.i18n import N_
from blink_tui.model.dates import datetime_of
from blink_tui.model.settings import BACKUP_FOLDER
from blink_tui.model.telling import minute_words, span_words
from blink_tui.ops.backup import Backup, last_made, latest
from blink_tui.ops.doctor.check import Around, Check, Finding, aside, note, ok, warning

_OLD = timedelta(days=2)

_EVERY_NIGHT = N_("Have one made every night, on another disk: blink config set backup.folder /mnt/backup")
_BACK_UP = N_("Make one now and see what stops the nightly one: blink backup")


async def _backups(around: Around) -> list[Finding]:
    folder = None if around.buffer is None else await around.buffer.settings.value(BACKUP_FOLDER)
    newest = await aside(lambda: _newest(around, folder))
    if newest is None and around.refusal is None and not around.firms:
        return [note(N_("There is nothing to back up yet."))]
    return list(backup_findings(newest, folder, around.paths.folder, around.clock.now()))


def _newest(around: Around, folder: Path | None) -> Backup | None:
    """Where the settings say, or where the last one was made. Raises OSError."""
    found = [last_made(around.paths), latest(folder) if folder is not None and folder.is_dir() else None]
    return max((one for one in found if one is not None), key=lambda one: one.made_at, default=None)


def backup_findings(
    newest: Backup | None, folder: Path | None, profile: Path, now: datetime
) -> Iterator[Finding]:
    """What is to be said of a profile's backups; `folder` is where they are made every night, if they are."""
    if newest is None:
        text = N_(
            "There is no backup. What people coded and decided is only here; KSeF gives back documents alone."
        )
        yield warning(text, _EVERY_NIGHT if folder is None else _BACK_UP)
        return
    age = now - datetime_of(newest.made_at)
    values = {"made": minute_words(newest.made_at), "age": span_words(age), "file": newest.path}
    if age > _OLD:
        text = N_("The newest backup is {age} old ({made}): {file}")
        yield warning(text, _EVERY_NIGHT if folder is None else _BACK_UP, **values)
    else:
        yield ok(N_("The newest backup is of {made}: {file}"), **values)
    if newest.path.parent.stat().st_dev == profile.stat().st_dev:
        yield note(
            N_("It lies on the disk of the profile, so it does not help when that fails."), _EVERY_NIGHT
        )


BACKUPS = Check(
    "backup",
    N_("Backups"),
    N_("Without a backup what people coded and decided is lost with the disk."),
    _backups,
)
