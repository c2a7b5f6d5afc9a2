"""The README's first command, as written, on a fresh copy with an empty home and no terminal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 90
"""What the README's reader is willing to wait, installation included."""


def first_command() -> str:
    block = re.search(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    return block.group(1)


@pytest.mark.proof
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only a checkout knows which files are its own")
def test_the_first_command_ends_with_a_summary(tmp_path: Path) -> None:
    copy, home = tmp_path / "copy", tmp_path / "home"
    home.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    done = subprocess.run(
        ["bash", "-c", first_command()],
        cwd=copy,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert "komplet" in done.stdout.lower()
    assert re.search(r"^Nowe dokumenty: [1-9]\d*, ogółem: [1-9]\d*\.$", done.stdout, re.MULTILINE), (
        done.stdout
    )
    assert (home / ".local" / "share" / "blink-tui" / "demo" / "buffer.db").stat().st_mode & 0o777 == 0o600
