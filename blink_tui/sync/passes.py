"""A pass over one role of one firm: does what the plan says, step by step, until there is nothing left to do.

The order of commits is what a kill meets: a pending export is durable before KSeF is asked, its reference at
once after the answer, its documents and the mark in one last transaction (DESIGN, rule 1; PROTOCOL 4).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from blink_tui.buffer import Buffer, MarkMove, StoredExport, StoredInvoice
from blink_tui.buffer.errors import HASH_CONFLICT
from blink_tui.ksef.client import KsefClient, MetadataPage, QueryWindow, Session
from blink_tui.ksef.errors import (
    EXPORT_GONE,
    EXPORT_UNCERTAIN,
    EXPORT_UNKNOWN,
    NOTHING_NEW,
    PACKAGE_DAMAGED,
    PACKAGE_UNSAFE,
    PART_DAMAGED,
    PART_LINK_EXPIRED,
)
from blink_tui.ksef.wire import ExportPackage
from blink_tui.model import events
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of, warsaw
from blink_tui.model.documents import DocumentHeader, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.marks import PendingExport
from blink_tui.model.mismatches import Disagreement
from blink_tui.model.secret import Secret
from blink_tui.sync import plan
from blink_tui.sync.arrival import Stored, store_package
from blink_tui.sync.errors import (
    BUDGET_SPENT,
    EXPORT_FAILED,
    EXPORT_STUCK,
    ORDER_UNCERTAIN,
    PACKAGE_DISAGREES,
    QUARANTINED,
    WINDOW_STANDS_STILL,
)
from blink_tui.sync.events import Reporter
from blink_tui.sync.exports import ready_package
from blink_tui.sync.plan import Verb
from blink_tui.sync.unpack import single_invoice
from blink_tui.sync.workers import Worker, ended
from blink_tui.vault import Vault

_SPOILT = (PACKAGE_DISAGREES, PACKAGE_DAMAGED, PACKAGE_UNSAFE, PART_DAMAGED, HASH_CONFLICT)
"""What a package is thrown away for: the next pass orders a fresh one."""
_LAST_MOMENT = 3.0
"""Seconds that the end of the program waits for the answer to an order that was sent."""
_FORGOTTEN = (EXPORT_GONE, EXPORT_UNKNOWN, EXPORT_FAILED)


@dataclass(frozen=True, slots=True)
class PassTools:
    """What a pass works with."""

    buffer: Buffer
    vault: Vault
    client: KsefClient
    worker: Worker
    clock: Clock
    folder: Path
    """Private folder for package parts."""
    budget: Callable[[Firm], plan.Budget]
    """Requests that the limiter would let through now for a firm."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a pass treats a role."""

    history: bool
    """Ranges of history are fetched now."""
    busy: bool
    """The last passes each brought more than is fetched one by one."""
    since: Instant | None = None
    """A person wants everything from here, whatever was fetched before."""
    beyond_mark: bool = False
    """Also what KSeF shows past its high-water mark; no mark moves by that."""


class RolePass:
    """One role's pass in one session; `new` counts documents that the firm did not have."""

    def __init__(
        self, tools: PassTools, firm: Firm, session: Session, role: Role, report: Reporter, manner: Manner
    ) -> None:
        self.tools = tools
        self.firm = firm
        self.session = session
        self.role = role
        self.new = 0
        self._report = report
        self._manner = manner
        self._page: tuple[list[DocumentHeader], plan.ProbeFacts, Instant | None] | None = None
        self._forward_done = False
        self._ranges_done: set[int] = set()
        self._tried: set[int] = set()
        self._ordered_here: set[int] = set()
        self._accepted: frozenset[Disagreement] = frozenset()
        self._disagreed = False

    def report(self, kind: type[events.Event], **fields: object) -> None:
        """Tell an event of this role."""
        self._report(kind, role=self.role, **fields)

    async def fetch(self) -> None:
        """Everything KSeF has stored for the role since its mark, then history where its time has come.

        Raises BlinkError; the marks tell how far it came.
        """
        await self._know_mismatches()
        await self._claim_history()
        await self._follow_plan()
        if self._manner.beyond_mark:
            await self._beyond_mark()

    async def read_again(self, since: Instant, until: Instant) -> None:
        """Everything of a span before the mark once more, as a range of history. Raises BlinkError."""
        await self.tools.buffer.ranges.add(self.firm.id, self.role, since, until)
        self._manner = replace(self._manner, history=True)
        await self._follow_plan()

    async def _follow_plan(self) -> None:
        while (step := plan.next_step(await self._facts())).verb not in (Verb.DONE, Verb.WAIT):
            await self._do(step)
        if step.verb is Verb.WAIT:
            raise self._waits(step)

    async def _do(self, step: plan.Step) -> None:
        match step.verb:
            case Verb.FORGET:
                await self._forget(step.export_id, "given up")
            case Verb.RESUME:
                await self._resume(await self._stored_export(step.export_id))
            case Verb.PROBE:
                await self._probe(_wanted(step.window))
            case Verb.SINGLE:
                await self._single_documents(_wanted(step.window))
            case Verb.ORDER:
                await self._order(_wanted(step.window), step.range_id)
            case _:
                raise AssertionError(step)

    # What is known

    async def _know_mismatches(self) -> None:
        known = [one for one in await self.tools.buffer.mismatches.of(self.firm.id) if one.role is self.role]
        self._accepted = frozenset(one.what for one in known if one.accepted_by is not None)
        self._disagreed = any(one.accepted_by is None for one in known)

    async def _claim_history(self) -> None:
        """Note what is to be fetched before the forward mark: an early first day, or what a person asks for."""
        buffer, firm, now = self.tools.buffer, self.firm, self._now()
        mark = await buffer.marks.get(firm.id, self.role)
        ranges = await buffer.ranges.of(firm.id, self.role)
        first = self._manner.since or plan.first_instant(firm.first_day, now)
        if mark is not None and self._manner.since is None and firm.first_day is None:
            return
        covered = mark.since if mark else plan.forward_start(first, ranges, now)
        wanted = plan.history_before(first, covered, ranges)
        if wanted is None and self._manner.since is not None and mark is not None:
            wanted = plan.history_before(first, mark.until, ())
        if wanted is not None:
            await buffer.ranges.add(firm.id, self.role, *wanted)

    async def _facts(self) -> plan.RoleFacts:
        buffer, firm, now = self.tools.buffer, self.firm, self._now()
        ranges = await buffer.ranges.of(firm.id, self.role)
        first = plan.first_instant(firm.first_day, now)
        exports = await buffer.exports.list(firm.id)
        return plan.RoleFacts(
            now=now,
            first=plan.forward_start(first, ranges, now),
            mark=await buffer.marks.get(firm.id, self.role),
            ranges=tuple(ranges),
            ordered=tuple(self._ordered(one) for one in exports if one.role is self.role),
            budget=self.tools.budget(firm),
            busy=self._manner.busy,
            history=self._manner.history,
            probe=self._page[1] if self._page else None,
            forward_done=self._forward_done,
            ranges_done=frozenset(self._ranges_done),
        )

    def _ordered(self, stored: StoredExport) -> plan.Ordered:
        return plan.Ordered(
            stored.id,
            stored.reference,
            stored.asked_at,
            opens=self._key(stored) is not None,
            range_id=stored.range_id,
            tried=stored.id in self._tried,
        )

    def _now(self) -> datetime:
        """By KSeF's clock: this machine's may be wrong."""
        return self.session.server_now()

    def _waits(self, step: plan.Step) -> BlinkError:
        until = f"{step.until.astimezone(warsaw()):%H:%M}" if step.until else ""
        kinds = {plan.Reason.UNCERTAIN: ORDER_UNCERTAIN, plan.Reason.PREPARING: EXPORT_STUCK}
        kind = kinds.get(step.reason or plan.Reason.BUDGET, BUDGET_SPENT)
        return BlinkError(kind, firm=self.firm.context_value, until=until)

    # The list

    async def _probe(self, window: plan.Window) -> None:
        """A look at the list; the mark moves at once when nothing is missing."""
        page = await self.session.query_metadata(QueryWindow(self.role, window.asked_from))
        if page.hwm is None and not page.headers:
            self._forward_done = True  # the window begins after the high-water mark: there is nothing yet
            return
        unknown = await self._unknown(page)
        facts = plan.ProbeFacts(len(unknown), page.has_more or page.truncated, len(page.problems))
        if facts == plan.ProbeFacts(0, more=False, unreadable=0):
            await self._store_listed(window, [], page.hwm)
            return
        self.report(events.WindowAsked, window_from=window.start, unknown=facts.unknown)
        self._page = unknown, facts, page.hwm

    async def _unknown(self, page: MetadataPage) -> list[DocumentHeader]:
        numbers = [header.ksef_number for header in page.headers]
        held = await self.tools.buffer.documents.held(self.firm.id, self.role, numbers)
        unknown = {header.ksef_number: header for header in page.headers if header.ksef_number not in held}
        return list(unknown.values())

    async def _single_documents(self, window: plan.Window) -> None:
        page, self._page = self._page, None
        assert page is not None  # noqa: S101 - the plan names single documents only after a probe
        headers, _facts, high_water = page
        await self._store_listed(window, await self.fetch_singly(headers), high_water)

    async def fetch_singly(self, headers: Iterable[DocumentHeader]) -> list[StoredInvoice]:
        """Documents by their numbers, agreed with what the list says of them.

        Raises BlinkError; what had come by then is stored, no mark moved.
        """
        invoices: list[StoredInvoice] = []
        try:
            for header in headers:
                content = await self.session.invoice(header.ksef_number)
                invoices.append(await asyncio.to_thread(single_invoice, header, content, self._accepted))
        except BlinkError as error:
            await self.store_documents(invoices)
            raise await self._noted(error) from error
        return invoices

    async def store_documents(self, invoices: Sequence[StoredInvoice]) -> None:
        """Store documents that came by themselves; no mark moves."""
        if invoices:
            stored = await self.tools.buffer.documents.store(self.firm, self.role, invoices)
            self.new += stored.new
            self.report(events.DocumentsStored, seen=stored.seen, new=stored.new)

    async def _store_listed(
        self, window: plan.Window, invoices: Sequence[StoredInvoice], high_water: Instant | None
    ) -> None:
        """All that a whole list named, and the mark that it gave."""
        until = plan.mark_after(window, plan.PackageFacts(False, None, high_water))
        move = MarkMove(window.start, until) if until else None
        try:
            stored = await self.tools.buffer.documents.store(self.firm, self.role, invoices, move=move)
        except BlinkError as error:
            raise await self._noted(error) from error
        self.new += stored.new
        if stored.seen:
            self.report(events.DocumentsStored, seen=stored.seen, new=stored.new)
        if until:
            self.report(events.MarkMoved, until=until)
        await self._cured()
        self._forward_done = True

    async def _beyond_mark(self) -> None:
        """What KSeF shows past its mark, as far as it can be fetched one by one: the next pass reads it again."""
        mark = await self.tools.buffer.marks.get(self.firm.id, self.role)
        if mark is None:
            return
        start = plan.Window(mark.until, None).asked_from
        page = await self.session.query_metadata(QueryWindow(self.role, start, beyond_mark=True))
        unknown = (await self._unknown(page))[: self.tools.budget(self.firm).documents]
        await self.store_documents(await self.fetch_singly(unknown))

    # Packages

    async def _order(self, window: plan.Window, range_id: int | None) -> None:
        """Order a package; the plan goes on with it."""
        self._page = None
        key, iv = secrets.token_bytes(32), secrets.token_bytes(16)
        exports = self.tools.buffer.exports
        wrapped = await asyncio.to_thread(self.tools.vault.wrap, key, _wrapping(self.firm, self.role))
        asked_at = instant_of(self._now())
        export_id = await exports.begin(
            self.firm.id, self.role, window.start, window.end, wrapped, iv, asked_at, range_id
        )
        order = asyncio.create_task(self._placed(export_id, window, key, iv, range_id))
        try:
            await asyncio.shield(order)
        except asyncio.CancelledError:
            # Whoever ends the program had better wait a moment than leave an order of which nobody knows
            await asyncio.wait({order}, timeout=_LAST_MOMENT)
            await ended([order])
            raise

    async def _placed(
        self, export_id: int, window: plan.Window, key: bytes, iv: bytes, range_id: int | None
    ) -> None:
        """Send an order that is durable already, and keep KSeF's reference at once."""
        exports = self.tools.buffer.exports
        try:
            reference = await self.session.start_export(self.role, window.asked_from, window.end, key, iv)
        except BlinkError as error:
            if error.kind == EXPORT_UNCERTAIN:
                return  # the plan waits until it may be ordered again
            await exports.drop(export_id)
            if error.kind != NOTHING_NEW:
                raise
            self._done(range_id)
            return
        await exports.set_reference(export_id, reference)
        self._ordered_here.add(export_id)
        self.report(events.ExportRequested, window_from=window.start, reference=reference)

    def _done(self, range_id: int | None) -> None:
        if range_id is None:
            self._forward_done = True
        else:
            self._ranges_done.add(range_id)

    async def _stored_export(self, export_id: int | None) -> PendingExport:
        stored = next(
            one for one in await self.tools.buffer.exports.list(self.firm.id) if one.id == export_id
        )
        key = self._key(stored)
        assert key is not None  # noqa: S101 - the plan resumes only what opens
        return PendingExport(
            id=stored.id,
            firm_id=stored.firm_id,
            role=stored.role,
            window_from=stored.window_from,
            window_to=stored.window_to,
            key=key,
            iv=stored.iv,
            reference=stored.reference,
            asked_at=stored.asked_at,
            range_id=stored.range_id,
        )

    def _key(self, stored: StoredExport) -> Secret | None:
        """The key of a package; None when it was wrapped by a vault that is gone."""
        try:
            return Secret(self.tools.vault.unwrap(stored.wrapped_key, _wrapping(self.firm, self.role)))
        except BlinkError:
            return None

    async def _forget(self, export_id: int | None, reason: str) -> None:
        if export_id is not None:
            await self.tools.buffer.exports.drop(export_id)
            self.report(events.ExportForgotten, reference=None, reason=reason)

    async def _resume(self, export: PendingExport) -> None:
        """Wait for a package, store it, move the mark that it is for."""
        try:
            package = await self._ready(export)
        except BlinkError as error:
            if error.kind == EXPORT_STUCK:
                self._tried.add(export.id)
                return
            if error.kind not in _FORGOTTEN:
                raise
            await self._forget(export.id, error.cause or error.kind.code)
            if export.id in self._ordered_here:
                raise
            return  # it was ordered in an earlier pass: the plan orders it anew
        if package is None:
            await self.tools.buffer.exports.drop(export.id)
            self._done(export.range_id)
            return
        await self._store(export, package)

    async def _store(self, export: PendingExport, package: ExportPackage) -> None:
        window = plan.Window(export.window_from, export.window_to)
        facts = plan.PackageFacts(
            package.truncated, package.last_permanent_storage, package.permanent_storage_hwm
        )
        until = plan.mark_after(window, facts)
        move = MarkMove(window.start, until, export.range_id) if until else None
        stored = await self._stored(export, package, move)
        self.new += stored.new
        self.report(events.DocumentsStored, seen=stored.seen, new=stored.new)
        await self._cured()
        if until:
            self._tell_moved(export, until)
        if plan.stands_still(window, facts):
            raise BlinkError(WINDOW_STANDS_STILL, firm=self.firm.context_value, instant=window.start)
        if not plan.more_to_ask(window, facts, until):
            self._done(export.range_id)

    def _tell_moved(self, export: PendingExport, until: Instant) -> None:
        if export.range_id is None:
            self.report(events.MarkMoved, until=until)
        else:
            self.report(events.HistoryMoved, since=export.window_from, until=until)

    async def _ready(self, export: PendingExport) -> ExportPackage | None:
        """A ready package; None when there is nothing in its window. Raises BlinkError."""
        assert export.reference is not None  # noqa: S101 - only orders that KSeF knows are resumed
        package = await ready_package(self.session, self.tools.clock, export.reference)
        if package is not None:
            self.report(
                events.ExportReady,
                reference=export.reference,
                documents=package.invoice_count,
                parts=len(package.parts),
            )
        return package

    async def _stored(self, export: PendingExport, package: ExportPackage, move: MarkMove | None) -> Stored:
        """Store a ready package; links that expired meanwhile are asked for once again. Raises BlinkError."""
        tools = self.tools
        work = (tools.buffer, self.session, tools.worker, tools.folder, self.firm, export)
        try:
            return await store_package(*work, package, move, self._accepted)
        except BlinkError as error:
            if error.kind in _SPOILT:
                await tools.buffer.exports.drop(export.id)
                raise await self._noted(error) from error
            if error.kind != PART_LINK_EXPIRED:
                raise
        fresh = await self._ready(export)
        return await store_package(*work, fresh or package, move, self._accepted)

    # What disagrees

    async def _noted(self, error: BlinkError) -> BlinkError:
        """The error to raise: a disagreement is counted, and after fresh packages that agree on it a person decides."""
        found = _disagreements(error)
        if not found:
            return error
        at = instant_of(self.tools.clock.now())
        known = await self.tools.buffer.mismatches.saw(self.firm.id, self.role, found, at)
        waiting = [one for one in known if one.quarantined]
        if not waiting:
            return error
        for one in waiting:
            number, listed, came = one.what
            self.report(events.DocumentQuarantined, number=number, listed=listed, found=came)
        return BlinkError(
            QUARANTINED, firm=self.firm.context_value, cause=error.cause, number=waiting[0].what.subject
        )

    async def _cured(self) -> None:
        """A package or list agreed with itself."""
        if self._disagreed:
            await self.tools.buffer.mismatches.cured(self.firm.id, self.role)
            self._disagreed = False


def _disagreements(error: BlinkError) -> tuple[Disagreement, ...]:
    if error.kind == PACKAGE_DISAGREES:
        found: tuple[Disagreement, ...] = error.values["disagreements"]
        return found
    if error.kind == HASH_CONFLICT:
        return (Disagreement(error.values["ksef_number"], error.values["came"], error.values["held"]),)
    return ()


def _wanted(window: plan.Window | None) -> plan.Window:
    assert window is not None  # noqa: S101 - a step that asks names its window
    return window


def _wrapping(firm: Firm, role: Role) -> str:
    """What a wrapped export key is bound to."""
    return f"export/{firm.id}/{role}"
