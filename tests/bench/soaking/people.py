"""Who works beside the daemon in a soak: accountants at consoles, and commands that are begun again and again."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from tests.e2e.terminal import Terminal

_KEPT = 1 << 20
"""Bytes that a console wrote, after which they are searched and put into a file."""
_DECIDE = ("Escape", "6", "F4")
TURNS: tuple[tuple[str, ...], ...] = (
    (*_DECIDE, *["F9"] * 6, "Space", "F9", "F9", "C-z", "Escape"),
    (*_DECIDE, *["F9"] * 10, "Escape"),
    (*_DECIDE, "F9", "w", "do wyjaśnienia", "Enter", "F9", "F9", "Escape"),
    ("Escape", "5", "g", *["\x1b[6~"] * 3, "G", "k", "k", "\x1b[5~"),
    ("Escape", "5", "/", "spółka", "Enter", "n", "n", "Escape"),
    ("Escape", "5", "F8", "amount:>1000", "Enter", "j", "j", "F8", "C-u", "Enter", "Escape"),
    ("Escape", "4", "e", "e", "Escape", "2", "j", "j", "Escape", "1"),
)
"""What a person does at a stretch: decide, undo, ask, scroll, search, filter, look at the log and the firms."""


class Accountant:
    """A console in a terminal, and keys at a person's pace; what it writes goes to a file."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], said: Path, chance: Random, pace: float
    ) -> None:
        """`pace` is the mean of real seconds from key to key."""
        self._chance = chance
        self._pace = pace
        self._said = said
        self._keys: list[str] = []
        self._next = 0.0
        self.pressed = 0
        self.terminal = Terminal(list(command), width=100, height=30, env=env)
        self.terminal.see("F1")

    def look(self) -> None:
        """Take what is written, and press the next key when it is time."""
        self.terminal.read(0.002)
        if len(self.terminal.written) > _KEPT:
            self._put_away()
        if time.monotonic() < self._next or self.terminal.process.poll() is not None:
            return
        self._keys = self._keys or list(self._chance.choice(TURNS))
        self.terminal.press(self._keys.pop(0))
        self.pressed += 1
        self._next = time.monotonic() + self._chance.uniform(0.5, 1.5) * self._pace

    def _put_away(self) -> None:
        with self._said.open("ab") as said:
            said.write(self.terminal.written)
        self.terminal.written = b""

    def leave(self) -> int:
        """Go home; the exit code."""
        with self.terminal as terminal:
            for _turn in range(3):
                if terminal.process.poll() is None:
                    terminal.press("Escape")
                    terminal.until_quiet(0.5)
            for key in ("C-q", "y"):
                if terminal.process.poll() is None:
                    terminal.press(key)
                    terminal.until_quiet(1.0)
            code = terminal.ended()
            self._put_away()
        return code


class Again:
    """A command that is begun once more some time after it has ended; what it says goes to a file."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], said: Path, pause: float) -> None:
        self._command = command
        self._env = env
        self._said = said
        self._pause = pause
        self._child: subprocess.Popen[bytes] | None = None
        self._next = 0.0
        self.codes: Counter[int] = Counter()

    def look(self) -> None:
        """Take how it ended, and begin it when it is time."""
        if self._child is not None:
            code = self._child.poll()
            if code is None:
                return
            self.codes[code] += 1
            self._child, self._next = None, time.monotonic() + self._pause
        if time.monotonic() >= self._next:
            with self._said.open("ab") as said:
                self._child = subprocess.Popen(
                    self._command, env=self._env, stdin=subprocess.DEVNULL, stdout=said, stderr=said
                )

    def end(self) -> None:
        """Let the last one come to its end."""
        if self._child is not None:
            self.codes[self._child.wait(60)] += 1
            self._child = None
