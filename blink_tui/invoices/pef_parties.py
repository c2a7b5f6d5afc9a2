"""PEF: parties, addresses and references, in the words of UBL 2.1."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from lxml import etree

from blink_tui.invoices.tables import (
    Fields,
    Record,
    day,
    into,
    many,
    merged,
    one,
    special,
    text,
    text_of,
    texts,
)
from blink_tui.invoices.xml import name_of
from blink_tui.model.invoice import Address, Contact, InvoiceParty
from blink_tui.model.invoice.pef import Reference
from blink_tui.model.values import nip_check_digit_is_right

NAMESPACES = (
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "urn:pl:extended:CommonBasicComponents-2",
    "urn:pl:extended:CommonAggregateComponents-2",
)
"""Of UBL and its Polish extension; their tags do not clash."""

_POLISH = re.compile(r"(PL)?(\d{10})", re.ASCII)
_POLISH_ENDPOINT = "9945"
"""Scheme of an electronic address that is a Polish VAT number."""
_UNION = re.compile(r"([A-Z]{2})(.+)", re.ASCII)

ADDRESS = Record(
    Address,
    {
        "StreetName": texts("lines"),
        "AdditionalStreetName": texts("lines"),
        "CityName": texts("lines"),
        "PostalZone": texts("lines"),
        "CountrySubentity": texts("lines"),
        "AddressLine": into({"Line": texts("lines")}),
        "Country": into({"IdentificationCode": text("country")}),
    },
)


def written(element: etree._Element) -> str | None:
    """An element's own text without space at its ends; None when there is none. Raises as `text_of` does."""
    return text_of(element) or None


def _identification(element: etree._Element) -> Fields:
    return {"identifications": [(written(child) or "", child.get("schemeID")) for child in element]}


def _tax_number(number: str | None = None, scheme: str = "VAT") -> Fields:
    """CompanyID of a PartyTaxScheme: a NIP, a number of the Union with its country, or another tax's number."""
    if number is None:
        return {}
    if scheme != "VAT":
        return {"identifications": [(number, scheme)]}
    if match := _POLISH.fullmatch(number):
        return {"tax_prefix": match[1], "nip": match[2]}
    if match := _UNION.fullmatch(number):
        return {"eu_country": match[1], "vat_ue": match[2]}
    return {"other_id": number}


_TAX_SCHEME = Record(_tax_number, {"CompanyID": text("number"), "TaxScheme": into({"ID": text("scheme")})})


def _party(trade_name: str | None = None, name: str | None = None, **fields: Any) -> InvoiceParty:
    if not fields.keys() & {"nip", "vat_ue", "other_id"}:
        fields["nip"] = _nip_elsewhere(fields)
    return InvoiceParty(name=name or trade_name, trade_name=trade_name, **fields)


def _nip_elsewhere(fields: Fields) -> str | None:
    """NIP of a party without a VAT number, such as an exempt one: its legal number or its electronic address.

    A number of the register of companies has ten digits too, but begins with zeros.
    """
    places = [fields.get("legal_id")]
    if fields.get("endpoint_scheme") == _POLISH_ENDPOINT:
        places.append(fields.get("endpoint"))
    found = (_POLISH.fullmatch(place) for place in places if place)
    numbers = (match[2] for match in found if match and match[2][0] != "0")
    return next(filter(nip_check_digit_is_right, numbers), None)


PARTY = Record(
    _party,
    {
        "EndpointID": special(
            lambda element: {"endpoint": written(element), "endpoint_scheme": element.get("schemeID")}
        ),
        "PartyIdentification": special(_identification, "identifications"),
        "PartyName": into({"Name": text("trade_name")}),
        "PostalAddress": one("seat", ADDRESS),
        "PartyTaxScheme": merged(_TAX_SCHEME, "identifications"),
        "PartyLegalEntity": into(
            {
                "RegistrationName": text("name"),
                "CompanyID": special(
                    lambda element: {"legal_id": written(element), "legal_scheme": element.get("schemeID")}
                ),
                "CompanyLegalForm": text("legal_form"),
            }
        ),
        "Contact": many(
            "contacts",
            Record(
                Contact,
                {"Name": text("name"), "Telephone": text("phone"), "ElectronicMail": text("email")},
            ),
        ),
    },
)


def _embedded(element: etree._Element) -> Fields:
    return {
        "content": written(element),
        "file_name": element.get("filename"),
        "mime_code": element.get("mimeCode"),
    }


def reference(tag: str) -> Record:
    """A reference to a document, which remembers by what tag."""
    return Record(
        partial(Reference, kind=tag),
        {
            "ID": special(lambda element: {"id": written(element), "scheme": element.get("schemeID")}),
            "IssueDate": day("issue_date"),
            "DocumentTypeCode": text("type_code"),
            "DocumentDescription": text("description"),
            "Attachment": into(
                {
                    "ExternalReference": into({"URI": text("uri")}),
                    "EmbeddedDocumentBinaryObject": special(_embedded),
                }
            ),
        },
    )


def is_ubl(element: etree._Element) -> str | None:
    """`Invoice` or `CreditNote` when the element is the root of such a document of UBL 2."""
    namespace, local = name_of(element)
    known = namespace == f"urn:oasis:names:specification:ubl:schema:xsd:{local}-2"
    return local if known and local in ("Invoice", "CreditNote") else None
