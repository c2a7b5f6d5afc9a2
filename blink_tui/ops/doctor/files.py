"""Who may read and write what the program keeps: the profile's folder, its files, the passphrase, the limits."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from blink_tui.i18n import N_
from blink_tui.ksef.address_window import limits_folder
from blink_tui.model.accounts import account_name
from blink_tui.model.modes import Sharing, sharing
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.doctor.check import Around, Check, Finding, aside, failure, note, ok, warning
from blink_tui.vault.sources import PASSPHRASE_FILE

_MOST_FILES = 20_000
_SHOWN = 3

_ALLOW = N_("Allow it again: {command}")
_RUN_AS_OWNER = N_(
    "Run the program as {owner}: sudo -u {owner} blink …; or let a group have the folder (docs/doctor.md)."
)
_CLOSE = N_("Close it to others: {command}")
_SAME_ACCOUNT = N_("Give all files to one account ({owner}), and run the program as that one: {command}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file or folder of the profile, as the system has it."""

    path: Path
    mode: int
    """Permission bits."""
    owner: int
    folder: bool


async def _files(around: Around) -> list[Finding]:
    passphrase = around.environment.get(PASSPHRASE_FILE)
    return await aside(lambda: list(_all(around.paths, Path(passphrase) if passphrase else None)))


def _all(paths: ProfilePaths, passphrase: Path | None) -> Iterator[Finding]:
    barrier = barrier_to(paths.folder)
    if barrier is not None:
        yield _locked(barrier)
    elif paths.folder.exists():
        yield from _profile(paths)
    else:
        yield note(N_("There is no folder of the profile yet: {folder}"), folder=paths.folder)
    if passphrase is not None and barrier_to(passphrase.parent) is None and passphrase.exists():
        yield from _passphrase(kept(passphrase))
    limits = limits_folder()
    if limits.exists() and not os.access(limits, os.W_OK | os.X_OK):
        yield warning(
            N_(
                "The folder of the limits cannot be written: {folder}. This account counts its requests alone."
            ),
            N_("Let all accounts write there: {command}"),
            folder=limits,
            command=f"chmod 1777 {shlex.quote(str(limits))}",
        )


def barrier_to(folder: Path) -> Path | None:
    """The first folder on the way to one, itself included, that this account may not use; None where the way is free.

    On the way it is enough to pass; the folder itself, where there is one, is read and written.
    """
    for part in reversed(folder.parents):
        if not os.access(part, os.X_OK):
            return part if part.exists() else None
    return folder if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK) else None


def _locked(folder: Path) -> Finding:
    owner = folder.stat().st_uid
    values = {"folder": folder, "account": account_name(os.geteuid()), "owner": account_name(owner)}
    text = N_("This account ({account}) may not use the folder {folder}, which belongs to {owner}.")
    if owner == os.geteuid():
        return failure(text, _ALLOW, **values, command=f"chmod u=rwx {shlex.quote(str(folder))}")
    return failure(text, _RUN_AS_OWNER, **values)


def _passphrase(file: Kept) -> Iterator[Finding]:
    if file.mode & 0o077:
        yield failure(
            N_("Others may read the file with the vault's passphrase: {path} ({mode})."),
            _CLOSE,
            path=file.path,
            mode=_octal(file.mode),
            command=f"chmod 600 {shlex.quote(str(file.path))}",
        )


def _profile(paths: ProfilePaths) -> Iterator[Finding]:
    whole = list(islice(kept_under(paths.folder), _MOST_FILES))
    shared = sharing(paths.folder)
    found = [*_open_to_others(whole, paths, shared), *_of_others(whole, shared)]
    yield from found
    if not found:
        text = (
            N_("{files} files of the profile are closed to all but this account.")
            if shared is Sharing.ALONE
            else N_("{files} files of the profile are closed to all but its group.")
        )
        yield ok(text, files=len(whole))


def kept_under(folder: Path) -> Iterator[Kept]:
    """A folder with everything in it; what vanishes meanwhile or cannot be entered is left out."""
    yield kept(folder)
    for root, folders, files in os.walk(folder, onerror=None):
        for name in (*folders, *files):
            try:
                yield kept(Path(root, name))
            except OSError:
                continue


def kept(path: Path) -> Kept:
    """What the system says of a file. Raises OSError."""
    found = path.lstat()
    return Kept(path, stat.S_IMODE(found.st_mode), found.st_uid, stat.S_ISDIR(found.st_mode))


def _open_to_others(whole: Sequence[Kept], paths: ProfilePaths, shared: Sharing) -> Iterator[Finding]:
    """Files that more may read than should; links have no rights of their own."""

    def too_open(one: Kept) -> bool:
        alone = shared is Sharing.ALONE or one.path == paths.vault_path
        return bool(one.mode & (0o077 if alone else 0o007)) and not one.path.is_symlink()

    wrong = [one for one in whole if too_open(one)]
    vault = next((one for one in wrong if one.path == paths.vault_path), None)
    if vault is not None:
        yield failure(
            N_("Others may read the vault: {path} ({mode}). It is encrypted, but nobody else needs it."),
            _CLOSE,
            path=vault.path,
            mode=_octal(vault.mode),
            command=f"chmod 600 {shlex.quote(str(vault.path))}",
        )
    closed = paths.folder not in [one.path for one in wrong]
    rest = [one for one in wrong if one is not vault]
    if not rest:
        return
    bits = "go=" if shared is Sharing.ALONE else "o="
    report = warning if closed else failure  # through a closed folder nobody gets to them
    yield report(
        N_("Others may read {count} files of the profile: {files}"),
        _CLOSE,
        count=len(rest),
        files=_few(rest),
        command=f"chmod -R {bits} {shlex.quote(str(paths.folder))}",
    )


def _of_others(whole: Sequence[Kept], shared: Sharing) -> Iterator[Finding]:
    """Files that this account cannot write, most often because a command was once run as root.

    In a group's folder some files are one account's own, the vault among them.
    """
    some = [one for one in whole if not one.path.is_symlink() and not (shared is Sharing.GROUP and _own(one))]
    locked = [one for one in some if not os.access(one.path, os.R_OK | os.W_OK)]
    strange = [one for one in some if one.owner != whole[0].owner] if shared is Sharing.ALONE else []
    if not (locked or strange):
        return
    name, report = account_name(whole[0].owner), failure if locked else warning
    yield report(
        N_("{count} files of the profile belong to another account or cannot be written: {files}"),
        _SAME_ACCOUNT,
        count=len(locked or strange),
        files=_few(locked or strange),
        owner=name,
        command=f"chown -R {name} {shlex.quote(str(whole[0].path))}",
    )


def _own(one: Kept) -> bool:
    """Whether a file is meant for the account alone that it belongs to."""
    return not one.mode & 0o070 and one.owner != os.geteuid()


def _few(some: Sequence[Kept]) -> str:
    names = [f"{one.path.name} ({_octal(one.mode)})" for one in some[:_SHOWN]]
    return ", ".join(names) + (" …" if len(some) > _SHOWN else "")


def _octal(mode: int) -> str:
    return f"{mode:04o}"


FILES = Check(
    "files",
    N_("Permissions"),
    N_("Others may read what only this office should, or this account may not write what it must."),
    _files,
)
