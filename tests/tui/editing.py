"""What tests of coding in the console do: find a document, open its editor, look at what was kept."""

from __future__ import annotations

from dataclasses import replace

from blink_tui.buffer import Buffer, Document, GridFilter
from blink_tui.i18n import set_language
from blink_tui.model.coding import Coding
from blink_tui.model.documents import Direction, Status
from blink_tui.model.firms import Firm
from blink_tui.tui.screens.editor import EditorWindow
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.widgets.form import FieldRow
from tests.tui.coded_office import keep_books
from tests.tui.conftest import Desk
from tests.tui.office import open_office

PURCHASES = GridFilter(direction=Direction.PURCHASE)

PURCHASES = GridFilter(direction=Direction.PURCHASE)


async def office_with_proposals(buffer: Buffer) -> list[Firm]:
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


def field_of(desk: Desk, name: str) -> FieldRow:
    form = desk.app.screen
    assert isinstance(form, FormWindow)
    return next(row for row in form.body.rows if row.field.name == name)


async def at_queue(desk: Desk, firm: Firm) -> None:
    from blink_tui.tui.screens.queue import QueueWindow

    await desk.app.push_screen(QueueWindow(replace(PURCHASES, firm_ids=(firm.id,))))
    await desk.see("1 of ", "Proposed", "will go to Comarch Optima:")
