"""A soak from an empty folder to its verdict."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from pathlib import Path

from tests.bench.soaking.day import FIRST_DAY, START, Day, Plan
from tests.bench.soaking.findings import Finding, findings
from tests.bench.soaking.keeper import Keeper
from tests.bench.soaking.ksef import Ksef
from tests.bench.soaking.office import Office
from tests.bench.soaking.weather import HOUR
from tests.ops.notify.servers import chat_server
from tests.sync.histories import books
from tests.sync.histories.clock import SharedClock

_LONGEST_SYNC = 300.0
_WAITS = (0.0, 0.5 * HOUR, 2 * HOUR, 25 * HOUR)
"""What a person waits before asking again: orders of unknown outcome, and parks, are waited out."""
_RATE = 20.0


def soak(plan: Plan, folder: Path) -> list[Finding]:
    """Live through the day, and judge it."""
    office = Office(folder)
    clock = SharedClock(office.page, START)
    ksef = Ksef(plan.firms, clock, FIRST_DAY)
    try:
        with chat_server() as chat:
            command = office.command("daemon", "--log-to", "file", "--json")
            log = office.paths.log_folder / "daemon.log"
            keeper = Keeper(command, office.environment, office.said / "daemon", log)
            day = Day(plan, office, ksef, clock, keeper, chat)
            day.begin()
            try:
                day.live()
                until = day.now
                keeper.stop(until)
            finally:
                keeper.kill()
            return list(findings(day, until, _asked_for(day)))
    finally:
        ksef.stop()
        clock.close()


def _asked_for(day: Day) -> int:
    """What firms still miss whose access KSeF refused for a day, after a person has asked: how many that were."""
    missing = _missing(day)
    for wait in _WAITS:
        if not _missing(day):
            break
        day.clock.advance(wait)
        _sync(day)
    return missing


def _missing(day: Day) -> int:
    return sum(map(len, books.apart(day.office.paths.buffer_path, day.ksef.state, 0).values()))


def _sync(day: Day) -> None:
    with (day.office.said / "sync").open("ab") as said:
        child = subprocess.Popen(
            day.office.command("sync"), env=day.office.environment, stdin=subprocess.DEVNULL,
            stdout=said, stderr=said,
        )  # fmt: skip
        end = time.monotonic() + _LONGEST_SYNC
        while child.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
            day.clock.advance(0.05 * _RATE)
        if child.poll() is None:
            child.kill()
        day.codes.setdefault("sync", Counter())[child.wait()] += 1
