"""The coding editor by keys, on a real buffer: what is typed, split, copied, taken back, saved and found again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, Document, GridFilter
from blink_tui.i18n import set_language
from blink_tui.model.coding import Coding, Side
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Direction, Status
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.sync.proposing import propose_pending
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.memory import Memory
from blink_tui.tui.screens.editor import EditorWindow
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.widgets.cell import CellLine
from blink_tui.tui.widgets.form import FieldRow
from blink_tui.tui.widgets.posting import LineGrid
from tests.tui.coded_office import BOOKS, TODAY, WAPRO, four_eyes, keep_books
from tests.tui.conftest import Desk, OpenDesk, Wishes
from tests.tui.office import open_office

PURCHASES = GridFilter(direction=Direction.PURCHASE)


@pytest.fixture
async def firms(buffer: Buffer) -> list[Firm]:
    """Two firms with a few documents, the first one with books and proposals."""
    set_language("en")
    firms = await open_office(buffer, 40)
    await keep_books(buffer, firms[0])
    return firms


async def purchases(desk: Desk, firm: Firm, count: int = 5) -> list[Document]:
    chosen = replace(PURCHASES, firm_ids=(firm.id,))
    rows = await desk.buffer.grid.first(chosen, "received_date", False, count)
    return [await desk.buffer.documents.get(row.id) for row in rows]


async def opened(desk: Desk, document: Document) -> EditorWindow:
    from blink_tui.tui.screens.editor import edit_document

    desk.app.run_worker(edit_document(desk.app, document.id))
    await desk.see("Name of account", document.invoice_number)
    assert isinstance(desk.app.screen, EditorWindow)
    return desk.app.screen


async def kept(desk: Desk, document: Document) -> tuple[Status, Coding]:
    found = await desk.buffer.codings.get(document.id)
    assert found is not None
    return (await desk.buffer.documents.get(document.id)).status, found.coding


def accounts(coding: Coding) -> list[str]:
    return [line.account for line in coding.lines]


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


def field_of(desk: Desk, name: str) -> FieldRow:
    form = desk.app.screen
    assert isinstance(form, FormWindow)
    return next(row for row in form.body.rows if row.field.name == name)


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


async def test_another_scheme_takes_the_place_of_the_lines(open_desk: OpenDesk, firms: list[Firm]) -> None:
    async with open_desk(120, 40) as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        before = window.coding
        assert before.scheme is not None
        await desk.press("x", "f8")
        await desk.see("Which scheme?")
        await desk.press(*"zakup", "space", *"towar", "enter")
        await desk.until(lambda: desk.app.screen is window)
        assert window.coding.scheme is not None
        assert window.coding.scheme.name != before.scheme.name
        assert "330" in accounts(window.coding)
        assert window.coding.lines_by_hand is False
        assert window.coding.complete
        await desk.press("ctrl+z", "ctrl+z")
        assert window.coding == before


async def test_the_seller_s_last_document_is_copied_with_this_one_s_amounts(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        found = await purchases(desk, firms[0], 30)
        first = found[0]
        second = next(one for one in found[1:] if one.seller == first.seller and one.currency == "PLN")
        window = await opened(desk, second)
        own = window.coding
        await desk.press("f5")
        await desk.see("No document of this contractor is coded yet.")
        await desk.press("escape")
        await opened(desk, first)
        await desk.press("s", *"75/25", "enter", *"409-01", "enter", "f10")
        await desk.until(lambda: not isinstance(desk.app.screen, EditorWindow))
        window = await opened(desk, second)
        await desk.press("f5")
        await desk.until(
            lambda: "409-01" in accounts(window.coding), lambda: f"{window.coding.lines}\n{desk.text}"
        )
        assert window.coding.difference == 0
        by_account = {line.account: line.amount for line in window.coding.lines}
        tax = next(line for line in own.lines if line.account == "223")
        assert by_account["223"] == tax.amount
        assert {line.description for line in window.coding.lines} == {own.description}
        assert window.coding.complete


async def test_why_names_the_rule_what_fits_it_and_the_sentences_of_the_months(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk(120, 40) as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        await desk.press("y")
        text = await desk.see("Why", "Rule that decided:", "precedence")
        assert window.coding.scheme is not None
        assert window.coding.scheme.name in text
        assert str(window.coding.periods.vat) in text
        await desk.press("escape")
        assert desk.app.screen is window


async def test_a_half_edited_document_is_found_again_after_a_lost_line(
    buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    path = tmp_path / "memory.json"

    @asynccontextmanager
    async def console() -> AsyncIterator[Desk]:
        engine = Wishes()
        app = ConsoleApp(buffer, engine, who="anna", export_dir=tmp_path, memory=Memory(path))
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            yield Desk(app, pilot, buffer, engine, tmp_path)

    async with console() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.press("right", *"77,00", "enter")
        half = window.coding
        desk.app.remember()  # twice a second by itself; the terminal is gone after it
    async with console() as desk:
        window = await opened(desk, document)
        await desk.see("Taken up from before", "77,00")
        assert window.coding == half
        await desk.press("ctrl+n")
        assert window.coding.lines[0].amount != 77
        await desk.press("ctrl+z", "f10")
        await desk.see("Saved as a draft.")
    async with console() as desk:
        await opened(desk, await desk.buffer.documents.get(document.id))
        assert "Taken up from before" not in desk.text, "what was saved is not offered again"


async def test_a_draft_of_the_memory_is_not_laid_over_another_version(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.press("right", *"77,00", "enter", "escape")
        await desk.until(lambda: desk.app.screen is not window)
        coding = replace(window.coding, description="inny")
        await desk.buffer.codings.save_draft(document.id, document.version, coding, who="ewa")
        window = await opened(desk, document)
        assert window.coding.description == "inny"
        assert "Taken up from before" not in desk.text


async def test_somebody_else_s_change_meanwhile_is_not_written_over(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.buffer.decisions.decide({document.id: document.version}, Decision(Action.CODE), who="ewa")
        await desk.press("s", *"50/50", "enter", "f10")
        await desk.see("changed")
        assert desk.app.screen is window
        status, coding = await kept(desk, document)
        assert (status, coding.lines_by_hand) == (Status.CODED, False)


async def test_hostile_names_stay_text(open_desk: OpenDesk, firms: list[Firm]) -> None:
    async with open_desk(120, 40) as desk:
        document = next(one for one in await purchases(desk, firms[0], 50) if one.seller.name)
        window = await opened(desk, document)
        grid = window.query_one(LineGrid)
        line = replace(window.coding.lines[0], description="[bold red]x[/] \x1b[2J\u202e")
        grid.show([line], 0)
        await desk.see("[bold red]x[/]")
        assert "\x1b[2J" not in desk.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_editor_is_whole_in_polish(
    open_desk: OpenDesk, firms: list[Firm], size: tuple[int, int]
) -> None:
    async with open_desk(*size) as desk:
        set_language("pl")
        document = (await purchases(desk, firms[0]))[0]
        from blink_tui.tui.screens.editor import edit_document

        desk.app.run_worker(edit_document(desk.app, document.id))
        text = await desk.see("Nazwa konta", "pójdzie do Comarch Optima:", "różnica 0,00", "F10 Zapisz")
        assert max(map(len, text.splitlines())) <= size[0]
        assert len(text.splitlines()) <= size[1]


# The queue and the lists


async def at_queue(desk: Desk, firm: Firm) -> None:
    from blink_tui.tui.screens.queue import QueueWindow

    await desk.app.push_screen(QueueWindow(replace(PURCHASES, firm_ids=(firm.id,))))
    await desk.see("1 of ", "Proposed", "will go to Comarch Optima:")


@pytest.mark.parametrize("key", ["enter", "f10", "ctrl+s"])
async def test_one_key_codes_as_proposed(open_desk: OpenDesk, firms: list[Firm], key: str) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        proposal = await desk.buffer.codings.proposal(document.id)
        await at_queue(desk, firms[0])
        await desk.press(key)
        await desk.see("2 of ", "decided 1")
        status, coding = await kept(desk, document)
        assert proposal is not None
        assert (status, coding) == (Status.CODED, proposal.coding)
        await desk.press("ctrl+z")
        await desk.see("1 of ", document.invoice_number)
        assert (await desk.buffer.documents.get(document.id)).status is Status.FETCHED


async def test_approving_codes_first_in_two_events_and_is_taken_back_whole(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        await at_queue(desk, firms[0])
        await desk.press("a")
        await desk.see("2 of ", "decided 1")
        assert (await desk.buffer.documents.get(document.id)).status is Status.APPROVED
        events = [event.after for event in await desk.buffer.history.of_document(document.id)]
        assert [after for after in events if after in ("coded", "approved")] == ["coded", "approved"]
        await desk.press("ctrl+z")
        await desk.see("1 of ", document.invoice_number)
        assert (await desk.buffer.documents.get(document.id)).status is Status.FETCHED


async def test_four_eyes_leave_the_document_coded_for_somebody_else(
    buffer: Buffer, open_desk: OpenDesk, firms: list[Firm]
) -> None:
    version = await buffer.books.version(firms[0].id)
    await buffer.books.save(firms[0].id, four_eyes(), who="anna", version=version)
    from blink_tui.sync.proposing import propose_pending

    await propose_pending(buffer, TODAY)
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        await at_queue(desk, firms[0])
        await desk.press("a")
        await desk.see("2 of ", "another person")
        assert (await desk.buffer.documents.get(document.id)).status is Status.CODED


@pytest.mark.proof
async def test_the_queue_opens_the_editor_and_goes_on_after_it(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        documents = await purchases(desk, firms[0])
        await at_queue(desk, firms[0])
        await desk.press("e")
        await desk.see("Name of account", documents[0].invoice_number)
        await desk.press("escape")
        await desk.see("1 of ", "Proposed")
        await desk.press("f4")
        await desk.see("Name of account")
        await desk.press("right", *"5,00", "enter", "f10")
        await desk.see("1 of ", "Draft", "! Debit", "differ by", "It cannot be coded")
        desk.app.clear_notifications()  # the sentence lies over the last lines for a while
        await desk.see("1 of ", "Draft", "will go to")
        await desk.press("enter")
        await desk.see("1 document is not complete")
        assert (await desk.buffer.documents.get(documents[0].id)).status is Status.FETCHED
        await desk.press("f4")
        await desk.see("Name of account", "draft")
        await desk.press("r", "f10")
        await desk.see("2 of ", "decided 1")
        assert (await desk.buffer.documents.get(documents[0].id)).status is Status.CODED
        await desk.press("y")
        await desk.see("Why", "Rule that decided:")


async def test_a_firm_without_books_stays_as_it_was(open_desk: OpenDesk, firms: list[Firm]) -> None:
    from blink_tui.tui.screens.queue import QueueWindow

    async with open_desk() as desk:
        await desk.app.push_screen(QueueWindow(replace(PURCHASES, firm_ids=(firms[1].id,))))
        text = await desk.see("1 of ", "To pay")
        assert "Proposed" not in text
        await desk.press("f4")
        await desk.see("This firm has no books set up")
        await desk.press("a")
        await desk.see("decided 1")


async def test_screen_6_codes_and_approves_what_is_ready_in_a_firm(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        to_code = (await desk.buffer.overview.to_code())[firms[0].id]
        await desk.press("6")
        await desk.see("Ready", "Żółw", f"F10 codes {to_code.ready} documents as proposed.")
        await desk.press("f10")
        await desk.see("Code ", "PLN")
        await desk.press("enter")
        await desk.see("documents coded.")
        coded = (await desk.buffer.overview.waiting())[firms[0].id][Status.CODED]
        await desk.see(f"F9 approves {coded} that are coded.")
        await desk.press("f9")
        await desk.see("Approve ")
        await desk.press("enter")
        await desk.see("approved.")


async def test_the_grid_codes_marked_documents_and_opens_the_editor(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk(120, 40) as desk:
        desk.app.choose_firm(firms[0])
        await desk.press("5")
        await desk.see("1/36")
        await desk.press("E")
        await desk.see("Name of account")
        await desk.press("escape")
        await desk.see("1/36")
        await desk.press("space", "space", "f10")
        await desk.see("Code 2 documents?")
        await desk.press("n")
        await desk.press("enter")
        await desk.see("[Summary]")
        await desk.press("f4")
        await desk.see("Name of account")


Open = Callable[..., AbstractAsyncContextManager[Desk]]


async def test_what_wapro_gets_and_what_it_does_not_always_stands_there(
    buffer: Buffer, open_desk: OpenDesk, firms: list[Firm]
) -> None:
    await keep_books(buffer, firms[1], WAPRO)
    async with open_desk() as desk:
        document = (await purchases(desk, firms[1]))[0]
        window = await opened(desk, document)
        await desk.see("will go to WAPRO:", "net account 402", "will not go:")
        await desk.press("enter", *"409-01", "enter")
        await desk.see("net account 409-01")
        assert window.coding.lines_by_hand


def test_books_of_the_office_are_complete() -> None:
    assert BOOKS.vat_on(TODAY).kind == "monthly"
