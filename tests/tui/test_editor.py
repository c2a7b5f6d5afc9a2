"""The coding editor by keys, on a real buffer: what is typed, split, added and taken back, and months."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.coding import Side
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Status
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.sync.proposing import propose_pending
from blink_tui.tui.screens.editor import EditorWindow
from blink_tui.tui.widgets.cell import CellLine
from blink_tui.tui.widgets.posting import LineGrid
from tests.tui.coded_office import BOOKS, TODAY
from tests.tui.conftest import OpenDesk
from tests.tui.editing import accounts, field_of, kept, office_with_proposals, opened, purchases


@pytest.fixture
async def firms(buffer: Buffer) -> list[Firm]:
    return await office_with_proposals(buffer)


async def test_a_split_in_few_keys_is_coded_to_the_grosz(open_desk: OpenDesk, firms: list[Firm]) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        before = window.coding
        await desk.press("s", *"30%", "enter", *"409-01", "enter", "f10")
        await desk.until(lambda: desk.app.screen is not window)
        status, coding = await kept(desk, document)
        assert status is Status.CODED
        assert accounts(coding) == ["402", "409-01", *accounts(before)[1:]]
        assert coding.lines[0].amount + coding.lines[1].amount == before.lines[0].amount
        assert coding.lines[0].amount == (before.lines[0].amount * 3 / 10).quantize(Decimal("0.01"))
        assert coding.complete
        assert coding.lines_by_hand


async def test_keys_that_come_in_one_piece_go_where_they_were_meant(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    """Over a slow line keys arrive together; none may overtake what the one before it opened or closed."""
    from textual import events

    async with open_desk() as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        keys = [("s", "s"), ("5", "5"), ("0", "0"), ("percent_sign", "%"), ("enter", "\r"), ("4", "4"), ("0", "0"),
                ("9", "9"), ("enter", "\r"), ("r", "r")]  # fmt: skip
        for key, character in keys:
            desk.app.post_message(events.Key(key, character))
        await desk.until(
            lambda: accounts(window.coding)[:2] == ["402", "409"] and not window.query_one(CellLine).display
        )
        assert not window.coding.difference


async def test_what_was_suggested_for_an_earlier_letter_is_never_taken(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        await desk.press("enter", "4")
        await desk.see("> 401 ")
        cell = window.query_one(CellLine)
        cell.value = "409"  # Enter comes before anything is suggested for it
        assert cell.chosen == "409"
        cell.action_take(0)
        assert accounts(window.coding)[0] == "409"


async def test_accounts_are_found_by_words_and_taken_from_below_the_cell(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        await desk.press("enter", *"uslugi tele")
        await desk.see("> 402-03 Usługi telekomunikacyjne")
        await desk.press("enter")
        assert accounts(window.coding)[0] == "402-03"
        await desk.press("enter", *"402-0")
        await desk.see("> 402-01", "  402-02")
        await desk.press("down", "enter")
        assert accounts(window.coding)[0] == "402-02"
        await desk.press("enter", *"999", "enter")
        await desk.see("There is no account “999”")
        assert window.query_one(CellLine).display
        await desk.press("escape")
        assert accounts(window.coding)[0] == "402-02"


@pytest.mark.parametrize(
    ("typed", "amount"), [("1 234,56", "1234.56"), ("1234.5", "1234.50"), ("=50%", None), ("-10", "-10.00")]
)
async def test_amounts_are_typed_and_the_difference_always_stands_there(
    open_desk: OpenDesk, firms: list[Firm], typed: str, amount: str | None
) -> None:
    async with open_desk() as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        first = window.coding.lines[0].amount
        await desk.press("right")
        assert window.query_one(LineGrid).column == "amount"
        keys = ["space" if char == " " else char for char in typed]
        await desk.press(*keys, "enter")
        wanted = Decimal(amount) if amount else (first / 2).quantize(Decimal("0.01"))
        await desk.until(lambda: window.coding.lines[0].amount == wanted)
        assert window.coding.difference == wanted - first
        await desk.see("difference -", "incomplete")
        await desk.press("r")
        await desk.see("difference 0,00")
        assert window.coding.lines[0].amount == first


async def test_what_cannot_be_taken_gets_a_sentence_and_stays(open_desk: OpenDesk, firms: list[Firm]) -> None:
    async with open_desk() as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        before = window.coding
        await desk.press("right", *"12x", "enter")
        await desk.see("! “12x” is no amount.")
        assert window.query_one(CellLine).value == "12x"
        await desk.press("backspace", "enter")
        assert window.coding.lines[0].amount == 12
        await desk.press("ctrl+z")
        assert window.coding == before
        await desk.press("s", "x", "enter")
        await desk.see("“x” is no amount")
        await desk.press("f10")
        await desk.see("“x” is no amount")
        assert desk.app.screen is window, "what is typed wrong is not saved over"


async def test_lines_are_added_with_what_lacks_deleted_doubled_and_taken_back(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        begin = window.coding
        await desk.press("x")
        assert accounts(window.coding) == accounts(begin)[1:]
        await desk.press("insert", *"401-01", "enter")
        await desk.see("401-01")
        assert window.coding.difference == 0
        line = next(line for line in window.coding.lines if line.account == "401-01")
        assert (line.side, line.amount) == (Side.DEBIT, begin.lines[0].amount)
        await desk.press("p")
        assert accounts(window.coding).count("401-01") == 2
        await desk.press("left", "enter")
        assert window.query_one(LineGrid).column == "side"
        await desk.press("ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
        assert window.coding == begin
        await desk.press("ctrl+z")
        await desk.see("Nothing was changed here.")


async def test_places_and_descriptions_are_typed_with_tab_from_cell_to_cell(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk(120, 40) as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        await desk.press("enter", *"409", "tab", *"100", "tab", *"magazyn")
        await desk.see("> 02 Magazyn w Łodzi")
        await desk.press("tab", *"P1", "tab", *"kawa", "enter")
        line = window.coding.lines[0]
        assert (line.account, line.amount, line.description) == ("409", Decimal(100), "kawa")
        assert dict(line.dimensions) == {"mpk": "02", "project": "P1"}


async def test_what_does_not_balance_is_saved_as_a_draft_and_says_why(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.press("right", *"1,00", "enter", "f10")
        await desk.see("Saved as a draft. It cannot be coded:", "differ by")
        await desk.until(lambda: desk.app.screen is not window)
        status, coding = await kept(desk, document)
        assert (status, coding.complete) == (Status.FETCHED, False)
        again = await opened(desk, await desk.buffer.documents.get(document.id))
        await desk.see("draft")
        assert again.coding.lines[0].amount == 1


async def test_a_closed_month_is_saved_as_a_draft_and_says_why(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        await desk.buffer.locks.lock(firms[0].id, Month(2026, 10), who="ewa", signed=None)
        window = await opened(desk, document)
        await desk.press("f4")
        await desk.see("Data of the document", "VAT month")
        assert "2026-10" not in field_of(desk, "books_day").editor.value
        field_of(desk, "books_day").editor.value = "2026-10-05"
        await desk.press("f10")
        await desk.until(lambda: desk.app.screen is window)
        await desk.see("books 2026-10-05", "incomplete", "2026-10 is closed in the books")
        await desk.press("f10")
        await desk.see("Saved as a draft.", "2026-10 is closed")
        assert (await desk.buffer.documents.get(document.id)).status is Status.FETCHED


async def test_a_month_that_was_closed_meanwhile_is_told_of_when_it_is_saved(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        await opened(desk, document)
        await desk.buffer.locks.lock(firms[0].id, Month(2026, 9), who="ewa", signed=None)
        await desk.press("f10")
        await desk.see("Saved as a draft. It cannot be coded:", "belongs to a month that is")
        assert (await desk.buffer.documents.get(document.id)).status is Status.FETCHED


async def test_only_months_of_the_law_are_offered_with_the_sentence(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.press("f4")
        await desk.see("Data of the document", "VAT month")
        field = field_of(desk, "vat_month").field
        assert [value for value, _label in field.choices] == ["", "2026-09", "2026-10", "2026-11", "2026-12"]
        assert "2026-12" in field.hint
        await desk.press("shift+tab", "right", "right", "right")
        assert field_of(desk, "vat_month").editor.value == "2026-11"
        await desk.press("f10")
        await desk.until(lambda: desk.app.screen is window)
        await desk.see("VAT 2026-11")
        await desk.press("f10")
        await desk.until(lambda: desk.app.screen is not window)
        status, coding = await kept(desk, document)
        assert (status, coding.periods.vat) == (Status.CODED, Month(2026, 11))
        assert {row.month for row in coding.rows} == {Month(2026, 11)}


async def test_a_part_is_paid_after_the_month_of_the_first_one_was_closed(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        firm, september, october = firms[0], Month(2026, 9), Month(2026, 10)
        cash = replace(BOOKS, vat=(replace(BOOKS.vat[0], cash_method=True),))
        await desk.buffer.books.save(firm.id, cash, who="ewa", version=1)
        await propose_pending(desk.buffer, TODAY)
        document = (await purchases(desk, firm))[0]

        async def pay(payments: str) -> EditorWindow:
            window = await opened(desk, await desk.buffer.documents.get(document.id))
            await desk.press("f4")
            await desk.see("Data of the document")
            field_of(desk, "payments").editor.value = payments
            await desk.press("f10")
            await desk.until(lambda: desk.app.screen is window)
            await desk.press("f10")
            return window

        window = await pay("2026-09-30 10,00")
        await desk.until(lambda: desk.app.screen is not window)
        status, first = await kept(desk, document)
        assert (status, [row.month for row in first.rows]) == (Status.CODED, [september])
        await desk.buffer.locks.lock(firm.id, september, who="ewa")
        before = await desk.buffer.registers.sums(firm.id, september)
        await desk.buffer.decisions.decide(
            {document.id: (await desk.buffer.documents.get(document.id)).version},
            Decision(Action.APPROVE),
            who="ewa",
        )
        window = await pay("2026-09-30 10,00; 2026-10-05 20,00")
        await desk.see("only payments can be added")
        await desk.until(lambda: desk.app.screen is not window)
        status, both = await kept(desk, document)
        assert (status, [row.month for row in both.rows]) == (Status.CODED, [september, october])
        assert (both.rows[0], both.periods) == (first.rows[0], first.periods)
        assert await desk.buffer.registers.sums(firm.id, september) == before
        window = await pay("2026-09-30 11,00; 2026-10-05 20,00")
        await desk.see("2026-09 is closed and would change")
        assert desk.app.screen is window
        assert await kept(desk, document) == (status, both)
