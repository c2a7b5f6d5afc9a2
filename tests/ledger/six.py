"""Six documents that show every export: sales here and abroad, a correction, two rates, a car, services from abroad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from blink_tui.coding.facts import Facts
from blink_tui.coding.propose import code
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.model.books import BookKind, Books, CodingLevel, VatKind, VatStatus
from blink_tui.model.coding import Choices, Coding, PostingLine, Rate, Side
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, Role
from blink_tui.model.invoice import (
    Address,
    Invoice,
    InvoiceLine,
    InvoiceParty,
    Payment,
    PaymentTerm,
    VatAmount,
)
from blink_tui.model.invoice.correction import CorrectedInvoice
from blink_tui.model.values import KsefNumber, Nip
from tests.coding.shipped import SHIPPED

NIP = Nip("1111111111")
FEBRUARY_28 = datetime(2026, 2, 28, 11, 0, tzinfo=UTC)
BOOKS = Books(
    kind=BookKind.LEDGER, level=CodingLevel.FULL, vat=(VatStatus(date(2020, 1, 1), VatKind.MONTHLY),)
)
SETTINGS = {
    "full_name": "BLINK DEMO SP. Z O.O.", "email": "ksiegowosc@example.com", "tax_office": "1471",
    "city": "Warszawa", "postal_code": "00-001", "street": "Testowa 1",
}  # fmt: skip


def _party(name: str, street: str, town: str, **more: str) -> InvoiceParty:
    country = more.get("eu_country", "PL")
    return InvoiceParty(name=name, seat=Address(country=country, lines=(street, town)), **more)  # type: ignore[arg-type]


_OWN = _party("BLINK DEMO SP. Z O.O.", "Testowa 1", "00-001 Warszawa", nip=NIP)
_ALFA = _party("ALFA TEST SP. Z O.O.", "Próbna 2", "30-002 Kraków", nip="2222222222")
_BETA = _party("BETA TEST S.A.", "Łąkowa 3", "80-003 Gdańsk", nip="3333333333")
_GAMMA = _party("GAMMA PALIWA TEST", "Szybka 4", "60-004 Poznań", nip="4444444444")
_DELTA = _party("DELTA GMBH", "Beispielstr. 5", "10115 Berlin", eu_country="DE", vat_ue="999999999")
_EPSILON = _party("EPSILON CLOUD LTD", "Sample Quay 6", "D02 Dublin", eu_country="IE", vat_ue="9999999AA")


def _invoice(
    number: str, issued: str, table: Mapping[str, str], what: str, due: int, *, gtu: str = "", **more: object
) -> Invoice:
    """`table` holds net and tax of each rate, `due` the days to pay in."""
    amounts = {rate: [Decimal(part) for part in text.split()] for rate, text in table.items()}
    day = date.fromisoformat(issued)
    values: dict[str, object] = {
        "form": "FA (3)",
        "kind": "VAT",
        "number": number,
        "issue_date": day,
        "sale_date": day,
        "total": sum((sum(parts) for parts in amounts.values()), Decimal(0)),
        "vat_table": tuple(VatAmount(rate=rate, net=net, vat=tax) for rate, (net, tax) in amounts.items()),
        "lines": tuple(
            InvoiceLine(number=place, name=what, net=net, rate=rate, gtu=gtu or None)
            for place, (rate, (net, _tax)) in enumerate(amounts.items(), 1)
        ),
        "payment": Payment(form=6, terms=(PaymentTerm(day=day + timedelta(days=due)),)),
    }
    return Invoice(**(values | more))  # type: ignore[arg-type] # fields of Invoice


_SIX: Sequence[tuple[str, str, Invoice, Choices]] = (
    (
        "1111111111-20260205-0100A0F15C11-37", "2026-02-05",
        _invoice(
            "FS/1/02/2026", "2026-02-05", {"23": "1000.00 230.00"}, "Usługi doradcze", 14,
            gtu="GTU_12", seller=_OWN, buyer=_ALFA,
        ),
        Choices(scheme="sprzedaz-uslugi", parameters={"rate": "15"}),
    ),
    (
        "1111111111-20260210-0100B2C34D22-09", "2026-02-10",
        _invoice(
            "FS/2/02/2026", "2026-02-10", {"np II": "500.00 0.00"}, "Usługi programistyczne", 30,
            seller=_OWN, buyer=_DELTA, sale_date=date(2026, 2, 9), currency="EUR",
        ),
        Choices(
            scheme="sprzedaz-uslugi", parameters={"rate": "12"},
            vat_rate=Rate(Decimal("4.25"), date(2026, 2, 6)), income_rate=Rate(Decimal("4.25"), date(2026, 2, 6)),
        ),
    ),
    (
        "1111111111-20260220-0100D4E56F33-22", "2026-02-20",
        _invoice(
            "KFS/1/02/2026", "2026-02-20", {"23": "-100.00 -23.00"}, "Rabat", 0, gtu="GTU_12",
            seller=_OWN, buyer=_ALFA, kind="KOR", correction_reason="Rabat", correction_type=2,
            corrected=(
                CorrectedInvoice(
                    number="FS/1/02/2026", issue_date=date(2026, 2, 5),
                    ksef_number="1111111111-20260205-0100A0F15C11-37",
                ),
            ),
        ),
        Choices(scheme="sprzedaz-uslugi", parameters={"rate": "15"}),
    ),
    (
        "3333333333-20260204-0200A1B2C344-36", "2026-02-04",
        _invoice(
            "FV/77/2026", "2026-02-03", {"23": "200.00 46.00", "8": "100.00 8.00"}, "Hosting i prasa", 14,
            seller=_BETA, buyer=_OWN,
        ),
        Choices(scheme="zakup-uslugi"),
    ),
    (
        "4444444444-20260208-0200D5E6F755-0C", "2026-02-08",
        _invoice(
            "P/12/2026", "2026-02-08", {"23": "400.00 92.00"}, "Paliwo, auto 50% VAT / 75% KUP", 14,
            seller=_GAMMA, buyer=_OWN,
        ),
        Choices(scheme="samochod"),
    ),
    (
        "", "2026-02-11",
        _invoice(
            "INV-2026-0009", "2026-02-11", {"np I": "100.00 0.00"}, "Chmura (import usług, art. 28b)", 14,
            seller=_EPSILON, buyer=_OWN,
        ),
        Choices(scheme="import-uslug", parameters={"account": "402-02", "self_rate": "23"}),
    ),
)  # fmt: skip
"""KSeF number (the last one never was in KSeF), day of receipt, invoice, what a person chose."""
_TWO_ACCOUNTS = {"402": (("402-01", Decimal(200)), ("401-01", Decimal(100)))}
"""Postings of the fourth document, split by hand."""


def _coding(invoice: Invoice, number: str, received: str, choices: Choices, books: Books) -> Coding:
    sale = invoice.seller is _OWN
    facts = Facts(
        invoice=invoice,
        ksef_number=KsefNumber(number or "9999999999-20260211-020000000001-00"),
        direction=Direction.SALE if sale else Direction.PURCHASE,
        roles=frozenset({Role.SELLER if sale else Role.BUYER}),
        received=date.fromisoformat(received),
        firm_nip=NIP,
        books=books,
        today=date(2026, 3, 20),
    )
    coding = replace(code(facts, SHIPPED, choices), description=invoice.lines[0].name or "")
    if invoice.number == "FV/77/2026" and coding.lines:
        lines = [part for line in coding.lines for part in _split(line)]
        coding = replace(coding, lines=tuple(lines), lines_by_hand=True)
    assert coding.complete, coding.problems
    return coding


def _split(line: PostingLine) -> list[PostingLine]:
    if line.side is Side.CREDIT or line.account not in _TWO_ACCOUNTS:
        return [line]
    return [replace(line, account=account, amount=amount) for account, amount in _TWO_ACCOUNTS[line.account]]


def _documents(books: Books) -> tuple[LedgerDocument, ...]:
    return tuple(
        LedgerDocument(
            id=place,
            ksef_number=number,
            direction=Direction.SALE if invoice.seller is _OWN else Direction.PURCHASE,
            received=date.fromisoformat(received),
            received_at=Instant(f"{received}T09:00:00.0000000Z"),
            invoice=invoice,
            coding=_coding(invoice, number, received, choices, books),
        )
        for place, (number, received, invoice, choices) in enumerate(_SIX, 1)
    )


def six_ledger() -> tuple[LedgerDocument, ...]:
    """The six in full books."""
    return _documents(BOOKS)


def six_kpir() -> tuple[LedgerDocument, ...]:
    """The six in a KPiR."""
    return _documents(replace(BOOKS, kind=BookKind.KPIR, level=CodingLevel.DESCRIPTION))


def six_lump_sum() -> tuple[LedgerDocument, ...]:
    """The six in a register of revenue."""
    return _documents(replace(BOOKS, kind=BookKind.LUMP_SUM, level=CodingLevel.DESCRIPTION))


def frame(
    kind: BookKind = BookKind.LEDGER, settings: Mapping[str, str] | None = None, **more: object
) -> Frame:
    """What the six share; `settings` are added to those of the firm itself, `more` are fields of Frame."""
    values: dict[str, object] = {
        "nip": NIP,
        "name": "BLINK DEMO SP. Z O.O.",
        "books": replace(BOOKS, kind=kind),
        "settings": SETTINGS | dict(settings or {}),
        "made": FEBRUARY_28,
        "who": "anna",
    }
    return Frame(**(values | more))  # type: ignore[arg-type] # fields of Frame
