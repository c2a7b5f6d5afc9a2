"""Documents whose invoices hold what no importer should stumble over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Frame, Piece
from blink_tui.ledger.settings import filled
from blink_tui.ledger.writing import write
from blink_tui.model.coding import Coding
from blink_tui.model.invoice import Address, InvoiceParty
from tests.ledger.memory import MemoryFiles
from tests.ledger.six import frame, six_ledger

TEXTS = {
    "Polish": "Zażółć gęślą jaźń, ŁÓDŹ",
    "markup": "P&L <b>\"x\"</b> ]]> &amp; 'y' <!-- -->",
    "separators": 'a;b,c"d""e,"\'|',
    "formula": '=HYPERLINK("http://x";"y")',
    "at": "@SUM(A1)+cmd|' /C calc'!A0",
    "cyrillic": "ООО «Ромашка»",
    "greek and far": "Ωμέγα 株式会社 őű",
    "control": "a\x00b\x07c\x1b[31md\u202ee\u200bf\ufffe\uffffg\r\nh\ti",
    "lone": "a\ud800b",
    "long": "ż" * 300,
}
"""By what they are."""


def changed(document: LedgerDocument, **fields: Any) -> LedgerDocument:
    """A document with another invoice."""
    return replace(document, invoice=replace(document.invoice, **fields))


def with_text(text: str, document: LedgerDocument) -> LedgerDocument:
    """A text wherever an invoice and a coding have one."""
    line = replace(document.invoice.lines[0], name=text, cn=text, rate=text)
    party: InvoiceParty = replace(document.party, name=text, eu_country=text, vat_ue=text)
    seat = Address(country=text, lines=(text, text))
    side = "buyer" if document.sale else "seller"
    payment = replace(document.invoice.payment, form=None, other_form=text)
    whole = changed(
        document, currency=text, exchange_rate=Decimal("4.25"),
        lines=(line,), payment=payment, correction_reason=text, issue_place=text, **{side: replace(party, seat=seat)},
    )  # fmt: skip
    coding = replace(document.coding, description=text, category=text, document_type=text)
    return replace(whole, coding=coding)


def unnumbered(document: LedgerDocument) -> LedgerDocument:
    """Without the other side's NIP: known by whatever else there is."""
    side = "buyer" if document.sale else "seller"
    return changed(document, **{side: replace(document.party, nip=None)})


def uncoded(document: LedgerDocument) -> LedgerDocument:
    """As a firm without books has it."""
    return replace(document, coding=Coding())


@lru_cache(maxsize=1)
def sale() -> LedgerDocument:
    """A sale at 23 %."""
    return six_ledger()[0]


@lru_cache(maxsize=1)
def purchase() -> LedgerDocument:
    """A purchase at 23 and 8 %."""
    return six_ledger()[3]


def settled(exporter: Exporter, settings: dict[str, str] | None = None, **more: Any) -> Frame:
    """A frame with the format's usual settings and those given."""
    plain = frame()
    return replace(plain, settings=filled(exporter, dict(plain.settings) | (settings or {})), **more)


def exported(
    exporter: Exporter, *documents: LedgerDocument, settings: dict[str, str] | None = None, **more: Any
) -> tuple[bytes, list[Piece]]:
    """The one file of documents, and their pieces."""
    files = MemoryFiles()
    pieces = write(exporter, documents, settled(exporter, settings, **more), files)
    return files.only, pieces


def codes(piece: Piece) -> list[str]:
    """Codes of what is told of a document."""
    return [one.code for one in piece.warnings]
