"""The sandbox's own reader of PEF (UBL invoices and credit notes)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from lxml import etree

from blink_tui.sandbox.facts import Form, InvoiceFacts, Named

_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_NIP = re.compile(r"(?:PL)?([1-9](?:\d[1-9]|[1-9]\d)\d{7})", re.ASCII)
_EU = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,12}")


def read_ubl(root: etree._Element) -> InvoiceFacts:
    """The facts of one UBL document. Raises LookupError or ValueError."""
    correction = etree.QName(root).localname == "CreditNote"
    totals = _need(root, f"{_CAC}LegalMonetaryTotal")
    seller = _party(_need(root, f"{_CAC}AccountingSupplierParty/{_CAC}Party"))
    if seller.type != "Nip":
        raise ValueError(f"seller without NIP: {seller.value}")
    return InvoiceFacts(
        form=Form("PEF_KOR (3)" if correction else "PEF (3)", "2-1", "PEF"),
        kind="KorPef" if correction else "VatPef",
        number=_text(root, f"{_CBC}ID"),
        issue_date=date.fromisoformat(_text(root, f"{_CBC}IssueDate")),
        seller=seller,
        buyer=_party(_need(root, f"{_CAC}AccountingCustomerParty/{_CAC}Party")),
        net=Decimal(_text(totals, f"{_CBC}TaxExclusiveAmount")),
        vat=_vat(root),
        gross=Decimal(_text(totals, f"{_CBC}TaxInclusiveAmount")),
        currency=_text(root, f"{_CBC}DocumentCurrencyCode"),
    )


def _need(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path)
    if found is None:
        raise LookupError(path.rpartition("}")[2])
    return found


def _text(element: etree._Element, path: str) -> str:
    return (_need(element, path).text or "").strip()


def _vat(root: etree._Element) -> Decimal:
    """The tax in PLN where the document states it, else the first one stated."""
    amounts = root.findall(f"{_CAC}TaxTotal/{_CBC}TaxAmount")
    polish = [amount for amount in amounts if amount.get("currencyID") == "PLN"]
    chosen = (polish or amounts)[:1]
    return Decimal((chosen[0].text or "0").strip()) if chosen else Decimal(0)


def _party(party: etree._Element) -> Named:
    """A NIP wherever UBL may carry it, else a VAT number of the Union, else any identifier."""
    name = party.findtext(f"{_CAC}PartyLegalEntity/{_CBC}RegistrationName") or party.findtext(
        f"{_CAC}PartyName/{_CBC}Name"
    )
    identifiers = [
        (text or "").strip()
        for path in (f"{_CAC}PartyTaxScheme/{_CBC}CompanyID", f"{_CAC}PartyLegalEntity/{_CBC}CompanyID")
        for text in (element.text for element in party.findall(path))
    ]
    for identifier in identifiers:
        if match := _NIP.fullmatch(identifier):
            return Named("Nip", match.group(1), name)
    for identifier in identifiers:
        if _EU.fullmatch(identifier):
            return Named("VatUe", identifier, name)
    return Named("Other", identifiers[0], name) if identifiers else Named("None", None, name)
