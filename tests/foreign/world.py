"""A network of its own in which the sandbox stands at the address that foreign clients insist on.

They want https, a host name that is not loopback, and one of them knows no other address than the Ministry's. So the
sandbox listens in a private network under the name of the Ministry's test environment, which a hosts file mounted in a
private mount namespace gives it: nothing is patched, and nothing that a client sends can leave this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

HOST = "api-test.ksef.mf.gov.pl"
BASE = f"https://{HOST}"
_ROOT = Path(__file__).parents[2]
_SPACES = (["--mount", "--net"], ["--user", "--map-root-user", "--mount", "--net"])
"""What has to be private: as root, or as anybody where the system lets people be root in a space of their own."""
_ENTER = 'mount --bind "$1" /etc/hosts && ip link set lo up && shift && exec "$@"'
_SECONDS = 60


class Firm(msgspec.Struct, frozen=True):
    """A context that the sandbox announced."""

    nip: str
    name: str
    token: str


class _Announced(msgspec.Struct, frozen=True):
    url: str
    firms: list[Firm]


@dataclass(frozen=True)
class World:
    """A running sandbox and the way to its network."""

    firms: tuple[Firm, ...]
    trusted: Path
    """The authority behind the sandbox's certificate."""
    _entrance: tuple[str, ...]

    def run(
        self,
        command: Sequence[str | Path],
        *,
        home: Path,
        more: Mapping[str, str] | None = None,
        told: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a client in the sandbox's network with `told` as its input; the test judges how it ended."""
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "SSL_CERT_FILE": str(self.trusted),
            **(more or {}),
        }
        return subprocess.run(
            [*self._entrance, *map(str, command)],
            env=environment,
            input=told,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )


def why_impossible(folder: Path) -> str | None:
    """What keeps us from a network of our own; None when nothing does."""
    missing = [program for program in ("unshare", "nsenter", "mount", "ip") if shutil.which(program) is None]
    if missing:
        return f"missing: {', '.join(missing)}"
    if _spaces(folder) is None:
        return "no private mount and network namespaces here: neither root nor user namespaces"
    return None


def _spaces(folder: Path) -> list[str] | None:
    hosts = _hosts(folder)
    for spaces in _SPACES:
        attempt = subprocess.run(_inside(spaces, hosts, ["true"]), capture_output=True, check=False)
        if attempt.returncode == 0:
            return spaces
    return None


def _hosts(folder: Path) -> Path:
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {HOST}\n", encoding="ascii")
    return hosts


def _inside(spaces: list[str], hosts: Path, command: Sequence[str]) -> list[str]:
    return ["unshare", *spaces, "sh", "-c", _ENTER, "sh", str(hosts), *command]


@contextmanager
def world(folder: Path, *options: str) -> Iterator[World]:
    """`blink sandbox` with options of its command line, in a network of its own, until the block ends."""
    spaces = _spaces(folder)
    assert spaces is not None
    sandbox = [sys.executable, "-c", "from blink_tui.cli import main; main()", "sandbox", "--json", *options]
    tls = ["--port", "443", "--tls-host", HOST, "--tls-dir", str(folder)]
    command = _inside(spaces, _hosts(folder), [*sandbox, *tls, "--exit-with-parent"])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT) as process:
        assert process.stdout is not None
        announced = msgspec.json.decode(process.stdout.readline(), type=_Announced)
        into = ["--preserve-credentials", *(space for space in spaces if space != "--map-root-user")]
        entrance = ("nsenter", "--target", str(process.pid), *into, "--")
        try:
            yield World(tuple(announced.firms), folder / "ca.pem", entrance)
        finally:
            process.terminate()
