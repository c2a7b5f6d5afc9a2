"""Questions before decisions on many documents, the window that can stop them, and the way back."""

from __future__ import annotations

import asyncio

import pytest

from blink_tui.buffer import GridFilter
from blink_tui.buffer.decisions import Every
from blink_tui.buffer.pace import Pace
from blink_tui.model.documents import Direction, Status
from blink_tui.tui import deciding
from blink_tui.tui.deciding import (
    ask_to_approve,
    ask_to_exclude,
    ask_to_query,
    ask_to_reopen,
    undo_last,
)
from tests.tui.conftest import Desk, OpenDesk

ALL = Every(GridFilter())
PURCHASES = GridFilter(direction=Direction.PURCHASE)


async def count(desk: Desk, status: Status) -> int:
    return await desk.buffer.grid.count(GridFilter(statuses=(status,)))


async def test_many_are_asked_for_with_sums_and_what_is_left_out(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        first = (await desk.buffer.grid.first(GridFilter(), "id", False, 1))[0]
        await desk.buffer.documents.change_status([first.id], Status.QUERIED, who="ewa", reason="?")
        called: list[bool] = []
        ask_to_approve(desk.app.screen, ALL, lambda: called.append(True))
        await desk.see("Approve 299 documents?", "EUR", "PLN", "1 document was set aside with a reason")
        await desk.press("escape")
        await desk.see("[1Desk]")
        assert await count(desk, Status.APPROVED) == 0
        ask_to_approve(desk.app.screen, ALL, lambda: called.append(True))
        await desk.see("Approve 299")
        await desk.press("enter")
        await desk.see("299 documents approved.")
        assert called == [True]
        undo_last(desk.app.screen, lambda: called.append(False))
        await desk.see("Take the decision back?", "approval · 299 documents")
        await desk.press("enter")
        await desk.see("Taken back: approval, 299 documents.")
        assert called == [True, False]
        assert await count(desk, Status.APPROVED) == 0
        undo_last(desk.app.screen)
        await desk.see("nothing of yours to take back")


async def test_a_question_and_a_reason_are_asked_first(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        one, two = (await desk.buffer.grid.first(PURCHASES, "id", False, 2))[:2]
        ask_to_query(desk.app.screen, {one.id: one.version})
        await desk.see("What is to be cleared up?")
        await desk.press("enter")
        await desk.see("What is to be cleared up?")
        await desk.press(*"ok", "enter")
        await desk.see("1 document is to be cleared up.")
        ask_to_exclude(desk.app.screen, {two.id: two.version})
        await desk.see("Why is it not booked?")
        await desk.press(*"another source", "enter")
        await desk.see("Where is it booked?")
        await desk.press(*"KP7", "enter")
        await desk.see("Whose decision is it?")
        await desk.press("down", "enter")
        await desk.see("Who of the client decided?")
        await desk.press(*"Ewa", "enter")
        await desk.see("1 document is not booked.")
        reason = (await desk.buffer.history.of_document(two.id))[-1].reason or ""
        assert all(part in reason for part in ("booked-elsewhere", "KP7", "client", "Ewa"))
        now = {
            document.id: document.version
            for document in await desk.buffer.documents.get_many([one.id, two.id])
        }
        ask_to_reopen(desk.app.screen, now)
        await desk.see("Why is it reopened?")
        await desk.press(*"x", "enter")
        await desk.see("Reopen 2 documents?")
        await desk.press("enter")
        await desk.see("2 documents reopened.")
        assert await count(desk, Status.FETCHED) == 300


async def test_nothing_that_may_be_changed_is_said(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        sale = (await desk.buffer.grid.first(GridFilter(direction=Direction.SALE), "id", False, 1))[0]
        ask_to_exclude(desk.app.screen, {sale.id: sale.version})
        await desk.see("Why is it not booked?")
        await desk.press("enter")
        await desk.see("Whose decision")
        await desk.press("enter")
        await desk.see("is a sale, which is always taxed")
        ask_to_approve(desk.app.screen, {})
        await desk.see("No document is chosen.")


async def test_a_long_one_tells_how_far_it_is_and_stops(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested, on = asyncio.Event(), asyncio.Event()

    async def rest(_self: Pace) -> None:
        rested.set()
        await on.wait()

    monkeypatch.setattr(deciding, "_AT_ONCE", 10)
    monkeypatch.setattr("blink_tui.buffer.pace._FIRST", 100)
    monkeypatch.setattr(Pace, "end", lambda self, count: None)
    monkeypatch.setattr(Pace, "rest", rest)
    async with open_desk() as desk:
        ask_to_approve(desk.app.screen, ALL)
        await desk.see("Approve 300")
        await desk.press("enter")
        await rested.wait()
        await desk.see("100 of 300", "█", "Esc Stop")
        await desk.press("escape")
        await desk.see("stopping")
        on.set()
        await desk.see("200 documents approved.", "Stopped; Ctrl+Z takes it back.")
        assert await count(desk, Status.APPROVED) == 200
        undo_last(desk.app.screen)
        await desk.see("200 documents")
        await desk.press("enter")
        await desk.see("Taken back: approval, 200 documents.")
        assert await count(desk, Status.APPROVED) == 0
