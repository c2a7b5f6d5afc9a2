"""Documents for tests of coding: an invoice in one line, its facts with the books that matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from blink_tui.coding.case import Case, case_of
from blink_tui.coding.facts import Facts
from blink_tui.model.books import BookKind, Books, CodingLevel, ExchangeRate, VatKind, VatStatus
from blink_tui.model.coding import Choices
from blink_tui.model.documents import Direction, Role
from blink_tui.model.invoice import Invoice, InvoiceParty, VatAmount
from blink_tui.model.values import KsefNumber, Nip

SELLER, FIRM = "1111111111", "5265877635"
NUMBER = KsefNumber("1111111111-20260313-0100000000FF-5D")
ISSUED, RECEIVED, TODAY = date(2026, 3, 12), date(2026, 3, 13), date(2026, 5, 20)
ACTIVE = VatStatus(date(2020, 1, 1), VatKind.MONTHLY)
LEDGER = Books(kind=BookKind.LEDGER, level=CodingLevel.FULL, vat=(ACTIVE,))
KPIR = Books(kind=BookKind.KPIR, level=CodingLevel.DESCRIPTION, vat=(ACTIVE,))
LUMP_SUM = replace(KPIR, kind=BookKind.LUMP_SUM)


_RATES = ("0 KR", "0 WDT", "0 EX", "np II", "np I", "zw", "oo", "marża", "OSS", "23", "8", "7", "5")


def d(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)


def rates(currency: str, **days: str) -> dict[str, tuple[ExchangeRate, ...]]:
    """Tables of March 2026: `m09="4.24"`."""
    found = (
        ExchangeRate(currency, date(2026, 3, int(day[1:])), d(rate), f"{day[1:]}/A/NBP/2026")
        for day, rate in sorted(days.items())
    )
    return {currency: tuple(found)}


def status(**changes: Any) -> tuple[VatStatus, ...]:
    """The VAT status of an active payer, changed."""
    return (replace(ACTIVE, **changes),)


def invoice(table: str = "23 1000 230", **changes: Any) -> Invoice:
    """An invoice with a VAT table written as `23 1000 230; zw 50`; total and tax in PLN (a fourth number) follow."""
    rows = []
    for part in filter(None, (one.strip() for one in table.split(";"))):
        rate = next(name for name in _RATES if part.startswith(f"{name} "))
        amounts = part.removeprefix(rate).split()
        values = [d(amount) for amount in amounts]
        rows.append(VatAmount(rate=rate, net=values[0], vat=_at(values, 1), vat_pln=_at(values, 2)))
    usual: dict[str, Any] = {
        "form": "FA (3)",
        "kind": "VAT",
        "number": "FV/1/2026",
        "issue_date": ISSUED,
        "seller": InvoiceParty(nip=SELLER, name="Dostawca sp. z o.o."),
        "buyer": InvoiceParty(nip=FIRM, name="Nasza sp. z o.o."),
        "vat_table": tuple(rows),
        "total": sum((row.net + (row.vat or 0) for row in rows), Decimal(0)),
    }
    return Invoice(**(usual | changes))


def _at(values: list[Decimal], place: int) -> Decimal | None:
    return values[place] if len(values) > place else None


def purchase(bought: Invoice | None = None, **changes: Any) -> Facts:
    """A bought document of the firm."""
    usual: dict[str, Any] = {
        "invoice": bought or invoice(),
        "ksef_number": NUMBER,
        "direction": Direction.PURCHASE,
        "roles": frozenset({Role.BUYER}),
        "received": RECEIVED,
        "firm_nip": Nip(FIRM),
        "books": LEDGER,
        "today": TODAY,
    }
    return Facts(**(usual | changes))


def sale(sold: Invoice | None = None, **changes: Any) -> Facts:
    """A sale of the firm: the parties are the other way round."""
    given = sold or invoice()
    turned = replace(given, seller=given.buyer, buyer=given.seller)
    usual: dict[str, Any] = {"direction": Direction.SALE, "roles": frozenset({Role.SELLER})}
    return purchase(turned, **(usual | changes))


def case(facts: Facts, **choices: Any) -> Case:
    """It, with what a person chose."""
    return case_of(facts, Choices(**choices))
