"""The hand-over at the keyboard: a look before anything is written, several firms in one go, batches and their end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from blink_tui.buffer import Buffer, GridFilter
from blink_tui.buffer.session import Row, Session
from blink_tui.model.documents import Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ContextType, Firm, NewFirm
from blink_tui.model.months import Month
from blink_tui.model.values import Nip
from blink_tui.sync.exporting import Wanted, export
from blink_tui.tui.handing import waiting_firms
from blink_tui.tui.screens.export_settings import ExportSettingsWindow
from blink_tui.tui.screens.handover import HandoverScreen
from blink_tui.tui.screens.questions import Working
from blink_tui.tui.under_way import teller
from blink_tui.tui.widgets.documents import DocumentRows
from tests.buffer.factory import invoice
from tests.tui.coded_office import WAPRO
from tests.tui.conftest import OpenDesk


@pytest.fixture
async def approved(buffer: Buffer, firms: list[Firm]) -> list[list[int]]:
    """Ids of approved documents by firm: five of the first one, three of the second; both use WAPRO."""
    found = []
    for firm, count in zip(firms, (5, 3), strict=True):
        await buffer.firms.edit(firm.id, firm.version, ledger_format="wapro")
        rows = await buffer.grid.first(GridFilter(firm_ids=(firm.id,)), "id", False, count)
        found.append([row.id for row in rows])
        await buffer.documents.change_status(found[-1], Status.APPROVED, who="anna")
    return found


async def test_a_thousand_firms_take_as_many_statements_as_two(
    buffer: Buffer, firms: list[Firm], approved: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rows = Session.rows

    async def noted(self: Session, sql: str, values: tuple[object, ...] = ()) -> list[Row]:
        asked.append(sql)
        return await rows(self, sql, values)

    waiting = await waiting_firms(buffer, firms, None)
    assert [(one.firm.id, one.documents) for one in waiting] == [
        (firm.id, len(ids)) for firm, ids in zip(firms, approved, strict=True)
    ]
    new = [NewFirm(Nip(f"{n:010}"), ContextType.NIP, f"{n:010}", f"F {n}", "test") for n in range(1000)]
    added = await buffer.firms.add_many(new)
    for number, firm in enumerate(added[:20], 10_000):
        item = invoice(number)
        await buffer.documents.store(firm, Role.BUYER, [item])
        (document,) = await buffer.documents.find(item.header.ksef_number, firm.id)
        await buffer.documents.change_status([document.id], Status.APPROVED, who="anna")
    monkeypatch.setattr(Session, "rows", noted)
    assert len(await waiting_firms(buffer, [*firms, *added], None)) == 22
    assert len(asked) <= 4
    assert sum(one.documents for one in await waiting_firms(buffer, [*firms, *added], Month(2026, 9))) == 28
    assert await waiting_firms(buffer, [*firms, *added], Month(2026, 2)) == []


async def statuses(buffer: Buffer, ids: Sequence[int]) -> set[Status]:
    return {one.status for one in await buffer.documents.get_many(ids)}


async def test_nothing_is_written_before_the_look_is_agreed_to(
    open_desk: OpenDesk, firms: list[Firm], approved: list[list[int]]
) -> None:
    async with open_desk() as desk:
        await desk.press("8")
        await desk.see("8 approved documents wait", "WAPRO", "What goes:")
        screen = desk.app.screen
        assert isinstance(screen, HandoverScreen)
        screen.action_hand_over()
        screen.action_hand_over()  # a heap of keys is one wish
        text = await desk.see("Hand over? Żółw", "5 documents", "Register", "Sales", "F10 Write")
        assert "23 %" in text
        await desk.press("escape")
        await desk.see("8 approved documents wait", "0 batches")
        assert await statuses(desk.buffer, approved[0]) == {Status.APPROVED}
        assert not desk.folder.exists()

        await desk.press("f10")
        await desk.see("Hand over? Żółw")
        rows = await desk.buffer.grid.first(GridFilter(firm_ids=(firms[0].id,)), "id", False, 6)
        await desk.buffer.documents.change_status([rows[5].id], Status.APPROVED, who="ewa")
        await desk.press("f10")
        await desk.see("5 documents handed over", "1 batch", "4 approved documents wait")
        assert await statuses(desk.buffer, [rows[5].id]) == {Status.APPROVED}  # nobody has seen it
        assert await statuses(desk.buffer, approved[0]) == {Status.EXPORTED}
        assert len(list(desk.folder.glob("*.xml"))) == 1


async def test_several_firms_go_in_one_run(open_desk: OpenDesk, approved: list[list[int]]) -> None:
    async with open_desk() as desk:
        await desk.press("8")
        await desk.see("8 approved documents wait")
        await desk.press("plus", "f10")
        await desk.see("Hand over for several firms?", "2 firms · 8 documents")
        await desk.press("enter")
        await desk.see("Would be handed over: Żółw")
        await desk.press("f10")  # only a look
        await desk.press("escape")
        await desk.see("2 firms · 8 documents")
        await desk.press("f10")
        await desk.see("5 documents handed over", "3 documents handed over")
        await desk.press("escape")
        await desk.see("0 approved documents wait", "2 batches")
        assert await statuses(desk.buffer, approved[0] + approved[1]) == {Status.EXPORTED}


async def test_a_run_stops_between_two_firms(open_desk: OpenDesk, approved: list[list[int]]) -> None:
    async with open_desk() as desk:
        await desk.press("8")
        await desk.see("8 approved documents wait")
        await desk.press("plus", "f10")
        await desk.see("2 firms · 8 documents")
        async with desk.buffer._database.transaction():  # the first firm waits for it, written by no means
            await desk.press("f10")
            await desk.see("Handing over", "5 of 5")
            await desk.press("escape")
            await desk.see("stopping…")
        await desk.see("5 documents handed over", "Stopped. Not handed over: Piekarnia")
        assert await statuses(desk.buffer, approved[0]) == {Status.EXPORTED}
        assert await statuses(desk.buffer, approved[1]) == {Status.APPROVED}


async def test_a_firm_is_left_before_it_is_marked(
    open_desk: OpenDesk, firms: list[Firm], approved: list[list[int]]
) -> None:
    async with open_desk() as desk:
        window = Working("Handing over")
        window.stopping = True
        with pytest.raises(BlinkError) as refusal:
            await export(
                desk.buffer, firms[0], Wanted(format="wapro"), desk.folder,
                who="anna", now=desk.app.now, told=teller(desk.app, window),
            )  # fmt: skip
        assert refusal.value.kind.code == "stopped"
        assert await statuses(desk.buffer, approved[0]) == {Status.APPROVED}
        assert not list(desk.folder.glob("*"))


async def test_a_batch_that_was_never_imported_goes_back_whole(
    open_desk: OpenDesk, approved: list[list[int]]
) -> None:
    async with open_desk() as desk:
        await _hand_over_first(desk)
        await desk.press("tab", "tab", "enter")
        await desk.see("Batch 1: Żółw", "5 documents", "SHA-256", "FV/2026/09/0010")
        await desk.press("x")
        await desk.see(
            "Was the file imported already?", "1  No, it was never imported", "2  Yes, it was imported"
        )
        await desk.press("enter")  # none of both
        await desk.press("1")
        await desk.see("Why?")
        await desk.type("zły okres")
        await desk.press("enter")
        await desk.see("5 documents are approved again", "Cancelled on", "zły okres")
        await desk.press("escape")
        await desk.see("8 approved documents wait", "x cancelled")
        assert await statuses(desk.buffer, approved[0]) == {Status.APPROVED}
        assert not list(desk.folder.glob("*.xml"))


async def test_single_documents_of_an_imported_batch_come_again_to_be_put_right(
    open_desk: OpenDesk, approved: list[list[int]]
) -> None:
    async with open_desk() as desk:
        await _hand_over_first(desk)
        await desk.press("tab", "tab", "enter")
        await desk.until(lambda: len(desk.app.screen.query_one(DocumentRows).ids) == 5)
        await desk.press("space", "down", "space", "x")
        await desk.see("the 2 marked documents are reopened")
        await desk.press("2")
        await desk.see("Why?")
        await desk.type("zła stawka")
        await desk.press("enter")
        await desk.see("2 documents are reopened")
        chosen = [approved[0][0], approved[0][2]]
        assert await desk.buffer.batches.amending(approved[0]) == set(chosen)
        assert await statuses(desk.buffer, chosen) == {Status.APPROVED}


async def test_settings_are_checked_where_they_are_filled_in(
    open_desk: OpenDesk, firms: list[Firm], approved: list[list[int]]
) -> None:
    async with open_desk() as desk:
        await desk.press("8")
        await desk.see("8 approved documents wait")
        await desk.press("s", "enter")
        await desk.see("Settings of exports: Żółw", "missing: code of the tax office")
        window = desk.app.screen
        assert isinstance(window, ExportSettingsWindow)
        window.rows.move_to([one.format for one in window.shown].index("jpk_v7m"))
        await desk.press("enter")
        await desk.see("JPK_V7M(3)", "Code of the tax office", "such as 1471")
        await desk.type("9999")
        await desk.press("f10")
        await desk.see("! The setting tax_office")
        await desk.press("backspace", "backspace", "backspace", "backspace")
        await desk.type("1471")
        await desk.press("f10")
        await desk.until(lambda: "What is left empty" not in desk.text)
        told = await desk.buffer.export_settings.of(firms[0].id, "csv")
        assert told == {"tax_office": "1471"}

        await desk.see("missing: e-mail address")
        window.rows.move_to([one.format for one in window.shown].index("wapro"))
        await desk.press("t")
        await desk.see("Its documents are made up")
        assert [path.name for path in desk.folder.glob("*TEST*wapro*")]
        assert await statuses(desk.buffer, approved[0]) == {Status.APPROVED}


async def test_a_report_marks_nothing_and_says_that_it_is_a_part(
    open_desk: OpenDesk, firms: list[Firm], approved: list[list[int]]
) -> None:
    told = {"tax_office": "1471", "email": "biuro@example.com", "full_name": "Żółw"}
    async with open_desk() as desk:
        await desk.buffer.books.save(firms[0].id, WAPRO, who="anna", version=None)
        await desk.buffer.export_settings.save(firms[0].id, "", told, who="anna")
        await desk.press("8")
        await desk.see("8 approved documents wait")
        await desk.press("r", "enter")
        await desk.see("Report: Żółw", "[JPK_V7M(3)]", "PARTIAL, NOT TO BE SENT")
        await desk.press("f10")
        await desk.see("written:", "PARTIAL, NOT TO BE SENT")
        (path,) = desk.folder.glob("*.xml")
        assert path.name.endswith("CZESCIOWY-NIE-DO-WYSYLKI.xml")
        assert await statuses(desk.buffer, approved[0]) == {Status.APPROVED}


async def test_nothing_is_asked_of_firms_where_there_are_none(open_desk: OpenDesk, firms: list[Firm]) -> None:
    async with open_desk() as desk:
        for firm in firms:
            await desk.buffer.firms.edit(firm.id, firm.version, accountant="ewa")
        await desk.press("8")
        await desk.see("All firms")
        await desk.press("b")
        await desk.see("My clients")
        await desk.press("f9")
        await desk.see("No firm here.")


async def _hand_over_first(desk) -> None:  # type: ignore[no-untyped-def]
    await desk.press("8")
    await desk.see("8 approved documents wait")
    await desk.press("f10")
    await desk.see("Hand over? Żółw")
    await desk.press("f10")
    await desk.see("5 documents handed over", "1 batch")
