"""Books read back at the keyboard: a file by its path, the row and the document side by side, three answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, Document, GridFilter
from blink_tui.model.book_rows import Answer, BookRegister, BookRow
from blink_tui.model.documents import Direction, Status
from blink_tui.model.firms import Firm
from blink_tui.tui.screens.compare import CompareWindow
from blink_tui.tui.side_by_side import pairs_of
from tests.tui.conftest import OpenDesk


@pytest.fixture
async def bought(buffer: Buffer, firms: list[Firm]) -> Document:
    """A purchase of the second firm, as the books may have it from a PDF."""
    chosen = GridFilter(firm_ids=(firms[1].id,), direction=Direction.PURCHASE)
    row = (await buffer.grid.first(chosen, "id", False, 1))[0]
    return await buffer.documents.get(row.id)


@pytest.fixture
def table(bought: Document, tmp_path: Path) -> Path:
    """The register of purchases that holds it under its number alone, with another day."""
    assert bought.gross is not None
    assert bought.issue_date is not None
    path = tmp_path / "zakupy.csv"
    line = (
        bought.invoice_number, bought.seller.id_value or "", bought.seller.name or "",
        str(bought.issue_date.replace(day=28)),
        str(bought.net), str(bought.vat), str(bought.gross),
    )  # fmt: skip
    head = "numer faktury;nip;dostawca;data wystawienia;netto;vat;brutto"
    path.write_text(head + "\n" + ";".join(line) + "\n", encoding="utf-8")
    return path


async def test_a_row_is_answered_side_by_side(
    open_desk: OpenDesk, firms: list[Firm], bought: Document, table: Path
) -> None:
    async with open_desk() as desk:
        desk.app.choose_firm(firms[1])
        await desk.press("8")
        await desk.see("0 batches")
        await desk.press("f3")
        await desk.see("Nothing was read back yet")
        await desk.press("i")
        await desk.see("JPK (XML), CSV or XLSX.")
        await desk.type(str(table))
        await desk.press("tab", "right", "right", "tab")
        await desk.see("[VAT register of purchases]")
        await desk.type(str(bought.issue_date)[:7])
        await desk.press("f10")
        await desk.see("1 question", bought.invoice_number)
        await desk.press("enter")
        text = await desk.see("In the books", "In KSeF", "1  The same:", "3 Doubled")
        (issued,) = [line for line in text.splitlines() if "Issued" in line]
        assert "≠" in issued
        (number,) = [line for line in text.splitlines() if "Number" in line]
        assert "≠" not in number
        await desk.press("enter", "space")  # none is preset
        await desk.see("1  The same:")
        await desk.press("3")
        await desk.see("Kept:", "0 questions")
        assert (await desk.buffer.documents.get(bought.id)).status is Status.EXCLUDED


async def test_each_answer_has_a_key_and_none_is_preset(open_desk: OpenDesk, bought: Document) -> None:
    row = BookRow(register=BookRegister.PURCHASES, position=1, number=bought.invoice_number)
    said: list[Answer | None] = []
    async with open_desk() as desk:
        for key in ("1", "2", "3", "escape"):
            desk.app.push_screen(CompareWindow("?", pairs_of(row, bought, ())), said.append)
            await desk.see("1  The same:")
            await desk.press("enter", "space", key)
        await desk.until(lambda: len(said) == 4)
        assert said == [Answer.SAME, Answer.ANOTHER, Answer.DOUBLED, None]


async def test_a_file_that_is_not_there_is_told_under_its_field(
    open_desk: OpenDesk, firms: list[Firm], tmp_path: Path
) -> None:
    async with open_desk() as desk:
        desk.app.choose_firm(firms[1])
        await desk.press("8", "f3", "i")
        await desk.see("JPK (XML), CSV or XLSX.")
        await desk.type(str(tmp_path / "none.csv"))
        await desk.press("f10")
        await desk.see("! There is no such file")
