"""A firm's pass: log in, then for each role order packages and store them until the high-water mark.

The order of commits is what a kill meets: a pending export is durable before KSeF is asked, its reference at
once after the answer, its documents and the mark in one last transaction (DESIGN, rule 1; PROTOCOL 4).
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import Buffer, MarkMove, StoredInvoice
from blink_tui.ksef.client import KsefClient, QueryWindow, Session
from blink_tui.ksef.errors import (
    EXPORT_GONE,
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
from blink_tui.model.dates import Instant, instant_key, instant_of
from blink_tui.model.documents import DocumentHeader, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.marks import PendingExport
from blink_tui.model.secret import Secret
from blink_tui.sync import plan
from blink_tui.sync.arrival import Stored, store_package
from blink_tui.sync.errors import EXPORT_FAILED, PACKAGE_DISAGREES, WINDOW_STANDS_STILL
from blink_tui.sync.events import Reporter
from blink_tui.sync.exports import ready_package
from blink_tui.sync.reconcile import Comparison, compare, listed_by_ksef
from blink_tui.sync.unpack import single_invoice
from blink_tui.sync.workers import Worker
from blink_tui.vault import Vault

_SPOILT = (PACKAGE_DISAGREES, PACKAGE_DAMAGED, PACKAGE_UNSAFE, PART_DAMAGED)
"""What a package is thrown away for: the next pass orders a fresh one."""
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


class FirmPass:
    """One firm's pass in one session; `new` counts documents that the firm did not have."""

    def __init__(self, tools: PassTools, firm: Firm, session: Session, report: Reporter) -> None:
        self._tools = tools
        self._firm = firm
        self._session = session
        self._report = report
        self.new = 0

    async def fetch_role(self, role: Role) -> None:
        """Everything KSeF has stored for a role since its mark. Raises BlinkError; the mark tells how far it came."""
        for export in await self._pending(role):
            await self._finish(export)
        while await self._fetch_window(role):
            pass

    async def reconcile_role(self, role: Role, since: Instant | None) -> list[Comparison]:
        """Compare a role with KSeF's list up to its mark, and fetch what is missing. Raises BlinkError."""
        tools = self._tools
        mark = await tools.buffer.marks.get(self._firm.id, role)
        if mark is None:
            return []
        start = max(mark.since, since or mark.since, key=instant_key)
        listed = await listed_by_ksef(self._session, tools.clock, tools.folder, role, start, mark.until)
        held = await tools.buffer.documents.in_role(self._firm.id, role)
        comparison = compare(role, start, mark.until, listed, held)
        self._report(
            events.Reconciled,
            role=role,
            listed=comparison.listed,
            missing=len(comparison.missing),
            different=len(comparison.different),
            unlisted=len(comparison.unlisted),
        )
        if len(comparison.missing) > plan.MOST_SINGLE:
            for window in plan.windows_between(start, mark.until):
                await self.fetch_span(role, window)
        elif comparison.missing:
            invoices = [await self._single(header) for header in comparison.missing]
            self.new += (await tools.buffer.documents.store(self._firm, role, invoices)).new
        return [comparison]

    async def fetch_span(self, role: Role, window: plan.Window) -> None:
        """Everything of one window once more, whatever the mark says. Raises BlinkError."""
        while (end := window.end) is not None:
            following = await self._finish(await self._order(role, window))
            if following is None or instant_key(following) >= instant_key(end):
                return
            window = plan.Window(following, end)

    async def _pending(self, role: Role) -> list[PendingExport]:
        """Exports of an earlier pass to be finished first.

        Forgotten are those that never got a reference, that KSeF has not prepared in a day, and those whose key
        was wrapped by a vault that is gone.
        """
        pending = []
        for stored in await self._tools.buffer.exports.list(self._firm.id):
            if stored.role is not role:
                continue
            key = self._unwrapped(stored.wrapped_key, role)
            given_up = plan.given_up(stored.asked_at, self._tools.clock.now())
            if stored.reference is None or key is None or given_up:
                await self._tools.buffer.exports.drop(stored.id)
                continue
            pending.append(
                PendingExport(
                    id=stored.id,
                    firm_id=stored.firm_id,
                    role=stored.role,
                    window_from=stored.window_from,
                    window_to=stored.window_to,
                    key=key,
                    iv=stored.iv,
                    reference=stored.reference,
                    asked_at=stored.asked_at,
                )
            )
        return pending

    def _unwrapped(self, wrapped: bytes, role: Role) -> Secret | None:
        try:
            return Secret(self._tools.vault.unwrap(wrapped, _wrapping(self._firm, role)))
        except BlinkError:
            return None

    async def _fetch_window(self, role: Role) -> bool:
        """One window from the mark on; True when another follows at once."""
        now = self._tools.clock.now()
        mark = await self._tools.buffer.marks.get(self._firm.id, role)
        window = plan.next_window(mark, plan.first_instant(self._firm.first_day, now), now)
        if plan.worth_a_probe(mark, window) and await self._probed(role, window):
            return False
        try:
            export = await self._order(role, window)
        except BlinkError as error:
            if error.kind == NOTHING_NEW:
                return False
            raise
        return await self._finish(export) is not None

    async def _probed(self, role: Role, window: plan.Window) -> bool:
        """Look at the list first; True when nothing was left for a package to bring. Raises BlinkError."""
        page = await self._session.query_metadata(QueryWindow(role, window.asked_from))
        if page.hwm is None and not page.headers:
            return True  # the window begins after the high-water mark: there is nothing yet
        numbers = [header.ksef_number for header in page.headers]
        held = await self._tools.buffer.documents.held(self._firm.id, role, numbers)
        unknown = {header.ksef_number: header for header in page.headers if header.ksef_number not in held}
        facts = plan.ProbeFacts(len(unknown), page.has_more or page.truncated, len(page.problems), page.hwm)
        if plan.after_probe(facts) is plan.Way.EXPORT:
            return False
        invoices = [await self._single(header) for header in unknown.values()]
        until = plan.mark_after(window, plan.PackageFacts(False, None, page.hwm))
        move = MarkMove(window.start, until) if until else None
        stored = await self._tools.buffer.documents.store(self._firm, role, invoices, move=move)
        self.new += stored.new
        if stored.seen:
            self._report(events.DocumentsStored, role=role, seen=stored.seen, new=stored.new)
        if until:
            self._report(events.MarkMoved, role=role, until=until)
        return True

    async def _single(self, header: DocumentHeader) -> StoredInvoice:
        """One document by its number, agreed with what the list says of it. Raises BlinkError."""
        content = await self._session.invoice(header.ksef_number)
        return await asyncio.to_thread(single_invoice, header, content)

    async def _order(self, role: Role, window: plan.Window) -> PendingExport:
        buffer = self._tools.buffer
        key, iv = secrets.token_bytes(32), secrets.token_bytes(16)
        asked_at = instant_of(self._tools.clock.now())
        wrapped = self._tools.vault.wrap(key, _wrapping(self._firm, role))
        export_id = await buffer.exports.begin(
            self._firm.id, role, window.start, window.end, wrapped, iv, asked_at
        )
        reference = await self._session.start_export(role, window.asked_from, window.end, key, iv)
        await buffer.exports.set_reference(export_id, reference)
        self._report(events.ExportRequested, role=role, window_from=window.start, reference=reference)
        return PendingExport(
            export_id, self._firm.id, role, window.start, window.end, Secret(key), iv, reference, asked_at
        )

    async def _finish(self, export: PendingExport) -> Instant | None:
        """Wait for an export, store it, move the mark; where the window begins that follows at once, if one does."""
        window = plan.Window(export.window_from, export.window_to)
        package = await self._ready(export)
        if package is None:
            return None
        self._report(
            events.ExportReady,
            role=export.role,
            reference=export.reference,
            documents=package.invoice_count,
            parts=len(package.parts),
        )
        facts = plan.PackageFacts(
            package.truncated, package.last_permanent_storage, package.permanent_storage_hwm
        )
        until = plan.mark_after(window, facts)
        move = MarkMove(window.start, until) if until else None
        stored = await self._stored(export, package, move)
        self.new += stored.new
        self._report(events.DocumentsStored, role=export.role, seen=stored.seen, new=stored.new)
        mark = await self._tools.buffer.marks.get(self._firm.id, export.role)
        if until and mark and mark.until == until:
            self._report(events.MarkMoved, role=export.role, until=until)
        if plan.stands_still(window, facts):
            raise BlinkError(WINDOW_STANDS_STILL, firm=self._firm.nip, instant=window.start)
        advanced = until is not None and instant_key(until) > instant_key(window.start)
        return until if advanced and plan.more_to_ask(window, facts) else None

    async def _stored(self, export: PendingExport, package: ExportPackage, move: MarkMove | None) -> Stored:
        """Store a ready package; links that expired meanwhile are asked for once again. Raises BlinkError."""
        tools = self._tools
        work = (tools.buffer, self._session, tools.worker, tools.folder, self._firm, export)
        try:
            return await store_package(*work, package, move)
        except BlinkError as error:
            if error.kind in _SPOILT:
                await tools.buffer.exports.drop(export.id)
            if error.kind != PART_LINK_EXPIRED:
                raise
        fresh = await self._ready(export)
        return await store_package(*work, fresh or package, move)

    async def _ready(self, export: PendingExport) -> ExportPackage | None:
        """The package of an export, which is forgotten when nothing more can come of it. Raises BlinkError."""
        assert export.reference is not None  # noqa: S101 - only exports that KSeF knows are finished
        drop = self._tools.buffer.exports.drop
        try:
            package = await ready_package(self._session, self._tools.clock, export.reference)
        except BlinkError as error:
            if error.kind in _FORGOTTEN:
                await drop(export.id)
            raise
        if package is None:
            await drop(export.id)
        return package


def _wrapping(firm: Firm, role: Role) -> str:
    """What a wrapped export key is bound to."""
    return f"export/{firm.id}/{role}"
