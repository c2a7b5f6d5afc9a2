"""Passes over many firms, then the derive stage; one firm's failure leaves the others going."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import shared_window
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.operations import Context
from blink_tui.model import events
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ContextType, Firm
from blink_tui.model.values import KsefNumber
from blink_tui.sync.access import KeptLogins, firm_access
from blink_tui.sync.derive import derive_pending
from blink_tui.sync.events import EventSink, Listener, Reporter
from blink_tui.sync.leases import heartbeat, leased
from blink_tui.sync.passes import FirmPass, PassTools
from blink_tui.sync.reconcile import Comparison
from blink_tui.sync.single import fetch_number
from blink_tui.sync.workers import Worker, ended
from blink_tui.vault import Vault

ALL_ROLES = tuple(Role)
_FIRMS_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run is asked for."""

    roles: tuple[Role, ...] = ALL_ROLES
    number: KsefNumber | None = None
    """Only this document, and no mark moves."""
    reconcile_since: Instant | None = None
    """After the pass compare with KSeF's list from here, or from each role's first instant if later."""
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
        self._sink = EventSink(buffer, listener)
        self._logins = KeptLogins(vault)

    async def run(self, firms: Sequence[Firm], wish: Wish | None = None) -> Outcome:
        """One pass for each firm, a few at a time, then the derive stage over what came in."""
        run = secrets.token_hex(4)
        async with self._sink.flushing():
            outcomes = await self._passes(firms, wish or Wish(), run)
            await derive_pending(self._buffer, report=self._sink.reporter(run, None))
        return Outcome(tuple(outcomes))

    async def _passes(self, firms: Sequence[Firm], wish: Wish, run: str) -> list[FirmOutcome]:
        """The store stage of every firm; what it opened is closed before documents are read."""
        turns = asyncio.Semaphore(_FIRMS_AT_ONCE)
        async with heartbeat(self._buffer, self._clock), AsyncExitStack() as stack:
            worker = await stack.enter_async_context(Worker())
            book = await asyncio.to_thread(stack.enter_context, LimitBook(self._folder / "limits.db"))
            clients = {}
            for url in {firm.base_url for firm in firms}:
                gate = Limiter(self._clock, book, stack.enter_context(shared_window(url)))
                clients[url] = await stack.enter_async_context(self._client(url, gate, run, firms))

            async def one(firm: Firm) -> FirmOutcome:
                tools = PassTools(
                    self._buffer, self._vault, clients[firm.base_url], worker, self._clock, self._folder
                )
                async with turns:
                    return await self._firm_pass(tools, firm, wish, self._sink.reporter(run, firm.id))

            tasks = [asyncio.create_task(one(firm)) for firm in firms]
            try:
                return await asyncio.gather(*tasks)
            finally:
                await ended(tasks)

    def _client(self, url: str, gate: Limiter, run: str, firms: Sequence[Firm]) -> KsefClient:
        """A client for one environment; what KSeF warns of is told with the firm it was told for."""
        ids = {firm.context_value: firm.id for firm in firms if firm.base_url == url}

        def warned(context: Context, warning: str) -> None:
            self._sink.tell(events.SystemWarned(run=run, firm_id=ids.get(context.value), warning=warning))

        return KsefClient(url, clock=self._clock, on_warning=warned, gate=gate)

    async def _firm_pass(self, tools: PassTools, firm: Firm, wish: Wish, report: Reporter) -> FirmOutcome:
        report(events.PassStarted)
        try:
            _credential, access = await firm_access(self._buffer, self._vault, firm)
            session = await self._logins.session(tools.client, firm, access)
        except BlinkError as error:
            return FirmOutcome(firm, 0, (_told(report, firm, error, None),))
        report(events.LoggedIn)
        roles = tuple(role for role in wish.roles if role in askable_roles(firm))
        if wish.number is None:
            firm_pass = FirmPass(tools, firm, session, report)
            comparisons: list[Comparison] = []

            async def fetch(role: Role) -> None:
                await firm_pass.fetch_role(role)
                if wish.reconcile:
                    comparisons.extend(await firm_pass.reconcile_role(role, wish.reconcile_since))

            errors = await self._each_role(fetch, firm, roles, report)
            new, found = firm_pass.new, tuple(comparisons)
        else:
            new, errors = await self._number(session, firm, roles, wish.number, report)
            found = ()
        report(events.PassFinished, new=new)
        return FirmOutcome(firm, new, tuple(errors), found)

    async def _each_role(
        self, work: Callable[[Role], Awaitable[None]], firm: Firm, roles: Sequence[Role], report: Reporter
    ) -> list[BlinkError]:
        """Every role side by side, each in its lease; one that fails leaves the others going."""

        async def one(role: Role) -> BlinkError | None:
            try:
                async with leased(self._buffer, firm, role):
                    await work(role)
            except BlinkError as error:
                return _told(report, firm, error, role)
            return None

        tasks = [asyncio.create_task(one(role)) for role in roles]
        try:
            errors = await asyncio.gather(*tasks)
        finally:
            await ended(tasks)
        return [error for error in errors if error]

    async def _number(
        self, session: Session, firm: Firm, roles: tuple[Role, ...], number: KsefNumber, report: Reporter
    ) -> tuple[int, list[BlinkError]]:
        try:
            stored = await fetch_number(self._buffer, session, firm, roles, number)
        except BlinkError as error:
            return 0, [_told(report, firm, error, None)]
        report(events.DocumentsStored, seen=stored.seen, new=stored.new)
        return stored.new, []


def askable_roles(firm: Firm) -> tuple[Role, ...]:
    """Roles that KSeF answers in the firm's context: a unit has no documents as seller or buyer (21181)."""
    if firm.context_type is ContextType.INTERNAL_ID:
        return (Role.THIRD_PARTY, Role.AUTHORIZED)
    return ALL_ROLES


def _told(report: Reporter, firm: Firm, error: BlinkError, role: Role | None) -> BlinkError:
    """Report a failure; the error with its firm filled in."""
    error.firm = error.firm or firm.context_value
    report(
        events.PassFailed,
        role=role,
        code=error.kind.code,
        problem=str(error),
        cause=error.cause,
        trace_id=error.trace_id,
    )
    return error
