"""A terminal for the console under test: a pty that is read, measured, left unread or closed at will."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyte

ROOT = Path(__file__).parents[2]
_PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    """What came after a key: seconds from it to the first and to the last byte, and how many bytes."""

    first: float
    last: float
    bytes: int


KEYS = {
    "Enter": "\r", "Tab": "\t", "Escape": "\x1b", "Space": " ", "Left": "\x1b[D", "F4": "\x1bOS", "F5": "\x1b[15~",
    "F8": "\x1b[19~", "F9": "\x1b[20~", "F10": "\x1b[21~", "C-q": "\x11", "C-s": "\x13", "C-u": "\x15", "C-z": "\x1a",
}  # fmt: skip
"""What a terminal sends for a key, by tmux's name of it."""


QUESTION = re.compile(r"Enter (Yes|Tak)")
"""What stands under a question that is to be answered with yes or no."""


class Terminal:
    """A process on a pty of a size; what it wrote is kept and shown on an emulated screen."""

    def __init__(
        self, command: list[str], *, width: int = 80, height: int = 24, env: Mapping[str, str] = {}
    ) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self.master, slave = pty.openpty()
        os.set_blocking(self.master, False)
        import fcntl
        import struct
        import termios

        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, start_new_session=True,
            env={**_environment(), **env},
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.close()

    def close(self) -> None:
        """The terminal vanishes."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def send(self, data: str | bytes) -> None:
        """Type."""
        os.write(self.master, data.encode() if isinstance(data, str) else data)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names."""
        for key in keys:
            self.send(KEYS.get(key, key))

    def type(self, text: str) -> None:
        """Type a text."""
        self.send(text)

    def read(self, seconds: float) -> int:
        """Take what comes within so many seconds; returns how many bytes that was."""
        count, end = 0, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                break
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            if not data:
                break
            count += len(data)
            self._take(data)
        return count

    def ask(self, keys: str | bytes, quiet: float = 0.06) -> Answer:
        """Type and take the answer, which ends when nothing has come for so long."""
        start = time.perf_counter()
        self.send(keys)
        chunks = self._chunks(start, 1.0, quiet)
        for _at, data in chunks:
            self._take(data)
        if not chunks:
            return Answer(0.0, 0.0, 0)
        return Answer(chunks[0][0], chunks[-1][0], sum(len(data) for _at, data in chunks))

    def _chunks(self, start: float, patience: float, quiet: float) -> list[tuple[float, bytes]]:
        """What comes, each piece with the seconds since the start; the emulation, which is slow, comes later."""
        chunks: list[tuple[float, bytes]] = []
        while select.select([self.master], [], [], quiet if chunks else patience)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            if not data:
                break
            chunks.append((time.perf_counter() - start, data))
        return chunks

    def painted(self, start: float, shown: Callable[[str], bool], quiet: float = 0.5) -> float:
        """Seconds from a reading of the clock to the piece that made the screen as wanted; what follows is taken."""
        found = None
        for _turn in range(int(_PATIENCE)):
            for at, data in self._chunks(start, 1.0, quiet):
                self._take(data)
                if found is None and shown(self.text):
                    found = at
            if found is not None:
                return found
        raise AssertionError(f"not painted:\n{self.text}")

    def _take(self, data: bytes) -> None:
        self.written += data
        self._stream.feed(data)

    def stall(self, seconds: float) -> None:
        """Read nothing for so long, as a terminal behind a dead line does."""
        time.sleep(seconds)

    def until_quiet(self, seconds: float = 0.6) -> int:
        """Take what comes until nothing has come for so long; returns how many bytes that was."""
        count = 0
        while more := self.read(seconds):
            count += more
        return count

    @property
    def text(self) -> str:
        """The emulated screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def see(self, *wanted: str) -> str:
        """Wait until all of these stand on the screen."""
        end = time.monotonic() + _PATIENCE
        while not all(part in self.text for part in wanted):
            assert time.monotonic() < end, f"{wanted} not on the screen:\n{self.text}"
            self.read(0.1)
        return self.text

    def ended(self, seconds: float = _PATIENCE) -> int:
        """The exit code, waited for; what is still written is read meanwhile."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still alive:\n{self.text}"
            if self.master >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
        if self.master >= 0:
            self.read(0.1)
        assert self.process.returncode is not None
        return self.process.returncode

    def leave(self) -> None:
        """End the program, though it asks whether to stop fetching; it ends well."""
        self.press("C-q")
        end = time.monotonic() + _PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still alive:\n{self.text}"
            self.read(0.05)
            if QUESTION.search(self.text):
                self.press("y")
        assert self.ended() == 0

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self.process.send_signal(number)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }


def console(folder: Path, *options: str) -> list[str]:
    """The command that starts the console on a small office."""
    return [sys.executable, "-m", "tests.e2e.launch_console", str(folder), *options]
