"""The tables of a firm's books, once for CSV and for XLSX: which there are, and the registers of VAT (FORMATS 7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from blink_tui.ledger.document import LedgerDocument, grosze
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.exporters.book_tables import KPIR, LUMP_SUM, OTHERS, PLAIN, POSTINGS
from blink_tui.ledger.facts import sold_on
from blink_tui.ledger.tables import (
    CURRENCY,
    DESCRIPTION,
    ISSUED,
    KSEF,
    MARK,
    MONTH,
    NUMBER,
    PARTY,
    TOTAL,
    Column,
    Kind,
    Row,
    Table,
    Told,
    day,
    money,
    told_of,
)
from blink_tui.ledger.texts import Texts
from blink_tui.model.books import BookKind
from blink_tui.model.coding import ZERO, Identity, RegisterRow
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month

_RECEIPT = "FP"
_KINDS = frozenset({"FP", "RO", "WEW", "MK", "VAT_RR"})
"""Marks that say what kind of document it is; the others are procedures."""


def tables_of(frame: Frame) -> tuple[Table, ...]:
    """The tables that a firm's books have; without books a plain list of documents."""
    if frame.books is None:
        return (PLAIN,)
    own = {BookKind.LEDGER: POSTINGS, BookKind.KPIR: KPIR, BookKind.LUMP_SUM: LUMP_SUM}[frame.books.kind]
    return SALES, PURCHASES, SELF_ASSESSED, own, OTHERS


def rows_of(
    document: LedgerDocument, frame: Frame, texts: Texts, months: Collection[Month]
) -> list[tuple[Row, ...]]:
    """A document's rows for each of `tables_of(frame)`; of some months alone, where there are any.

    Of a document that adds nothing to any of them all the same a row is told, among the others, unless months were
    asked for: what is handed over stands somewhere.
    """
    tables = tables_of(frame)
    told = told_of(document, texts, months)
    found = [tuple(table.rows(told)) for table in tables]
    if tables[-1] is OTHERS and not told.months and not any(found):
        found[-1] = tuple(PLAIN.rows(told))
    return found


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
                self._told.no_column(field, amount, self._where)


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


SALES = Table(
    "vat_sprzedaz",
    "VAT sprzedaż",
    (
        NUMBER, KSEF, MARK, Column("Typ dokumentu", width=8), ISSUED, day("Data sprzedaży"), MONTH, *PARTY,
        Column("GTU", width=9), Column("Procedury", width=12),
        *(money(name) for name, _field in _SOLD), *TOTAL, *CURRENCY, DESCRIPTION,
    ),
    _sales,
    receipts=True,
)  # fmt: skip
PURCHASES = Table(
    "vat_zakup",
    "VAT zakup",
    (
        NUMBER, KSEF, MARK, Column("Dokument zakupu", width=8), ISSUED, day("Data wpływu"), MONTH, *PARTY,
        *TOTAL, Column("% odliczenia", Kind.WHOLE, 8), money("Netto ŚT (K_40)"), money("VAT ŚT (K_41)"),
        money("Netto pozostałe (K_42)"), money("VAT pozostałe (K_43)"), money("VAT nieodliczony", zero=True),
        *CURRENCY, DESCRIPTION,
    ),
    _bought,
)  # fmt: skip
SELF_ASSESSED = Table(
    "vat_nalezny_nabywcy",
    "VAT należny nabywcy",
    (
        NUMBER, KSEF, MARK, Column("Typ dokumentu", width=8), ISSUED, MONTH, *PARTY,
        *(
            money(f"{name} {what} ({field})")
            for name, base, tax in _BUYER_TAXES
            for what, field in (("podstawa", base), ("VAT", tax))
        ),
        money("Podstawa", zero=True), money("VAT należny", zero=True), DESCRIPTION,
    ),
    _self_assessed,
    always=False,
)  # fmt: skip
"""Tax that the firm owes as a buyer: among the sales of a JPK, where the table of sales has no columns for it."""
