"""The sandbox's own reader of FA(2), FA(3) and FA_RR: bytes of an invoice → InvoiceFacts.

It looks at local names only, so any namespace prefix and any version's namespace will do.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from blink_tui.sandbox.facts import Form, InvoiceFacts, Named, UnreadableInvoiceError
from blink_tui.sandbox.metadata_ubl import read_ubl

_NIP = re.compile(r"[1-9](?:\d[1-9]|[1-9]\d)\d{7}", re.ASCII)

_KINDS = {
    "VAT": "Vat",
    "KOR": "Kor",
    "ZAL": "Zal",
    "ROZ": "Roz",
    "UPR": "Upr",
    "KOR_ZAL": "KorZal",
    "KOR_ROZ": "KorRoz",
    "VAT_RR": "VatRr",
    "KOR_VAT_RR": "KorVatRr",
}

_ZERO = Decimal(0)

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, load_dtd=False
)


def read_invoice(xml: bytes) -> InvoiceFacts:
    """The facts of one invoice of any form that KSeF takes. Raises UnreadableInvoiceError."""
    try:
        root = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError as error:
        raise UnreadableInvoiceError(f"not XML: {error}") from error
    name = etree.QName(root).localname
    try:
        if name == "Faktura":
            return _read_faktura(root)
        if name in ("Invoice", "CreditNote"):
            return read_ubl(root)
    except (LookupError, ValueError, InvalidOperation) as error:
        raise UnreadableInvoiceError(f"{type(error).__name__}: {error}") from error
    raise UnreadableInvoiceError(f"unknown form {name}")


def _table(element: etree._Element) -> dict[str, etree._Element]:
    """The first child of each name."""
    table: dict[str, etree._Element] = {}
    for child in element:
        table.setdefault(child.tag.rpartition("}")[2], child)
    return table


def _texts(element: etree._Element) -> dict[str, str]:
    """The text of the first child of each name."""
    return {name: (child.text or "").strip() for name, child in _table(element).items()}


def _read_faktura(root: etree._Element) -> InvoiceFacts:
    top = _table(root)
    code = _table(top["Naglowek"])["KodFormularza"]
    form = Form(str(code.attrib["kodSystemowy"]), str(code.attrib["wersjaSchemy"]), (code.text or "").strip())
    body = top["FakturaRR" if form.value == "FA_RR" else "Fa"]
    table = _table(body)
    fields = {name: (child.text or "").strip() for name, child in table.items() if not len(child)}
    currency = fields["KodWaluty"]
    amounts = _amounts_rr(fields) if form.value == "FA_RR" else _amounts_fa(fields, currency != "PLN")
    return InvoiceFacts(
        form=form,
        kind=_KINDS[fields["RodzajFaktury"]],
        number=fields.get("P_2") or fields["P_4C"],
        issue_date=date.fromisoformat(fields.get("P_1") or fields["P_4B"]),
        seller=_taxpayer(top["Podmiot1"]),
        buyer=_identified(top["Podmiot2"]),
        net=amounts[0],
        vat=amounts[1],
        gross=amounts[2],
        currency=currency,
        self_invoicing="Adnotacje" in table and _texts(table["Adnotacje"]).get("P_17") == "1",
        attachment="Zalacznik" in top,
        third_subjects=tuple(_third(child) for child in root if child.tag.rpartition("}")[2] == "Podmiot3"),
        authorized=_authorized(top["PodmiotUpowazniony"]) if "PodmiotUpowazniony" in top else None,
        corrected=_corrected(table),
    )


def _amounts_fa(fields: dict[str, str], foreign: bool) -> tuple[Decimal, Decimal, Decimal]:
    """Net and gross in the invoice's currency, VAT in PLN (P_14_xW where the currency is foreign)."""
    net = vat = _ZERO
    for name, text in fields.items():
        if name.startswith("P_13_"):
            net += Decimal(text)
        elif name.startswith("P_14_") and not name.endswith("W"):
            vat += Decimal(fields.get(name + "W", text) if foreign else text)
    return net, vat, Decimal(fields["P_15"])


def _amounts_rr(fields: dict[str, str]) -> tuple[Decimal, Decimal, Decimal]:
    vat = fields.get("P_11_2W") or fields["P_11_2"]
    return Decimal(fields["P_11_1"]), Decimal(vat), Decimal(fields["P_12_1"])


def _taxpayer(party: etree._Element) -> Named:
    data = _texts(_table(party)["DaneIdentyfikacyjne"])
    if not _NIP.fullmatch(data["NIP"]):
        raise ValueError(f"NIP {data['NIP']!r}")
    return Named("Nip", data["NIP"], data.get("Nazwa") or None)


def _identified(party: etree._Element, role: int = 0) -> Named:
    data = _texts(_table(party)["DaneIdentyfikacyjne"])
    name = data.get("Nazwa") or None
    if "NIP" in data:
        return Named("Nip", data["NIP"], name, role)
    if "IDWew" in data:
        return Named("InternalId", data["IDWew"], name, role)
    if "NrVatUE" in data:
        return Named("VatUe", data.get("KodUE", "") + data["NrVatUE"], name, role)
    if "NrID" in data:
        return Named("Other", data["NrID"], name, role)
    return Named("None", None, name, role)


def _third(party: etree._Element) -> Named:
    return _identified(party, int(_texts(party).get("Rola", "0")))


def _authorized(party: etree._Element) -> Named:
    person = _taxpayer(party)
    return Named("Nip", person.value, person.name, int(_texts(party)["RolaPU"]))


def _corrected(table: dict[str, etree._Element]) -> str | None:
    original = table.get("DaneFaKorygowanej")
    return None if original is None else _texts(original).get("NrKSeFFaKorygowanej")
