"""Files of the ledger formats from invoices as they come, uncoded, and from one that says nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from blink_tui.invoices import read_invoice
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter
from blink_tui.ledger.exporters import epp, optima, symfonia, wapro
from blink_tui.model.coding import Coding
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import Invoice, InvoiceParty
from tests.invoices.samples import named, sample_files
from tests.ledger import epp_reader, optima_reader, symfonia_reader, wapro_reader
from tests.ledger.hostile import exported

FORMATS: list[tuple[Exporter, Callable[[bytes], object]]] = [
    (wapro.EXPORTER, wapro_reader.read),
    (epp.EXPORTER, epp_reader.read),
    (optima.EXPORTER, optima_reader.read),
    (symfonia.EXPORTER, symfonia_reader.read),
]
DIRECTIONS = (Direction.SALE, Direction.PURCHASE)


def written(invoice: Invoice, direction: Direction, exporter: Exporter) -> bytes:
    """The file of one invoice of a firm without books."""
    document = LedgerDocument(
        id=1,
        ksef_number="1111111111-20260301-010000000001-00",
        direction=direction,
        received=date(2026, 3, 1),
        invoice=invoice,
        coding=Coding(),
    )
    content, _ = exported(exporter, document, settings={"cut_numbers": "tak", "lines": "tak"}, books=None)
    return content


@pytest.mark.parametrize("path", sample_files(), ids=named)
def test_every_invoice_that_can_be_found_makes_files_that_can_be_read(path: Path) -> None:
    invoice = read_invoice(path.read_bytes())
    for direction in DIRECTIONS:
        for exporter, read in FORMATS:
            read(written(invoice, direction, exporter))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_an_invoice_that_says_nothing_makes_files_that_can_be_read(direction: Direction) -> None:
    nothing = Invoice(
        form="", kind="", number="", issue_date=None, seller=InvoiceParty(), buyer=InvoiceParty()
    )
    for exporter, read in FORMATS:
        read(written(nothing, direction, exporter))
