"""Passes over many firms, then the derive stage; one firm's failure leaves the others going."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.buffer.collective import NEVER_ASKED
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import shared_window
from blink_tui.ksef.client import KsefClient
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.operations import Context
from blink_tui.model import events
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from blink_tui.model.schedule import ScheduledRole
from blink_tui.model.settings import KSEF_PART_HOSTS
from blink_tui.sync import timetable
from blink_tui.sync.access import open_to_schedule
from blink_tui.sync.arrival import sweep
from blink_tui.sync.collector import spare_the_loop
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.course import CountedGate, Course
from blink_tui.sync.derive import derive_pending
from blink_tui.sync.events import EventSink, Listener, Reporter
from blink_tui.sync.expiry import expiry_warnings
from blink_tui.sync.firm_pass import FirmOutcome, FirmPass, Wish
from blink_tui.sync.leases import heartbeat
from blink_tui.sync.lookout import Lookout
from blink_tui.sync.role_work import PassTools
from blink_tui.sync.workers import Worker, ended
from blink_tui.vault import Vault

__all__ = ["FirmOutcome", "Outcome", "SyncEngine", "Wish"]

_FIRMS_AT_ONCE = 32
"""As many as keep the address's requests a second in use while each waits for its answers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did."""

    firms: tuple[FirmOutcome, ...]

    @property
    def new(self) -> int:
        """Documents that firms did not have before."""
        return sum(firm.new for firm in self.firms)

    @property
    def failed(self) -> tuple[FirmOutcome, ...]:
        """Firms of which something stopped."""
        return tuple(firm for firm in self.firms if firm.errors)


Task = tuple[Firm, tuple[Role, ...], Mapping[Role, ScheduledRole]]
"""A firm with the roles to ask for, and its schedule."""


class SyncEngine:
    """Runs passes against the KSeF of each firm.

    `folder` is private: it holds package parts while they are needed, and the count of requests made.
    """

    def __init__(
        self,
        buffer: Buffer,
        vault: Vault,
        folder: Path,
        *,
        clock: Clock | None = None,
        listener: Listener | None = None,
    ) -> None:
        self._buffer = buffer
        self._vault = vault
        self._folder = folder
        self._clock = clock or SystemClock()
        self._sink = EventSink(buffer, self._heard)
        self._listener = listener
        self.steps = 0
        """Grows with every request, event and step of reading."""

    def use_vault(self, vault: Vault) -> None:
        """Log in with another vault from the next run on; called while none runs."""
        self._vault = vault

    async def run(
        self, firms: Sequence[Firm], wish: Wish | None = None, course: Course | None = None
    ) -> Outcome:
        """One pass for each firm, a few at a time, then the derive stage over what came in.

        With `wish.due` only firms and roles that the schedule asks for now; the others are not in the outcome. `course`
        tells how far it is. Runs may go on beside one another as long as no firm's pass runs in two of them.
        """
        spare_the_loop()
        run = secrets.token_hex(4)
        wish = wish or Wish()
        course = course or Course()
        tasks = await self._tasks(firms, wish)
        course.planned({firm.id for firm, _roles, _scheduled in tasks})
        if wish.due and not tasks:
            return Outcome(())
        async with self._sink.flushing():
            for warning in await expiry_warnings(self._buffer, self._clock, run):
                self._sink.tell(warning)
            lookout = Lookout(self._buffer, self._clock, self._sink, run)
            async with lookout.beside(firm.env for firm, _roles, _scheduled in tasks):
                outcomes = await self._passes(tasks, wish, run, course)
            await self._derive(self._sink.reporter(run, None))
        return Outcome(tuple(outcomes))

    def _step(self, _done: int = 1) -> None:
        self.steps += 1

    def _heard(self, event: events.Event) -> None:
        self._step()
        if self._listener is not None:
            self._listener(event)

    async def _derive(self, report: Reporter) -> None:
        """The second stage over everything that waits for it."""
        today = warsaw_day(instant_of(self._clock.now()))
        read, unreadable = await derive_pending(self._buffer, today, self._step)
        await compare_pending(self._buffer, today, self._step)
        if read:
            report(events.DocumentsDerived, read=read, unreadable=unreadable)
        await self._propose(report)

    async def propose(self) -> None:
        """Make the proposals that wait though no pass brought anything: books, rules or locked months were changed."""
        if await self._buffer.codings.to_propose(None, 1):
            async with self._sink.flushing():
                await self._propose(self._sink.reporter(secrets.token_hex(4), None))

    async def _propose(self, report: Reporter) -> None:
        """The third stage, over everything that waits for it; its code is loaded where any firm has books."""
        if not await self._buffer.books.all():
            return
        from blink_tui.sync.proposing import propose_pending

        today = warsaw_day(instant_of(self._clock.now()))
        proposed, coded = await propose_pending(self._buffer, today, self._step)
        if proposed:
            report(events.DocumentsProposed, proposed=proposed, coded=coded)

    async def _tasks(self, firms: Sequence[Firm], wish: Wish) -> list[Task]:
        """What is to be asked for; choosing it for 2,000 firms takes 0.1 s, so not on the loop."""
        now = self._clock.now()
        if wish.due:
            able = await open_to_schedule(self._buffer, firms, now)
            firms = [firm for firm in firms if firm.id in able]
        scheduled = await self._buffer.schedules.all()
        return await asyncio.to_thread(_chosen, firms, scheduled, wish, now)

    async def _passes(self, tasks: Sequence[Task], wish: Wish, run: str, course: Course) -> list[FirmOutcome]:
        """The store stage of every firm; what it opened is closed before documents are read."""
        firms = [firm for firm, _roles, _scheduled in tasks]
        turns = asyncio.Semaphore(_FIRMS_AT_ONCE)
        await asyncio.to_thread(sweep, self._folder)
        async with heartbeat(self._buffer, self._clock), AsyncExitStack() as stack:
            worker = await stack.enter_async_context(Worker())
            book = await asyncio.to_thread(stack.enter_context, LimitBook(self._folder / "limits.db"))
            tools = {}
            hosts = await self._buffer.settings.value(KSEF_PART_HOSTS)
            for url in {firm.base_url for firm in firms}:
                window = stack.enter_context(shared_window(url))
                limiter = Limiter(self._clock, book, window, keep_reserve=wish.due)
                client = await stack.enter_async_context(self._client(url, limiter, run, firms, hosts))
                tools[url] = PassTools(
                    self._buffer, self._vault, client, worker, self._clock, self._folder, limiter
                )

            offices = await self._buffer.offices.discovered()
            collectives = await self._buffer.collective.asked()

            async def one(
                firm: Firm, roles: tuple[Role, ...], known: Mapping[Role, ScheduledRole]
            ) -> FirmOutcome:
                report, asked = self._sink.reporter(run, firm.id), offices.get(firm.id)
                about = collectives.get(firm.id, NEVER_ASKED)
                async with turns:
                    with course.firm(firm.id):
                        return await FirmPass(
                            tools[firm.base_url], firm, roles, known, wish, report, asked, about
                        ).run()

            running = [asyncio.create_task(one(*task)) for task in tasks]
            try:
                return await asyncio.gather(*running)
            finally:
                await ended(running)

    def _client(
        self, url: str, gate: Limiter, run: str, firms: Sequence[Firm], part_hosts: Sequence[str]
    ) -> KsefClient:
        """A client for one environment; what KSeF warns of is told with the firm it was told for."""
        ids = {firm.context_value: firm.id for firm in firms if firm.base_url == url}

        def warned(context: Context, warning: str) -> None:
            self._sink.tell(events.SystemWarned(run=run, firm_id=ids.get(context.value), warning=warning))

        counted = CountedGate(gate, self._step)
        return KsefClient(url, clock=self._clock, on_warning=warned, gate=counted, part_hosts=part_hosts)


def _chosen(
    firms: Sequence[Firm], scheduled: Iterable[ScheduledRole], wish: Wish, now: datetime
) -> list[Task]:
    schedules: dict[int, dict[Role, ScheduledRole]] = {}
    for one in scheduled:
        schedules.setdefault(one.firm_id, {})[one.role] = one
    tasks: list[Task] = []
    for firm in firms:
        known = schedules[firm.id]
        roles = timetable.roles_asked(firm, known, wish.roles)
        if wish.due:
            roles = timetable.due_roles(firm, [known[role] for role in roles], now)
        if roles or not wish.due:
            tasks.append((firm, tuple(roles), known))
    return tasks
