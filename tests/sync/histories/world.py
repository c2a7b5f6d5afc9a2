"""A sandbox, a buffer and the machines that fetch from one into the other; what must hold between the two."""

from __future__ import annotations

import asyncio
import base64
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from blink_tui.buffer import open_buffer
from blink_tui.model.firms import CredentialKind
from blink_tui.model.secret import Secret
from blink_tui.model.values import parse_nip
from blink_tui.sandbox import SandboxOptions, running_sandbox
from blink_tui.sandbox.arrivals import Arrival
from blink_tui.sandbox.clock import parse_ticks, seconds, text_of
from blink_tui.sandbox.documents import Document
from blink_tui.sandbox.faults import Fault
from blink_tui.sandbox.journal import Entry, Journal
from blink_tui.sync.engine import Wish
from blink_tui.vault import open_vault
from tests.sync.histories import books
from tests.sync.histories.child import BOOT, BUFFER, CLOCK, VAULT, Ended, FixedSource, Job
from tests.sync.histories.clock import SECOND, SharedClock
from tests.sync.histories.invoices import SHAPES, invoice
from tests.sync.histories.nursery import Pass

LONGEST_PASS = 60.0
"""Seconds of real time after which a pass hangs."""
EVERYTHING = Wish()
HOUR, DAY = 3_600.0, 86_400.0
_MEMORY = Path("/dev/shm")
"""Where there is one, histories are kept in memory: they are about kills, not about power cuts."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a history is set in."""

    start: datetime
    first_day: date
    firms: int
    bounds: Literal["[]", "[)", "(]", "()"]
    hwm_lag: float
    hwm_step: float
    max_package: int
    truncate_after: int
    part_size: int
    api: Literal["2.6", "2.9"]
    digits: Literal[6, 7]
    package_digits: Literal[6, 7]
    answer_takes: float
    """Seconds of the history's time from a request's coming to its answer."""


class Spot(StrEnum):
    """Where on the line of permanent storage invoices appear; never behind the mark, as KSeF promises."""

    MARK = "at the mark"
    NEXT = "one tick after the mark"
    BETWEEN = "behind newer ones"
    LAST = "at the instant of the newest one"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Coming:
    """Invoices that come in at one instant."""

    shape: str
    """A name of `invoices.SHAPES`, `generated sale` or `generated purchase`."""
    spot: Spot
    count: int
    number: int
    corrects: bool


class _Watch(Journal):
    """A log of requests during which time passes and invoices come in."""

    def __init__(self, clock: SharedClock, answer_takes: float) -> None:
        super().__init__()
        self._clock = clock
        self._takes = answer_takes
        self.entries: list[Entry] = []
        """All of them; a process that was killed may have left a request that is answered while they are read."""
        self.plan: tuple[int, Callable[[], None]] | None = None
        """What happens after so many more requests."""

    def add(self, entry: Entry) -> None:
        super().add(entry)
        self.entries.append(entry)
        if self._takes:
            self._clock.advance(self._takes)
        if self.plan is not None:
            left, happen = self.plan
            self.plan = (left - 1, happen) if left > 1 else None
            if left <= 1:
                happen()


class World:
    """One history's sandbox, buffer and processes. `close` ends it."""

    def __init__(self, setting: Setting, tell: Callable[[str], None]) -> None:
        """`tell` hears the whole story of a failure."""
        self._tell = tell
        self._stack = ExitStack()
        self.setting = setting
        self.folder = Path(
            tempfile.mkdtemp(prefix="blink-history-", dir=_MEMORY if _MEMORY.is_dir() else None)
        )
        self._buffer = self.folder / BUFFER
        self.clock = SharedClock(self.folder / CLOCK, setting.start)
        options = SandboxOptions(
            firms=setting.firms,
            documents=0,
            as_of=setting.first_day,
            bounds=setting.bounds,
            hwm_lag=setting.hwm_lag,
            hwm_step=setting.hwm_step,
            max_package=setting.max_package,
            truncate_after=setting.truncate_after,
            part_size=setting.part_size,
            api=setting.api,
            digits=setting.digits,
            package_digits=setting.package_digits,
        )
        running = self._stack.enter_context(running_sandbox(options, self.clock))
        self.sandbox = running.state
        self.journal = self.sandbox.journal = _Watch(self.clock, setting.answer_takes)
        self.nips = [firm.nip for firm in running.firms]
        self._boot(self.clock.now() - 1_000 * SECOND)
        self.story = [str(setting)]
        """What has happened so far."""
        self._marks: dict[books.FirmRole, tuple[int, int]] = {}
        self._highest = self.sandbox.high_water_mark()
        asyncio.run(self._register(running.url))

    async def _register(self, url: str) -> None:
        vault = open_vault(self.folder / VAULT, FixedSource(), create=True)
        async with open_buffer(self._buffer) as buffer:
            for known in self.sandbox.firms:
                nip = parse_nip(known.nip)
                firm = await buffer.firms.add(nip, name=known.name, env=url, first_day=self.setting.first_day)
                vault.put(f"token/{nip}", Secret(known.token))
                await buffer.credentials.add(CredentialKind.TOKEN, f"token/{nip}", nip, [firm.id])

    def close(self) -> None:
        """End the sandbox, which takes it a while, and forget everything."""

        def end() -> None:
            self._stack.close()
            self.clock.close()
            shutil.rmtree(self.folder, ignore_errors=True)

        threading.Thread(target=end).start()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell a failure with the story that led to it."""
        try:
            yield
        except (AssertionError, TimeoutError) as error:
            self._tell("\n".join([*self.story, f"{type(error).__name__}: {error}"]))
            raise

    # What happens outside

    def come(self, coming: Coming) -> None:
        """Let invoices come in, as many of an instant as fit into a package beside what is there already."""
        stored = self._instant(coming.spot)
        near = sum(abs(one.stamps.stored - stored) <= 2 * SECOND for one in self._documents())
        count = min(coming.count, self.setting.max_package - 1 - near)
        if count > 0:
            self.story.append(f"come {coming}: {count} at {text_of(stored, 7)}")
            self._store(coming, [stored] * count, behind_mark=False)

    def backlog(self, shape: str, count: int) -> None:
        """Invoices stored since the first day, evenly, before anybody fetched."""
        start = parse_ticks(f"{self.setting.first_day.isoformat()}T00:00:00Z")
        step = (self.sandbox.high_water_mark() - start) // (count + 1)
        stored = [start + step * (place + 1) for place in range(count)]
        self.story.append(f"backlog of {count}: {shape}")
        self._store(Coming(shape, Spot.NOW, count, 0, corrects=False), stored, behind_mark=True)

    def _store(self, coming: Coming, stored: list[int], *, behind_mark: bool) -> None:
        instants = [text_of(each, 7) for each in stored]
        if coming.shape.startswith("generated"):
            role: Literal["seller", "buyer"] = "seller" if coming.shape.endswith("sale") else "buyer"
            arrival = Arrival(
                generate=len(stored), firm=self.nips[0], role=role, stored=instants, behind_mark=behind_mark
            )
        else:
            corrected = next(reversed(self.sandbox.documents.by_number), None) if coming.corrects else None
            firms = [self.nips[0], self.nips[-1]]
            texts = [
                base64.b64encode(
                    invoice(SHAPES[coming.shape], firms, coming.number + place // 2, corrected)
                ).decode()
                for place in range(len(stored))
            ]
            arrival = Arrival(xml=texts, stored=instants, behind_mark=behind_mark)
        self.sandbox.arrivals.take(arrival)

    def _instant(self, spot: Spot) -> int:
        self._look_at_mark()
        mark, now = self._highest, self.clock.now()
        last = max((one.stamps.stored for one in self._documents()), default=now)
        match spot:
            case Spot.MARK:
                return mark
            case Spot.NEXT:
                return min(mark + 1, now)
            case Spot.BETWEEN:
                return (mark + now) // 2
            case Spot.LAST:
                return max(last, mark)
        return now

    def _documents(self) -> list[Document]:
        return list(self.sandbox.documents.by_number.values())

    def wait(self, length: float) -> None:
        """Let time pass."""
        self._look_at_mark()
        self.clock.advance(length)
        self.story.append(f"wait {length} until {text_of(self.clock.now(), 7)}")

    def go_wrong(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        self.story.append(f"go wrong {fault}")
        self.sandbox.faults.add(fault)

    def set_clock(self, jump: float) -> None:
        """Somebody sets the machine's clock, or sets it right where it would be too far off."""
        ahead = self.clock.ahead + seconds(jump)
        self.clock.ahead = ahead if abs(ahead) <= 3 * DAY * SECOND else 0
        self.story.append(f"clock ahead by {self.clock.ahead / SECOND} s")

    def restart_machine(self) -> None:
        """The machine is off for a while; its steady clock begins anew."""
        self.wait(45.0)
        self._boot(self.clock.now() - 20 * SECOND)
        self.story.append("machine restarted")

    def _boot(self, booted: int) -> None:
        self._booted = booted
        (self.folder / BOOT).write_text(f"{booted}\n")

    def hold_mark(self, back: float) -> None:
        """Let the high-water mark stand where it is, or some seconds before."""
        self._look_at_mark()
        self.sandbox.held_mark = self.sandbox.high_water_mark() - seconds(back)
        self.story.append(f"mark held at {text_of(self.sandbox.held_mark, 7)}")

    def release_mark(self) -> None:
        """Let it go on."""
        self.sandbox.held_mark = None
        self.story.append("mark released")

    # What the program does

    def passes(self, *deaths: int | None, wish: Wish = EVERYTHING) -> list[Ended]:
        """One pass, or several at once, each in a process that dies at an await or does not; then look whether all
        is well. Raises AssertionError.
        """
        under_way = [Pass(Job(self.folder, wish, self._booted, dies_at)) for dies_at in deaths]
        with self._told():
            ended = [one.ended(LONGEST_PASS) for one in under_way]
        self.journal.plan = None
        self._look_at_mark()
        for dies_at, one in zip(deaths, ended, strict=True):
            self.story.append(f"pass, {wish}, to die at {dies_at}: {one}")
        with self._told():
            for one in ended:
                assert one.crash is None, one.crash
            self.check()
        return ended

    def _look_at_mark(self) -> None:
        self._highest = max(self._highest, self.sandbox.high_water_mark())

    # What must hold

    def check(self) -> None:
        """At every moment: no mark claims what is not there, goes back or is not KSeF's; limits are kept."""
        held = books.held(self._buffer)
        for (nip, role), (since, until) in self._marks_now().items():
            old_since, old_until = self._marks.get((nip, role), (since, until))
            assert until >= old_until, f"{role} of {nip}: the mark went back"
            assert since <= old_since, f"{role} of {nip}: the mark forgot its beginning"
            assert until <= self._highest, f"{role} of {nip}: the mark is beyond KSeF's"
            claimed = {
                one.ksef_number
                for one in books.seen(self.sandbox, nip, role)
                if since <= one.stamps.stored < until
            }
            missing = claimed - held.get((nip, role), {}).keys()
            assert not missing, f"{role} of {nip}: below the mark and not in the buffer: {sorted(missing)}"
            self._marks[nip, role] = since, until
        entries = self.journal.entries
        refused = [one for one in entries if one.status == 429 and one.fault is None]
        assert not refused, f"refused for a limit: {refused[0]}, after {self._before(refused[0])}"

    def _before(self, refused: Entry) -> list[str]:
        """When the same operation was asked before."""
        same = [one for one in self.journal.entries if one.operation == refused.operation]
        return [f"{text_of(one.at)} {one.status}" for one in same if one.number <= refused.number]

    def settle(self) -> None:
        """Everything goes right from here on, and time passes, until a pass has nothing more to do; then the buffer
        holds what the sandbox holds. Raises AssertionError.
        """
        self.story.append("everything goes right")
        self.sandbox.faults.clear()
        self.release_mark()
        self.clock.ahead = 0
        first = self.setting.hwm_lag + self.setting.hwm_step + HOUR
        problem = ""
        for length in (first, HOUR, HOUR, 25 * HOUR, HOUR, HOUR, 5 * DAY, *[2 * HOUR] * 8):
            self.wait(length + 1)
            (ended,) = self.passes(None)
            problem = str(ended.errors) if ended.errors else self._difference()
            if not problem:
                break
        with self._told():
            assert not problem, f"not whole in the end: {problem}"
            wrong = [*books.faults_of(self._buffer, self.sandbox.documents.by_number)]
            wrong += asyncio.run(self._broken_chains())
            assert not wrong, wrong

    def _difference(self) -> str:
        """What still tells buffer and sandbox apart; empty when nothing does."""
        start = parse_ticks(f"{self.setting.first_day.isoformat()}T00:00:00Z")
        apart = books.apart(self._buffer, self.sandbox, start)
        pending = books.rows(self._buffer, "SELECT id, role, reference FROM pending_export")
        return f"{apart or ''}{pending or ''}"

    async def _broken_chains(self) -> list[str]:
        async with open_buffer(self._buffer) as buffer:
            states = [(firm.nip, await buffer.history.verify(firm.id)) for firm in await buffer.firms.list()]
        return [f"chain of {nip}: {state}" for nip, state in states if state.broken_at is not None]

    def _marks_now(self) -> dict[books.FirmRole, tuple[int, int]]:
        sql = "SELECT f.nip, m.role, m.since, m.until FROM mark m JOIN firm f ON f.id = m.firm_id"
        return {
            (nip, role): (parse_ticks(since), parse_ticks(until))
            for nip, role, since, until in books.rows(self._buffer, sql)
        }
