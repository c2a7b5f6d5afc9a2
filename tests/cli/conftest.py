"""The real program as a child process, on an empty home, against a real sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SECONDS = 60


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.text.splitlines()]


class Blink:
    """Runs `blink` with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        passphrase = home / "passphrase"
        passphrase.write_text("correct horse battery staple\n")
        passphrase.chmod(0o600)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BLINK_")}
        self.environment = kept | {
            "HOME": str(home),
            "BLINK_HOME": str(home / "data"),
            "BLINK_LANG": "en",
            "BLINK_LIMITS_DIR": str(home / "limits"),
            "BLINK_VAULT_PASSPHRASE_FILE": str(passphrase),
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        }

    def __call__(self, *words: str, stdin: str = "", code: int | None = 0, **environment: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "blink_tui.cli", *words],
            input=stdin.encode(),
            capture_output=True,
            timeout=SECONDS,
            env=self.environment | environment,
            check=False,
        )
        ended = Ended(done.returncode, done.stdout, done.stderr.decode())
        if code is not None:
            assert ended.code == code, f"{words}: {ended}"
        return ended

    def add_firm(self, url: str, nip: str, token: str, *words: str) -> None:
        """A firm with its token."""
        self("firm", "add", "--nip", nip, "--env", url, *words)
        self("credential", "add", "--firm", nip, "--token-stdin", stdin=f"{token}\n")


@pytest.fixture
def blink(tmp_path: Path) -> Blink:
    """In this process: what needs one of its own makes a `Blink`."""
    from tests.cli.inside import BlinkInside  # which is made of what stands here

    return BlinkInside(tmp_path)


@dataclass(frozen=True)
class SandboxProcess:
    """`blink sandbox` that answers."""

    url: str
    firms: list[dict[str, str]]

    def token(self, nip: str) -> str:
        return next(firm["token"] for firm in self.firms if firm["nip"] == nip)


@contextmanager
def sandbox_process(*words: str) -> Iterator[SandboxProcess]:
    child = subprocess.Popen(
        [sys.executable, "-m", "blink_tui.cli", "sandbox", "--json", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert child.stdout is not None
        yield SandboxProcess(**json.loads(child.stdout.readline()))
    finally:
        child.terminate()
        child.wait(10)
        if child.stdout is not None:
            child.stdout.close()


@pytest.fixture(scope="session")
def start_sandbox() -> Callable[..., Any]:
    return sandbox_process
