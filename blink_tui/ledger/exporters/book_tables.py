"""Tables of what is entered: postings, the KPiR and the register of revenue of 2026, a plain list (FORMATS 7, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from blink_tui.ledger.facts import sold_on
from blink_tui.ledger.tables import (
    AMENDS,
    DESCRIPTION,
    ISSUED,
    KSEF,
    LONGEST,
    NUMBER,
    Column,
    Row,
    Table,
    Told,
    day,
    money,
)
from blink_tui.model.books import BookKind
from blink_tui.model.coding import ZERO, BookEntry, Side
from blink_tui.model.documents import Direction
from blink_tui.model.months import Month


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
            told.no_column(entry.column, entry.amount, where)
    return list(amounts.values())


def _kpir(told: Told) -> Iterator[Row]:
    for entered, entries in _by_day(told, BookKind.KPIR).items():
        sold, other, goods, side, wages, rest, free, research = _columns(
            entries, ("9", "10", "12", "13", "14", "15", "17", "18"), told, KPIR.title
        )
        named = ("", "") if told.tax_id else (told.name, told.address)
        yield Row(
            (
                entered, told.document.ksef_number, told.number, told.identifier,
                *named, told.description, sold, other, sold + other, goods, side, wages, rest, wages + rest,
                free, research, "",
            )
        )  # fmt: skip


_LUMP_RATES = ("17", "15", "14", "12.5", "12", "10", "8.5", "5.5", "3")


def _lump_sum(told: Told) -> Iterator[Row]:
    for entered, entries in _by_day(told, BookKind.LUMP_SUM).items():
        amounts = _columns(entries, _LUMP_RATES, told, LUMP_SUM.title)
        issued = told.document.invoice.issue_date or entered
        yield Row(
            (
                issued, entered, told.document.ksef_number, told.number,
                told.identifier, *amounts, sum(amounts, ZERO),
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


POSTINGS = Table(
    "dekrety",
    "Dekrety",
    (
        NUMBER, KSEF, Column("Rejestr", width=10), day("Data dokumentu"), day("Data operacji"),
        day("Data księgowania"), Column("Konto Wn", width=18), Column("Konto Ma", width=18),
        money("Kwota", summed=False, zero=True), Column("Waluta", width=7), Column("Kontrahent NIP", width=14),
        Column("MPK"), DESCRIPTION,
    ),
    _postings,
)  # fmt: skip
KPIR = Table(
    "kpir_2026",
    "KPiR",
    (
        day("Data zdarzenia"), KSEF, Column("Nr dowodu księgowego", width=20),
        Column("Identyfikator podatkowy", width=15), Column("Kontrahent", width=30), Column("Adres", width=30),
        Column("Opis zdarzenia", width=40), money("9 Sprzedaż towarów i usług"), money("10 Pozostałe przychody"),
        money("11 Razem przychód"), money("12 Zakup towarów i materiałów"), money("13 Koszty uboczne"),
        money("14 Wynagrodzenia"), money("15 Pozostałe wydatki"), money("16 Razem wydatki"), money("17"),
        money("18 Badania i rozwój"), Column("19 Uwagi", width=20),
    ),
    _kpir,
    dated=True,
)  # fmt: skip
LUMP_SUM = Table(
    "ryczalt_2026",
    "Ryczałt",
    (
        day("Data wpisu"), day("Data uzyskania przychodu"), KSEF, Column("Nr dowodu", width=20),
        Column("Identyfikator podatkowy", width=15), *(money(f"{rate.replace('.', ',')}%") for rate in _LUMP_RATES),
        money("Ogółem"), Column("Uwagi", width=20),
    ),
    _lump_sum,
    dated=True,
)  # fmt: skip
_PLAIN_COLUMNS = (
    Column("Kierunek", width=10), NUMBER, KSEF, Column("Rodzaj", width=9), ISSUED, day("Data wpływu"),
    day("Termin płatności"), Column("NIP", width=14), Column("Kontrahent", width=34),
    *(money(f"{what} {rate}%", summed=False) for rate in _PLAIN_RATES for what in ("Netto", "VAT")),
    *(money(f"Netto {rate}", summed=False) for rate in _PLAIN_UNTAXED),
    money("Netto", summed=False), money("VAT (PLN)"), money("Brutto", summed=False), Column("Waluta", width=7),
)  # fmt: skip
PLAIN = Table("", "Dokumenty", _PLAIN_COLUMNS, _plain)
"""One row a document, amounts in its currency: of a firm without books, and of a package."""
OTHERS = Table("pozostale", "Pozostałe dokumenty", _PLAIN_COLUMNS, _nothing, always=False)
"""Documents that have a row in no other table."""
