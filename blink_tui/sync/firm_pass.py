"""One firm's pass: leases, login, its roles side by side; one role that fails leaves the others going."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from blink_tui.buffer.collective import NEVER_ASKED, Asked
from blink_tui.ksef.client import Session
from blink_tui.ksef.errors import ROLE_IMPOSSIBLE, AskedToWaitError
from blink_tui.ksef.limiter import ensure_limits
from blink_tui.model import events
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.schedule import NEVER, RoleEnd, ScheduledRole
from blink_tui.model.values import KsefNumber
from blink_tui.sync import timetable
from blink_tui.sync.access import logged_in, refusal_noted
from blink_tui.sync.collective import ask_nightly
from blink_tui.sync.discovery import discover
from blink_tui.sync.errors import EXPORT_STUCK, ORDER_UNCERTAIN
from blink_tui.sync.events import Reporter
from blink_tui.sync.leases import Held, leased, work_held
from blink_tui.sync.passes import Manner, RolePass
from blink_tui.sync.plan import MOST_SINGLE
from blink_tui.sync.reconcile import Comparison, reconcile
from blink_tui.sync.role_work import PassTools, RoleWork
from blink_tui.sync.single import fetch_number
from blink_tui.sync.workers import ended

_SWEPT_DAYS = 7
"""How far back the nightly comparison with KSeF's list reaches."""
_WAITS = (EXPORT_STUCK, ORDER_UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run is asked for."""

    roles: tuple[Role, ...] | None = None
    """None is every role that the schedule has not switched off."""
    due: bool = False
    """Only what the schedule says, leaving the user's reserve of requests; else a person asks."""
    number: KsefNumber | None = None
    """Only this document, and no mark moves."""
    since: Instant | None = None
    """Everything from here, whatever was fetched before; no mark moves back."""
    beyond_mark: bool = False
    """Also what KSeF shows past its high-water mark."""
    reconcile_since: Instant | None = None
    """Compare with KSeF's list from here, or from each role's first instant if later."""
    reconcile: bool = False
    """Compare with KSeF's list after the pass and fetch what is missing."""


@dataclass(frozen=True, slots=True)
class FirmOutcome:
    """What a pass did for one firm."""

    firm: Firm
    new: int
    errors: tuple[BlinkError, ...]
    comparisons: tuple[Comparison, ...] = ()
    """What reconciling found, before the missing documents were fetched."""


@dataclass(slots=True)
class FirmPass:
    """What one firm is asked for in one run."""

    tools: PassTools
    firm: Firm
    roles: tuple[Role, ...]
    scheduled: Mapping[Role, ScheduledRole]
    """As it stood when the roles were chosen."""
    wish: Wish
    report: Reporter
    office_asked: Instant | None = None
    """When it was last asked who granted the firm rights, where the firm is an office."""
    collectives_asked: Asked = NEVER_ASKED
    """How far the firm's collective identifiers were asked for."""
    _errors: list[BlinkError] = field(default_factory=list)
    _comparisons: list[Comparison] = field(default_factory=list)
    _new: int = 0

    async def run(self) -> FirmOutcome:
        """Do it; expected failures are in the outcome."""
        tools = self.tools
        planned = {role: one.asked for role, one in self.scheduled.items()} if self.wish.due else None
        asked = instant_of(tools.clock.now()) if self.wish.number is None else None
        async with leased(tools.buffer, self.firm, self.roles, asked=asked, planned=planned) as held:
            if not self.wish.due:
                for role, holder in held.others.items():
                    self._told(work_held(self.firm, holder), role)
            if held.roles:
                await self._work(held)
        return FirmOutcome(self.firm, self._new, tuple(self._errors), tuple(self._comparisons))

    async def _work(self, held: Held) -> None:
        self.report(events.PassStarted)
        session = await self._logged_in(held)
        if session is None:
            return
        if self.wish.number is not None:
            await self._number(session, held.roles, self.wish.number)
        else:
            await self._each_role(session, held)
            await self._discover(session)
            await self._collectives(session)
        self.report(events.PassFinished, new=self._new)

    async def _logged_in(self, held: Held) -> Session | None:
        """A session; None when there is none to be had, with the reason kept for every role."""
        tools = self.tools
        try:
            session = await logged_in(tools.buffer, tools.vault, tools.client, self.firm, tools.clock)
            await self._read_limits(session)
        except BlinkError as error:
            self._told(error, None)
            for role in held.roles:
                held.ends[role] = self._end(error, 0)
            return None
        self.report(events.LoggedIn)
        return session

    async def _read_limits(self, session: Session) -> None:
        """KSeF's own limits for the firm, where those that are known may have changed."""
        limits = await ensure_limits(session, self.tools.limiter)
        if limits is not None:
            hourly = {group: limit.per_hour for group, limit in limits.items()}
            self.report(
                events.LimitsRead,
                lists=hourly.get("invoiceMetadata"),
                packages=hourly.get("invoiceExport"),
            )

    async def _each_role(self, session: Session, held: Held) -> None:
        tasks = [asyncio.create_task(self._role(session, role, held)) for role in held.roles]
        try:
            await asyncio.gather(*tasks)
        finally:
            await ended(tasks)

    async def _role(self, session: Session, role: Role, held: Held) -> None:
        work = RoleWork(self.tools, self.firm, session, role, self.report)
        role_pass = RolePass(work, self._manner(role))
        problem = None
        try:
            await role_pass.fetch()
            await self._compare(role_pass)
        except BlinkError as error:
            problem = self._told(await refusal_noted(self.tools.buffer, self.firm, error, self._now()), role)
        self._new += role_pass.new
        held.ends[role] = self._end(problem, role_pass.new)

    async def _discover(self, session: Session) -> None:
        """Once a night an office asks who granted it rights."""
        due = self.office_asked and timetable.is_due_tonight(self.firm, self.office_asked, self._now())
        if not (self.wish.due and due):
            return
        try:
            await discover(self.tools.buffer, session, self.firm, self._now(), self.report)
        except BlinkError as error:
            self._told(error, None)

    async def _collectives(self, session: Session) -> None:
        """Once a night, after everything that a document may depend on."""
        asked = self.collectives_asked
        if self.wish.due and timetable.is_due_tonight(self.firm, asked.tried, self._now()):
            await ask_nightly(self.tools.buffer, session, self.firm, asked, self.report)

    def _now(self) -> datetime:
        return self.tools.clock.now()

    def _manner(self, role: Role) -> Manner:
        night = timetable.is_night(self._now())
        return Manner(
            history=night or not self.wish.due,
            busy=min(self.scheduled[role].brought) > MOST_SINGLE,
            on_demand=not self.wish.due,
            since=self.wish.since,
            beyond_mark=self.wish.beyond_mark,
        )

    async def _compare(self, role_pass: RolePass) -> None:
        """A person's wish, or the nightly sweep over the last days."""
        if self.wish.reconcile:
            found = await reconcile(role_pass, self.wish.reconcile_since)
            if found is not None:
                self._comparisons.append(found)
            return
        now, role = self._now(), role_pass.work.role
        if self.wish.due and timetable.is_due_tonight(self.firm, self.scheduled[role].swept, now):
            await reconcile(role_pass, instant_of(now - timedelta(days=_SWEPT_DAYS)))
            await self.tools.buffer.schedules.swept(self.firm.id, role, instant_of(now))

    async def _number(self, session: Session, roles: Sequence[Role], number: KsefNumber) -> None:
        try:
            stored = await fetch_number(self.tools.buffer, session, self.firm, tuple(roles), number)
        except BlinkError as error:
            self._told(error, None)
            return
        self._new = stored.new
        self.report(events.DocumentsStored, seen=stored.seen, new=stored.new)

    def _end(self, problem: BlinkError | None, brought: int) -> RoleEnd:
        if problem is None:
            return RoleEnd(brought)
        held = timetable.hold_after(self.firm, problem, self._now())
        every = NEVER if problem.kind == ROLE_IMPOSSIBLE else None
        return RoleEnd(brought, problem.kind.code, held, every)

    def _told(self, error: BlinkError, role: Role | None) -> BlinkError:
        """Report a failure and keep it; the error with its firm filled in."""
        error.firm = error.firm or self.firm.context_value
        self._errors.append(error)
        if isinstance(error, AskedToWaitError):
            until = instant_of(self._now() + timedelta(seconds=error.retry_after))
            self.report(events.Waiting, role=role, reason=str(error), until=until)
        elif error.kind in _WAITS or error.kind.exit_code is ExitCode.LIMITS_EXHAUSTED:
            self.report(events.Waiting, role=role, reason=str(error))
        else:
            kind = events.LoginFailed if role is None and _is_refusal(error) else events.PassFailed
            self.report(
                kind,
                role=role,
                code=error.kind.code,
                problem=str(error),
                cause=error.cause,
                trace_id=error.trace_id,
            )
        return error


def _is_refusal(error: BlinkError) -> bool:
    return error.kind.exit_code is ExitCode.CREDENTIAL_REFUSED
