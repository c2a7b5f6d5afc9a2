"""Versions of what the program stands on, and whether the machine could write its memory to a disk."""

from __future__ import annotations

import platform
import resource
import ssl
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from blink_tui.buffer import schema
from blink_tui.buffer.diagnosis import sqlite_version
from blink_tui.i18n import N_
from blink_tui.ops.doctor.check import Around, Check, Finding, aside, note, ok, warning

_PR_GET_DUMPABLE = 3
_SWAPS = Path("/proc/swaps")


async def _versions(_around: Around) -> list[Finding]:
    return [
        ok(
            N_(
                "blink-tui {program}, Python {python}, SQLite {sqlite}, {openssl}, textual {textual}, schema {schema}"
            ),
            program=_version("blink-tui"),
            python=platform.python_version(),
            sqlite=sqlite_version(),
            openssl=" ".join(ssl.OPENSSL_VERSION.split()[:2]),
            textual=_version("textual"),
            schema=len(schema.scripts()),
        )
    ]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


async def _memory(_around: Around) -> list[Finding]:
    return await aside(lambda: [core_finding(), *swap_findings()])


def core_finding() -> Finding:
    """Whether a crash of this process would write its memory, with secrets in it, to a disk."""
    if resource.getrlimit(resource.RLIMIT_CORE)[0] == 0 or not _dumpable():
        return ok(N_("A crash writes no memory to the disk."))
    return warning(
        N_("A crash would write the program's memory, with secrets in it, to the disk."),
        N_("Switch that off: ulimit -c 0, for a service LimitCORE=0"),
    )


def _dumpable() -> bool:
    """What the kernel says of this process; True where it cannot be asked."""
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))
    except (AttributeError, OSError):  # not Linux
        return True


def swap_findings() -> Iterator[Finding]:
    """Swap that lies in clear on a disk."""
    if not _SWAPS.exists():
        return
    clear = [device for device in swap_devices(_SWAPS.read_text()) if not _encrypted(device)]
    if clear:
        yield note(
            N_("Memory may be swapped out in clear: {devices}"),
            N_("Encrypt the swap, for example by a random key in /etc/crypttab, or go without."),
            devices=", ".join(clear),
        )


def swap_devices(told: str) -> list[str]:
    """Devices and files of /proc/swaps."""
    return [line.split()[0] for line in told.splitlines()[1:] if line.split()]


def _encrypted(device: str) -> bool:
    """True for compressed memory, which is no disk, and for what the kernel encrypts."""
    name = Path(device).resolve().name
    uuid = Path("/sys/block", name, "dm", "uuid")
    return name.startswith("zram") or (uuid.exists() and uuid.read_text().startswith("CRYPT-"))


VERSIONS = Check(
    "versions",
    N_("Versions"),
    N_(
        "A buffer that a newer version has written is refused under “Database”; nothing is lost, update the program."
    ),
    _versions,
)
MEMORY = Check(
    "memory",
    N_("Memory"),
    N_("A crash would leave secrets in a file, for whoever may read it."),
    _memory,
)
