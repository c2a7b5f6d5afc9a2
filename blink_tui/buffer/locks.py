"""Months of firms that nothing may be put into any more."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass

from blink_tui.buffer import closing_pages, errors, history, meanwhile
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Session
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month


@dataclass(frozen=True, slots=True)
class MonthLock:
    """A locked month."""

    firm_id: int
    month: Month
    at: Instant
    who: str
    signed: bool
    """With a closing page (`buffer.closing.signed`), not only locked."""
    chain_head: bytes
    """Head of the firm's chain once it was locked."""


class Locks:
    """By firm and month."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def locked(self, firm_id: int) -> frozenset[Month]:
        """A firm's locked months."""
        rows = await self._database.reader.rows("SELECT month FROM month_lock WHERE firm_id = ?", (firm_id,))
        return frozenset(Month.parse(month) for (month,) in rows)

    async def all(self) -> dict[int, list[MonthLock]]:
        """By firm, in the order of the months; firms without any are left out."""
        rows = await self._database.reader.rows(
            "SELECT firm_id, month, at, who, signed IS NOT NULL, chain_head FROM month_lock ORDER BY firm_id, month"
        )
        found: dict[int, list[MonthLock]] = defaultdict(list)
        for firm_id, month, at, who, signed, head in rows:
            found[firm_id].append(MonthLock(firm_id, Month.parse(month), at, who, bool(signed), head))
        return dict(found)

    async def lock(
        self, firm_id: int, month: Month, *, who: str, signed: str | None = None, seen: bytes | None = None
    ) -> bytes:
        """Lock a month, signed off with the closing page or without; returns the head of the firm's chain.

        The page (JSON) is kept for good, also when the month is opened again. `seen` is the head that it was made by.
        Raises BlinkError: MONTH_LOCKED, and CHANGED_MEANWHILE where the chain goes on behind that head.
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            if await _is_locked(session, firm_id, month):
                raise BlinkError(errors.MONTH_LOCKED, month=str(month))
            if seen is not None and seen != (await history.end(session, firm_id))[1]:
                raise meanwhile.by(None, str(month))
            what = "month-locked" if signed is None else "month-signed"
            after = {"month": str(month)}
            if signed is not None:
                after["sha256"] = await closing_pages.keep(session, firm_id, month, signed, at=at, who=who)
            head = await history.append_firm(session, firm_id, what, None, json.dumps(after), at=at, who=who)
            await session.run(
                "INSERT INTO month_lock (firm_id, month, at, who, signed, chain_head) VALUES (?, ?, ?, ?, ?, ?)",
                (firm_id, str(month), at, who, after.get("sha256"), head),
            )
            await _propose_again(session, firm_id)
            return head

    async def unlock(self, firm_id: int, month: Month, *, who: str, reason: str) -> None:
        """Open a month again. Raises BlinkError: MONTH_NOT_LOCKED, and REASON_WANTED for an empty reason."""
        if not reason.strip():
            raise BlinkError(errors.REASON_WANTED)
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            if not await _is_locked(session, firm_id, month):
                raise BlinkError(errors.MONTH_NOT_LOCKED, month=str(month))
            await session.run("DELETE FROM month_lock WHERE firm_id = ? AND month = ?", (firm_id, str(month)))
            await history.append_firm(
                session,
                firm_id,
                "month-unlocked",
                json.dumps({"month": str(month)}),
                "",
                at=at,
                who=who,
                reason=reason.strip(),
            )
            await _propose_again(session, firm_id)


async def _is_locked(session: Session, firm_id: int, month: Month) -> bool:
    row = await session.row("SELECT 1 FROM month_lock WHERE firm_id = ? AND month = ?", (firm_id, str(month)))
    return row is not None


async def _propose_again(session: Session, firm_id: int) -> None:
    """Months are proposed by which of them are open."""
    await session.run("UPDATE books SET stamp = stamp + 1 WHERE firm_id = ?", (firm_id,))
