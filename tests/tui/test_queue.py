"""The working queue: one document after another by keys, and nothing decided that nobody has seen."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from blink_tui.buffer import Buffer, GridFilter, GridRow
from blink_tui.model.decisions import Action
from blink_tui.model.documents import Direction, Status
from blink_tui.tui.screens.queue import QueueWindow, Tally
from blink_tui.tui.walk import Walk
from tests.tui.conftest import Desk, OpenDesk

UNTIL = GridFilter(direction=Direction.PURCHASE)


async def opened(desk: Desk, **options: object) -> QueueWindow:
    window = QueueWindow(UNTIL, **options)  # type: ignore[arg-type]
    await desk.app.push_screen(window)
    await desk.see("1 of ", "To pay")
    return window


async def oldest(buffer: Buffer, count: int) -> list[GridRow]:
    return await buffer.grid.first(UNTIL, "received_date", False, count)


async def statuses(buffer: Buffer, rows: list[GridRow]) -> list[Status]:
    return [one.status for one in await buffer.documents.get_many([row.id for row in rows])]


async def test_keys_alone_decide_one_after_another(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        rows = await oldest(desk.buffer, 5)
        await opened(desk)
        total = await desk.buffer.grid.count(UNTIL)
        await desk.see(f"1 of {total}", rows[0].invoice_number, rows[0].ksef_number)
        await desk.press("a")
        await desk.see(f"2 of {total}", rows[1].invoice_number, "decided 1")
        await desk.press("w")
        await desk.see("What is to be cleared up?")
        await desk.press(*"czyje?", "enter")
        await desk.see(f"3 of {total}", rows[2].invoice_number)
        await desk.press("x")
        await desk.see("Why is it not booked?", "private")
        await desk.press(*"priv", "enter")
        await desk.see("Whose decision is it?")
        await desk.press("enter")
        await desk.see(f"4 of {total}", rows[3].invoice_number)
        await desk.press("space")
        await desk.see(f"5 of {total}", rows[4].invoice_number, "skipped 1")
        await desk.press("N")
        await desk.see(f"4 of {total}", rows[3].invoice_number)
        assert await statuses(desk.buffer, rows) == [
            Status.APPROVED, Status.QUERIED, Status.EXCLUDED, Status.FETCHED, Status.FETCHED,
        ]  # fmt: skip
        event = (await desk.buffer.history.of_document(rows[2].id))[-1]
        assert (event.who, event.after) == ("anna", "excluded")
        assert '"private"' in (event.reason or "")
        await desk.press("ctrl+z")
        await desk.see(f"3 of {total}", rows[2].invoice_number, "Taken back: exclusion")
        assert (await statuses(desk.buffer, rows))[2] is Status.FETCHED
        await desk.press("a")
        await desk.see(f"4 of {total}", rows[3].invoice_number)
        await desk.press("escape")
        await desk.see("[1Desk]")


async def test_what_somebody_else_changed_is_shown_anew_and_not_decided(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        rows = await oldest(desk.buffer, 3)
        await opened(desk)
        await desk.see(rows[0].invoice_number)
        await desk.buffer.documents.change_status([rows[0].id], Status.CODED, who="ewa")
        await desk.press("a")
        await desk.see("was changed meanwhile by ewa: coded", "# coded", rows[0].invoice_number)
        assert (await statuses(desk.buffer, rows))[0] is Status.CODED
        await desk.buffer.documents.change_status([rows[0].id], Status.QUERIED, who="ewa", reason="?")
        await desk.press("a")
        await desk.see(rows[1].invoice_number)
        assert (await statuses(desk.buffer, rows))[0] is Status.QUERIED


async def test_a_key_that_comes_before_the_next_document_decides_nothing(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        rows = await oldest(desk.buffer, 2)
        window = await opened(desk)
        total = await desk.buffer.grid.count(UNTIL)
        window.action_approve()
        window.action_approve()
        await desk.see(f"2 of {total}", rows[1].invoice_number, "decided 1")
        await desk.press("space")
        await desk.see(f"3 of {total}", "decided 1", "skipped 1")
        assert await statuses(desk.buffer, rows) == [Status.APPROVED, Status.FETCHED]


async def test_an_alarm_asks_once(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        doubled = (await oldest(desk.buffer, 1))[0]
        await alarmed(desk, doubled)
        await opened(desk)
        await desk.see("! The same seller, kind, number and amount")
        await desk.press("a")
        await desk.see("Approve it nevertheless?")
        await desk.press("n")
        await desk.see("1 of ")
        assert (await statuses(desk.buffer, [doubled])) == [Status.FETCHED]
        await desk.press("a")
        await desk.see("Approve it nevertheless?")
        await desk.press("enter")
        await desk.see("2 of ")
        assert (await statuses(desk.buffer, [doubled])) == [Status.APPROVED]


async def alarmed(desk: Desk, row: GridRow) -> None:
    """Give a document the finding of a double, as a comparison would."""
    from blink_tui.buffer import findings
    from blink_tui.buffer.deriving import HISTORY, finding_rows
    from blink_tui.invoices.checks.suspicion import SAME_NUMBER

    found = (SAME_NUMBER.found("number", number="1111111111-20260901-000000000001-AF"),)
    async with desk.buffer._database.transaction() as session:
        await findings.replace(session, HISTORY, [(row.id, 1)], finding_rows(row.id, HISTORY, found))
        await session.run("UPDATE document SET attention = 3 WHERE id = ?", (row.id,))


async def test_the_end_says_what_was_done(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        rows = await oldest(desk.buffer, 1000)
        await desk.buffer.documents.change_status([row.id for row in rows[2:]], Status.APPROVED, who="ewa")
        await opened(desk)
        await desk.see("1 of 2")
        await desk.press("a")
        await desk.see("2 of 2")
        await desk.press("n")
        await desk.see("Nothing else waits.", "1 document approved.", "N goes back")
        await desk.press("a")
        assert (await statuses(desk.buffer, rows[1:2])) == [Status.FETCHED]
        await desk.press("N")
        await desk.see(rows[1].invoice_number, "2 of 2")
        await desk.press("ctrl+z")
        await desk.see(rows[0].invoice_number, "1 of 2")


async def test_pages_and_xml_are_turned(open_desk: OpenDesk) -> None:
    async with open_desk(120, 40) as desk:
        await opened(desk)
        await desk.press("v")
        await desk.see("<Faktura", "[XML]")
        await desk.press("v")
        await desk.see("Decision]", "To pay")
        await desk.press("right")
        await desk.see("[Summary]")
        await desk.press("a")
        await desk.see("2 of ", "Decision]")
        await desk.press("f1")
        await desk.see("Leave the document for later")


@pytest.mark.parametrize("descending", [False, True])
async def test_a_walk_starts_at_a_document_and_comes_round(
    buffer: Buffer, firms: list[object], descending: bool
) -> None:
    information = (await buffer.grid.first(UNTIL, "id", False, 7))[-1]
    await buffer.documents.set_direction(information.id, 1, Direction.NONE, who="ewa", reason="?")
    rows = await buffer.grid.first(GridFilter(), "gross", descending, 1000)
    wanted = [row.id for row in rows if row.direction is not Direction.NONE]
    start = next(row for row in rows if row.id == wanted[120])
    walk = Walk(buffer, GridFilter(), sort="gross", descending=descending, start=start.key)
    await walk.open()
    walked = []
    while (row := await walk.next()) is not None:
        walked.append(row.id)
    assert walked == [*wanted[120:], *wanted[:120]]
    assert walk.total == len(walked) == 299


async def test_nothing_waits_where_nothing_is_undecided(buffer: Buffer, firms: list[object]) -> None:
    for chosen in (GridFilter(statuses=(Status.BOOKED,)), GridFilter(direction=Direction.NONE)):
        walk = Walk(buffer, chosen)
        await walk.open()
        assert (walk.total, await walk.next()) == (0, None)


async def test_every_line_fits_the_window(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await opened(desk)
        lines = desk.text.splitlines()
        assert re.search(r"F9 Approve.*w Query.*x Do not book", lines[-1])
        assert all(part in desk.text for part in ("Seller", "Buyer", "Invoice", "Days", "Before", "VAT rate"))


def test_the_pace_is_told_once_there_is_enough_to_tell() -> None:
    began = datetime(2026, 11, 20, tzinfo=UTC)
    tally = Tally(began, Counter({Action.APPROVE: 4, Action.QUERY: 2}))
    assert tally.an_hour(began + timedelta(minutes=3)) == "120/h"
    assert tally.an_hour(began + timedelta(seconds=59)) == ""
    assert Tally(began, Counter({Action.APPROVE: 2})).an_hour(began + timedelta(minutes=3)) == ""
