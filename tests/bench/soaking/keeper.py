"""The daemon of a soak: started, ended in every way, begun again, and measured from outside meanwhile."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_READY = b"blink_tui.ops.daemon ready"
_LONGEST_STOP = 8.0
"""Seconds of real time after SIGTERM at which it should be gone; its own bound is 4."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a daemon and its workers were at a moment."""

    at: float
    """Seconds of the page since the soak began."""
    memory: int
    """RSS of the main process in bytes."""
    pss: int
    """PSS of the main process and its workers."""
    files: int
    """Open files that are no sockets or pipes."""
    descriptors: int
    """All open descriptors."""
    threads: int
    workers: int
    zombies: int
    at_rest: bool
    """Nobody asked it for anything, and it had nothing to do."""


@dataclass
class Life:
    """One process from its start to its end."""

    began: float
    process: subprocess.Popen[bytes]
    log_began: int
    """Bytes of the log before it."""
    ready: bool = False
    samples: list[Sample] = field(default_factory=list)
    ended: str = ""


@dataclass
class Keeper:
    """Sees to it that a daemon runs, and remembers how each one was."""

    command: Sequence[str]
    environment: Mapping[str, str]
    said: Path
    """Where everything goes that it prints."""
    log: Path
    """Where its log is."""
    lives: list[Life] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    """Spans of the page from the end of a daemon until the next one had begun its work."""
    _gone: float | None = None
    _told_to_end: float | None = None
    _worked: tuple[float, float] = (0.0, 0.0)

    @property
    def life(self) -> Life:
        return self.lives[-1]

    def start(self, now: float) -> None:
        with self.said.open("ab") as said:
            process = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        self.lives.append(Life(now, process, self.log.stat().st_size if self.log.exists() else 0))
        self._told_to_end = None

    def tell(self, number: signal.Signals, now: float) -> None:
        """Send a signal; SIGHUP ends nothing."""
        self.life.process.send_signal(number)
        if number is not signal.SIGHUP:
            self.life.ended = number.name
            self._told_to_end, self._gone = time.monotonic(), now

    def look(self, now: float) -> None:
        """Begin a new one where the last has ended."""
        code = self.life.process.poll()
        if code is None:
            if self._gone is not None and self.settled:
                self.gaps.append((self._gone, now))
                self._gone = None
            if self._told_to_end is not None and time.monotonic() - self._told_to_end > _LONGEST_STOP:
                self.troubles.append(f"did not end within {_LONGEST_STOP} s of {self.life.ended}")
                self.life.process.kill()
            return
        wanted = {"SIGTERM": 0, "SIGKILL": -signal.SIGKILL}.get(self.life.ended)
        if code != wanted:
            self.troubles.append(f"ended with {code} after {self.life.ended or 'nothing'}")
        self.start(now)

    def stop(self, now: float) -> None:
        """For good."""
        self.tell(signal.SIGTERM, now)
        try:
            code = self.life.process.wait(_LONGEST_STOP)
        except subprocess.TimeoutExpired:
            self.life.process.kill()
            code = self.life.process.wait()
        if code:
            self.troubles.append(f"ended with {code} at the end")

    def kill(self) -> None:
        """Leave none behind when a soak breaks off."""
        if self.lives:
            self.life.process.kill()
            self.life.process.wait()

    @property
    def settled(self) -> bool:
        """It has begun its work, and was not told to end."""
        life = self.life
        life.ready = life.ready or (self.log.exists() and _READY in self.log.read_bytes()[life.log_began :])
        return self._told_to_end is None and life.ready

    def sample(self, now: float, *, at_rest: bool = False) -> None:
        """Measure it; one that has just begun or ended is left alone."""
        with suppress(psutil.Error, OSError):
            if self.settled:
                self.life.samples.append(self._sample(now, at_rest))

    def _sample(self, now: float, at_rest: bool) -> Sample:
        main = psutil.Process(self.life.process.pid)
        family = main.children(recursive=True)
        info = main.memory_full_info()
        pss = info.pss
        zombies = 0
        for one in family:
            with suppress(psutil.Error):
                zombies += one.status() == psutil.STATUS_ZOMBIE
                pss += one.memory_full_info().pss
        files, descriptors, threads = len(main.open_files()), main.num_fds(), main.num_threads()
        return Sample(now, info.rss, pss, files, descriptors, threads, len(family), zombies, at_rest)

    def working(self) -> bool:
        """Whether it used, or waited for, a processor or a disk for most of the time since the last call."""
        spent, stuck, now = 0, False, time.monotonic()
        with suppress(OSError):
            for task in Path(f"/proc/{self.life.process.pid}/task").iterdir():
                with suppress(OSError):
                    used, waited, _slices = (task / "schedstat").read_text().split()
                    spent += int(used) + int(waited)
                    stuck = stuck or (task / "stat").read_text().rpartition(") ")[2].startswith("D")
        (before, since), self._worked = self._worked, (spent / 1e9, now)
        return stuck or spent / 1e9 - before > 0.5 * (now - since)
