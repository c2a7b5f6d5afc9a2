"""A row of the books and a document of KSeF's side by side: what each says, and where they do not agree."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.i18n import N_, _
from blink_tui.model.book_rows import BookRegister, BookRow, Differs, Held
from blink_tui.model.text import clean
from blink_tui.tui.words import STATUS_WORDS, amount, day

REGISTER_WORDS = {
    BookRegister.SALES: N_("VAT register of sales"),
    BookRegister.PURCHASES: N_("VAT register of purchases"),
    BookRegister.KPIR: N_("KPiR"),
    BookRegister.REVENUE: N_("register of revenue"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One field on both sides."""

    label: str
    books: str
    document: str
    differs: bool = False


def pairs_of(row: BookRow, held: Held, differs: Collection[Differs]) -> list[Pair]:
    """All that can be compared, then what only one side tells."""
    pln = held.currency == "PLN"
    return [
        _pair(_("Number"), row.number, held.number),
        _pair(_("KSeF number"), row.ksef_number or _marked(row), held.ksef_number, told=bool(row.ksef_number)),
        _pair(_("Contractor's number"), row.country + row.contractor, held.contractor),
        _days(_("Issued"), row.issued, held.issued, Differs.DATE in differs),
        _days(_("Receipt, entry"), row.day, held.received, False),
        _sums(_("Net"), row.net, held.net, "" if pln else held.currency),
        _sums("VAT", row.vat, held.vat, ""),
        _sums(_("Gross"), row.gross, held.gross, "" if pln else held.currency),
        Pair(_("Stands in"), f"{_(REGISTER_WORDS[row.register])}, {row.month or '–'}, {row.position}",
             _(STATUS_WORDS[held.status])),
        Pair(_("Contractor"), clean(row.name), ""),
        Pair(_("Description"), clean(row.description), ""),
    ]  # fmt: skip


def _marked(row: BookRow) -> str:
    return _("none ({mark})").format(mark=row.mark) if row.mark else _("none")


def _pair(label: str, books: str, document: str, *, told: bool = True) -> Pair:
    """Two texts; one that is not there contradicts nothing."""
    differs = told and bool(books) and bool(document) and books != document
    return Pair(label, clean(books), clean(document), differs)


def _days(label: str, books: date | None, document: date | None, differs: bool) -> Pair:
    return Pair(label, day(books), day(document), differs)


def _sums(label: str, books: Decimal | None, document: Decimal | None, currency: str) -> Pair:
    """Two amounts; those of different currencies are not compared."""
    differs = not currency and books is not None and document is not None and books != document
    return Pair(label, amount(books), f"{amount(document)} {currency}".strip(), differs)
