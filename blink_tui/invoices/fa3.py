"""Reader of FA(3): tables tag → field in the schema's own order and words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from blink_tui.invoices.xml import (
    Table,
    amount,
    child,
    children,
    converted,
    day,
    filled,
    flag,
    local,
)
from blink_tui.model.invoice import (
    CorrectedInvoice,
    Invoice,
    InvoiceLine,
    InvoiceParty,
    Payment,
    VatAmount,
)

_IDENTITY: Table = {
    "NIP": ("nip", str),
    "IDWew": ("internal_id", str),
    "NrVatUE": ("vat_ue", str),
    "NrID": ("other_id", str),
    "Nazwa": ("name", str),
}
_CONTACT: Table = {"Email": ("email", str), "Telefon": ("phone", str)}
_PARTY: Table = {"Rola": ("role", int), "OpisRoli": ("role_description", str)}
_AUTHORIZED: Table = {"RolaPU": ("role", int)}

_FA: Table = {
    "KodWaluty": ("currency", str),
    "P_1": ("issue_date", day),
    "P_1M": ("issue_place", str),
    "P_2": ("number", str),
    "P_6": ("sale_date", day),
    "P_15": ("total", amount),
    "RodzajFaktury": ("kind", str),
    "PrzyczynaKorekty": ("correction_reason", str),
    "TypKorekty": ("correction_type", int),
}
_NOTES: Table = {
    "P_16": ("cash_method", flag),
    "P_17": ("self_billing", flag),
    "P_18": ("reverse_charge", flag),
    "P_18A": ("split_payment", flag),
}
_LINE: Table = {
    "NrWierszaFa": ("number", int),
    "P_7": ("name", str),
    "P_8A": ("unit", str),
    "P_8B": ("quantity", amount),
    "P_9A": ("unit_price", amount),
    "P_9B": ("unit_price_gross", amount),
    "P_11": ("net", amount),
    "P_11A": ("gross", amount),
    "P_11Vat": ("vat", amount),
    "P_12": ("rate", str),
    "GTU": ("gtu", str),
    "StanPrzed": ("before", flag),
}
_PERIOD: Table = {"P_6_Od": ("start", day), "P_6_Do": ("end", day)}
_CORRECTED: Table = {
    "NrFaKorygowanej": ("number", str),
    "DataWystFaKorygowanej": ("issue_date", day),
    "NrKSeFFaKorygowanej": ("ksef_number", str),
}
_PAYMENT: Table = {
    "Zaplacono": ("paid", flag),
    "DataZaplaty": ("paid_on", day),
    "FormaPlatnosci": ("form", int),
}

_VAT_GROUPS = {
    "1": "23", "2": "8", "3": "5", "4": "ryczałt taxi", "5": "OSS",
    "6_1": "0 KR", "6_2": "0 WDT", "6_3": "0 EX",
    "7": "zw", "8": "np I", "9": "np II", "10": "oo", "11": "marża",
}  # fmt: skip
"""Number of a P_13/P_14 pair → rate group. Group 1 holds 22 % or 23 %, group 2 7 % or 8 %."""


def read_fa3(root: etree._Element, form: str) -> Invoice:
    """A Faktura of FA(3) as an Invoice. Raises BlinkError (unreadable)."""
    body = child(root, "Fa")
    fields = filled(body, _FA) | filled(child(body, "Adnotacje"), _NOTES)
    period = filled(child(body, "OkresFa"), _PERIOD)
    return Invoice(
        form=form,
        kind=fields.pop("kind", ""),
        number=fields.pop("number", ""),
        issue_date=fields.pop("issue_date", None),
        seller=_party(child(root, "Podmiot1"), _PARTY),
        buyer=_party(child(root, "Podmiot2"), _PARTY),
        third_parties=tuple(_party(found, _PARTY) for found in children(root, "Podmiot3")),
        authorized=_authorized(child(root, "PodmiotUpowazniony")),
        period=(period.get("start"), period.get("end")) if period else None,
        vat_table=_vat_table(body),
        lines=tuple(InvoiceLine(**filled(row, _LINE)) for row in children(body, "FaWiersz")),
        corrected=tuple(
            CorrectedInvoice(**filled(found, _CORRECTED)) for found in children(body, "DaneFaKorygowanej")
        ),
        payment=_payment(child(body, "Platnosc")),
        footer=_footer(child(root, "Stopka")),
        producer=filled(child(root, "Naglowek"), {"SystemInfo": ("producer", str)}).get("producer"),
        **fields,
    )


def _party(element: etree._Element | None, table: Table) -> InvoiceParty:
    address = child(element, "Adres")
    lines = tuple(
        row.text for row in (address if address is not None else ()) if row.text and local(row) != "KodKraju"
    )
    return InvoiceParty(
        **filled(child(element, "DaneIdentyfikacyjne"), _IDENTITY),
        **filled(child(element, "DaneKontaktowe"), _CONTACT),
        **filled(address, {"KodKraju": ("country", str)}),
        **filled(element, table),
        address=lines,
    )


def _authorized(element: etree._Element | None) -> InvoiceParty | None:
    return None if element is None else _party(element, _AUTHORIZED)


def _vat_table(body: etree._Element | None) -> tuple[VatAmount, ...]:
    """P_13_n with P_14_n and P_14_nW beside it, in the schema's order."""
    amounts: dict[str, Decimal] = {}
    for element in body if body is not None else ():
        tag = local(element)
        if tag.startswith(("P_13_", "P_14_")) and element.text:
            amounts[tag] = converted(element, amount)
    return tuple(
        VatAmount(
            rate=rate,
            net=amounts[f"P_13_{group}"],
            vat=amounts.get(f"P_14_{group}"),
            vat_pln=amounts.get(f"P_14_{group}W"),
        )
        for group, rate in _VAT_GROUPS.items()
        if f"P_13_{group}" in amounts
    )


def _payment(element: etree._Element | None) -> Payment:
    due: list[date] = []
    for term in children(element, "TerminPlatnosci"):
        found = filled(term, {"Termin": ("day", day)}).get("day")
        if found is not None:
            due.append(found)
    accounts = [
        number
        for holder in ("RachunekBankowy", "RachunekBankowyFaktora")
        for account in children(element, holder)
        if (number := filled(account, {"NrRB": ("number", str)}).get("number"))
    ]
    fields: dict[str, Any] = filled(element, _PAYMENT)
    return Payment(**fields, due=tuple(due), accounts=tuple(accounts))


def _footer(element: etree._Element | None) -> tuple[str, ...]:
    return tuple(
        text.text
        for entry in children(element, "Informacje")
        for text in children(entry, "StopkaFaktury")
        if text.text
    )
