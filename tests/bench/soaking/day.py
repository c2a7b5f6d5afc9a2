"""A soak's day as it goes: the page's time is moved, what is to happen happens, everybody works, all is measured."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from subprocess import DEVNULL, Popen

from blink_tui.sandbox.clock import parse_ticks, text_of
from blink_tui.sandbox.faults import Fault
from tests.bench.soaking.hurried import FASTEST
from tests.bench.soaking.keeper import Keeper
from tests.bench.soaking.ksef import Ksef
from tests.bench.soaking.office import Office
from tests.bench.soaking.people import Accountant, Again
from tests.bench.soaking.weather import HOUR, Coming, Do, Doing, Happening, day_of
from tests.ops.notify.servers import Chat
from tests.sync.histories.clock import SECOND, SharedClock

START = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
"""Four in the morning in Warsaw, so that a day has the whole of a night in it."""
FIRST_DAY = date(2026, 11, 16)
_SLOWEST = 20.0
"""Seconds of the page in a second while somebody computes or is answered: this machine's slowness is not KSeF's."""
_ASKED = """
    SELECT f.nip, s.role, s.asked FROM schedule s JOIN firm f ON f.id = s.firm_id WHERE s.asked IS NOT NULL
"""
_TICK = 0.01
_LONGEST_TICK = 0.04
"""Time that the driver was kept from its work does not count for more."""
_MEASURED_EVERY = 0.4
_AT_REST = 3
"""Ticks of quiet after which the daemon counts as at rest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a soak is to be."""

    firms: int
    hours: float
    minutes: float
    """Of real time that it should take; it takes longer where the machine is slow."""
    seed: int
    faults: float = 12.0
    """An hour."""
    per_firm: float = 25.0
    """Invoices a day."""
    backlog: tuple[int, ...] = (1500, 1000, 500)
    """Of the first firms, before anybody fetched."""
    pace: float = 1.0
    """Real seconds from key to key."""
    exports_every: float = 4.0
    """Real seconds from the end of an export to the next one."""
    grace: float = 0.75
    """Hours after the day, in which nothing goes wrong any more and nothing comes in."""
    few: bool = False
    """Whether the daemon ends only twice."""


@dataclass(slots=True)
class Away:
    """A span of the page in which nobody could be asked, or nobody was there to ask."""

    since: float
    until: float
    why: Do


@dataclass
class Day:
    """A day under way, and after it what came of it."""

    plan: Plan
    office: Office
    ksef: Ksef
    clock: SharedClock
    keeper: Keeper
    chat: Chat
    away: list[Away] = field(default_factory=list)
    asked: dict[tuple[str, str], set[float]] = field(default_factory=dict)
    """By firm and role, when the profile says that it was asked for."""
    done: Counter[str] = field(default_factory=Counter)
    codes: dict[str, Counter[int]] = field(default_factory=dict)
    pressed: int = 0
    arrived: int = 0
    calm_from: float = 0.0
    real: float = 0.0
    """Seconds that it took."""
    left_in_work: list[str] = field(default_factory=list)
    """Names in the work folder when nothing was to be done any more."""
    _quiet: int = 0
    """Ticks since somebody worked."""
    _backup: Popen[bytes] | None = None
    _comes_back: float | None = None

    @property
    def now(self) -> float:
        """Seconds of the page since the beginning."""
        return (self.clock.now() - self.start) / SECOND

    @property
    def start(self) -> int:
        """The beginning in ticks."""
        return (START - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10

    def begin(self) -> None:
        """Before anybody fetches: firms, settings, a backlog."""
        office, plan = self.office, self.plan
        office.register(self.ksef.url, self.ksef.state.firms, FIRST_DAY)
        for name in ("backup", "metrics"):
            folder = office.root / name
            folder.mkdir()
            office.run("config", "set", f"{name}.folder", str(folder))
        office.run("notify", "add", "office", "--url-stdin", stdin=f"{self.chat.url}\n")
        lag = 400 * SECOND
        for firm, count in zip(self.ksef.state.firms, plan.backlog, strict=False):
            first = self.start - 30 * 3600 * SECOND
            step = (self.start - lag - first) // count
            stored = [text_of(first + place * step, 7) for place in range(count)]
            self.ksef.arrive(firm.nip, "buyer", count, stored, late=True)
            self.arrived += count

    def live(self) -> None:
        """From the first minute to the end of the grace after it."""
        plan, office = self.plan, self.office
        began, chance = time.monotonic(), Random(f"people {plan.seed}")
        length = plan.hours * HOUR
        happenings = day_of(
            plan.seed, plan.firms, length, faults=plan.faults, per_firm=plan.per_firm, few=plan.few
        )
        self.keeper.start(self.now)
        people = [
            Accountant(
                office.command(), office.environment, office.said / f"console {name}", chance, plan.pace
            )
            for name in "ab"
        ]
        exporter = Again(
            office.command("export", "--format", "csv", "--out", str(office.out), "--json"),
            office.environment, office.said / "exports", plan.exports_every,
        )  # fmt: skip
        try:
            self._pass(happenings, length, [*people, exporter])
            self.ksef.state.faults.clear()
            self.calm_from = self.now
            self._pass([], length + plan.grace * HOUR, [*people, exporter])
            exporter.end()
            self.codes["export"] = exporter.codes
            self.codes["console"] = Counter(one.leave() for one in people)
            self.pressed = sum(one.pressed for one in people)
            self._pass([], self.now + 60, [])
            self.left_in_work = sorted(one.name for one in office.paths.work_folder.iterdir())
        finally:
            for one in people:
                if one.terminal.process.poll() is None:
                    one.terminal.process.kill()
        self.real = time.monotonic() - began

    def _pass(self, happenings: list[Happening], until: float, workers: list[Accountant | Again]) -> None:
        left, last, measured = happenings[::-1], time.monotonic(), 0.0
        ends = last + (until - self.now) / (self.plan.hours * HOUR) * self.plan.minutes * 60
        while self.now < until:
            time.sleep(_TICK)
            now = time.monotonic()
            step, last = min(now - last, _LONGEST_TICK), now
            self.clock.advance(step * self._rate(until, ends - now))
            while left and left[-1][0] <= self.now and self._happen(left[-1][1]):
                left.pop()
            self._look()
            for one in workers:
                one.look()
            if now - measured > _MEASURED_EVERY:
                measured = now
                self._note_asked()
                self.keeper.sample(self.now, at_rest=self._quiet > _AT_REST)

    def _rate(self, until: float, left: float) -> float:
        """Seconds of the page in a second: what it takes to be done in time, and slowly while somebody works."""
        if self.keeper.working() or self.ksef.under_way:
            self._quiet = 0
            return _SLOWEST
        self._quiet += 1
        return min(FASTEST, max(60.0, 2 * (until - self.now) / max(left, 1.0)))

    def _note_asked(self) -> None:
        """What the profile says of when each role was asked for last."""
        for nip, role, asked in self.office.rows(_ASKED):
            self.asked.setdefault((nip, role), set()).add((parse_ticks(asked) - self.start) / SECOND)

    def _look(self) -> None:
        self.keeper.look(self.now)
        if self._comes_back is not None and self.now >= self._comes_back:
            self.ksef.start()
            self._comes_back = None
            self.away[-1].until = self.now
        if self._backup is not None and (code := self._backup.poll()) is not None:
            self.codes["backup"] = Counter([code])
            self._backup = None

    def _happen(self, what: Coming | Doing | Fault) -> bool:
        """Let it happen; False when it has to wait until the daemon has begun."""
        match what:
            case Coming():
                firm = self.ksef.state.firms[what.firm]
                self.ksef.arrive(firm.nip, what.role, what.count)
                self.arrived += what.count
            case Fault():
                self.ksef.state.faults.add(what)
            case Doing(what=Do.KILL | Do.TERM | Do.HUP) if not self.keeper.settled:
                return False
            case Doing():
                self.done[what.what] += 1
                self._do(what)
        return True

    def _do(self, doing: Doing) -> None:
        match doing.what:
            case Do.KILL:
                self.keeper.tell(signal.SIGKILL, self.now)
            case Do.TERM:
                self.keeper.tell(signal.SIGTERM, self.now)
            case Do.HUP:
                self.keeper.tell(signal.SIGHUP, self.now)
            case Do.SLEEP:
                since = self.now
                self.clock.advance(doing.length)
                self.away.append(Away(since, self.now, doing.what))
            case Do.OUTAGE if self._comes_back is None:
                self.ksef.stop()
                self._comes_back = self.now + doing.length
                self.away.append(Away(self.now, self._comes_back, doing.what))
            case Do.BACKUP:
                command = self.office.command("backup", "--to", str(self.office.root / "middle.blink-backup"))
                with (self.office.said / "backup").open("ab") as said:
                    self._backup = Popen(
                        command, env=self.office.environment, stdin=DEVNULL, stdout=said, stderr=said
                    )
