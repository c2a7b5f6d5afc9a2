"""The text of systemd units that run a profile, closed off from all else: a daemon, or a timer with `sync --due`.

What is left out is left out for a reason. ProtectProc= and ProcSubset= hide other accounts' processes and the machine's
boot, by which leases of dead processes are told from those of colleagues; PrivateUsers= does the same. @resources stays
allowed since worker processes make themselves nice. What needs namespaces of the system (ProtectSystem= and the like)
stands in system units alone: a user's manager may not make them everywhere, and the service would not start.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blink_tui.i18n import N_
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode

UNUSABLE_PATH = ErrorKind(
    "unusable-path", ExitCode.USAGE, N_("A unit of systemd cannot name this path: {path}. Rename it.")
)
CREDENTIAL = "blink-vault"
"""Name under which the service finds the vault's passphrase (`vault.sources`)."""
LIMITS = Path("/tmp/blink-limits")  # noqa: S108 - the folder that all programs of the machine share
_HOMES = ("/home", "/root", "/run/user")
_EVERY = "*:0/5"
"""When the timer's command looks whether something is due; no role is asked for more often than every 15 minutes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a unit is for, and where it lies."""

    profile: str
    home: Path
    """Folder that holds the profiles."""
    command: tuple[str, ...]
    """The program, by whole paths."""
    program: tuple[Path, ...]
    """Folders that it is loaded from."""
    language: str
    umask: int
    writable: tuple[Path, ...]
    """Folders that it writes to beside the profile's own."""
    account: str | None = None
    """Account of a system unit; None makes a user's unit."""
    group: bool = False
    """The profile is shared by a group."""
    credential: Path | None = None
    """File with the vault's passphrase."""
    encrypted: bool = False
    """It was made by systemd-creds."""
    limits: Path | None = None
    """BLINK_LIMITS_DIR, where it is set."""

    @property
    def folder(self) -> Path:
        return self.home / self.profile


def name_of(profile: str, *, timer: bool) -> str:
    """A unit's name without its ending."""
    base = "blink-sync" if timer else "blink"
    return base if profile == "default" else f"{base}-{profile}"


def daemon_unit(plan: Plan) -> str:
    """The unit of `blink daemon`."""
    lines = [
        *_head(plan, f"Fetches KSeF invoices, profile {plan.profile} (blink daemon)"),
        # never given up: what ends it, such as a full disk at the start, may be over tomorrow
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=notify",
        "NotifyAccess=main",
        _exec(plan, "daemon"),
        "ExecReload=/bin/kill -HUP $MAINPID",
        "WatchdogSec=2min",
        # a new schema is made before it is ready, after a copy of the old
        "TimeoutStartSec=30min",
        # workers end by themselves once the daemon has given everything back
        "KillMode=mixed",
        "TimeoutStopSec=10s",
        "Restart=on-failure",
        "RestartSec=30s",
        # wrong usage, a locked vault: a person has to do something first
        "RestartPreventExitStatus=2 8",
        *_closed_off(plan),
        "",
        "[Install]",
        f"WantedBy={'multi-user.target' if plan.account else 'default.target'}",
    ]
    return "\n".join(lines) + "\n"


def timer_units(plan: Plan) -> tuple[str, str]:
    """The units of `blink sync --due`: service and timer."""
    service = [
        *_head(plan, f"Fetches the KSeF invoices that are due, profile {plan.profile} (blink sync --due)"),
        "",
        "[Service]",
        "Type=oneshot",
        _exec(plan, "sync", "--due"),
        "TimeoutStartSec=2h",
        "KillMode=mixed",
        "TimeoutStopSec=10s",
        # limits, KSeF away, another process at work: the next time will do
        "SuccessExitStatus=5 6 7",
        *_closed_off(plan),
    ]
    timer = [
        "[Unit]",
        f"Description={_plain(f'Fetches KSeF invoices every few minutes, profile {plan.profile}')}",
        "",
        "[Timer]",
        f"OnCalendar={_EVERY}",
        "Persistent=true",
        "AccuracySec=30s",
        "RandomizedDelaySec=30s",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(service) + "\n", "\n".join(timer) + "\n"


def _head(plan: Plan, description: str) -> list[str]:
    lines = ["[Unit]", f"Description={_plain(description)}"]
    if plan.account:
        lines += ["Wants=network-online.target", "After=network-online.target time-sync.target"]
    return lines


def _exec(plan: Plan, *words: str) -> str:
    """The command: in its first word systemd takes no quotes and leaves a dollar alone. Raises BlinkError."""
    program, *others = plan.command
    if set(program) & set("\"'\\"):
        raise BlinkError(UNUSABLE_PATH, path=program)
    others += ["--home", str(plan.home), "--profile", plan.profile, "--lang", plan.language, *words]
    return " ".join([f"ExecStart={_word(program)}", *(_word(word).replace("$", "$$") for word in others)])


def _closed_off(plan: Plan) -> list[str]:
    """Who it runs as, what it may see and do."""
    return [
        "",
        *([f"User={plan.account}"] if plan.account else []),
        f"UMask={plan.umask:04o}",
        "LimitCORE=0",
        *_secrets(plan),
        *([f"Environment={_word(f'BLINK_LIMITS_DIR={plan.limits}')}"] if plan.limits else []),
        "",
        "NoNewPrivileges=yes",
        "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        # it hands the group on to new folders, by the very bit that this forbids to set
        *([] if plan.group else ["RestrictSUIDSGID=yes"]),
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged",
        "SystemCallErrorNumber=EPERM",
        *(_walls(plan) if plan.account else []),
    ]


def _secrets(plan: Plan) -> list[str]:
    if plan.credential is None:
        return []
    option = "LoadCredentialEncrypted" if plan.encrypted else "LoadCredential"
    return [f"{option}={CREDENTIAL}:{_plain(str(plan.credential))}"]


def _walls(plan: Plan) -> list[str]:
    """What only the system's manager can build."""
    seen = (plan.folder, *plan.program, *plan.writable)
    at_home = any(str(path).startswith(tuple(f"{home}/" for home in _HOMES)) for path in seen)
    limits = plan.limits or LIMITS
    return [
        "CapabilityBoundingSet=",
        "DevicePolicy=closed",
        "PrivateDevices=yes",
        "ProtectClock=yes",
        "ProtectControlGroups=yes",
        "ProtectHostname=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "RemoveIPC=yes",
        "ProtectSystem=strict",
        f"ProtectHome={'read-only' if at_home else 'yes'}",
        "ReadWritePaths=" + " ".join(_word(str(path)) for path in (plan.folder,)),
        *(f"ReadWritePaths={_word(f'-{path}')}" for path in dict.fromkeys(plan.writable)),
        # requests of the machine's address are counted in one folder by all its programs: a /tmp of its own would
        # let this one count for itself, and KSeF refuse them all
        f"ExecStartPre=+/bin/sh -c {_word(f'mkdir -p -m 1777 {_shell(limits)}')}",
        *([f"ReadWritePaths={_word(str(limits))}"] if plan.limits else [f"BindPaths={limits}"]),
        "PrivateTmp=yes",
    ]


def _shell(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"


def _word(text: str) -> str:
    """A word of a list or a command as systemd reads it back: quoted where it has to be, specifiers doubled."""
    escaped = _plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return escaped if re.fullmatch(r"[\w./=:@+,~-]+", text) else f'"{escaped}"'


def _plain(text: str) -> str:
    """A value that is read whole. Raises BlinkError(UNUSABLE_PATH): a line cannot hold it."""
    if not text.isprintable():
        raise BlinkError(UNUSABLE_PATH, path=repr(text))
    return text.replace("%", "%%")


def unit_paths(plan: Plan, folder: Path, *, timer: bool) -> Sequence[tuple[Path, str]]:
    """The files of a plan's units in a folder of systemd's, with their texts."""
    path = folder / f"{name_of(plan.profile, timer=timer)}.service"
    if not timer:
        return [(path, daemon_unit(plan))]
    service, clockwork = timer_units(plan)
    return [(path, service), (path.with_suffix(".timer"), clockwork)]
