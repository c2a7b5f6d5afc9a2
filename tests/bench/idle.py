"""A scheduled pass over firms that have nothing new: 20, 200 and 2,000 of them, two roles each, limits in force.

Prints wall time against what 75 requests a second allow, and what one firm costs: requests, transactions, processor
time, memory. The sandbox shares the machine, so its part of the processors is printed beside ours.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil

from blink_tui.ksef.address_window import WINDOWS, AddressTicket, AddressWindow
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.ports import Full
from blink_tui.sync.engine import SyncEngine, Wish
from tests.bench.measure import MIB, longest_stall, peak_memory, row
from tests.sync.settled import make_due, opened, settle

A_SECOND = WINDOWS["global"]
"""Requests that KSeF takes from one address."""
_SERVER = """
import sys
from blink_tui.sandbox import SandboxOptions, running_sandbox
from blink_tui.sandbox.running import announcement
options = SandboxOptions(documents=0, firms=int(sys.argv[1]), auth_delay=0.0)
with running_sandbox(options) as sandbox:
    rates, admit = sandbox.state.rates, sandbox.state.rates.admit
    rates.admit = lambda *_: None
    sandbox.state.clock.advance(float(sys.argv[2]))
    print(announcement(sandbox, as_json=True), flush=True)
    sys.stdin.readline()
    rates.admit = admit
    print(flush=True)
    sys.stdin.readline()
"""
"""Tells its limits and keeps nobody to them until it is sent a line; the next one ends it."""
_AN_INTERVAL = 1800.0
"""Seconds after which every role is due again."""
_LOOK_EVERY = 0.25
"""Seconds between two looks at the memory: each costs a millisecond."""


class DayClock(SystemClock):
    """The machine's clock at another hour: at night other roles would be due, and comparisons with KSeF's list."""

    def __init__(self, ahead: float) -> None:
        self._ahead = timedelta(seconds=ahead)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def until_noon() -> float:
    """Seconds from now to noon UTC of this day; less than none after it."""
    now = datetime.now(UTC)
    return (now.replace(hour=12, minute=0, second=0, microsecond=0) - now).total_seconds()


class Holding:
    """How long requests hold their slots, from the taking to the answer."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.asked = self.full = 0
        """Looks for a slot, and those that found none: without any, something else than the limits is slow."""
        self._since: dict[AddressTicket, float] = {}
        take, answered = AddressWindow.take, AddressWindow.answered

        def taken(window: AddressWindow, wanted: Mapping[str, int], now: float) -> AddressTicket | Full:
            ticket = take(window, wanted, now)
            self.asked += 1
            if isinstance(ticket, AddressTicket):
                self._since[ticket] = now
            else:
                self.full += 1
            return ticket

        def left(window: AddressWindow, ticket: AddressTicket, moment: float) -> None:
            since = self._since.pop(ticket)
            if moment:
                self.seconds.append(moment - since)
            answered(window, ticket, moment)

        AddressWindow.take = taken  # type: ignore[method-assign,assignment]
        AddressWindow.answered = left  # type: ignore[method-assign,assignment]

    @property
    def mean(self) -> float:
        return sum(self.seconds) / max(1, len(self.seconds))


def kept_waiting() -> float:
    """Seconds that the main thread was ready to run and had no processor; 0 where the system does not tell."""
    schedule = Path("/proc/self/schedstat")
    return int(schedule.read_text().split()[1]) / 1e9 if schedule.exists() else 0.0


async def prepare(folder: Path, announced: Mapping[str, Any], clock: Clock) -> None:
    """A profile in which everything has been fetched once."""
    from blink_tui.sandbox.state import Firm as Known

    known = msgspec.convert(announced["firms"], list[Known])
    async with opened(folder) as (buffer, vault):
        await settle(buffer, vault, folder / "work", announced["url"], known, clock)


async def idle_pass(folder: Path, clock: Clock) -> dict[str, float]:
    """One due pass over everything; figures in seconds and counts."""
    async with opened(folder) as (buffer, vault):
        firms = await buffer.firms.list()
        await make_due(buffer, firms, clock)
        holding, process = Holding(), psutil.Process()
        base = process.memory_full_info().pss
        before = (await buffer.change_token())[1], time.process_time(), kept_waiting()
        async with longest_stall() as stall:
            start = time.perf_counter()
            outcome = await SyncEngine(buffer, vault, folder / "work", clock=clock).run(firms, Wish(due=True))
            wall = time.perf_counter() - start
        assert not outcome.failed, outcome.failed[0].errors
        assert len(outcome.firms) == len(firms)
        return {
            "wall": wall,
            "new": outcome.new,
            "cpu": time.process_time() - before[1],
            "waited": kept_waiting() - before[2],
            "transactions": (await buffer.change_token())[1] - before[0],
            "held": holding.mean,
            "longest_held": max(holding.seconds),
            "full": holding.full / holding.asked,
            "stall": stall.value,
            "grown": process.memory_full_info().pss - base,
        }


@dataclass
class Server:
    """A sandbox in a process of its own."""

    process: subprocess.Popen[bytes]
    announced: dict[str, Any]

    def limit(self) -> None:
        """Hold callers to the documented limits from now on."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def requests(self, after: int = 0) -> tuple[int, list[dict[str, Any]]]:
        """How many there have been, and those after a number."""
        base = self.announced["url"].removesuffix("/v2")
        told = httpx.get(f"{base}/_sandbox/requests", params={"after": after}, timeout=60).json()
        return told["total"], told["requests"]

    def post(self, path: str, order: dict[str, Any]) -> None:
        """One of its controls."""
        base = self.announced["url"].removesuffix("/v2")
        httpx.post(f"{base}/_sandbox/{path}", json=order, timeout=600).raise_for_status()

    def cpu(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system


@contextmanager
def server(firms: int, ahead: float) -> Iterator[Server]:
    command = [sys.executable, "-c", _SERVER, str(firms), str(ahead)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(process, json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


@dataclass(frozen=True)
class Measured:
    """An idle pass over so many firms."""

    firms: int
    figures: dict[str, float]
    operations: Counter[str]
    refused: int
    memory: float
    sandbox_cpu: float

    @property
    def requests(self) -> int:
        return sum(self.operations.values())

    @property
    def told(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in self.operations.most_common())
        return f"{self.requests:,} requests ({counts}), {self.refused} of them refused"

    @property
    def bound(self) -> float:
        """Seconds that the requests take at 75 a second."""
        return self.requests / A_SECOND

    @property
    def bound_by_response(self) -> float:
        """Seconds that they take when a slot frees one second after its answer; the first 75 go at once."""
        return max(0, self.requests - A_SECOND) / A_SECOND * (1 + self.figures["held"])

    def printed(self) -> None:
        figures, firms, wall = self.figures, self.firms, self.figures["wall"]
        print(f"{firms:,} firms: {self.told}")
        print(row("wall time", wall, "s"))
        print(row("  bound of 75 requests a second", self.bound, "s"))
        print(row("  bound when a slot frees 1 s after its answer", self.bound_by_response, "s"))
        print(row("  wall time / bound of 75 a second", wall / self.bound, "x", 1.15))
        print(row("requests a firm", self.requests / firms, "", 3))
        print(row("refused for limits (429)", self.refused, "", 0))
        print(row("a slot held from taking to answer, mean", figures["held"] * 1000, "ms"))
        print(row("a slot held from taking to answer, longest", figures["longest_held"] * 1000, "ms"))
        print(row("looks for a slot that found none", figures["full"] * 100, "%"))
        print(row("transactions a firm", figures["transactions"] / firms, ""))
        print(row("our processor time a firm", figures["cpu"] / firms * 1000, "ms"))
        print(row("our share of one processor", figures["cpu"] / wall * 100, "%"))
        print(row("the loop waited for a processor that others had", figures["waited"] / wall * 100, "%"))
        print(row("the sandbox's share of one processor", self.sandbox_cpu / wall * 100, "%"))
        print(row("peak memory of our processes (PSS)", self.memory / MIB, "MiB", 200))
        print(row("  grown from the start of the pass to its end", figures["grown"] / MIB, "MiB"))
        print(row("longest stall of the engine's loop", figures["stall"] * 1000, "ms", 50))


def command(ahead: float) -> list[str]:
    """This program once more, by a clock set on."""
    return [sys.executable, "-m", "tests.bench.idle", "--ahead", str(ahead)]


@contextmanager
def prepared(firms: int, ahead: float) -> Iterator[tuple[Server, Path]]:
    """A sandbox that keeps callers to its limits, and the profile that knows its firms."""
    with tempfile.TemporaryDirectory(prefix="blink-bench-") as name, server(firms, ahead) as running:
        os.environ["BLINK_LIMITS_DIR"] = str(Path(name) / "limits")
        start, announced = time.perf_counter(), json.dumps(running.announced).encode()
        subprocess.run([*command(ahead), "--prepare", name], input=announced, check=True)
        print(f"profile of {firms:,} firms made in {time.perf_counter() - start:.1f} s")
        running.limit()
        yield running, Path(name)


def busy(documents: int, ahead: float) -> None:
    """The next pass over one firm to which so many documents have come."""
    with prepared(1, ahead) as (running, folder):
        now = DayClock(ahead).now()
        stored = [(now + timedelta(seconds=one / 10)).isoformat() for one in range(documents)]
        firm = running.announced["firms"][0]["nip"]
        order = {"generate": documents, "firm": firm, "role": "buyer", "stored": stored}
        running.post("invoices", order)
        running.post("clock", {"advance": _AN_INTERVAL})
        found = measured(running, folder, command(ahead + _AN_INTERVAL))
        print(f"one firm with {documents:,} new documents: {found.told}; {found.figures['new']:,} stored")


def measured(running: Server, folder: Path, program: Sequence[str]) -> Measured:
    before, cpu = running.requests()[0], running.cpu()
    with subprocess.Popen([*program, "--child", str(folder)], stdout=subprocess.PIPE) as child:
        with peak_memory(child.pid, _LOOK_EVERY) as memory:
            output, _ = child.communicate()
        assert child.returncode == 0
    cpu = running.cpu() - cpu
    requests = running.requests(before)[1]
    operations = Counter(str(one["operation"]) for one in requests)
    refused = sum(one["status"] == 429 for one in requests)
    firms = len(running.announced["firms"])
    return Measured(firms, json.loads(output), operations, refused, memory.value, cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, nargs="+", default=[20, 200, 2000])
    parser.add_argument("--runs", type=int, default=1, help="passes over each number of firms")
    parser.add_argument(
        "--documents", type=int, default=9000, help="new ones of one more firm; 0 leaves it out"
    )
    parser.add_argument("--ahead", type=float, default=until_noon(), help="seconds to set the clocks on")
    parser.add_argument("--child", type=Path, help="run the measured pass over the profile in a folder")
    parser.add_argument("--prepare", type=Path, help="make a profile in a folder, of what is read")
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(asyncio.run(idle_pass(chosen.child, DayClock(chosen.ahead)))))
        return
    if chosen.prepare:
        asyncio.run(prepare(chosen.prepare, json.loads(sys.stdin.read()), DayClock(chosen.ahead)))
        return
    if chosen.documents:
        busy(chosen.documents, chosen.ahead)
    costs: list[Measured] = []
    for firms in chosen.firms:
        with prepared(firms, chosen.ahead) as (running, folder):
            for _ in range(chosen.runs):
                costs.append(measured(running, folder, command(chosen.ahead)))
                costs[-1].printed()
    print("a firm costs    requests  transactions  processor ms")
    for one in costs:
        transactions, cpu = one.figures["transactions"] / one.firms, one.figures["cpu"] / one.firms * 1000
        print(f"{one.firms:6} firms {one.requests / one.firms:11.2f} {transactions:13.2f} {cpu:13.2f}")
    few, many = costs[0], costs[-1]
    if many.firms > few.firms:
        more = (many.figures["grown"] - few.figures["grown"]) / (many.firms - few.firms)
        print(row(f"memory a firm, from {few.firms:,} to {many.firms:,}", more / 1024, "KiB"))


if __name__ == "__main__":
    main()
