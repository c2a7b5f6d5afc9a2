"""A window of tmux for the program under test: keys go in, the screen is waited for."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pytest

from tests.e2e.terminal import QUESTION, ROOT

_PATIENCE = 30.0

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Tmux:
    """One window of a size on a private tmux server; the exit code of its command is shown as `EXIT n`."""

    def __init__(
        self, folder: Path, command: Sequence[str], *, width: int, height: int, env: Mapping[str, str] = {}
    ) -> None:
        self._socket = str(folder / "tmux.sock")
        settings = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TERM": "tmux-256color", **env}
        line = shlex.join(["env", *(f"{name}={value}" for name, value in settings.items()), *command])
        shell = f"cd {shlex.quote(str(ROOT))} && {line}; echo EXIT $?; read x"
        self._run("new-session", "-d", "-s", "w", "-x", str(width), "-y", str(height), shell)

    def __enter__(self) -> Tmux:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("kill-server")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names."""
        self._run("send-keys", "-t", "w", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._run("send-keys", "-t", "w", "-l", text)

    def leave(self) -> None:
        """End the program, though it asks whether to stop fetching; it ends well."""
        self.press("C-q")
        end = time.monotonic() + _PATIENCE
        while "EXIT 0" not in (shown := self._run("capture-pane", "-t", "w", "-p")):
            assert time.monotonic() < end, f"it runs:\n{shown}"
            if QUESTION.search(shown):
                self.press("y")
            time.sleep(0.05)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self._run("resize-window", "-t", "w", "-x", str(width), "-y", str(height))

    def see(self, *wanted: str, seconds: float = _PATIENCE) -> str:
        """Wait until all of these stand on the screen; returns the screen."""
        end = time.monotonic() + seconds
        while True:
            shown = self._run("capture-pane", "-t", "w", "-p")
            if all(part in shown for part in wanted):
                return shown
            assert time.monotonic() < end, f"{wanted} not in\n{shown}"
            time.sleep(0.05)
