"""`blink service`: units of systemd that run a profile by themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import Profile, profile_of
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _, language
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode

if TYPE_CHECKING:
    import pwd

    from blink_tui.ops.units import Plan

app = typer.Typer(help=_("Run the profile by itself, as a service of systemd."), no_args_is_help=True)

NO_ACCOUNT = ErrorKind(
    "no-account",
    ExitCode.USAGE,
    N_(
        "There is no account {account} on this machine. Make one: useradd --system --create-home"
        " --home-dir /var/lib/blink {account}"
    ),
)
NOT_STARTED = ErrorKind(
    "not-started",
    ExitCode.FAILED,
    N_("The unit is written, but systemctl did not start it. See the cause below."),
)
_SYSTEM = Path("/etc/systemd/system")
_SECONDS = 60

SystemOption = Annotated[
    bool | None,
    typer.Option(
        "--system/--user", help=_("For the whole machine, or for this account; root makes the first.")
    ),
]
TimerOption = Annotated[
    bool,
    typer.Option("--timer", help=_("No daemon: fetch what is due every five minutes, then end.")),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--units", metavar="DIR", file_okay=False, help=_("Folder of the units, if not systemd's own.")
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help=_("Even if the unit was edited by hand; that one is kept beside it."))
]


@app.command(
    "install",
    help=_(
        "Write the unit that keeps this profile's schedule. Example: "
        "blink service install --system --account blink --credential /etc/credstore.encrypted/blink-vault --now"
    ),
)
def install(
    context: typer.Context,
    system: SystemOption = None,
    timer: TimerOption = False,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="NAME", help=_("Account that a system unit runs under.")),
    ] = None,
    credential: Annotated[
        Path | None,
        typer.Option(
            "--credential",
            metavar="FILE",
            dir_okay=False,
            help=_("Encrypted by systemd-creds; opens the vault."),
        ),
    ] = None,
    passphrase: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file", metavar="FILE", dir_okay=False, help=_("In clear; opens the vault.")
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--print", help=_("Show it and write nothing."))] = False,
    now: Annotated[bool, typer.Option("--now", help=_("Start it, now and with the machine."))] = False,
    force: ForceOption = False,
    units: FolderOption = None,
    json: AsJson = False,
) -> None:
    from blink_tui.ops.unit_files import place, stamped
    from blink_tui.ops.units import unit_paths

    for_system = _for_system(system, account)
    key = credential or passphrase
    if credential and passphrase:
        problem = _("{one} and {other} do not go together.").format(
            one="--credential", other="--passphrase-file"
        )
        raise BlinkError(USAGE, problem=problem)
    profile = _profile_for(options.profile(context), account if for_system else None)
    with suppress(PermissionError):  # another account's folder
        if key is not None and not key.exists():
            text = _("There is no file {file} yet: without it the service does not start.")
            output.warn(text.format(file=key))
    plan = _plan(profile, account if for_system else None, key, encrypted=credential is not None)
    files = unit_paths(plan, units or _folder(system=for_system), timer=timer)
    if show:
        for path, text in files:
            output.say(f"# {path}\n{stamped(text)}")
        return
    if for_system and account:
        _make_folder(profile, _entry(account))
    place(files, force=force)
    if now:
        _start(files[-1][0].name, system=for_system)
    if json:
        output.say_json({"units": [str(path) for path, _text in files], "started": now})
    else:
        for path, _text in files:
            output.say(_("Written: {path}").format(path=path))
        _say_next(files[-1][0].name, system=for_system, started=now)
        if plan.credential is None:
            _say_key(profile, system=for_system)


@app.command(
    "uninstall",
    help=_(
        "Remove the units of this profile; nothing else is touched. Example: blink service uninstall --user"
    ),
)
def uninstall(
    context: typer.Context,
    system: SystemOption = None,
    force: ForceOption = False,
    units: FolderOption = None,
    json: AsJson = False,
) -> None:
    from blink_tui.ops.unit_files import take_away

    for_system = _for_system(system, "-")
    folder = units or _folder(system=for_system)
    paths = _paths(options.profile(context), folder)
    gone = take_away(paths, force=force)
    if json:
        output.say_json({"removed": [str(path) for path in gone]})
    elif not gone:
        output.say(_("There is no unit of this profile in {folder}.").format(folder=folder))
    else:
        for path in gone:
            output.say(_("Removed: {path}").format(path=path))
        words = "" if for_system else "--user "
        names = " ".join(path.name for path in gone)
        output.say(
            _(
                "If it still runs, stop it: systemctl {words}stop {names}; then: systemctl {words}daemon-reload"
            ).format(words=words, names=names)
        )


@app.command("status", help=_("Which units of this profile there are. Example: blink service status --json"))
def status(
    context: typer.Context, system: SystemOption = None, units: FolderOption = None, json: AsJson = False
) -> None:
    from blink_tui.ops.unit_files import UnitState, state_of

    for_system = _for_system(system, "-")
    folder = units or _folder(system=for_system)
    paths = _paths(options.profile(context), folder)
    found = [(path, state_of(path)) for path in paths]
    there = [(path, state) for path, state in found if state is not UnitState.MISSING]
    rows = [(path, state, _active(path.name, system=for_system)) for path, state in there]
    if json:
        output.say_json(
            [{"unit": str(path), "state": state.value, "active": active} for path, state, active in rows]
        )
    elif not rows:
        output.say(_("There is no unit of this profile in {folder}.").format(folder=folder))
    else:
        words = {UnitState.OURS: _("as written"), UnitState.EDITED: _("edited by hand")}
        head = (_("Unit file"), _("State"), "systemd")
        output.say(
            output.table(head, [(str(path), words[state], active or "–") for path, state, active in rows])
        )


# What a unit is made of


def _for_system(system: bool | None, account: str | None) -> bool:
    """Whether it is for the machine. Raises BlinkError (usage): an account is needed, or makes no sense."""
    for_system = os.geteuid() == 0 if system is None else system
    if for_system and account is None:
        problem = _(
            "A system unit needs an account of its own: --account NAME. For this account alone: --user"
        )
        raise BlinkError(USAGE, problem=problem)
    if not for_system and account not in (None, "-"):
        problem = _("{one} and {other} do not go together.").format(one="--user", other="--account")
        raise BlinkError(USAGE, problem=problem)
    return for_system


def _profile_for(profile: Profile, account: str | None) -> Profile:
    """The profile as the account finds it: in its own home where no folder was named."""
    if (
        account is None
        or profile.folder != profile_of(profile.name, None).folder
        or os.environ.get("BLINK_HOME")
    ):
        return profile
    return profile_of(profile.name, Path(_entry(account).pw_dir) / ".local/share/blink-tui")


def _entry(account: str) -> pwd.struct_passwd:
    import pwd

    try:
        return pwd.getpwnam(account)
    except KeyError:
        raise BlinkError(NO_ACCOUNT, account=account) from None


def _plan(profile: Profile, account: str | None, credential: Path | None, *, encrypted: bool) -> Plan:
    from blink_tui.model.modes import Sharing, sharing
    from blink_tui.ops.units import Plan

    if account is not None:
        _entry(account)
    group = sharing(profile.folder) is Sharing.GROUP
    limits = os.environ.get("BLINK_LIMITS_DIR")
    program = Path(sys.executable).parent / "blink"
    return Plan(
        profile.name,
        profile.folder.parent,
        (str(program),) if program.exists() else (sys.executable, "-m", "blink_tui.cli"),
        tuple(dict.fromkeys(map(Path, (sys.prefix, sys.base_prefix, __file__)))),
        language(),
        0o007 if group else 0o077,
        tuple(options.run(_written_folders(profile))) if profile.buffer_path.exists() else (),
        account,
        group=group,
        credential=credential.absolute() if credential else None,
        encrypted=encrypted,
        limits=Path(limits) if limits else None,
    )


async def _written_folders(profile: Profile) -> list[Path]:
    """Folders beside the profile's own that its settings and firms name."""
    from blink_tui.buffer import open_buffer
    from blink_tui.model.settings import SETTINGS

    async with open_buffer(profile.buffer_path, read_only=True) as buffer:
        found = [await buffer.settings.get(key) for key in SETTINGS if key.endswith(".folder")]
        found += await buffer.export_settings.folders()
    outside = [Path(text) for text in found if text and Path(text).is_absolute()]
    return [path for path in dict.fromkeys(outside) if not path.is_relative_to(profile.folder)]


def _folder(*, system: bool) -> Path:
    if system:
        return _SYSTEM
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd/user"


def _paths(profile: Profile, folder: Path) -> list[Path]:
    """Every unit that there may be of a profile."""
    from blink_tui.ops.units import name_of

    sync = folder / name_of(profile.name, timer=True)
    daemon = folder / name_of(profile.name, timer=False)
    return [Path(f"{daemon}.service"), Path(f"{sync}.timer"), Path(f"{sync}.service")]


def _make_folder(profile: Profile, entry: pwd.struct_passwd) -> None:
    """The profile's folder, for the account that will write there: ReadWritePaths= wants it to exist."""
    from blink_tui.model.modes import make_folder

    missing = [folder for folder in (profile.folder, *profile.folder.parents) if not folder.exists()]
    make_folder(profile.folder)
    for folder in missing:
        shutil.chown(folder, entry.pw_uid, entry.pw_gid)


# systemd


def _systemctl(*words: str, system: bool) -> subprocess.CompletedProcess[str] | None:
    """What systemctl says; None where there is none."""
    found = shutil.which("systemctl")
    if found is None:
        return None
    command = [found, *([] if system else ["--user"]), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603


def _start(name: str, *, system: bool) -> None:
    """Raises BlinkError(NOT_STARTED)."""
    for words in (("daemon-reload",), ("enable", "--now", name)):
        done = _systemctl(*words, system=system)
        if done is None or done.returncode:
            raise BlinkError(
                NOT_STARTED, cause="systemctl: " + (done.stderr.strip() if done else "not found")
            )


def _active(name: str, *, system: bool) -> str | None:
    done = _systemctl("is-active", name, system=system)
    return done.stdout.strip() or None if done else None


def _say_next(name: str, *, system: bool, started: bool) -> None:
    words = "" if system else "--user "
    if not started:
        output.say(
            _("Next: systemctl {words}daemon-reload && systemctl {words}enable --now {name}").format(
                words=words, name=name
            )
        )
    if not system:
        output.say(_("So that it runs while nobody is logged in: loginctl enable-linger"))


def _say_key(profile: Profile, *, system: bool) -> None:
    """A service is asked for nothing: say so where the vault's key would have to be typed."""
    from blink_tui.vault import KeyringSource, recorded_source

    recorded = recorded_source(profile.vault_path)
    if recorded is not None and (system or recorded != KeyringSource.name):
        output.warn(
            _(
                "The service cannot open the vault by itself: name a file with --credential or --passphrase-file,"
                " else it ends with code 8."
            )
        )
