"""What is read of an invoice for a format is enough for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TypeVar

import pytest

from blink_tui.invoices import Depth, read_invoice
from blink_tui.invoices.fa import FA, FA_HEAD, FA_OUTLINE, OUTLINED_LINE
from blink_tui.invoices.fa_lines import LINE
from blink_tui.invoices.periods import dates_of
from blink_tui.invoices.tables import _fields_of
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Frame, Piece, depth_of
from blink_tui.ledger.formats import exporters
from blink_tui.model.books import BookKind
from blink_tui.model.coding import Coding
from blink_tui.model.invoice import Invoice
from blink_tui.model.months import Month
from tests.coding.worked.whole import WORKED
from tests.invoices.documents import faktura, line
from tests.ledger.six import SETTINGS
from tests.ledger.worked import worked_documents

_T = TypeVar("_T")
_SETTINGS = SETTINGS | {"source_id": "BLINK", "target_id": "KSIEG"}
_MONTHS = {form: (Month(2026, 3),) for form in exporters() if form.startswith("jpk")}
_WHOLE = {"jpk_fa", "package"}
_BOOKS = {
    "hledger": BookKind.LEDGER, "beancount": BookKind.LEDGER,
    "jpk_pkpir": BookKind.KPIR, "jpk_ewp": BookKind.LUMP_SUM,
}  # fmt: skip


@pytest.mark.parametrize("form", sorted(exporters().keys() - _WHOLE))
def test_pieces_are_the_same_as_those_of_whole_invoices(form: str) -> None:
    pieces = [pair for one in _suitable(form) if (pair := _both(exporters()[form], *one)) is not None]
    assert [less for less, _whole in pieces] == [whole for _less, whole in pieces]
    assert any(piece is not None for piece, _whole in pieces)


def _suitable(form: str) -> Iterator[tuple[LedgerDocument, Frame]]:
    """Worked documents of firms that have the books of the format, also without their coding where it needs none."""
    for _title, document, frame in worked_documents(_SETTINGS):
        assert frame.books is not None
        if _BOOKS.get(form, frame.books.kind) is frame.books.kind:
            yield document, replace(frame, months=_MONTHS.get(form, ()))
        if not exporters()[form].needs_books:
            yield replace(document, coding=Coding()), replace(frame, books=None)


def _both(
    exporter: Exporter, document: LedgerDocument, frame: Frame
) -> tuple[Piece | None, Piece | None] | None:
    """What is made of as much of the invoice as the format asks for, and of all; None where that is the same."""
    depth = depth_of(exporter, frame)
    invoice = read_invoice(WORKED[document.id - 1].xml, depth)
    if invoice == document.invoice:
        return None
    less = replace(document, invoice=_guarded(invoice, depth))
    return exporter.prepare(less, frame), exporter.prepare(document, frame)


def _guarded(invoice: Invoice, depth: Depth) -> Invoice:
    """The same, and whoever asks it or a row of it for what is not read at this depth fails."""
    table = {Depth.HEADER: FA_HEAD, Depth.OUTLINE: FA_OUTLINE}[depth].table
    unread = _fields_of(FA.table) - _fields_of(table)
    read = {"sale_date"} if depth is Depth.HEADER else {*OUTLINED_LINE, "gtu", "procedure"}
    row = _fields_of(LINE.table) - read
    lines = tuple(_forbidding(line, row) for line in invoice.lines)
    return _forbidding(replace(invoice, lines=lines), unread)


def _forbidding(thing: _T, names: set[str]) -> _T:
    def get(self: object, name: str) -> object:
        assert name not in names, name
        return object.__getattribute__(self, name)

    made: _T = object.__new__(type("Forbidding", (type(thing),), {"__getattribute__": get}))
    object.__setattr__(made, "__dict__", vars(thing))
    return made


@pytest.mark.parametrize("depth", Depth)
def test_a_day_that_stands_in_the_rows_alone_is_told_at_any_depth(depth: Depth) -> None:
    rows = "".join(line(n).replace("<P_7>", f"<P_6A>2026-02-0{n}</P_6A><P_7>") for n in (1, 3))
    xml = faktura(lines=rows).replace("<P_6>2026-02-28</P_6>", "")
    assert dates_of(read_invoice(xml.encode(), depth), date(2026, 3, 2)).tax_point == date(2026, 2, 3)


def test_rows_of_invoices_go_to_wapro_from_whole_ones() -> None:
    (_title, _document, frame), *_more = worked_documents()
    rows = replace(frame, settings={"lines": "tak"})
    assert depth_of(exporters()["wapro"], rows) is Depth.WHOLE


@pytest.mark.parametrize("form", sorted(_WHOLE))
def test_what_hands_on_rows_or_prints_invoices_gets_them_whole(form: str) -> None:
    (_title, _document, frame), *_more = worked_documents()
    assert depth_of(exporters()[form], frame) is Depth.WHOLE
