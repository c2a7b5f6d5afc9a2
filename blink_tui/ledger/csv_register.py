"""The plain CSV hand-over: one row a document, amounts per rate, as a Polish spreadsheet reads it (FORMATS 7)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import Document
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import VatAmount
from blink_tui.model.text import clean

_DIRECTIONS = {Direction.SALE: "sprzedaż", Direction.PURCHASE: "zakup", Direction.NONE: "do wglądu"}
_RATES = ("23", "8", "5")
_UNTAXED = ("0 KR", "0 WDT", "0 EX", "zw", "np I", "np II", "oo", "marża")
_HEADER = (
    "Lp", "Kierunek", "Numer dokumentu", "Numer KSeF", "Rodzaj", "Data wystawienia", "Data wpływu",
    "Termin płatności", "NIP", "Kontrahent",
    *(f"{what} {rate}%" for rate in _RATES for what in ("Netto", "VAT")),
    *(f"Netto {rate}" for rate in _UNTAXED),
    "Netto", "VAT (PLN)", "Brutto", "Waluta",
)  # fmt: skip
_NOTHING = VatAmount(rate="", net=Decimal(0))
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A document with its VAT table, amounts in the document's currency."""

    document: Document
    vat_table: tuple[VatAmount, ...]


def write_register(rows: Iterable[RegisterRow]) -> bytes:
    """The whole file: UTF-8 with a byte order mark, semicolons, decimal commas, CRLF, blank instead of zero."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADER)
    writer.writerows(_cells(number, row) for number, row in enumerate(rows, 1))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cells(number: int, row: RegisterRow) -> list[str]:
    document = row.document
    party = document.buyer if document.direction is Direction.SALE else document.seller
    by_rate = {amount.rate: amount for amount in row.vat_table}
    taxed = [by_rate.get(rate, _NOTHING) for rate in _RATES]
    return [
        str(number),
        _DIRECTIONS[document.direction],
        _text(document.invoice_number),
        document.ksef_number,
        _text(document.kind),
        document.issue_date.isoformat() if document.issue_date else "",
        document.received_date.isoformat() if document.received_date else "",
        document.due_date.isoformat() if document.due_date else "",
        _text(party.id_value),
        _text(party.name),
        *(_number(value) for amounts in taxed for value in (amounts.net, amounts.vat)),
        *(_number(by_rate.get(rate, _NOTHING).net) for rate in _UNTAXED),
        _number(document.net),
        _number(document.vat),
        _number(document.gross),
        _text(document.currency),
    ]


def _number(amount: Decimal | None) -> str:
    return f"{amount:.2f}".replace(".", ",") if amount else ""


def _text(text: str | None) -> str:
    """Cleaned text that no spreadsheet takes for a formula."""
    cleaned = clean(text)
    return f"'{cleaned}" if cleaned.startswith(_FORMULA_STARTS) else cleaned
