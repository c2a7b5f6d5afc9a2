"""Whatever happens, KSeF's own counting never finds one request too many, and nobody waits longer than a window.

A history is any sequence of requests by two processes, answers, refusals, kills, reboots, told limits and settings of
the clock on the wall, on the real files. KSeF's windows are written down here once more, from the protocol alone: a
request arrives at any moment between its sending and its answer, so the worst choice of moments is judged.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import AddressWindow
from blink_tui.ksef.errors import LIMITS, TIMED_OUT, AskedToWaitError
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.operations import METADATA, OWN_TOKEN, REFRESH, TOKENS, Context
from blink_tui.ksef.rates import RateLimit
from blink_tui.model.errors import BlinkError
from tests.clocks import START, VirtualClock

CONTEXTS = (Context("Nip", "1111111111"), Context("InternalId", "1111111111-00001"))
OPERATIONS = (METADATA, TOKENS, OWN_TOKEN, REFRESH)
LENGTHS = (1.0, 60.0, 3600.0)
Limit = tuple[int | None, int | None, int | None]
KSEF: dict[str, Limit] = {
    "invoiceMetadata": (8, 16, 20),
    "other": (10, 30, 120),
    "anonymous": (60, None, None),
    "global": (75, None, None),
}
"""The limits that the contract gives."""

some_process, some_context, some_number = st.integers(0, 1), st.integers(0, 1), st.integers(0, 99)
some_kind = st.sampled_from((0, 0, 1, 3))
lengths = st.sampled_from((0.0625, 0.9375, 1.0, 4.0, 55.0, 59.9375, 60.0, 90.0, 1800.0, 3599.9375))
told = st.fixed_dictionaries(
    {"invoiceMetadata": st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 6))},
    optional={
        "other": st.tuples(st.integers(1, 2), st.integers(1, 4), st.integers(1, 6)),
        "anonymous": st.tuples(st.integers(1, 3), st.none(), st.none()),
        "global": st.tuples(st.integers(1, 4), st.none(), st.none()),
    },
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), some_process, some_context, st.integers(0, 3)),
        st.tuples(st.just("send"), some_process, some_context, st.integers(0, 3)),
        st.tuples(st.just("burst"), some_process, some_context, some_kind, st.just("answer")),
        st.tuples(st.just("burst"), some_process, some_context, some_kind, st.just("give_up")),
        st.tuples(st.just("answer"), some_number),
        st.tuples(st.just("answer"), some_number),
        st.tuples(st.just("give_up"), some_number),
        st.tuples(st.just("refuse"), some_number, st.sampled_from((1, 30, 3565))),
        st.tuples(st.just("wait"), lengths),
        st.tuples(st.just("wait"), lengths),
        st.tuples(st.just("set_wall"), st.integers(-50_000, 50_000)),
        st.tuples(st.just("kill"), some_process),
        st.tuples(
            st.just("reboot"), st.sampled_from((0.0, 2.0, 100.0, 5000.0)), st.sampled_from((0.0, 20.0))
        ),
        st.tuples(st.just("learn"), some_process, some_context, told),
    ),
    max_size=60,
)


@dataclass
class Sent:
    """A request as KSeF may see it; moments are true time, which no clock shows."""

    context: int
    counters: dict[tuple[object, ...], Limit]
    """What counts it, and the limits that held when it was sent."""
    sent: float
    process: int
    slot: AbstractAsyncContextManager[None]
    latest: float = float("inf")
    """The latest moment at which it may arrive."""

    @property
    def open(self) -> bool:
        return self.latest == float("inf")


@dataclass
class World:
    """Two processes on one machine, and KSeF."""

    folder: Path
    clock: VirtualClock = field(default_factory=VirtualClock)
    boots: int = 0
    boot_began: float = 0.0
    requests: list[Sent] = field(default_factory=list)
    limits: list[dict[str, Limit]] = field(default_factory=lambda: [dict(KSEF), dict(KSEF)])
    parked: dict[object, float] = field(default_factory=dict)
    """True time until which a context, or what is asked without a login, is parked."""
    waits: list[tuple[int, float, float]] = field(default_factory=list)
    """Of each refusal by our side: seconds told, the most they may be, seconds spent before it."""

    def __post_init__(self) -> None:
        self.processes = [self._started(), self._started()]

    @property
    def now(self) -> float:
        return self.boot_began + self.clock.steady()

    def _started(self) -> tuple[Limiter, LimitBook, AddressWindow]:
        book = LimitBook(self.folder / "limits.db", f"boot {self.boots}").__enter__()
        window = AddressWindow(self.folder / "ksef.window", "ksef", f"boot {self.boots}").__enter__()
        return Limiter(self.clock, book, window), book, window

    async def send(self, process: int, context: int, operation: int) -> None:
        asked, who = OPERATIONS[operation], CONTEXTS[context]
        slot = self.processes[process][0].slot(asked, who)
        begun = self.clock.steady()
        try:
            await slot.__aenter__()
        except AskedToWaitError as refusal:
            parked = max(self.parked.get(key, 0.0) for key in (context, "anonymous")) - self.now
            self.waits.append((refusal.retry_after, max(3600.0, parked + 1.0), self.clock.steady() - begun))
            return
        limits = self.limits[context]
        counters: dict[tuple[object, ...], Limit] = {("everything",): limits["global"]}
        if asked is REFRESH:
            counters["without login",] = limits["anonymous"]
            assert self.now >= self.parked.get("anonymous", 0.0)
        else:
            group = "invoiceMetadata" if asked is METADATA else "other"
            counters[context, asked.name] = limits[group]
        assert self.now >= self.parked.get(context, 0.0), "a parked context is left alone"
        self.requests.append(Sent(context, counters, self.now, process, slot))

    async def burst(self, process: int, context: int, operation: int, ending: str) -> None:
        """As much as goes, each answered or given up at once."""
        refused = len(self.waits)
        for _ in range(9):
            await self.send(process, context, operation)
            if len(self.waits) > refused:
                return
            await getattr(self, ending)(-1)

    def _open(self, number: int) -> Sent | None:
        running = [request for request in self.requests if request.open]
        return running[number % len(running)] if running else None

    async def answer(self, number: int) -> None:
        if request := self._open(number):
            request.latest = min(self.now, request.sent + 90.0)
            await request.slot.__aexit__(None, None, None)

    async def give_up(self, number: int) -> None:
        if request := self._open(number):
            request.latest = min(self.now + 10.0, request.sent + 90.0)
            error = BlinkError(TIMED_OUT)
            assert not await request.slot.__aexit__(type(error), error, None)

    async def refuse(self, number: int, seconds: int) -> None:
        if request := self._open(number):
            request.latest = min(self.now, request.sent + 90.0)
            key: object = "anonymous" if ("without login",) in request.counters else request.context
            self.parked[key] = max(self.parked.get(key, 0.0), self.now + seconds)
            error = AskedToWaitError(LIMITS, seconds)
            assert not await request.slot.__aexit__(type(error), error, None)

    async def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def set_wall(self, seconds: int) -> None:
        self.clock.set_wall(START + timedelta(seconds=seconds))

    async def kill(self, process: int) -> None:
        """Whatever it still does reaches no file any more."""
        limiter, book, window = self.processes[process]
        book.__exit__(None, None, None)
        window.__exit__(None, None, None)
        limiter._address, limiter._book = AddressWindow(None), LimitBook(None).__enter__()
        for request in self.requests:
            if request.open and request.process == process:
                request.latest = request.sent + 90.0
                await request.slot.__aexit__(None, None, None)
        limiter._book.__exit__(None, None, None)
        self.processes[process] = self._started()

    async def reboot(self, seconds_off: float, seconds_up: float) -> None:
        ended = self.now
        self.boots += 1
        for process in (0, 1):
            await self.kill(process)
        for request in self.requests:
            request.latest = min(request.latest, ended)
        self.boot_began = ended + seconds_off
        self.clock.reboot(seconds_up)

    async def learn(self, process: int, context: int, limits: dict[str, Limit]) -> None:
        self.limits[context] = {**KSEF, **limits}
        told = {group: RateLimit(*values) for group, values in limits.items()}
        self.processes[process][0].learn(CONTEXTS[context], told)

    def judge(self) -> None:
        """KSeF's view of everything that was sent."""
        for index, last in enumerate(self.requests):
            for counter, limits in last.counters.items():
                counted = [each for each in self.requests[: index + 1] if counter in each.counters]
                for length, limit in zip(LENGTHS, limits, strict=True):
                    assert limit is None or _most_at_once(counted, length) <= limit, (counter, length)

    async def end(self) -> None:
        """One window after the last request can have arrived there is room for everybody, parked or not."""
        for _ in range(len(self.requests)):
            await self.answer(0)
        self.judge()
        over = max([self.now, self.boot_began, *(request.latest for request in self.requests)]) + 3600.0
        self.clock.advance(max(over, *self.parked.values(), 0.0) - self.now)
        refused = len(self.waits)
        for context in (0, 1):
            for operation in range(4):
                await self.send(0, context, operation)
                await self.answer(0)
        assert len(self.waits) == refused
        assert all(1 <= told <= most and spent <= 5.0 for told, most, spent in self.waits)
        self.judge()
        for _limiter, book, window in self.processes:
            book.__exit__(None, None, None)
            window.__exit__(None, None, None)


def _most_at_once(counted: list[Sent], length: float) -> int:
    """How many requests may arrive within one window that holds the last one, if they choose their moments badly."""
    last = counted[-1]
    most = 0
    for begin in (each.latest for each in counted):
        if last.latest >= begin and last.sent < begin + length:
            most = max(most, sum(each.latest >= begin and each.sent < begin + length for each in counted))
    return most


async def _lived(limits: dict[str, Limit], history: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        await world.learn(0, 0, limits)
        for name, *values in history:
            await getattr(world, str(name))(*values)
        await world.end()


@settings(max_examples=250, deadline=None)
@given(told, steps)
def test_no_history_makes_ksef_refuse_a_request(
    limits: dict[str, Limit], history: list[tuple[object, ...]]
) -> None:
    asyncio.run(_lived(limits, history))
