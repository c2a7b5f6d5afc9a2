"""An invoice as JPK_FA(4) has it: its own numbering of P_13 and P_14, marks as true and false, rows, order.

Rows as they were before a correction are taken back: quantity and values with the other sign, as the schema asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from blink_tui.ledger.addresses import place_of
from blink_tui.ledger.exporters import jpk_parts as parts
from blink_tui.ledger.exporters.jpk_parts import amount_element, element, grosze
from blink_tui.ledger.facts import UNION
from blink_tui.ledger.texts import Texts
from blink_tui.model.invoice import Invoice, InvoiceLine, InvoiceParty
from blink_tui.model.text import clean

_TAXED = {"23": "1", "8": "2", "5": "3", "ryczałt taxi": "4", "oo": "4"}
"""Group of the VAT table → number of P_13 and P_14; the buyer's reverse charge shares one with taxis."""
_ABROAD = ("np I", "np II", "OSS")
_ZERO_RATES = ("0 KR", "0 WDT", "0 EX")
_RATES = frozenset({"23", "22", "8", "7", "5", "4", "3", "0", "zw", "oo", "np"})
"""P_12."""
_CURRENCY = re.compile("[A-Z]{3}")
_NO_CURRENCY = "XXX"
"""BRAK WALUTY, in the form's list of currencies."""
_SIX_PLACES = Decimal("0.000001")
_BAILIFFS, _TAX_REPRESENTATIVE = (1, 2), 3
"""Roles of the authorised: organ of enforcement, bailiff; representative."""


class Sold(NamedTuple):
    """An invoice on its way."""

    number: str
    invoice: bytes
    total: int
    """P_15 in grosze."""
    rows: tuple[bytes, ...]
    net: int
    """Sum of P_11."""
    order: bytes
    """Empty where it is no advance."""
    ordered: int


def sold_of(invoice: Invoice, issued: date, texts: Texts) -> Sold:
    """An invoice with its rows and its order."""
    total = grosze(invoice.total if invoice.total is not None else invoice.net + invoice.vat)
    number = texts.number(invoice.number, "P_2A", parts.TEXT_LIMIT, may_cut=False) or parts.NOBODY
    inside = (
        f"<KodWaluty>{_currency(invoice)}</KodWaluty>",
        f"<P_1>{issued}</P_1>",
        element("P_2A", number),
        _parties(invoice, texts),
        _sold_on(invoice, issued),
        *_table(invoice),
        amount_element("P_15", total),
        *_annotations(invoice, texts),
        *_kind(invoice, texts),
    )
    rows = tuple(_row(line, number, texts) for line in invoice.lines)
    net = sum(grosze(_signed(line, line.net)) for line in invoice.lines if line.net is not None)
    order, ordered = _order(invoice, number, texts)
    return Sold(number, f"<Faktura>{''.join(inside)}</Faktura>\n".encode(), total, rows, net, order, ordered)


def _currency(invoice: Invoice) -> str:
    code = clean(invoice.currency).strip()
    return code if _CURRENCY.fullmatch(code) else _NO_CURRENCY


def _sold_on(invoice: Invoice, issued: date) -> str:
    day = invoice.sale_date or (invoice.period[1] if invoice.period else None)
    return f"<P_6>{day}</P_6>" if day is not None and day != issued else ""


def _parties(invoice: Invoice, texts: Texts) -> str:
    """P_3A to P_5B: buyer and seller, their VAT numbers with the country apart."""
    buyer, seller = invoice.buyer, invoice.seller

    def text(value: str | None, tag: str) -> str:
        return texts.of(value, tag, parts.TEXT_LIMIT)

    return (
        element("P_3A", text(buyer.name, "P_3A"))
        + element("P_3B", text(place_of(buyer).line, "P_3B"))
        + element("P_3C", text(seller.name, "P_3C") or parts.NOBODY)
        + element("P_3D", text(place_of(seller).line, "P_3D") or parts.NOBODY)
        + _vat_number(seller, "P_4A", "P_4B", seller.tax_prefix or "")
        + _vat_number(buyer, "P_5A", "P_5B", "")
    )


def _vat_number(party: InvoiceParty, country_tag: str, number_tag: str, prefix: str) -> str:
    country, number = parts.tax_id(party)
    if number == parts.NOBODY:
        return ""
    code = prefix or (country if party.vat_ue else "")
    return element(country_tag, code if code in UNION or code == "PL" else "") + element(
        number_tag, number[: parts.ID_LIMIT]
    )


def _table(invoice: Invoice) -> Iterator[str]:
    """P_13 and P_14, those of one number added up; tax of a foreign currency in PLN beside it."""
    foreign = invoice.currency != "PLN"
    for number in ("1", "2", "3", "4"):
        rows = [row for row in invoice.vat_table if _TAXED.get(row.rate) == number]
        if rows:
            yield amount_element(f"P_13_{number}", _sum(row.net for row in rows))
            yield amount_element(f"P_14_{number}", _sum(row.vat for row in rows))
            if foreign and any(row.vat_pln is not None for row in rows):
                yield amount_element(f"P_14_{number}W", _sum(row.vat_pln for row in rows))
    for field, rates in (("P_13_5", _ABROAD), ("P_13_6", _ZERO_RATES), ("P_13_7", ("zw",))):
        rows = [row for row in invoice.vat_table if row.rate in rates]
        if rows:
            yield amount_element(field, _sum(row.net for row in rows))
        if field == "P_13_5" and any(row.vat for row in rows):
            yield amount_element("P_14_5", _sum(row.vat for row in rows))


def _sum(amounts: Iterable[Decimal | None]) -> int:
    return sum(grosze(amount) for amount in amounts if amount is not None)


def _flag(tag: str, holds: bool | None) -> str:
    return f"<{tag}>{'true' if holds else 'false'}</{tag}>"


def _annotations(invoice: Invoice, texts: Texts) -> Iterator[str]:
    """P_16 to P_106E_3A."""
    notes = invoice.notes
    yield _flag("P_16", invoice.cash_method)
    yield _flag("P_17", invoice.self_billing)
    yield _flag("P_18", invoice.reverse_charge)
    yield _flag("P_18A", invoice.split_payment)
    yield _flag("P_19", notes.exempt)
    for tag, basis in (
        ("P_19A", notes.exempt_by_act), ("P_19B", notes.exempt_by_directive), ("P_19C", notes.exempt_otherwise)
    ):  # fmt: skip
        yield element(tag, texts.of(basis, tag, parts.TEXT_LIMIT))
    yield from _authorized(invoice.authorized, texts)
    yield _flag("P_22", notes.new_vehicles)
    yield from _vehicle(invoice, texts)
    yield _flag("P_23", notes.triangular)
    yield _flag("P_106E_2", notes.margin_travel)
    yield from _margin(invoice)


def _authorized(party: InvoiceParty | None, texts: Texts) -> Iterator[str]:
    """P_20 and P_21: who issued it in the seller's place."""
    for tag, roles in (("P_20", _BAILIFFS), ("P_21", (_TAX_REPRESENTATIVE,))):
        here = party is not None and party.role in roles
        yield _flag(tag, here)
        if party is not None and here:
            yield element(f"{tag}A", texts.of(party.name, f"{tag}A", parts.TEXT_LIMIT) or parts.NOBODY)
            yield element(
                f"{tag}B", texts.of(place_of(party).line, f"{tag}B", parts.TEXT_LIMIT) or parts.NOBODY
            )
    if party is not None and party.role == _TAX_REPRESENTATIVE:
        yield element("P_21C", parts.tax_id(party)[1][: parts.ID_LIMIT])


def _vehicle(invoice: Invoice, texts: Texts) -> Iterator[str]:
    """P_22A to P_22C, of the first new vehicle: the form has room for one."""
    for vehicle in invoice.notes.vehicles[:1]:
        if vehicle.first_use is not None:
            hours = vehicle.hours or vehicle.flight_hours
            yield f"<P_22A>{vehicle.first_use}</P_22A>"
            yield element("P_22B", texts.of(vehicle.mileage, "P_22B", parts.TEXT_LIMIT))
            yield element("P_22C", texts.of(hours, "P_22C", parts.TEXT_LIMIT))


def _margin(invoice: Invoice) -> Iterator[str]:
    notes = invoice.notes
    kinds = (
        (notes.margin_used_goods, "towary używane"),
        (notes.margin_art, "dzieła sztuki"),
        (notes.margin_antiques, "przedmioty kolekcjonerskie i antyki"),
    )
    words = next((words for holds, words in kinds if holds), "")
    yield _flag("P_106E_3", bool(words))
    yield element("P_106E_3A", f"procedura marży - {words}" if words else "")


def _kind(invoice: Invoice, texts: Texts) -> Iterator[str]:
    """RodzajFaktury, what is corrected, which advances are settled; the form knows three kinds."""
    kind = "KOREKTA" if invoice.is_correction else "ZAL" if invoice.kind == "ZAL" else "VAT"
    yield f"<RodzajFaktury>{kind}</RodzajFaktury>"
    if invoice.is_correction:
        numbers = ", ".join(one.number for one in invoice.corrected if one.number)
        reason, limit = invoice.correction_reason, parts.TEXT_LIMIT
        yield element("PrzyczynaKorekty", texts.of(reason, "PrzyczynaKorekty", limit))
        yield element("NrFaKorygowanej", texts.of(numbers, "NrFaKorygowanej", limit) or parts.NOBODY)
        yield element("OkresFaKorygowanej", texts.of(invoice.corrected_period, "OkresFaKorygowanej", limit))
    advances = ", ".join(filter(None, (one.number or one.ksef_number for one in invoice.advance_invoices)))
    yield element("NrFaZaliczkowej", texts.of(advances, "NrFaZaliczkowej", parts.TEXT_LIMIT))


def _signed(line: InvoiceLine, value: Decimal) -> Decimal:
    return -value if line.before else value


def _quantity(line: InvoiceLine) -> str:
    if line.quantity is None:
        return ""
    quantity = _signed(line, line.quantity)
    return f"{quantity.quantize(_SIX_PLACES, ROUND_HALF_UP).normalize():f}"


def _money(tag: str, value: Decimal | None) -> str:
    return "" if value is None else amount_element(tag, grosze(value))


def _value(tag: str, line: InvoiceLine, value: Decimal | None) -> str:
    return "" if value is None else amount_element(tag, grosze(_signed(line, value)))


def _rate(tag: str, line: InvoiceLine) -> str:
    """The rate's first word: `0 WDT` is 0, `np II` np; another country's per cent stands in its own element."""
    words = (line.rate or "").split()
    rate = element(tag, words[0]) if words and words[0] in _RATES else ""
    return rate + (element(f"{tag}_XII", f"{line.oss_rate:f}") if line.oss_rate is not None else "")


def _row(line: InvoiceLine, number: str, texts: Texts) -> bytes:
    inside = (
        element("P_2B", number),
        element("P_7", texts.of(line.name, "P_7", parts.TEXT_LIMIT)),
        element("P_8A", texts.of(line.unit, "P_8A", parts.TEXT_LIMIT)),
        element("P_8B", _quantity(line)),
        _money("P_9A", line.unit_price),
        _money("P_9B", line.unit_price_gross),
        _value("P_10", line, line.discount),
        _value("P_11", line, line.net),
        _value("P_11A", line, line.gross),
        _rate("P_12", line),
    )
    return f"<FakturaWiersz>{''.join(inside)}</FakturaWiersz>\n".encode()


def _order(invoice: Invoice, number: str, texts: Texts) -> tuple[bytes, int]:
    """Zamowienie of an advance with its value in grosze; empty where there is none."""
    order = invoice.order
    if order is None or not order.lines:
        return b"", 0
    value = grosze(order.value) if order.value is not None else 0
    rows = "".join(_ordered(line, texts) for line in order.lines)
    inside = element("P_2AZ", number) + amount_element("WartoscZamowienia", value) + rows
    return f"<Zamowienie>{inside}</Zamowienie>\n".encode(), value


def _ordered(line: InvoiceLine, texts: Texts) -> str:
    inside = (
        element("P_7Z", texts.of(line.name, "P_7Z", parts.TEXT_LIMIT)),
        element("P_8AZ", texts.of(line.unit, "P_8AZ", parts.TEXT_LIMIT)),
        element("P_8BZ", _quantity(line)),
        _money("P_9AZ", line.unit_price),
        _value("P_11NettoZ", line, line.net),
        _value("P_11VatZ", line, line.vat),
        _rate("P_12Z", line),
    )
    return f"<ZamowienieWiersz>{''.join(inside)}</ZamowienieWiersz>"
