"""Packages of a role: ordered, waited for, stored, given up.

The order of commits is what a kill meets: a pending export is durable before KSeF is asked, its reference at
once after the answer, its documents and the mark in one last transaction (DESIGN, rule 1; PROTOCOL 4).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from blink_tui.buffer import MarkMove, StoredExport
from blink_tui.buffer.errors import HASH_CONFLICT
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
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.marks import PendingExport
from blink_tui.model.secret import Secret
from blink_tui.sync import plan
from blink_tui.sync.arrival import Stored, store_package
from blink_tui.sync.errors import EXPORT_FAILED, EXPORT_STUCK, PACKAGE_DISAGREES, WINDOW_STANDS_STILL
from blink_tui.sync.exports import ready_package
from blink_tui.sync.quarantine import Quarantine
from blink_tui.sync.role_work import RoleWork
from blink_tui.sync.workers import ended, warm_up

_SPOILT = (PACKAGE_DISAGREES, PACKAGE_DAMAGED, PACKAGE_UNSAFE, PART_DAMAGED, HASH_CONFLICT)
"""What a package is thrown away for: the next pass orders a fresh one."""
_FORGOTTEN = (EXPORT_GONE, EXPORT_UNKNOWN, EXPORT_FAILED)
_LAST_MOMENT = 3.0
"""Seconds that the end of the program waits for the answer to an order that was sent."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of an order or a package; `done` when its mark has nothing more to ask in this pass."""

    range_id: int | None = None
    done: bool = False
    new: int = 0


class Orders:
    """The orders of one role during a pass."""

    def __init__(self, work: RoleWork, quarantine: Quarantine) -> None:
        self._work = work
        self._exports = work.tools.buffer.exports
        self._quarantine = quarantine
        self._tried: set[int] = set()
        self._placed_here: set[int] = set()

    def known(self, exports: Iterable[StoredExport]) -> tuple[plan.Ordered, ...]:
        """What was ordered for the role and is not stored yet, as the plan sees it."""
        return tuple(
            plan.Ordered(
                stored.id,
                stored.reference,
                stored.asked_at,
                opens=self._key(stored) is not None,
                range_id=stored.range_id,
                tried=stored.id in self._tried,
            )
            for stored in exports
        )

    async def place(self, window: plan.Window, range_id: int | None) -> Ending:
        """Order a package; the plan goes on with it. Raises BlinkError."""
        order = asyncio.create_task(self._placed(window, range_id))
        try:
            return await asyncio.shield(order)
        except asyncio.CancelledError:
            # Whoever ends the program had better wait a moment than leave an order of which nobody knows
            await asyncio.wait({order}, timeout=_LAST_MOMENT)
            await ended([order])
            raise

    async def _placed(self, window: plan.Window, range_id: int | None) -> Ending:
        """Make an order durable, send it, and keep KSeF's reference at once."""
        work = self._work
        key, iv = secrets.token_bytes(32), secrets.token_bytes(16)
        wrapped = await asyncio.to_thread(work.tools.vault.wrap, key, self._wrapping)
        asked_at = instant_of(work.now())
        export_id = await self._exports.begin(
            work.firm.id, work.role, window.start, window.end, wrapped, iv, asked_at, range_id
        )
        try:
            reference = await work.session.start_export(work.role, window.asked_from, window.end, key, iv)
        except BlinkError as error:
            if error.kind == EXPORT_UNCERTAIN:
                return Ending(range_id)  # the plan waits until it may be ordered again
            await self._exports.drop(export_id)
            if error.kind != NOTHING_NEW:
                raise
            return Ending(range_id, done=True)
        await self._exports.set_reference(export_id, reference)
        self._placed_here.add(export_id)
        work.report(events.ExportRequested, window_from=window.start, reference=reference)
        return Ending(range_id)

    async def forget(self, export_id: int, reason: str) -> None:
        """Give an order up."""
        await self._exports.drop(export_id)
        self._work.report(events.ExportForgotten, export=export_id, reason=reason)

    async def resume(self, export_id: int) -> Ending:
        """Wait for a package, store it, move the mark that it is for. Raises BlinkError."""
        export = await self._pending(export_id)
        if export is None:  # another process has stored it meanwhile
            return Ending()
        try:
            package = await self._ready(export)
        except BlinkError as error:
            if error.kind == EXPORT_STUCK:
                self._tried.add(export_id)
                return Ending(export.range_id)
            if error.kind not in _FORGOTTEN:
                raise
            await self.forget(export_id, error.cause or error.kind.code)
            if export_id in self._placed_here:
                raise
            return Ending(export.range_id)  # of an earlier pass: the plan orders it anew
        if package is None:
            await self._exports.drop(export_id)
            return Ending(export.range_id, done=True)
        return await self._store(export, package)

    async def _store(self, export: PendingExport, package: ExportPackage) -> Ending:
        window = plan.Window(export.window_from, export.window_to)
        facts = plan.PackageFacts(
            package.truncated, package.last_permanent_storage, package.permanent_storage_hwm
        )
        until = plan.mark_after(window, facts)
        move = MarkMove(window.start, until, export.range_id) if until else None
        stored = await self._stored(export, package, move)
        self._work.report(events.DocumentsStored, seen=stored.seen, new=stored.new)
        await self._quarantine.cured()
        if until and export.range_id is None:
            self._work.report(events.MarkMoved, until=until)
        elif until:
            self._work.report(events.HistoryMoved, since=window.start, until=until)
        if plan.stands_still(window, facts):
            raise BlinkError(WINDOW_STANDS_STILL, firm=self._work.firm.context_value, instant=window.start)
        return Ending(export.range_id, done=not plan.more_to_ask(window, facts, until), new=stored.new)

    async def _stored(self, export: PendingExport, package: ExportPackage, move: MarkMove | None) -> Stored:
        """Store a ready package; links that expired meanwhile are asked for once again."""
        work, tools = self._work, self._work.tools
        place = (tools.buffer, work.session, tools.worker, tools.folder, work.firm, export)
        try:
            return await store_package(*place, package, move, self._quarantine.accepted)
        except BlinkError as error:
            if error.kind in _SPOILT:
                await self._exports.drop(export.id)
                raise await self._quarantine.noted(error) from error
            if error.kind != PART_LINK_EXPIRED:
                raise
        fresh = await self._ready(export)
        return await store_package(*place, fresh or package, move, self._quarantine.accepted)

    async def _ready(self, export: PendingExport) -> ExportPackage | None:
        """A ready package; None when there is nothing in its window."""
        assert export.reference is not None  # noqa: S101 - only orders that KSeF knows are resumed
        package = await ready_package(
            self._work.session, self._work.tools.clock, export.reference, meanwhile=warm_up
        )
        if package is not None:
            self._work.report(
                events.ExportReady,
                reference=export.reference,
                documents=package.invoice_count,
                parts=len(package.parts),
            )
        return package

    async def _pending(self, export_id: int) -> PendingExport | None:
        exports = await self._exports.list(self._work.firm.id)
        stored = next((one for one in exports if one.id == export_id), None)
        if stored is None:
            return None
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
            return Secret(self._work.tools.vault.unwrap(stored.wrapped_key, self._wrapping))
        except BlinkError:
            return None

    @property
    def _wrapping(self) -> str:
        """What a wrapped export key is bound to."""
        return f"export/{self._work.firm.id}/{self._work.role}"
