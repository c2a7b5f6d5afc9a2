"""A few made-up documents of a firm, plainly named TEST, by which an import is tried before the first export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from blink_tui.model.documents import Direction
from blink_tui.model.invoice import (
    Address,
    CorrectedInvoice,
    Invoice,
    InvoiceLine,
    InvoiceParty,
    Payment,
    PaymentTerm,
    VatAmount,
)
from blink_tui.model.values import KsefNumber, Nip, crc8

MARK = "TEST"
"""In the names of files and parties, in numbers and in descriptions."""
_CONTRACTORS = ("1111111111", "2222222222", "3333333333")
"""Numbers with right check digits that nobody has."""
_DAYS = 14


@dataclass(frozen=True, slots=True)
class TrialDocument:
    """An invoice with what is chosen for its coding."""

    ksef_number: KsefNumber
    direction: Direction
    invoice: Invoice
    scheme: str


def trial_documents(
    nip: Nip, name: str, settings: Mapping[str, str], today: date, *, exempt: bool
) -> tuple[TrialDocument, ...]:
    """A sale, its correction in minus, and a purchase with two rates; an exempt firm sells without tax."""
    own = InvoiceParty(nip=nip, name=name, seat=_address(settings))
    customer_nip, supplier_nip, *_others = (one for one in _CONTRACTORS if one != nip)
    customer = InvoiceParty(
        nip=customer_nip, name=f"{MARK} ODBIORCA S.A.", seat=_made_up("Testowa 1", "00-001 Warszawa")
    )
    supplier = InvoiceParty(
        nip=supplier_nip, name=f"{MARK} DOSTAWCA SP. Z O.O.", seat=_made_up("Próbna 2", "30-002 Kraków")
    )
    sold = {"zw": ("1000", "0")} if exempt else {"23": ("1000", "230")}
    less = {"zw": ("-100", "0")} if exempt else {"23": ("-100", "-23")}
    sale = _invoice(f"{MARK}/1/{today:%m/%Y}", today, sold, "usługa", seller=own, buyer=customer)
    number = _ksef_number(nip, today, 1)
    correction = _invoice(
        f"{MARK}/K1/{today:%m/%Y}", today, less, "rabat", seller=own, buyer=customer, kind="KOR",
        correction_reason=f"{MARK} rabat", correction_type=2,
        corrected=(CorrectedInvoice(number=sale.number, issue_date=today, ksef_number=number),),
    )  # fmt: skip
    bought = {"23": ("200", "46"), "8": ("100", "8")}
    purchase = _invoice(f"{MARK}/7/{today:%m/%Y}", today, bought, "zakup", seller=supplier, buyer=own)
    return (
        TrialDocument(number, Direction.SALE, sale, "sprzedaz-uslugi"),
        TrialDocument(_ksef_number(nip, today, 2), Direction.SALE, correction, "sprzedaz-uslugi"),
        TrialDocument(_ksef_number(supplier_nip, today, 3), Direction.PURCHASE, purchase, "zakup-uslugi"),
    )


def _address(settings: Mapping[str, str]) -> Address:
    town = f"{settings.get('postal_code', '')} {settings.get('city', '')}".strip()
    return Address(country="PL", lines=tuple(filter(None, (settings.get("street", ""), town))))


def _made_up(*lines: str) -> Address:
    return Address(country="PL", lines=lines)


def _ksef_number(nip: str, day: date, place: int) -> KsefNumber:
    """As KSeF forms them, with a check sum; `7E57` reads TEST."""
    body = f"{nip}-{day:%Y%m%d}-7E57{place:08X}"
    return KsefNumber(f"{body}-{crc8(body.encode()):02X}")


def _invoice(
    number: str, day: date, table: Mapping[str, Sequence[str]], what: str, **more: object
) -> Invoice:
    amounts = {rate: tuple(map(Decimal, pair)) for rate, pair in table.items()}
    values: dict[str, object] = {
        "form": "FA (3)",
        "kind": "VAT",
        "number": number,
        "issue_date": day,
        "sale_date": day,
        "total": sum((net + tax for net, tax in amounts.values()), Decimal(0)),
        "vat_table": tuple(VatAmount(rate=rate, net=net, vat=tax) for rate, (net, tax) in amounts.items()),
        "lines": tuple(
            InvoiceLine(number=place, name=f"{MARK} {what}", net=net, rate=rate)
            for place, (rate, (net, _tax)) in enumerate(amounts.items(), 1)
        ),
        "payment": Payment(form=6, terms=(PaymentTerm(day=day + timedelta(days=_DAYS)),)),
    }
    return Invoice(**(values | more))  # type: ignore[arg-type] # fields of Invoice
