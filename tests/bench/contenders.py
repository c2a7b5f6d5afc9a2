"""Who fetches the same package from the same sandbox: we, and two foreign SDKs where they are installed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.foreign import environments

_ROOT = Path(__file__).parents[2]
_ENVIRONMENTS = _ROOT / ".pytest_cache" / "d" / "foreign"
"""Where `pytest -m proof` keeps them, too."""
_SERVER = """
import sys
from pathlib import Path
from blink_tui.sandbox import SandboxOptions, serve
serve(SandboxOptions(invoices=Path(sys.argv[1]), part_size=int(sys.argv[2]), limits=False,
                     export_delay=1.0, auth_delay=0.0, json=True, exit_with_parent=True))
"""


@dataclass(frozen=True)
class Task:
    """Where the package is, and for whom."""

    url: str
    nip: str
    token: str


@dataclass(frozen=True)
class Contender:
    """A way to fetch a package, in a process of its own."""

    name: str
    command: tuple[str, ...]
    told: bool
    """The task comes by standard input; else as arguments."""

    def start(self, task: Task) -> subprocess.Popen[str]:
        """Begin to fetch a tar.gz, the kind that we ask for; what it prints are its figures."""
        words = () if self.told else (task.url, task.nip, task.token)
        process = subprocess.Popen(
            [*self.command, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
        )
        assert process.stdin is not None
        if self.told:
            process.stdin.write(json.dumps({**vars(task), "compression": "TarGz"}))
        process.stdin.close()
        return process

    def figures(self, task: Task) -> dict[str, float]:
        """Fetch; `stored`, `ordered` and `cpu` in seconds, `documents` a count."""
        process = self.start(task)
        assert process.stdout is not None
        printed = process.stdout.read()
        if process.wait() != 0:
            raise subprocess.CalledProcessError(process.returncode, self.command)
        figures: dict[str, float] = json.loads(printed)
        return figures


def ours(*options: str) -> Contender:
    """The engine with an empty buffer, from its login to its derive stage; options of `our_pass`."""
    command = (sys.executable, "-m", "tests.bench.our_pass", *options)
    return Contender("ours: fetched, verified, stored", command, False)


def foreign() -> Iterator[Contender | str]:
    """The SDKs, or why one of them is not there."""
    python = environments.python_of("3.12")
    if python is None:
        yield "ksef2: not installed, there is no Python 3.12"
    else:
        yield _sdk("ksef2", python, "ksef2~=1.1.0", "drive_ksef2.py")
    yield _sdk("ksef-client", Path(sys.executable), "ksef-client[cli,xml]~=0.20.0", "drive_ksef_client.py")


def _sdk(name: str, python: Path, requirement: str, driver: str) -> Contender | str:
    _ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    try:
        programs = environments.environment(_ENVIRONMENTS / name, python, requirement)
    except environments.UnreachableError:
        return f"{name}: not installed, the package index cannot be reached"
    driver_file = Path(__file__).with_name(driver)
    return Contender(f"{name}: fetched, unpacked", (str(programs / "python"), str(driver_file)), True)


@contextmanager
def sandbox(invoices: Path, nip: str, part_size: int) -> Iterator[Task]:
    """A sandbox over a folder of invoices, in a process of its own."""
    command = [sys.executable, "-c", _SERVER, str(invoices), str(part_size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        token = next(firm["token"] for firm in announced["firms"] if firm["nip"] == nip)
        try:
            yield Task(announced["url"], nip, token)
        finally:
            process.stdin.close()
