"""Zamknięcie miesiąca and Dekretacja: what is left, firm by firm, and where each point leads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, GridFilter, MarkMove, Undecided
from blink_tui.i18n import set_language
from blink_tui.model.clock import SystemClock
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.sync.signing import kept
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.memory import Memory
from blink_tui.tui.screens.months import MonthRows
from blink_tui.tui.screens.queue import QueueWindow
from blink_tui.tui.waiting import waiting_of
from blink_tui.tui.widgets.grid import InvoiceGrid
from tests.sync.test_agenda import FIRM
from tests.tui.conftest import Desk, Wishes

DECEMBER = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)


class Then(SystemClock):
    def now(self) -> datetime:
        return DECEMBER


Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def opened(buffer: Buffer, firms: list[Firm], tmp_path: Path) -> Open:
    """Opens a console over the office on 3 December, on a screen."""

    @asynccontextmanager
    async def opens(key: str, width: int = 80, height: int = 24) -> AsyncIterator[Desk]:
        app = ConsoleApp(
            buffer,
            Wishes(),
            who="anna",
            export_dir=tmp_path,
            clock=Then(),
            memory=Memory(tmp_path / "m.json"),
        )
        async with app.run_test(size=(width, height), notifications=True) as pilot:
            desk = Desk(app, pilot, buffer, app.engine, tmp_path)  # type: ignore[arg-type]
            await desk.see("Piekarnia")
            await desk.press(key)
            yield desk

    return opens


async def of_month(buffer: Buffer, firm: Firm, month: str) -> list[int]:
    rows = await buffer.grid.first(GridFilter(firm_ids=(firm.id,)), "id", False, 500)
    return [row.id for row in rows if f"{row.issue_date}".startswith(month)]


async def booked(buffer: Buffer, firm: Firm, month: str) -> None:
    ids = await of_month(buffer, firm, month)
    await buffer.documents.change_status(ids, Status.BOOKED, who="anna")


async def test_a_month_lists_what_is_left_and_says_ready_only_when_covered(
    opened: Open, buffer: Buffer, firms: list[Firm]
) -> None:
    async with opened("7", 120) as desk:
        text = await desk.see("‹ 2026-11 ›", "0 of 2 firms ready", "VAT, JPK in 25 days (28.12)")
        assert text.count("! gap") == 2
        await booked(buffer, firms[1], "2026-11")
        await desk.until(lambda: "0 of 2" in desk.text)
        for role in Role:  # fetched to a moment of December
            await buffer.documents.store(
                firms[1],
                role,
                [],
                move=MarkMove(Instant("2026-09-01T00:00:00Z"), Instant("2026-12-03T11:00:00Z")),
            )
        await desk.see("! gap")
        await desk.press("left", "left")
        await desk.see("‹ 2026-09 ›")


async def test_nothing_left_and_all_covered_is_ready(opened: Open, buffer: Buffer, firms: list[Firm]) -> None:
    await booked(buffer, firms[1], "2026-10")
    async with opened("7", 120, 40) as desk:
        await desk.press("left")
        text = await desk.see("‹ 2026-10 ›", "1 of 2 firms ready")
        row = next(line for line in text.splitlines() if "Piekarnia" in line)
        assert row.rstrip().endswith("ready")
        await desk.press("end")
        await desk.see("ready: nothing is left and the month is covered", "the month is covered")
        last = (await of_month(buffer, firms[1], "2026-09"))[0]
        assert last


async def test_the_month_goes_from_the_first_one_with_documents_to_the_present_one(opened: Open) -> None:
    async with opened("7") as desk:
        await desk.see("‹ 2026-11 ›")
        await desk.press("right", "right")
        await desk.see("‹ 2026-12 ›")
        await desk.press("left", "left", "left", "left", "left")
        await desk.see("‹ 2026-09 ›")
        desk.app.remember()
    async with opened("7") as desk:
        await desk.see("‹ 2026-09 ›")


async def test_points_stand_in_order_with_the_keys_that_lead_there(
    opened: Open, buffer: Buffer, firms: list[Firm]
) -> None:
    ids = await of_month(buffer, firms[0], "2026-11")
    await buffer.documents.change_status(ids[:2], Status.APPROVED, who="anna")
    await buffer.documents.change_status(ids[2:5], Status.QUERIED, who="anna", reason="?")
    await buffer.documents.change_status(ids[5:6], Status.BOOKED, who="anna")
    async with opened("7") as desk:
        await desk.see("‹ 2026-11 ›", "Żółw")
        await desk.press("enter")
        text = await desk.see("Żółw i Synowie sp. z o.o. · 2026-11", "not ready: see the points")
        order = [
            "! 3 access to KSeF: none is registered", "! 4 complete from", "! 4 not fetched to now: 13 d behind",
            f"! 6 undecided: {len(ids) - 6} (", "! 5 to be cleared up: 3 (", "  5 coded and not approved: 0",
            "! 8 approved and not handed over: 2 (", "  5 handed over and not booked: 0", "not to be booked: 0",
            "Check what logs in for the firm",
        ]  # fmt: skip
        places = [text.index(point) for point in order]
        assert places == sorted(places)
        await desk.press("5")
        await desk.see("[5Buffer]", "miesiąc:2026-11 status:fetched,")
        grid = desk.app.screen.query_one(InvoiceGrid)
        await desk.until(lambda: grid.count == len(ids) - 1)
        assert desk.app.firm == firms[0]


async def test_a_point_leads_to_its_very_documents(opened: Open, buffer: Buffer, firms: list[Firm]) -> None:
    ids = await of_month(buffer, firms[0], "2026-11")
    await buffer.documents.change_status(ids[2:5], Status.QUERIED, who="anna", reason="?")
    async with opened("7") as desk:
        await desk.see("‹ 2026-11 ›", "Żółw")
        await desk.press("enter")
        await desk.see("to be cleared up: 3 (")
        await desk.press(*["down"] * 4)
        await desk.see("Remind whoever was asked", "Enter shows the documents.")
        await desk.press("enter")
        await desk.see("[5Buffer]", "miesiąc:2026-11 status:queried")
        grid = desk.app.screen.query_one(InvoiceGrid)
        await desk.until(lambda: grid.count == 3)


async def settled(buffer: Buffer, firm: Firm, until: str = "2026-12-03T11:30:00Z") -> None:
    """Fetched to now in every role, and let in: nothing absolute stands in the way of November or before."""
    for role in Role:
        move = MarkMove(Instant("2026-09-01T00:00:00Z"), Instant(until))
        await buffer.documents.store(firm, role, [], move=move)


async def test_signing_wants_a_reason_for_what_is_left_and_locks_the_month(
    opened: Open, buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    await settled(buffer, firms[1])
    async with opened("7", 120, 40) as desk:
        await desk.see("‹ 2026-11 ›", "Piekarnia")
        rows = desk.app.screen.query_one(MonthRows)
        rows.move_to(next(at for at, one in enumerate(rows.months) if one.firm.id == firms[1].id))
        await desk.press("f10")
        await desk.see("Sign off 2026-11: Piekarnia", "! access to KSeF: none is registered", "> Reason")
        await desk.press("f10")
        await desk.see("! Say why: the reason stays on the page.")
        await desk.press(*"czekamy na bank", "f10")
        await desk.see("Signed off and locked.", "closed", "1 closed")
        assert Month(2026, 11) in await buffer.locks.locked(firms[1].id)
        page = kept(await buffer.closing.signed(firms[1].id, Month(2026, 11)) or "")
        assert page.reason == "czekamy na bank"
        assert "czekamy na bank" in page.text
        assert "access" in page.open
        await desk.until(lambda: desk.app.screen.query_one(MonthRows).current is not None)
        rows = desk.app.screen.query_one(MonthRows)
        rows.move_to(next(at for at, one in enumerate(rows.months) if one.firm.id == firms[1].id))
        await desk.press("f10")
        await desk.see("This month is closed already.")
        await desk.press("p")
        await desk.see("Print the page of 2026-11", "[as it was signed]")
        await desk.press("end", *["backspace"] * 4, *"txt", "f10")
        await desk.until((tmp_path / "closing-2222222222-2026-11.txt").exists)
        assert (tmp_path / "closing-2222222222-2026-11.txt").read_text() == page.text
        await desk.press("u")
        await desk.see("Unlock 2026-11", "> Reason", "The signed page is kept")
        await desk.press(*"spóźniona faktura", "f10")
        await desk.until(lambda: "1 closed" not in desk.text)
        assert not await buffer.locks.locked(firms[1].id)
        (old,) = await buffer.closing.pages(firms[1].id, Month(2026, 11))
        assert (kept(old.body), old.in_force) == (page, False)


async def test_what_is_not_fetched_to_now_cannot_be_signed(
    opened: Open, buffer: Buffer, firms: list[Firm]
) -> None:
    async with opened("7") as desk:
        await desk.see("‹ 2026-11 ›", "Żółw")
        await desk.press("f10")
        await desk.see("It cannot be signed off yet", "! not fetched to now", "could be signed with a reason")
        await desk.press("escape")
        assert await buffer.locks.all() == {}


async def test_what_waits_for_a_decision_firm_by_firm(
    opened: Open, buffer: Buffer, firms: list[Firm]
) -> None:
    async with opened("6", 120, 40) as desk:
        text = await desk.see(
            "300 documents to decide on · in 2 firms", "The oldest was received on 2026-09-01."
        )
        found = waiting_of(await buffer.overview.undecided(), firms)
        for one in found:
            row = next(line for line in text.splitlines() if one.firm.context_value in line)
            assert str(one.documents) in row.split()
            assert "93" in row.split(), "days since 1 September"
        rows = await buffer.grid.first(GridFilter(firm_ids=(firms[1].id,)), "id", False, 500)
        await buffer.documents.change_status([row.id for row in rows], Status.APPROVED, who="anna")
        await desk.see("270 documents to decide on · in 1 firm")


@pytest.mark.parametrize("key", ["enter", "f4", "d"])
async def test_the_queue_of_a_firm_is_opened(opened: Open, key: str) -> None:
    async with opened("6") as desk:
        await desk.see("in 2 firms")
        await desk.press(key)
        await desk.until(lambda: isinstance(desk.app.screen, QueueWindow))


def _undecided(firm_id: int, count: int, oldest: str, alarms: int = 0) -> Undecided:
    return Undecided(
        firm_id, Direction.PURCHASE, "PLN", count, Decimal(1), date.fromisoformat(oldest), alarms, alarms
    )


def test_alarms_come_first_then_the_longest_wait_then_the_most() -> None:
    from dataclasses import replace

    firms = [replace(FIRM, id=number, name=f"F{number}") for number in (1, 2, 3, 4, 5)]
    found = waiting_of(
        [
            _undecided(1, 5, "2026-11-10"), _undecided(2, 1, "2026-11-20", alarms=1), _undecided(3, 9, "2026-11-10"),
            _undecided(4, 1, "2026-11-01"),
        ],
        firms,
    )  # fmt: skip
    assert [one.firm.id for one in found] == [2, 4, 3, 1]
    assert found[1].age(date(2026, 11, 21)) == 20


@pytest.mark.parametrize("key", ["1", "4", "6", "7"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_screens_are_whole_in_polish(opened: Open, key: str, size: tuple[int, int]) -> None:
    set_language("pl")
    async with opened("1", *size) as desk:
        await desk.press(key)
        await desk.until(lambda: f"[{key}" in desk.text)
        await desk.pilot.pause()
        assert max(map(len, desk.text.splitlines())) <= size[0]
        assert len(desk.text.splitlines()) <= size[1]
