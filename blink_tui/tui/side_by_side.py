"""A row of the books and a document of KSeF's side by side: what each says, and where they do not agree."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import Document
from blink_tui.i18n import _
from blink_tui.model.book_row_words import REGISTER_WORDS
from blink_tui.model.book_rows import BookRow, Differs
from blink_tui.model.documents import Direction
from blink_tui.model.text import clean
from blink_tui.tui.words import STATUS_WORDS, amount, day


@dataclass(frozen=True, slots=True)
class Pair:
    """One field on both sides."""

    label: str
    books: str
    document: str
    differs: bool = False


def pairs_of(row: BookRow, document: Document, differs: Collection[Differs]) -> list[Pair]:
    """All that can be compared, then what only one side tells."""
    other = document.buyer if document.direction is Direction.SALE else document.seller
    foreign = "" if document.currency == "PLN" else clean(document.currency)
    return [
        _pair(_("Number"), row.number, document.invoice_number),
        Pair(_("KSeF number"), clean(row.ksef_number) or _marked(row), document.ksef_number),
        _pair(_("Contractor's number"), row.country + row.contractor, other.id_value or ""),
        Pair(_("Contractor"), clean(row.name), clean(other.name)),
        Pair(_("Issued"), day(row.issued), day(document.issue_date), Differs.DATE in differs),
        Pair(_("Receipt, entry"), day(row.day), day(document.received_date)),
        _sums(_("Net"), row.net, document.net, foreign),
        _sums("VAT", row.vat, document.vat, foreign),
        _sums(_("Gross"), row.gross, document.gross, foreign),
        Pair(_("Stands in"), _(REGISTER_WORDS[row.register]), _(STATUS_WORDS[document.status])),
        Pair(_("Month, row"), f"{row.month or '–'}, {row.position}", ""),
        Pair(_("Description"), clean(row.description), ""),
    ]  # fmt: skip


def _marked(row: BookRow) -> str:
    return _("none ({mark})").format(mark=row.mark) if row.mark else _("none")


def _pair(label: str, books: str, document: str) -> Pair:
    """Two texts; one that is not there contradicts nothing."""
    return Pair(label, clean(books), clean(document), bool(books) and bool(document) and books != document)


def _sums(label: str, books: Decimal | None, document: Decimal | None, foreign: str) -> Pair:
    """Two amounts; those of different currencies are not compared."""
    differs = not foreign and books is not None and document is not None and books != document
    return Pair(label, amount(books), f"{amount(document)} {foreign}".strip(), differs)
