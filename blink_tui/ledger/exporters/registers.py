"""The tables of a firm's books, once for CSV and for XLSX: registers, postings, KPiR, register of revenue (FORMATS 7, 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument, grosze
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.facts import description_of, partner_of, sold_on
from blink_tui.ledger.texts import Texts
from blink_tui.model.books import BookKind
from blink_tui.model.coding import ZERO, BookEntry, Identity, RegisterRow, Side
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month

LONGEST = 32_767
"""Characters of a cell, in every spreadsheet; longer texts are cut with a warning."""
AMENDS = "DO POPRAWY W KSIĘGACH"
"""Stands before the description of what the books have already (BOOKKEEPING 3)."""
_RECEIPT = "FP"
_KINDS = frozenset({"FP", "RO", "WEW", "MK", "VAT_RR"})
"""Marks that say what kind of document it is; the others are procedures."""
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


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the books."""

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


def tables_of(frame: Frame) -> tuple[Table, ...]:
    """The tables that a firm's books have; without books a plain list of documents."""
    if frame.books is None:
        return (PLAIN,)
    own = {BookKind.LEDGER: POSTINGS, BookKind.KPIR: KPIR, BookKind.LUMP_SUM: LUMP_SUM}[frame.books.kind]
    return SALES, PURCHASES, SELF_ASSESSED, own, OTHERS


def rows_of(document: LedgerDocument, frame: Frame, texts: Texts) -> list[tuple[Row, ...]]:
    """A document's rows for each of `tables_of(frame)`.

    Of a document that adds nothing to any of them all the same a row is told, among the others, unless months were
    asked for: what is handed over stands somewhere.
    """
    tables = tables_of(frame)
    told = _told(document, frame, texts)
    found = [tuple(table.rows(told)) for table in tables]
    if tables[-1] is OTHERS and not told.months and not any(found):
        found[-1] = tuple(_plain(told))
    return found


def summed(table: Table) -> tuple[int, ...]:
    """Places of the columns that have a sum."""
    return tuple(place for place, column in enumerate(table.columns) if column.summed)


def _told(document: LedgerDocument, frame: Frame, texts: Texts) -> Told:
    invoice, partner = document.invoice, partner_of(document)
    country, tax_id = partner.key if partner.number else (partner.country, "")
    foreign = invoice.currency != "PLN"
    description = texts.of(description_of(document), "Opis", LONGEST)
    return Told(
        document=document,
        months=frozenset(frame.months),
        texts=texts,
        number=texts.of(invoice.number, "Numer dokumentu", LONGEST),
        mark="" if document.ksef_number else _OUTSIDE,
        country=texts.of(country, "Kraj", LONGEST),
        tax_id=texts.of(tax_id, "NIP", LONGEST),
        name=texts.of(partner.name, "Kontrahent", LONGEST),
        address=texts.of(partner.place.line, "Adres", LONGEST),
        description=f"{AMENDS}: {description}" if document.amends else description,
        gross_currency=(
            texts.of(invoice.currency, "Waluta"),
            (document.exchange_rate or None) if foreign else None,
            invoice.total if foreign else None,
        ),
    )


def _money(name: str, *, summed: bool = True, zero: bool = False) -> Column:
    return Column(name, Kind.MONEY, 13, summed, zero)


def _day(name: str) -> Column:
    return Column(name, Kind.DAY, 12)


_NUMBER = Column("Numer dokumentu", width=20)
_KSEF = Column("Numer KSeF", width=37)
_MARK = Column("Oznaczenie", width=11)
_ISSUED = _day("Data wystawienia")
_MONTH = Column("Okres VAT", width=9)
_PARTY = (
    Column("Kraj", width=5),
    Column("NIP", width=13),
    Column("Kontrahent", width=34),
    Column("Adres", width=34),
)
_TOTAL = (_money("Netto", zero=True), _money("VAT", zero=True), _money("Brutto", zero=True))
_CURRENCY = (
    Column("Waluta", width=7),
    Column("Kurs", Kind.RATE, 9),
    _money("Brutto w walucie", summed=False),
)
_DESCRIPTION = Column("Opis", width=40)


class _Amounts:
    """Fields of a register's row; one that no column takes is told."""

    __slots__ = ("_left", "_told", "_where")

    def __init__(self, row: RegisterRow, told: Told, where: str) -> None:
        self._left = dict(row.amounts)
        self._told, self._where = told, where

    def take(self, *fields: str) -> tuple[Decimal, ...]:
        """Amounts of fields."""
        return tuple(self._left.pop(field, ZERO) for field in fields)

    def done(self) -> None:
        """Tell what is left."""
        for field, amount in self._left.items():
            if amount:
                self._told.texts.tell(
                    "no-column",
                    N_("The amount of {field} ({amount}) has no column in the table {table}."),
                    field=field,
                    amount=str(amount),
                    table=self._where,
                )


_SOLD = (
    ("Netto 23%", "K_19"), ("VAT 23%", "K_20"), ("Netto 8%", "K_17"), ("VAT 8%", "K_18"), ("Netto 5%", "K_15"),
    ("VAT 5%", "K_16"), ("Netto 0%", "K_13"), ("WDT", "K_21"), ("Eksport", "K_22"), ("Zw", "K_10"), ("NP", "K_11"),
    ("w tym art. 100/1/4", "K_12"),
)  # fmt: skip
_SOLD_FIELDS = tuple(field for _name, field in _SOLD)
_SOLD_TAX = frozenset({"K_16", "K_18", "K_20"})
_SOLD_TWICE = "K_12"
"""Part of K_11."""
_WITHIN = "K_14"
"""Part of K_13."""
_MARGIN = "SprzedazVAT_Marza"


def _sales(told: Told) -> Iterator[Row]:
    for row in told.document.coding.rows:
        if row.register is not Direction.SALE or _taxed_by_buyer(row) or not told.wants(row.month):
            continue
        amounts = _Amounts(row, told, SALES.title)
        sold = amounts.take(*_SOLD_FIELDS)
        margin, _within = amounts.take(_MARGIN, _WITHIN)
        amounts.done()
        tax = sum((one for field, one in zip(_SOLD_FIELDS, sold, strict=True) if field in _SOLD_TAX), ZERO)
        net = sum(sold, ZERO) - tax - sold[_SOLD_FIELDS.index(_SOLD_TWICE)]
        kinds, goods, procedures = _marks(row)
        yield Row(
            (
                *told.identity, kinds, told.document.invoice.issue_date, sold_on(told.document.invoice),
                str(row.month), *told.party, goods, procedures, *sold, net, tax, margin or net + tax,
                *told.gross_currency, told.description,
            ),
            counted=_RECEIPT not in row.marks,
        )  # fmt: skip


def _marks(row: RegisterRow) -> tuple[str, str, str]:
    """Kind of the document, groups of goods, procedures."""
    goods = [mark for mark in row.marks if mark.startswith("GTU")]
    kinds = [mark for mark in row.marks if mark in _KINDS]
    procedures = [mark for mark in row.marks if mark not in _KINDS and mark not in goods]
    return " ".join(kinds), " ".join(goods), " ".join(procedures)


def _bought(told: Told) -> Iterator[Row]:
    document = told.document
    rows = [row for row in document.coding.rows if row.register is Direction.PURCHASE]
    whole = len(rows) == 1 and document.coding.identity is not Identity.ON_PAYMENT
    for row in rows:
        if not told.wants(row.month):
            continue
        amounts = _Amounts(row, told, PURCHASES.title)
        bought = amounts.take("K_40", "K_41", "K_42", "K_43")
        amounts.done()
        deducted = bought[1] + bought[3]
        if whole:
            net, tax = grosze(document.net), grosze(document.vat)
        else:  # parts that follow payments: each month has its own
            net, tax = bought[0] + bought[2], deducted + row.not_deducted
        yield Row(
            (
                *told.identity, " ".join(row.marks), document.invoice.issue_date, document.received,
                str(row.month), *told.party, net, tax, net + tax, _share(deducted, row.not_deducted), *bought,
                row.not_deducted, *told.gross_currency, told.description,
            )
        )  # fmt: skip


def _share(deducted: Decimal, not_deducted: Decimal) -> Decimal | None:
    """Per cent of the tax that is deducted; None where there is none."""
    tax = deducted + not_deducted
    return (100 * deducted / tax).to_integral_value() if tax else None


_BUYER_TAXES = (
    ("WNT", "K_23", "K_24"), ("Import towarów art. 33a", "K_25", "K_26"), ("Import usług", "K_27", "K_28"),
    ("Import usług art. 28b", "K_29", "K_30"), ("Dostawa, podatnikiem nabywca", "K_31", "K_32"),
)  # fmt: skip
_BUYER_BASES = tuple(base for _name, base, _tax in _BUYER_TAXES)
_BUYER_TAX = tuple(tax for _name, _base, tax in _BUYER_TAXES)
_BUYER_FIELDS = frozenset(_BUYER_BASES + _BUYER_TAX)


def _taxed_by_buyer(row: RegisterRow) -> bool:
    return row.register is Direction.SALE and any(field in _BUYER_FIELDS for field, _amount in row.amounts)


def _self_assessed(told: Told) -> Iterator[Row]:
    for row in told.document.coding.rows:
        if not _taxed_by_buyer(row) or not told.wants(row.month):
            continue
        amounts = _Amounts(row, told, SELF_ASSESSED.title)
        bases, taxes = amounts.take(*_BUYER_BASES), amounts.take(*_BUYER_TAX)
        amounts.done()
        pairs = (part for pair in zip(bases, taxes, strict=True) for part in pair)
        yield Row(
            (
                *told.identity, " ".join(row.marks), told.document.invoice.issue_date, str(row.month),
                *told.party, *pairs, sum(bases, ZERO), sum(taxes, ZERO), told.description,
            )
        )  # fmt: skip


def _postings(told: Told) -> Iterator[Row]:
    document, coding = told.document, told.document.coding
    if not coding.lines:
        return
    booked = coding.periods.books or document.received
    if not told.wants(Month.of(booked)):
        return
    texts, invoice = told.texts, document.invoice
    operation = coding.choices.tax_point or sold_on(invoice)
    head = (
        told.number, document.ksef_number, texts.of(coding.register, "Rejestr", LONGEST), invoice.issue_date,
        operation, booked,
    )  # fmt: skip
    own = len({line.description for line in coding.lines}) > 1
    for line in coding.lines:
        account = texts.of(line.account, "Konto", LONGEST)
        debit = line.side is Side.DEBIT
        said = texts.of(line.description, "Opis", LONGEST) if own else ""
        yield Row(
            (
                *head, account if debit else "", "" if debit else account, line.amount, "PLN", told.tax_id,
                texts.of(_places(line.dimensions), "MPK", LONGEST) if line.dimensions else "",
                said or told.description,
            )
        )  # fmt: skip


def _places(dimensions: Sequence[tuple[str, str]]) -> str:
    """The place of costs, and behind it codes of other dimensions under their names."""
    return " ".join(code if name == "mpk" else f"{name}:{code}" for name, code in dimensions)


def _by_day(told: Told, kind: BookKind) -> Mapping[date, list[BookEntry]]:
    found: dict[date, list[BookEntry]] = {}
    for entry in told.document.coding.entries:
        if entry.book is kind and told.wants(Month.of(entry.day)):
            found.setdefault(entry.day, []).append(entry)
    return found


def _columns(entries: Iterable[BookEntry], names: Sequence[str], told: Told, where: str) -> list[Decimal]:
    """Amounts by column."""
    amounts = dict.fromkeys(names, ZERO)
    for entry in entries:
        if entry.column in amounts:
            amounts[entry.column] += entry.amount
        else:
            told.texts.tell(
                "no-column",
                N_("The amount of {field} ({amount}) has no column in the table {table}."),
                field=entry.column, amount=str(entry.amount), table=where,
            )  # fmt: skip
    return list(amounts.values())


def _kpir(told: Told) -> Iterator[Row]:
    for day, entries in _by_day(told, BookKind.KPIR).items():
        sold, other, goods, side, wages, rest, free, research = _columns(
            entries, ("9", "10", "12", "13", "14", "15", "17", "18"), told, KPIR.title
        )
        named = ("", "") if told.tax_id else (told.name, told.address)
        yield Row(
            (
                day, told.document.ksef_number, told.number, told.country + told.tax_id if told.tax_id else "",
                *named, told.description, sold, other, sold + other, goods, side, wages, rest, wages + rest,
                free, research, "",
            )
        )  # fmt: skip


_LUMP_RATES = ("17", "15", "14", "12.5", "12", "10", "8.5", "5.5", "3")


def _lump_sum(told: Told) -> Iterator[Row]:
    for day, entries in _by_day(told, BookKind.LUMP_SUM).items():
        amounts = _columns(entries, _LUMP_RATES, told, LUMP_SUM.title)
        issued = told.document.invoice.issue_date or day
        yield Row(
            (
                issued, day, told.document.ksef_number, told.number,
                told.country + told.tax_id if told.tax_id else "", *amounts, sum(amounts, ZERO),
                AMENDS if told.document.amends else "",
            )
        )  # fmt: skip


_DIRECTIONS = {Direction.SALE: "sprzedaż", Direction.PURCHASE: "zakup", Direction.NONE: "do wglądu"}
_PLAIN_RATES = ("23", "8", "5")
_PLAIN_UNTAXED = ("0 KR", "0 WDT", "0 EX", "zw", "np I", "np II", "oo", "marża")


def _plain(told: Told) -> Iterator[Row]:
    document, invoice = told.document, told.document.invoice
    by_rate = {row.rate: row for row in invoice.vat_table}
    taxed = (by_rate.get(rate) for rate in _PLAIN_RATES)
    untaxed = (by_rate.get(rate) for rate in _PLAIN_UNTAXED)
    way = _DIRECTIONS[document.direction]
    yield Row(
        (
            f"{way} ({AMENDS})" if document.amends else way, told.number, document.ksef_number,
            told.texts.of(invoice.kind, "Rodzaj", LONGEST), invoice.issue_date, document.received,
            min(invoice.payment.due, default=None),
            told.texts.of(document.party.identifier, "NIP", LONGEST), told.name,
            *(value for row in taxed for value in ((row.net, row.vat) if row else (None, None))),
            *(row.net if row else None for row in untaxed),
            invoice.net, document.vat, invoice.total, told.gross_currency[0],
        )
    )  # fmt: skip


def _nothing(_told: Told) -> Iterable[Row]:
    return ()


SALES = Table(
    "vat_sprzedaz",
    "VAT sprzedaż",
    (
        _NUMBER, _KSEF, _MARK, Column("Typ dokumentu", width=8), _ISSUED, _day("Data sprzedaży"), _MONTH, *_PARTY,
        Column("GTU", width=9), Column("Procedury", width=12),
        *(_money(name) for name, _field in _SOLD), *_TOTAL, *_CURRENCY, _DESCRIPTION,
    ),
    _sales,
)  # fmt: skip
PURCHASES = Table(
    "vat_zakup",
    "VAT zakup",
    (
        _NUMBER, _KSEF, _MARK, Column("Dokument zakupu", width=8), _ISSUED, _day("Data wpływu"), _MONTH, *_PARTY,
        *_TOTAL, Column("% odliczenia", Kind.WHOLE, 8), _money("Netto ŚT (K_40)"), _money("VAT ŚT (K_41)"),
        _money("Netto pozostałe (K_42)"), _money("VAT pozostałe (K_43)"), _money("VAT nieodliczony", zero=True),
        *_CURRENCY, _DESCRIPTION,
    ),
    _bought,
)  # fmt: skip
SELF_ASSESSED = Table(
    "vat_nalezny_nabywcy",
    "VAT należny nabywcy",
    (
        _NUMBER, _KSEF, _MARK, Column("Typ dokumentu", width=8), _ISSUED, _MONTH, *_PARTY,
        *(
            _money(f"{name} {what} ({field})")
            for name, base, tax in _BUYER_TAXES
            for what, field in (("podstawa", base), ("VAT", tax))
        ),
        _money("Podstawa", zero=True), _money("VAT należny", zero=True), _DESCRIPTION,
    ),
    _self_assessed,
    always=False,
)  # fmt: skip
"""Tax that the firm owes as a buyer: it stands in the JPK's part of sales, and the table of sales has no columns for it."""
POSTINGS = Table(
    "dekrety",
    "Dekrety",
    (
        _NUMBER, _KSEF, Column("Rejestr", width=10), _day("Data dokumentu"), _day("Data operacji"),
        _day("Data księgowania"), Column("Konto Wn", width=18), Column("Konto Ma", width=18),
        _money("Kwota", summed=False, zero=True), Column("Waluta", width=7), Column("Kontrahent NIP", width=14),
        Column("MPK"), _DESCRIPTION,
    ),
    _postings,
)  # fmt: skip
KPIR = Table(
    "kpir_2026",
    "KPiR",
    (
        _day("Data zdarzenia"), _KSEF, Column("Nr dowodu księgowego", width=20),
        Column("Identyfikator podatkowy", width=15), Column("Kontrahent", width=30), Column("Adres", width=30),
        Column("Opis zdarzenia", width=40), _money("9 Sprzedaż towarów i usług"), _money("10 Pozostałe przychody"),
        _money("11 Razem przychód"), _money("12 Zakup towarów i materiałów"), _money("13 Koszty uboczne"),
        _money("14 Wynagrodzenia"), _money("15 Pozostałe wydatki"), _money("16 Razem wydatki"), _money("17"),
        _money("18 Badania i rozwój"), Column("19 Uwagi", width=20),
    ),
    _kpir,
    dated=True,
)  # fmt: skip
LUMP_SUM = Table(
    "ryczalt_2026",
    "Ryczałt",
    (
        _day("Data wpisu"), _day("Data uzyskania przychodu"), _KSEF, Column("Nr dowodu", width=20),
        Column("Identyfikator podatkowy", width=15), *(_money(f"{rate.replace('.', ',')}%") for rate in _LUMP_RATES),
        _money("Ogółem"), Column("Uwagi", width=20),
    ),
    _lump_sum,
    dated=True,
)  # fmt: skip
_PLAIN_COLUMNS = (
    Column("Kierunek", width=10), _NUMBER, _KSEF, Column("Rodzaj", width=9), _ISSUED, _day("Data wpływu"),
    _day("Termin płatności"), Column("NIP", width=14), Column("Kontrahent", width=34),
    *(_money(f"{what} {rate}%", summed=False) for rate in _PLAIN_RATES for what in ("Netto", "VAT")),
    *(_money(f"Netto {rate}", summed=False) for rate in _PLAIN_UNTAXED),
    _money("Netto", summed=False), _money("VAT (PLN)"), _money("Brutto", summed=False), Column("Waluta", width=7),
)  # fmt: skip
PLAIN = Table("", "Dokumenty", _PLAIN_COLUMNS, _plain)
"""One row a document, amounts in its currency: of a firm without books, and of a package."""
OTHERS = Table("pozostale", "Pozostałe dokumenty", _PLAIN_COLUMNS, _nothing, always=False)
"""Documents that have a row in no other table."""
