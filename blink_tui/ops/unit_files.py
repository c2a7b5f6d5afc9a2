"""Units in their place: the first line holds a hash, so that one that somebody edited is never written over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from blink_tui.i18n import N_
from blink_tui.model.durable import replacing
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import open_public

EDITED = ErrorKind(
    "unit-edited",
    ExitCode.USAGE,
    N_(
        "The unit {path} was edited by hand and stays as it is. Put changes into a drop-in (systemctl edit {name});"
        " --force goes on all the same and keeps the edited one beside it as {kept}."
    ),
)
NOT_WRITTEN = ErrorKind(
    "unit-not-written", ExitCode.FAILED, N_("The unit {path} cannot be written here. Nothing was changed.")
)
_MARK = "# Written by blink service install; change it by a drop-in. sha256 "


class UnitState(Enum):
    """How a unit's file stands."""

    MISSING = "missing"
    OURS = "ours"
    """As some version of the program wrote it."""
    EDITED = "edited"
    """Somebody changed it, or wrote it himself."""


def stamped(text: str) -> str:
    """The text of a unit as it is written."""
    return f"{_MARK}{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def state_of(path: Path) -> UnitState:
    """Raises OSError where it cannot be read."""
    if not path.exists():
        return UnitState.MISSING
    first, _, rest = path.read_text(encoding="utf-8", errors="replace").partition("\n")
    return UnitState.OURS if stamped(rest).partition("\n")[0] == first else UnitState.EDITED


def place(units: Sequence[tuple[Path, str]], *, force: bool) -> None:
    """Write units, all or none; edited ones are kept beside. Raises BlinkError: EDITED, NOT_WRITTEN."""
    for path, _text in units:
        _require_ours(path, force=force)
    for path, text in units:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if state_of(path) is UnitState.EDITED:
                path.replace(_kept(path))
            with replacing(path, opened=open_public) as file:
                file.write(stamped(text).encode())
        except OSError as error:
            raise BlinkError(NOT_WRITTEN, path=path, cause=str(error)) from error


def take_away(paths: Sequence[Path], *, force: bool) -> list[Path]:
    """Remove units, edited ones by another name; returns those that were there. Raises BlinkError as `place`."""
    for path in paths:
        _require_ours(path, force=force)
    gone = [path for path in paths if path.exists()]
    for path in gone:
        try:
            if state_of(path) is UnitState.EDITED:
                path.replace(_kept(path))
            else:
                path.unlink()
        except OSError as error:
            raise BlinkError(NOT_WRITTEN, path=path, cause=str(error)) from error
    return gone


def _require_ours(path: Path, *, force: bool) -> None:
    try:
        edited = state_of(path) is UnitState.EDITED
    except OSError as error:
        raise BlinkError(NOT_WRITTEN, path=path, cause=str(error)) from error
    if edited and not force:
        raise BlinkError(EDITED, path=path, name=path.name, kept=_kept(path).name)


def _kept(path: Path) -> Path:
    return path.with_suffix(f"{path.suffix}.old")
