"""Coding from the queue, the month screen and the grid, without the editor or through it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.documents import Status
from blink_tui.model.firms import Firm
from blink_tui.sync.proposing import propose_pending
from tests.tui.coded_office import BOOKS, TODAY, WAPRO, four_eyes, keep_books
from tests.tui.conftest import Desk, OpenDesk
from tests.tui.editing import PURCHASES, at_queue, kept, office_with_proposals, opened, purchases


@pytest.fixture
async def firms(buffer: Buffer) -> list[Firm]:
    return await office_with_proposals(buffer)


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
