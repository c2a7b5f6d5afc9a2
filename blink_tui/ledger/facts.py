"""What ledger programs ask of a document beyond its fields: days, the other side, amounts in both currencies, marks."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from blink_tui.ledger.addresses import Place, place_of
from blink_tui.ledger.document import LedgerDocument, grosze
from blink_tui.ledger.marks import marks
from blink_tui.ledger.owed import deductible
from blink_tui.ledger.texts import Texts
from blink_tui.model.coding import KIND_MARKS, ZERO, Identity, RateAmount
from blink_tui.model.invoice import Invoice, InvoiceParty
from blink_tui.model.matching import account_key
from blink_tui.model.months import Month
from blink_tui.model.text import clean, folded

MARGIN = "marża"
OSS = "OSS"
GROSS = "np"
"""Of `as_gross`."""
BUYER_SETTLES = frozenset({"oo", "np I", "np II"})
"""Rates of a purchase on which the buyer accounts for the tax itself."""
UNION = {
    "AT": "Austria", "BE": "Belgia", "BG": "Bułgaria", "CY": "Cypr", "CZ": "Czechy", "DE": "Niemcy", "DK": "Dania",
    "EE": "Estonia", "EL": "Grecja", "ES": "Hiszpania", "FI": "Finlandia", "FR": "Francja", "GR": "Grecja",
    "HR": "Chorwacja", "HU": "Węgry", "IE": "Irlandia", "IT": "Włochy", "LT": "Litwa", "LU": "Luksemburg",
    "LV": "Łotwa", "MT": "Malta", "NL": "Holandia", "PT": "Portugalia", "RO": "Rumunia", "SE": "Szwecja",
    "SI": "Słowenia", "SK": "Słowacja", "XI": "Irlandia Północna",
}  # fmt: skip
"""The other countries of the Union, with both codes of Greece, and Northern Ireland; Polish names."""
_PER_CENT = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?", re.ASCII)
_CODE = re.compile("[A-Z]{2}")
_POLISH = re.compile(r"PL\d{26}", re.ASCII)


class Amounts(NamedTuple):
    """One rate of a document's VAT table."""

    rate: str
    """Group of the VAT table; of a margin whose tax was typed, the rate of that tax."""
    net: Decimal
    """In PLN, as `vat`."""
    vat: Decimal
    net_currency: Decimal
    """In the invoice's currency, as `vat_currency`."""
    vat_currency: Decimal
    margin: bool = False
    rest: Decimal = ZERO
    """Of a margin: what of the sale is neither its base nor its tax, so what the goods had cost."""

    @property
    def gross(self) -> Decimal:
        """In PLN."""
        return self.net + self.vat

    @property
    def gross_currency(self) -> Decimal:
        """In the invoice's currency."""
        return self.net_currency + self.vat_currency


def amounts_of(document: LedgerDocument) -> tuple[Amounts, ...]:
    """The VAT table; a margin with its typed tax in the place of what the invoice has there."""
    invoice, table = document.invoice, document.table
    own = [(row.net, row.vat or ZERO) for row in invoice.vat_table]
    if not own:  # an invoice without a table: it was typed, in the invoice's currency
        own = [(net, vat) for _rate, net, vat in document.coding.choices.table]
    if len(own) != len(table):
        own = [(ZERO, ZERO)] * len(table)
    found: list[Amounts] = []
    for row, (net, vat) in zip(table, own, strict=True):
        if row.rate == MARGIN:
            found += _margin(document, row, net)
        else:
            found.append(Amounts(row.rate, row.net, row.vat, net, vat))
    return tuple(found)


def outside_vat(document: LedgerDocument) -> bool:
    """A purchase no VAT of which is the firm's: no row, gross in the cost (BOOKKEEPING 4, identity none)."""
    return not document.sale and document.coding.identity is Identity.NONE


def as_gross(rows: tuple[Amounts, ...]) -> tuple[Amounts, ...]:
    """A VAT table as one sum outside VAT, so that no program deducts anything of it."""
    pln = sum((row.gross for row in rows), ZERO)
    return (Amounts(GROSS, pln, ZERO, sum((row.gross_currency for row in rows), ZERO), ZERO),)


def _margin(document: LedgerDocument, row: RateAmount, net: Decimal) -> list[Amounts]:
    typed = document.coding.choices.margin
    if not typed:
        return [Amounts(MARGIN, row.net, row.vat, net, ZERO, margin=True)]
    rest = row.net - sum((base + tax for _rate, base, tax in typed), ZERO)
    return [
        Amounts(rate, base, tax, base, tax, margin=True, rest=ZERO if place else rest)
        for place, (rate, base, tax) in enumerate(typed)
    ]


def sold_on(invoice: Invoice) -> date | None:
    """Day of delivery: P_6, the end of OkresFa, the latest of the rows (FORMATS 8.1), PEF's tax point, else issue."""
    if invoice.sale_date is not None:
        return invoice.sale_date
    if invoice.period is not None and invoice.period[1] is not None:
        return invoice.period[1]
    days = [line.sale_date for line in invoice.lines if line.sale_date is not None]
    return max(days) if days else invoice.tax_point or invoice.issue_date


def tax_day(document: LedgerDocument) -> date:
    """A day in the month of the document's VAT, for programs that take the month from a day.

    The day on which the tax falls due or may be deducted; where the coding puts the VAT into another month, the day
    of that month that is nearest.
    """
    coding, natural = document.coding, deductible(document)
    months = [row.month for row in coding.rows if row.month is not None]
    month = months[0] if months else coding.periods.vat
    if month is None or month == Month.of(natural):
        return natural
    return min(max(natural, month.first_day), month.last_day)


def owed_pln(document: LedgerDocument, amount: Decimal, gross: Decimal) -> Decimal:
    """What is owed, in PLN; the VAT table's gross where that is what is owed (FORMATS 8.3)."""
    invoice = document.invoice
    return gross if amount == invoice.net + invoice.vat else grosze(amount * document.exchange_rate)


def paid_part(invoice: Invoice) -> Decimal:
    """What the invoice itself says was paid, in its currency."""
    payment = invoice.payment
    if payment.paid or payment.part_paid == 2:
        return invoice.to_pay or ZERO
    return sum((part.amount for part in payment.parts if part.amount is not None), ZERO)


def self_assessed(document: LedgerDocument) -> bool:
    """A purchase whose tax the buyer settles: the coding says so, or without one its rates do."""
    coding = document.coding
    if coding.scheme is not None or coding.rows or coding.lines:
        return coding.identity is Identity.SELF_ASSESSED
    return not document.sale and any(row.rate in BUYER_SETTLES for row in document.invoice.vat_table)


def procedures_of(document: LedgerDocument) -> tuple[str, ...]:
    """Codes of goods and procedures in order, MPP among them; those that say what kind of document it is left out."""
    return tuple(sorted(mark for mark in marks(document) if mark not in KIND_MARKS))


def description_of(document: LedgerDocument) -> str:
    """What it is about: as coded, else the first row's name."""
    lines = document.invoice.lines
    return document.coding.description or (lines[0].name if lines else "") or ""


def described(document: LedgerDocument, texts: Texts, field: str, limit: int = 0, *, mark: str = "") -> str:
    """What it is about, as it stands in a field of a format, after a mark where there is one.

    What a scheme or the invoice says is made to fit without a word, the document's number first left out: that has a
    field of its own. What a person typed is cut with a warning.
    """
    coding, text = document.coding, description_of(document)
    if coding.description and coding.scheme is None:
        return texts.of(f"{mark} {text}" if mark else text, field, limit)
    room = limit and limit - len(f"{mark} " if mark else "")
    return f"{mark} {texts.fitted(text, room, spare=document.invoice.number)}".strip()


def per_cent(rate: str) -> Decimal:
    """Of a rate that is written as a number; zero of all others."""
    return Decimal(rate.replace(",", ".")) if _PER_CENT.fullmatch(rate) else ZERO


def from_net(invoice: Invoice) -> bool:
    """It is counted from net prices."""
    return not invoice.lines or invoice.lines[0].net is not None or invoice.lines[0].gross is None


def domestic_account(invoice: Invoice) -> str:
    """First account in the Polish form, 26 digits; foreign ones do not fit anywhere."""
    for written in invoice.payment.accounts:
        key = account_key(written)
        if _POLISH.fullmatch(key):
            return key[2:]
    return ""


class Partner(NamedTuple):
    """The other side as a card of a program."""

    key: tuple[str, str]
    """Country and number, else nothing and the folded name: the same for the same contractor."""
    code: str
    """Its symbol in the ledger, where it is known."""
    name: str
    number: str
    """NIP alone, or a foreign number with its country before it; empty for a consumer."""
    domestic: bool
    """The number is a NIP."""
    country: str
    """Two letters."""
    union: bool
    """Of the Union, and not of Poland."""
    place: Place

    @property
    def prefix(self) -> str:
        """Country before a foreign number; empty of a NIP and where there is no number."""
        return "" if self.domestic or not self.number else self.country

    @property
    def bare(self) -> str:
        """The number without its country."""
        return self.number.removeprefix(self.prefix)


def partner_of(document: LedgerDocument) -> Partner:
    """Who is on the other side."""
    party, known = document.party, document.contractor
    place = place_of(party)
    seat = _country(place.country)
    country, number = _number(party, seat)
    name = clean(party.name or party.trade_name).strip()
    domestic = country == "PL" and bool(number)
    shown = number if domestic or number.startswith(country) else country + number
    where = (number and country) or seat or "PL"
    return Partner(
        key=(country, number) if number else ("", folded(name)),
        code=known.code if known is not None else "",
        name=name or shown,
        number=shown if number else "",
        domestic=domestic,
        country=where,
        union=where in UNION,
        place=place,
    )


def _country(written: str | None) -> str:
    """A code of two letters; nothing else is one."""
    code = clean(written).strip().upper()
    return code if _CODE.fullmatch(code) else ""


def _number(party: InvoiceParty, seat: str) -> tuple[str, str]:
    """Country and number by which a party is known; both may be empty."""
    if party.nip or party.internal_id:
        return "PL", clean(party.nip or party.internal_id)
    if party.vat_ue:
        return _country(party.eu_country) or seat, clean(party.vat_ue)
    if party.other_id:
        return _country(party.id_country) or seat, clean(party.other_id)
    return "", ""
