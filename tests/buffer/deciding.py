"""Decisions as tests take them, and what they look at afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any

from blink_tui.buffer import Buffer, GridFilter
from blink_tui.buffer.decisions import Every
from blink_tui.model.decisions import Action, Decider, Decision, Exclusion, Reason
from blink_tui.model.documents import Role, Status
from blink_tui.model.firms import Firm
from tests.buffer.factory import invoice

F, C, A, E, B = Status.FETCHED, Status.CODED, Status.APPROVED, Status.EXPORTED, Status.BOOKED
Q, X = Status.QUERIED, Status.EXCLUDED
APPROVE = Decision(Action.APPROVE)
QUERY = Decision(Action.QUERY, "brak umowy")
EXCLUDE = Decision(
    Action.EXCLUDE, exclusion=Exclusion(Reason.PRIVATE, Decider.OFFICE, "anna", date(2026, 10, 1))
)
REOPEN = Decision(Action.REOPEN, "pomyłka")
ALL = Every(GridFilter())


async def stored(
    buffer: Buffer, firm: Firm, count: int, role: Role = Role.BUYER, **changes: Any
) -> list[int]:
    first = await buffer.documents.total()
    items = [invoice(first + number, **changes) for number in range(count)]
    for start in range(0, count, 500):
        await buffer.documents.store(firm, role, items[start : start + 500])
    return list(range(first + 1, first + count + 1))


async def states(buffer: Buffer, ids: list[int]) -> list[tuple[Status, Status | None]]:
    return [(one.status, one.previous) for one in await buffer.documents.get_many(ids)]


async def versions(buffer: Buffer, ids: list[int]) -> dict[int, int]:
    return {one.id: one.version for one in await buffer.documents.get_many(ids)}


async def intact(buffer: Buffer, firm: Firm) -> int:
    state = await buffer.history.verify(firm.id)
    assert state.broken_at is None
    return state.length
