"""`kill -9` of the real program at random moments of a pass over 10,000 invoices, started again until it is done.

Prints what was lost and doubled, which must be nothing, and two counts, which must be equal: packages ordered beyond
those that an undisturbed pass orders, and kills that fell between an order and the saving of its reference. To have
some of these for certain, further kills are aimed: KSeF takes an order, and the program is dead before the answer.

Only the main process is killed; its workers have to end by themselves. The quarter of an hour for which an order of
unknown outcome is waited out is taken out of the buffer, so that nobody has to wait it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from blink_tui.model.dates import instant_of
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sandbox.journal import Entry, Journal
from tests.cli.conftest import Blink
from tests.sync.histories import books

_LONGEST = 300.0
"""Seconds after which a pass hangs."""
_WORKERS_END = 10.0
"""Seconds in which workers notice that their parent is gone."""
_ORDERS = "SELECT iv, reference FROM pending_export"


@dataclass(slots=True)
class Count:
    """What was seen so far."""

    kills: int = 0
    aimed: int = 0
    passes: int = 0
    """Passes brought to their end, each on an empty buffer."""
    ordered: int = 0
    needed: int = 0
    """Orders of as many undisturbed passes."""
    unsaved: int = 0
    """Kills that came when KSeF had an order whose reference was not saved; orders, where several were under way."""
    lost: int = 0
    wrong: list[str] = field(default_factory=list)
    """Anything doubled or damaged."""
    left_over: int = 0
    """Workers that outlived their parent."""

    @property
    def extra(self) -> int:
        """Orders that an undisturbed pass would not have made."""
        return self.ordered - self.needed

    @property
    def right(self) -> bool:
        """Nothing lost, nothing doubled, and no more orders than kills explain."""
        return self.extra == self.unsaved and not (self.lost or self.wrong or self.left_over)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills at random moments and {self.aimed} aimed, {self.passes} passes: "
            f"{self.lost} documents lost, {len(self.wrong)} doubled or damaged {self.wrong[:3] or ''}, "
            f"{self.left_over} workers left; extra orders {self.extra}, "
            f"kills between order and reference {self.unsaved}"
        )


class _Aim(Journal):
    """A log of requests that kills a process as soon as an order of it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.orders = 0
        self.target: subprocess.Popen[bytes] | None = None

    def add(self, entry: Entry) -> None:
        super().add(entry)
        if entry.operation == "order_export" and entry.status == 201:
            self.orders += 1
            if self.target is not None:
                self.target.kill()


class Kills:
    """One sandbox, and homes in which its one firm is fetched again and again."""

    def __init__(self, sandbox: RunningSandbox, folder: Path, chance: random.Random) -> None:
        self.count = Count()
        self._sandbox = sandbox
        self._chance = chance
        self._folder = folder
        self._aim = sandbox.state.journal = _Aim()
        self._uncertain: set[bytes] = set()
        self._template = Blink(_empty(folder / "template"))
        firm = sandbox.firms[0]
        self._template.add_firm(sandbox.url, firm.nip, firm.token)
        self._length, self._orders_a_pass = self._undisturbed()

    def _undisturbed(self) -> tuple[float, int]:
        """Seconds and orders of a pass that nobody kills."""
        began, home = time.monotonic(), self._home()
        assert self._start(home).wait(_LONGEST) == 0
        return time.monotonic() - began, self._aim.orders

    def run(self, kills: int, aimed: int) -> Count:
        """Passes until there have been so many kills of each sort."""
        before = self._aim.orders
        while self.count.kills < kills or self.count.aimed < aimed:
            self._one_pass(kills, aimed)
            self.count.ordered = self._aim.orders - before
            print(self.count, flush=True)
        return self.count

    def _one_pass(self, kills: int, aimed: int) -> None:
        home = self._home()
        if self.count.aimed < aimed:
            self.count.aimed += self._killed(home, None)
        while self.count.kills < kills and self._killed(home, self._chance.uniform(0, self._length)):
            self.count.kills += 1
        self._wait_out(home)
        assert self._start(home).wait(_LONGEST) == 0
        self._check(home)
        shutil.rmtree(home.home)

    def _killed(self, home: Blink, after: float | None) -> bool:
        """Start the program and kill it after so many seconds, or at its first order; False when it was done before."""
        self._wait_out(home)
        process = self._start(home)
        if after is None:
            self._aim.target = process
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LONGEST if after is None else after)
        self._aim.target = None
        workers = _below(process)
        process.kill()
        died = process.wait() == -signal.SIGKILL
        self.count.left_over += len(psutil.wait_procs(workers, _WORKERS_END)[1])
        return died

    def _wait_out(self, home: Blink) -> None:
        """Note the orders of unknown outcome, and let a quarter of an hour pass for them."""
        buffer = _buffer(home)
        self._uncertain |= {iv for iv, reference in books.rows(buffer, _ORDERS) if reference is None}
        long_ago = instant_of(datetime.now(UTC) - timedelta(minutes=16))
        books.change(buffer, "UPDATE pending_export SET asked_at = ? WHERE reference IS NULL", long_ago)

    def _taken(self) -> set[bytes]:
        """What tells the orders that KSeF took from one another."""
        exports = self._sandbox.state.exports
        known = [exports.find(told["referenceNumber"]) for told in exports.told(0, None)]
        return {export.iv for export in known if export is not None}

    def _check(self, home: Blink) -> None:
        self.count.passes += 1
        self.count.unsaved += len(self._uncertain & self._taken())
        self._uncertain.clear()
        self.count.needed += self._orders_a_pass
        state, buffer = self._sandbox.state, _buffer(home)
        self.count.lost += sum(map(len, books.apart(buffer, state, 0).values()))
        self.count.wrong += books.faults_of(buffer, state.documents.by_number)
        self.count.wrong += [f"pending: {row}" for row in books.rows(buffer, _ORDERS)]

    def _home(self) -> Blink:
        folder = self._folder / "home"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._template.home, folder)
        return Blink(folder)

    @staticmethod
    def _start(home: Blink) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "blink_tui.cli", "sync", "--json"]
        return subprocess.Popen(
            command, env=home.environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )


def _below(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _buffer(home: Blink) -> Path:
    return home.home / "data" / "default" / "buffer.db"


@contextmanager
def killing(documents: int, seed: int) -> Iterator[Kills]:
    """A sandbox with one firm's purchases, limits off, since a person would have to wait for hours."""
    options = SandboxOptions(
        documents=documents, firms=1, sales=0.0, limits=False, auth_delay=0.0, export_delay=0.5
    )
    with tempfile.TemporaryDirectory(prefix="blink-kills-") as folder, running_sandbox(options) as sandbox:
        yield Kills(sandbox, Path(folder), random.Random(seed))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--aimed", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}")
    with killing(chosen.documents, chosen.seed) as kills:
        return not kills.run(chosen.kills, chosen.aimed).right


if __name__ == "__main__":
    raise SystemExit(main())
