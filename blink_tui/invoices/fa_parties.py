"""FA: parties, in the schema's own words (Podmiot1, Podmiot2, Podmiot3, PodmiotUpowazniony)."""

from __future__ import annotations

from blink_tui.invoices.tables import (
    PASSED,
    Record,
    Rule,
    amount,
    flag,
    into,
    many,
    one,
    text,
    texts,
    whole,
)
from blink_tui.model.invoice import Address, Contact, InvoiceParty

ADDRESS = Record(
    Address,
    {
        "KodKraju": text("country"),
        "AdresL1": texts("lines"),
        "AdresL2": texts("lines"),
        "GLN": text("gln"),
    },
)

_CONTACT = Record(
    Contact,
    {
        "Email": text("email"),
        "Telefon": text("phone"),
        "EmailPU": text("email"),
        "TelefonPU": text("phone"),
    },
)

IDENTITY: dict[str, Rule] = {
    "NIP": text("nip"),
    "IDWew": text("internal_id"),
    "KodUE": text("eu_country"),
    "NrVatUE": text("vat_ue"),
    "KodKraju": text("id_country"),
    "NrID": text("other_id"),
    "BrakID": flag("no_id"),
    "Nazwa": text("name"),
}

PARTY_HEAD = Record(
    InvoiceParty,
    {
        "DaneIdentyfikacyjne": into(IDENTITY),
        "JST": flag("local_government"),
        "GV": flag("vat_group"),
        "Rola": whole("role"),
        "RolaPU": whole("role"),
    },
)
"""Who it is and in what role, without addresses."""

PARTY = Record(
    InvoiceParty,
    {
        "PrefiksPodatnika": text("tax_prefix"),
        "NrEORI": text("eori"),
        "DaneIdentyfikacyjne": into(IDENTITY),
        "Adres": one("seat", ADDRESS),
        "AdresKoresp": one("mailing", ADDRESS),
        "DaneKontaktowe": many("contacts", _CONTACT),
        "StatusInfoPodatnika": whole("status"),
        "NrKlienta": text("customer_number"),
        "NrKontrahenta": text("customer_number"),
        "IDNabywcy": text("link_id"),
        "JST": flag("local_government"),
        "GV": flag("vat_group"),
        "Rola": whole("role"),
        "RolaPU": whole("role"),
        "RolaInna": PASSED,
        "OpisRoli": text("role_description"),
        "Udzial": amount("share"),
    },
)
"""One table for all of them: no tag means two things."""
