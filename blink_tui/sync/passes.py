"""A pass over one role of one firm: does what the plan says, step by step, until there is nothing left to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from blink_tui.buffer import MarkMove, StoredInvoice
from blink_tui.buffer.role_states import RoleState
from blink_tui.ksef.client import MetadataPage, QueryWindow
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.operations import Context
from blink_tui.model import events
from blink_tui.model.dates import Instant, warsaw
from blink_tui.model.documents import DocumentHeader
from blink_tui.model.errors import BlinkError
from blink_tui.sync import plan
from blink_tui.sync.errors import BUDGET_SPENT, EXPORT_STUCK, ORDER_UNCERTAIN
from blink_tui.sync.orders import Ending, Orders
from blink_tui.sync.plan import Verb
from blink_tui.sync.quarantine import Quarantine
from blink_tui.sync.role_work import RoleWork
from blink_tui.sync.unpack import single_invoice

_NO_LIMIT = 1000
"""Requests of a pass where KSeF sets no limit."""
_WAITS = {
    plan.Reason.UNCERTAIN: ORDER_UNCERTAIN,
    plan.Reason.PREPARING: EXPORT_STUCK,
    plan.Reason.BUDGET: BUDGET_SPENT,
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a pass treats a role."""

    history: bool
    """Ranges of history are fetched now."""
    busy: bool
    """The last passes each brought more than is fetched one by one."""
    on_demand: bool = False
    """A person waits."""
    since: Instant | None = None
    """A person wants everything from here, whatever was fetched before."""
    beyond_mark: bool = False
    """Also what KSeF shows past its high-water mark; no mark moves by that."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look at the list showed: documents that the firm lacks, and the mark that came with them."""

    unknown: list[DocumentHeader]
    facts: plan.ProbeFacts
    high_water: Instant | None


class RolePass:
    """One role's pass; `new` counts documents that the firm did not have."""

    def __init__(self, work: RoleWork, manner: Manner) -> None:
        self.work = work
        self.new = 0
        self._manner = manner
        self._quarantine = Quarantine(work)
        self._orders = Orders(work, self._quarantine)
        self._seen: _Seen | None = None
        self._forward_done = False
        self._ranges_done: set[int] = set()

    async def fetch(self) -> None:
        """Everything KSeF has stored for the role since its mark, then history where its time has come.

        Raises BlinkError; the marks tell how far it came.
        """
        state = await self._state()
        self._quarantine.load(state.mismatches)
        await self._claim_history(state)
        await self._follow_plan()
        if self._manner.beyond_mark:
            await self._beyond_mark()

    async def read_again(self, since: Instant, until: Instant) -> None:
        """Everything of a span before the mark once more, as a range of history. Raises BlinkError."""
        await self.work.tools.buffer.ranges.add(self.work.firm.id, self.work.role, since, until)
        self._manner = replace(self._manner, history=True)
        await self._follow_plan()

    async def _follow_plan(self) -> None:
        while (step := plan.next_step(await self._facts())).verb is not Verb.DONE:
            match step:
                case plan.Step(verb=Verb.WAIT, range_id=int()) if not self._manner.on_demand:
                    return  # history comes in its time; the role itself is up to date
                case plan.Step(verb=Verb.WAIT):
                    raise self._waits(step)
                case plan.Step(verb=Verb.FORGET, export_id=int(export_id)):
                    await self._orders.forget(export_id, "given up")
                case plan.Step(verb=Verb.RESUME, export_id=int(export_id)):
                    self._note(await self._orders.resume(export_id))
                case plan.Step(verb=Verb.PROBE, window=plan.Window() as window):
                    await self._probe(window)
                case plan.Step(verb=Verb.SINGLE, window=plan.Window() as window):
                    await self._single_documents(window)
                case plan.Step(verb=Verb.ORDER, window=plan.Window() as window):
                    self._seen = None
                    self._note(await self._orders.place(window, step.range_id))

    def _note(self, ending: Ending) -> None:
        self.new += ending.new
        if ending.done and ending.range_id is None:
            self._forward_done = True
        elif ending.done and ending.range_id is not None:
            self._ranges_done.add(ending.range_id)

    def _waits(self, step: plan.Step) -> BlinkError:
        until = f"{step.until.astimezone(warsaw()):%H:%M}" if step.until else ""
        kind = _WAITS[step.reason or plan.Reason.BUDGET]
        return BlinkError(kind, firm=self.work.firm.context_value, until=until)

    # What is known

    async def _state(self) -> RoleState:
        return await self.work.tools.buffer.roles.of(self.work.firm.id, self.work.role)

    async def _claim_history(self, state: RoleState) -> None:
        """Note what is to be fetched before the forward mark: an early first day, or what a person asks for."""
        firm, now = self.work.firm, self.work.now()
        mark, ranges = state.mark, state.ranges
        if mark is not None and self._manner.since is None and firm.first_day is None:
            return
        first = self._manner.since or plan.first_instant(firm.first_day, now)
        if mark is not None and self._manner.since is not None:
            wanted = plan.history_before(first, mark.until, ())
        else:
            covered = mark.since if mark else plan.forward_start(first, ranges, now)
            wanted = plan.history_before(first, covered, ranges)
        if wanted is not None:
            await self.work.tools.buffer.ranges.add(firm.id, self.work.role, *wanted)

    async def _facts(self) -> plan.RoleFacts:
        state, now = await self._state(), self.work.now()
        first = plan.first_instant(self.work.firm.first_day, now)
        return plan.RoleFacts(
            now=now,
            first=plan.forward_start(first, state.ranges, now),
            mark=state.mark,
            ranges=state.ranges,
            ordered=self._orders.known(state.exports),
            budget=_budget(self.work.tools.limiter, self.work.session.context),
            busy=self._manner.busy,
            history=self._manner.history,
            probe=self._seen.facts if self._seen else None,
            forward_done=self._forward_done,
            ranges_done=frozenset(self._ranges_done),
        )

    # The list

    async def _probe(self, window: plan.Window) -> None:
        """A look at the list; the mark moves at once when nothing is missing."""
        page = await self.work.session.query_metadata(QueryWindow(self.work.role, window.asked_from))
        if page.hwm is None and not page.headers:
            self._forward_done = True  # the window begins after the high-water mark: there is nothing yet
            return
        unknown = await self._unknown(page)
        facts = plan.ProbeFacts(len(unknown), page.has_more or page.truncated, len(page.problems))
        if facts == plan.ProbeFacts(0, more=False, unreadable=0):
            await self._store_listed(window, [], page.hwm)
            return
        self.work.report(events.WindowAsked, window_from=window.start, unknown=facts.unknown)
        self._seen = _Seen(unknown, facts, page.hwm)

    async def _unknown(self, page: MetadataPage) -> list[DocumentHeader]:
        numbers = [header.ksef_number for header in page.headers]
        held = await self.work.tools.buffer.documents.held(self.work.firm.id, self.work.role, numbers)
        unknown = {header.ksef_number: header for header in page.headers if header.ksef_number not in held}
        return list(unknown.values())

    async def _single_documents(self, window: plan.Window) -> None:
        seen, self._seen = self._seen, None
        assert seen is not None  # noqa: S101 - the plan names single documents only after a look at the list
        await self._store_listed(window, await self.fetch_singly(seen.unknown), seen.high_water)

    async def fetch_singly(self, headers: Iterable[DocumentHeader]) -> list[StoredInvoice]:
        """Documents by their numbers, agreed with what the list says of them.

        Raises BlinkError; what had come by then is stored, no mark moved.
        """
        invoices: list[StoredInvoice] = []
        try:
            for header in headers:
                content = await self.work.session.invoice(header.ksef_number)
                accepted = self._quarantine.accepted
                invoices.append(await asyncio.to_thread(single_invoice, header, content, accepted))
        except BlinkError as error:
            await self.store_documents(invoices)
            raise await self._quarantine.noted(error) from error
        return invoices

    async def store_documents(self, invoices: Sequence[StoredInvoice]) -> None:
        """Store documents that came by themselves; no mark moves. Raises BlinkError."""
        if invoices:
            await self._store(invoices, None)

    async def _store_listed(
        self, window: plan.Window, invoices: Sequence[StoredInvoice], high_water: Instant | None
    ) -> None:
        """All that a whole list named, and the mark that it gave."""
        until = plan.mark_after(window, plan.PackageFacts(False, None, high_water))
        await self._store(invoices, MarkMove(window.start, until) if until else None)
        if until:
            self.work.report(events.MarkMoved, until=until)
        await self._quarantine.cured()
        self._forward_done = True

    async def _store(self, invoices: Sequence[StoredInvoice], move: MarkMove | None) -> None:
        documents = self.work.tools.buffer.documents
        try:
            stored = await documents.store(self.work.firm, self.work.role, invoices, move=move)
        except BlinkError as error:
            raise await self._quarantine.noted(error) from error
        self.new += stored.new
        if stored.seen:
            self.work.report(events.DocumentsStored, seen=stored.seen, new=stored.new)

    async def _beyond_mark(self) -> None:
        """What KSeF shows past its mark, as far as it can be fetched one by one: the next pass reads it again."""
        mark = await self.work.tools.buffer.marks.get(self.work.firm.id, self.work.role)
        if mark is None:
            return
        start = plan.Window(mark.until, None).asked_from
        page = await self.work.session.query_metadata(QueryWindow(self.work.role, start, beyond_mark=True))
        most = _budget(self.work.tools.limiter, self.work.session.context).documents
        await self.store_documents(await self.fetch_singly((await self._unknown(page))[:most]))


def _budget(limiter: Limiter, context: Context) -> plan.Budget:
    """Requests that a pass may make without waiting for longer than a moment."""
    left = limiter.left(context).groups

    def of(group: str) -> int:
        windows = (left[group].per_minute, left[group].per_hour)
        return min((most for most in windows if most is not None), default=_NO_LIMIT)

    return plan.Budget(of("invoiceMetadata"), of("invoiceExport"), of("invoiceDownload"))
