"""Accounts of the machine for tests: two of one group, and a stranger; only root can become them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GROUP = 64_000
ANNA, PIOTR, STRANGER = 64_001, 64_002, 64_003
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in sys.path if "site-packages" in path)]),
    "PYTHONDONTWRITEBYTECODE": "1",
    "BLINK_LANG": "en",
}
"""What programs of other accounts are started with."""


def as_account(uid: int, command: Sequence[str], *, umask: int = 0o022) -> list[str]:
    """A command as it runs for an account; the stranger has a group of their own."""
    gid = STRANGER if uid == STRANGER else GROUP
    changed = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
    return [*changed, "sh", "-c", f'umask {umask:o}; exec "$@"', "sh", *command]


@cache
def python_of_accounts() -> str:
    """A Python that every account may run with what is installed for this one. Skips where there is none."""
    if os.geteuid() or shutil.which("setpriv") is None:
        pytest.skip("other accounts need root and setpriv")
    for found in (sys.executable, "/usr/bin/python3"):
        probe = as_account(ANNA, [found, "-c", "import sqlite3, blink_tui.buffer.database"])
        if not subprocess.run(probe, capture_output=True, check=False, cwd="/", env=ENVIRONMENT).returncode:
            return found
    pytest.skip("there is no Python that other accounts may run")


def python_as(uid: int, code: str, *words: object) -> str:
    """What Python prints as an account."""
    done = subprocess.run(
        as_account(uid, [python_of_accounts(), "-c", code, *map(str, words)]),
        env=ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    return done.stdout.strip()


@contextmanager
def office_folder() -> Iterator[Path]:
    """A folder that an administrator made for the group, in one that everybody may pass; skips where it cannot be."""
    python_of_accounts()
    with tempfile.TemporaryDirectory() as name:
        above = Path(name)
        above.chmod(0o755)
        folder = above / "blink"
        folder.mkdir()
        os.chown(folder, 0, GROUP)
        folder.chmod(0o2770)
        yield folder
