"""What a table of a firm's books is made of: columns, rows, and what every row says of its document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.facts import described, partner_of
from blink_tui.ledger.texts import Texts
from blink_tui.model.months import Month

LONGEST = 32_767
"""Characters of a cell, in every spreadsheet; longer texts are cut with a warning."""
AMENDS = "DO POPRAWY W KSIĘGACH"
"""Stands before the description of what the books have already (BOOKKEEPING 3)."""
_OUTSIDE = "BFK"
"""Of what never was in KSeF."""


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    DAY = "day"
    MONEY = "money"
    RATE = "rate"
    """Exchange rate, four to six decimals."""
    WHOLE = "whole"


Cell = str | Decimal | date | None
"""Text, amount or day; None and an empty text are blank, and so is zero where the column does not tell it."""


class Row(NamedTuple):
    """A row without its number, which the one who writes it knows."""

    cells: tuple[Cell, ...]
    counted: bool = True
    """It belongs into the sums; a sale of a cash register (FP) does not."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind = Kind.TEXT
    width: int = 12
    """In characters."""
    summed: bool = False
    zero: bool = False
    """A zero is told; elsewhere it is blank."""


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the books; each is itself alone, which makes it quick to look up."""

    id: str
    """Name of its file."""
    title: str
    """Name of its sheet."""
    columns: tuple[Column, ...]
    """But for the first one, the number of the row."""
    rows: Callable[[Told], Iterable[Row]]
    dated: bool = False
    """Rows stand in the order of the days in their first column."""
    always: bool = True
    """It is written even where it has no rows."""
    receipts: bool = False
    """Some rows stand in it that its sums leave out."""

    @cached_property
    def sums(self) -> tuple[int, ...]:
        """Places of the columns that have a sum."""
        return tuple(place for place, column in enumerate(self.columns) if column.summed)


@dataclass(frozen=True, slots=True)
class Told:
    """What tables say of a document, its texts made safe once."""

    document: LedgerDocument
    months: frozenset[Month]
    """Whose rows are wanted; empty: all."""
    texts: Texts
    number: str
    mark: str
    country: str
    tax_id: str
    name: str
    address: str
    description: str
    gross_currency: tuple[str, Decimal | None, Decimal | None]
    """Currency, and where it is a foreign one: rate, gross."""

    def wants(self, month: Month | None) -> bool:
        """Rows of a month belong into the tables; those that wait for a payment into none."""
        return month is not None and (not self.months or month in self.months)

    @property
    def identity(self) -> tuple[str, str, str]:
        """Number, KSeF number, mark."""
        return self.number, self.document.ksef_number, self.mark

    @property
    def party(self) -> tuple[str, str, str, str]:
        """Country, number, name and address of the other side."""
        return self.country, self.tax_id, self.name, self.address

    @property
    def identifier(self) -> str:
        """Number of the other side with its country before it; empty where there is none."""
        return self.country + self.tax_id if self.tax_id else ""

    def no_column(self, field: str, amount: Decimal, table: str) -> None:
        """Warn of an amount that a table cannot show."""
        self.texts.tell(
            "no-column",
            N_("The amount of {field} ({amount}) has no column in the table {table}."),
            field=field, amount=str(amount), table=table,
        )  # fmt: skip


def told_of(document: LedgerDocument, texts: Texts, months: Collection[Month] = ()) -> Told:
    """What its rows say of a document; those of some months alone are wanted, where there are any."""
    invoice, partner = document.invoice, partner_of(document)
    country, tax_id = partner.key if partner.number else (partner.country, "")
    foreign = invoice.currency != "PLN"
    return Told(
        document=document,
        months=frozenset(months),
        texts=texts,
        number=texts.of(invoice.number, "Numer dokumentu", LONGEST),
        mark="" if document.ksef_number else _OUTSIDE,
        country=texts.of(country, "Kraj", LONGEST),
        tax_id=texts.of(tax_id, "NIP", LONGEST),
        name=texts.of(partner.name, "Kontrahent", LONGEST),
        address=texts.of(partner.place.line, "Adres", LONGEST),
        description=described(document, texts, "Opis", LONGEST, mark=f"{AMENDS}:" if document.amends else ""),
        gross_currency=(
            texts.of(invoice.currency, "Waluta"),
            (document.exchange_rate or None) if foreign else None,
            invoice.total if foreign else None,
        ),
    )


def money(name: str, *, summed: bool = True, zero: bool = False) -> Column:
    """A column of amounts."""
    return Column(name, Kind.MONEY, 13, summed, zero)


def day(name: str) -> Column:
    """A column of days."""
    return Column(name, Kind.DAY, 12)


NUMBER = Column("Numer dokumentu", width=20)
KSEF = Column("Numer KSeF", width=37)
MARK = Column("Oznaczenie", width=11)
ISSUED = day("Data wystawienia")
MONTH = Column("Okres VAT", width=9)
PARTY = (
    Column("Kraj", width=5),
    Column("NIP", width=13),
    Column("Kontrahent", width=34),
    Column("Adres", width=34),
)
TOTAL = (money("Netto", zero=True), money("VAT", zero=True), money("Brutto", zero=True))
CURRENCY = (
    Column("Waluta", width=7),
    Column("Kurs", Kind.RATE, 9),
    money("Brutto w walucie", summed=False),
)
DESCRIPTION = Column("Opis", width=40)
