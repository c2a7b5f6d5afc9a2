"""The screens at work, by keys, over a real buffer."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from textual.app import App, ComposeResult

from blink_tui import i18n
from blink_tui.buffer import Buffer
from blink_tui.i18n import language
from blink_tui.model.documents import Direction, Status
from blink_tui.model.events import PassFailed, PassFinished, PassStarted
from blink_tui.model.firms import Firm
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.widgets.firms import FirmRows
from blink_tui.tui.widgets.grid import InvoiceGrid
from tests.tui.conftest import Desk, OpenDesk, Wishes
from tests.tui.office import make, store


def grid(desk: Desk) -> InvoiceGrid:
    return desk.app.screen.query_one(InvoiceGrid)


async def test_firms_tell_how_complete_they_are(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        text = await desk.see("complete from 2026-09-01 02:00 to 2026-11-20 13:00")
        assert "2 firms · 300 documents to decide on" in text
        row = next(line for line in text.splitlines() if "Żółw" in line)
        assert row.split()[-5:] == ["-", "270", "-", "-", "-"]


async def test_a_stopped_firm_comes_first_and_says_why(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        assert desk.text.index("Żółw") < desk.text.index("Piekarnia")
        failed = PassFailed(run="2", firm_id=firms[1].id, code="refused", problem="KSeF refused the token.")
        await buffer.log.append([PassStarted(run="2", firm_id=firms[1].id), failed])
        text = await desk.see("! 1 firm stopped", "! Stopped: KSeF refused the token.")
        assert text.index(">!Piekarnia") < text.index("Żółw")
        await buffer.log.append([PassFinished(run="3", firm_id=firms[1].id, new=0)])
        await desk.until(lambda: "stopped" not in desk.text)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_buffer_shows_tree_grid_and_where_there_is_room_a_document(
    open_desk: OpenDesk, size: tuple[int, int]
) -> None:
    async with open_desk(*size) as desk:
        await desk.press("5")
        text = await desk.see("1/300", "Purchases", "Sales", "FV/2026/11/", "Hurtownia")
        assert max(map(len, text.splitlines())) <= size[0]
        assert "93 066,67" in text
        if size[1] >= 30:
            await desk.see("KSeF number", "[Summary]", "+ fetched")
        else:
            assert "[Summary]" not in text
            await desk.press("enter")
            await desk.see("KSeF number", "[Summary]")


async def test_the_tree_narrows_the_grid(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("shift+tab", "down", "down", "down")
        sales = sum(
            count
            for (direction, _), count in (await desk.buffer.grid.tree_counts()).items()
            if direction is Direction.SALE
        )
        await desk.see(f"Sales · 1/{sales} ")


async def test_a_filter_finds_without_marks_and_escape_leaves_it(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("f8", *"lodzka", "enter")
        text = await desk.see("All firms · lodzka · 1/")
        assert "Hurtownia Łó" in text
        assert "Zażółć" not in text
        await desk.press("escape")
        await desk.see("1/300")


async def test_approval_asks_with_sums_and_writes_who(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("space", "space")
        await desk.see("2 marked")
        marked = list(grid(desk).marks.rows.values())
        total = f"{sum(row.gross or 0 for row in marked):,.2f}".replace(",", " ").replace(".", ",")
        await desk.press("f9")
        await desk.see("Approve 2 documents?", total)
        await desk.press("enter")
        await desk.see("2 documents approved.")
        for row in marked:
            assert (await desk.buffer.documents.get(row.id)).status is Status.APPROVED
            last = (await desk.buffer.history.of_document(row.id))[-1]
            assert (last.who, last.after) == ("anna", "approved")
        await desk.until(lambda: not grid(desk).marks)


async def test_no_is_no(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("a")
        await desk.see("Approve 1 document?")
        await desk.press("escape")
        await desk.until(lambda: "Approve 1 document?" not in desk.text)
        assert {status for _, status in await desk.buffer.grid.tree_counts()} == {Status.FETCHED}


async def test_what_was_handed_over_is_taken_as_booked_by_a_key(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("space", "space")
        await desk.see("2 marked")
        rows = list(grid(desk).marks.rows.values())
        ids = [row.id for row in rows]
        await desk.buffer.documents.change_status(ids, Status.APPROVED, who="ewa")
        await desk.buffer.batches.begin(firms[0].id, "csv", ids, [], who="ewa")
        await desk.press("minus", "home", "f5")
        await desk.until(lambda: getattr(grid(desk).current, "status", None) is Status.EXPORTED)
        await desk.press("space", "space", "space", "B")
        total = f"{sum(row.gross or 0 for row in rows):,.2f}".replace(",", " ").replace(".", ",")
        await desk.see("Take 2 documents as booked?", total, "1 document is not handed over to the books")
        await desk.press("escape")
        await desk.until(lambda: "as booked?" not in desk.text)
        assert (await desk.buffer.documents.get(rows[0].id)).status is Status.EXPORTED
        await desk.press("B", "enter")
        await desk.see("2 documents are booked.")
        for row in rows:
            assert (await desk.buffer.documents.get(row.id)).status is Status.BOOKED
            assert (await desk.buffer.history.of_document(row.id))[-1].who == "anna"


async def test_what_is_handed_over_is_not_approved_again(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        row = grid(desk).current
        assert row is not None
        await desk.buffer.documents.change_status([row.id], Status.BOOKED, who="anna")
        await desk.press("f5")
        await desk.see("$! 14.11")
        await desk.press("f9")
        await desk.see("1 document is handed over to the books or booked")
        assert "Approve" not in desk.text.replace("F9 Approve", "")


async def test_a_document_changed_by_another_is_not_approved_blindly(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        row = grid(desk).current
        assert row is not None
        await desk.buffer.documents.change_status([row.id], Status.QUERIED, who="ewa", reason="?")
        await desk.press("f9")
        await desk.see("someone else meanwhile")
        assert (await desk.buffer.documents.get(row.id)).status is Status.QUERIED


async def test_new_documents_are_announced_and_rows_stay_where_they_are(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("down", "down")
        before = grid(desk).current
        assert before is not None
        await store(buffer, firms[0], make(firms[0], 10, first=70_000))
        await desk.see("+10 new, F5")
        assert grid(desk).current == before
        await desk.press("f5")
        await desk.see("/310")
        after = grid(desk).current
        assert after is not None
        assert after.id == before.id
        await desk.until(lambda: desk.engine.asked == [None])


async def test_hostile_names_are_shown_as_text(open_desk: OpenDesk) -> None:
    async with open_desk(120, 40) as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("slash", *"evil", "enter")
        text = await desk.see("[bold red]Evil[/]")
        assert not {char for char in text if ord(char) < 32 and char != "\n"}
        assert "\u202e" not in text


async def test_the_xml_and_the_pages_of_a_document(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("v")
        await desk.see("[XML]", "<KodFormularza", "FA (3)")
        await desk.press("right", "right")
        await desk.see("[Lines]", "Usługa księgowa")
        await desk.press("escape")
        await desk.see("1/300")


async def test_marking_all_and_inverting(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("space", "asterisk")
        await desk.see("299 marked")
        await desk.press("plus")
        await desk.see("300 marked")
        await desk.press("minus")
        await desk.until(lambda: "marked" not in desk.text)


async def test_help_palette_and_firm_are_windows_that_escape_closes(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5", "f1")
        await desk.see("Approve the marked documents", "F9, a")
        await desk.press("escape", "ctrl+p")
        await desk.see("What shall be done?")
        await desk.press(*"hand", "enter")
        await desk.see("[8Books]")
        await desk.press("escape", "escape", "escape")
        await desk.see("[1Desk]")
        assert desk.app.is_running


async def test_an_open_question_is_not_left_by_a_digit(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("f9", "1")
        await desk.see("Approve 1 document?")


async def test_an_empty_buffer_says_what_to_do(buffer: Buffer, tmp_path: Path) -> None:
    app = ConsoleApp(buffer, None, who="anna", export_dir=tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        desk = Desk(app, pilot, buffer, engine=None, folder=tmp_path)  # type: ignore[arg-type]
        await desk.see("Guided start, step 1 of 4")
        await desk.press("escape", "f5")
        await desk.see("Another process fetches")
        app.engine = Wishes()
        await desk.press("f5")
        await desk.see("There is no firm to fetch for")
        assert app.engine.asked == []
        await desk.see("No firm yet", "Ins in Firms (2)", "blink firm add --nip", "blink demo")
        await desk.press("5")
        await desk.see("no documents")
        await desk.press("enter", "space", "f9", "down", "end", "plus", "8", "f10")
        await desk.see("Nothing is approved")
        assert app.is_running


async def test_a_document_is_laid_out_anew_for_another_width(open_desk: OpenDesk) -> None:
    async with open_desk(120, 40) as desk:
        await desk.press("5")
        await desk.see("1/300", "KSeF number")
        await desk.press("enter")
        await desk.see("[Summary]", "F9 Approve")
        await desk.pilot.resize_terminal(62, 24)
        text = await desk.see("[Summary]")
        await desk.until(lambda: max(map(len, desk.text.splitlines())) <= 62, lambda: desk.text)
        await desk.press("left")
        text = await desk.see("[XML]", "<Naglowek>")
        assert "[XML]" in text


@pytest.fixture
def small_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Polish catalogue of three texts."""
    catalogue = Catalog(locale="pl")
    for english, polish in (("Firms", "Firmy"), ("Help", "Pomoc"), ("Complete to", "Komplet do")):
        catalogue.add(english, polish)
    folder = tmp_path / "locale" / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "blink.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(i18n, "_LOCALE_DIR", tmp_path / "locale")
    monkeypatch.setattr(i18n, "_translations", {})


@pytest.mark.usefixtures("small_catalogue")
async def test_the_language_changes_everywhere_at_once(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.see("2Firms", "F1 Help", "Complete to")
        await desk.press("ctrl+l")
        text = await desk.see("2Firmy", "F1 Pomoc", "Komplet do")
        assert "Firms" not in text
        assert language() == "pl"
        await desk.press("5", "ctrl+l")
        await desk.see("2Firms", "F1 Help")
        await desk.press("1")
        await desk.see("[1Desk]", "Complete to", "F1 Help")


class OneList(App[None]):
    """A list of firms alone."""

    def compose(self) -> ComposeResult:
        yield FirmRows()


async def test_a_list_says_that_it_is_empty_only_once_it_was_read() -> None:
    app = OneList()
    async with app.run_test() as pilot:
        rows = app.query_one(FirmRows)

        def text() -> str:
            return "".join(rows.render_line(y).text for y in range(rows.size.height))

        assert "blink firm add" not in text()
        rows.show(())
        await pilot.pause()
        assert "blink firm add" in text()
