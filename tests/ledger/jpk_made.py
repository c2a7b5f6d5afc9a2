"""Documents with register rows and entries as a test wants them, without a scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from blink_tui.ledger.document import LedgerDocument
from blink_tui.model.book_rows import BookRegister, BookRow
from blink_tui.model.books import BookKind
from blink_tui.model.coding import BookEntry, Coding, RegisterRow
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import Address, Invoice, InvoiceParty, VatAmount
from blink_tui.model.months import Month

MARCH = Month(2026, 3)
SALE, PURCHASE = Direction.SALE, Direction.PURCHASE
OWN = InvoiceParty(
    nip="1111111111", name="Nasza Firma", seat=Address(country="PL", lines=("Prosta 1", "00-001 Warszawa"))
)
OTHER = InvoiceParty(
    nip="2222222222",
    name="Ćma i Żółw sp. z o.o.",
    seat=Address(country="PL", lines=("Łąkowa 2", "30-002 Kraków")),
)


def row(
    register: Direction, amounts: Mapping[str, str], *marks: str, month: Month | None = MARCH
) -> RegisterRow:
    """A row of a register by field and amount."""
    found = tuple((name, Decimal(text)) for name, text in amounts.items())
    return RegisterRow(register, month, found, marks=marks)


def document(
    *rows: RegisterRow,
    place: int = 1,
    other: InvoiceParty = OTHER,
    direction: Direction | None = None,
    received: str = "2026-03-12",
    entries: Sequence[BookEntry] = (),
    ksef: str | None = None,
    description: str = "",
    **more: object,
) -> LedgerDocument:
    """One with these rows; `more` are fields of the invoice."""
    way = direction or (rows[0].register if rows else SALE)
    values: dict[str, object] = {
        "form": "FA (3)", "kind": "VAT", "number": f"FV/{place}/2026", "issue_date": date(2026, 3, 12),
        "total": Decimal("123.00"), "vat_table": (VatAmount(rate="23", net=Decimal(100), vat=Decimal(23)),),
        "seller": OWN if way is SALE else other, "buyer": other if way is SALE else OWN,
    }  # fmt: skip
    return LedgerDocument(
        id=place,
        ksef_number=f"2222222222-20260312-0100{place:08X}-00" if ksef is None else ksef,
        direction=way,
        received=date.fromisoformat(received),
        invoice=Invoice(**(values | more)),  # type: ignore[arg-type] # fields of Invoice
        coding=Coding(rows=rows, entries=tuple(entries), description=description),
    )


def sold(amounts: Mapping[str, str], *marks: str, **more: object) -> LedgerDocument:
    """A sale with one row."""
    return document(row(SALE, amounts, *marks), **more)  # type: ignore[arg-type] # arguments of document


def bought(amounts: Mapping[str, str], *marks: str, **more: object) -> LedgerDocument:
    """A purchase with one row."""
    return document(row(PURCHASE, amounts, *marks), **more)  # type: ignore[arg-type] # arguments of document


def kpir(column: str, amount: str, day: str) -> BookEntry:
    return BookEntry(BookKind.KPIR, column, Decimal(amount), date.fromisoformat(day))


def lump_sum(rate: str, amount: str, day: str) -> BookEntry:
    return BookEntry(BookKind.LUMP_SUM, rate, Decimal(amount), date.fromisoformat(day))


def booked(register: BookRegister, amounts: Mapping[str, str], *marks: str, **more: object) -> BookRow:
    """A row that only the books have."""
    values: dict[str, object] = {
        "position": 1, "number": "R/1", "mark": "BFK", "contractor": "3333333333", "name": "Z ksiąg",
        "issued": date(2026, 3, 3), "month": MARCH,
    }  # fmt: skip
    found = tuple((name, Decimal(text)) for name, text in amounts.items())
    return replace(
        BookRow(register=register, amounts=found, marks=marks, **values),  # type: ignore[arg-type] # fields of BookRow
        **more,  # type: ignore[arg-type]
    )
