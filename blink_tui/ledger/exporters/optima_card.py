"""The other side of a document as a contractor of Optima, and what the document repeats of it (FORMATS 2.2)."""

from __future__ import annotations

import uuid
import zlib
from functools import lru_cache
from typing import NamedTuple

from blink_tui.ledger.exporters.optima_words import card_kind, yes
from blink_tui.ledger.facts import Partner
from blink_tui.ledger.texts import Texts
from blink_tui.model.text import clean

AKRONIM, NAME = 20, 50
"""Longest texts; a name has three lines."""
_NAMESPACE = uuid.UUID("9d2c7a14-0f1e-5f0a-8f3e-6a1d0b7c2e55")
"""Of contractors; changing it would make every one a new one for Optima."""


def cdata(text: str) -> str:
    """A text in CDATA, split where it would end it; nothing of nothing."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>" if text else ""


class Card(NamedTuple):
    """Texts ready for the file."""

    akronim: str
    """Optima's own key of it."""
    registered: bool
    """It has a number for tax."""
    fields: str
    """PODMIOT to KOD_POCZTOWY of a document."""
    payer: str
    """PLATNIK, PLATNIK_ID, PLATNIK_NIP."""
    payment: str
    """Party of a payment."""
    record: str
    """KONTRAHENT."""


def card_of(partner: Partner, *, sale: bool, texts: Texts) -> Card:
    """The same for the same contractor, whatever the document, but for its side and the name written there."""
    akronim = _akronim(partner)
    guid = _guid(akronim)
    number = partner.bare
    symbol, nip, place = cdata(akronim), cdata(number), partner.place
    names = "".join(
        f"<NAZWA{line}>{cdata(part)}</NAZWA{line}>\n"
        for line, part in enumerate(_lines(texts.of(partner.name, "NAZWA1-3", 3 * NAME)), 1)
    )
    tax = f"<NIP_KRAJ>{cdata(partner.prefix)}</NIP_KRAJ>\n<NIP>{nip}</NIP>\n"
    town = cdata(texts.of(place.town, "MIASTO"))
    where = (
        f"<ULICA>{cdata(texts.of(place.street, 'ULICA'))}</ULICA>\n<MIASTO>{town}</MIASTO>\n"
        f"<KOD_POCZTOWY>{cdata(place.postal_code)}</KOD_POCZTOWY>\n"
    )
    return Card(
        akronim,
        bool(number),
        f"<PODMIOT>{symbol}</PODMIOT>\n<PODMIOT_ID>{guid}</PODMIOT_ID>\n<PODMIOT_NIP>{nip}</PODMIOT_NIP>\n"
        f"{names}{tax}{where}",
        f"<PLATNIK>{symbol}</PLATNIK>\n<PLATNIK_ID>{guid}</PLATNIK_ID>\n<PLATNIK_NIP>{nip}</PLATNIK_NIP>\n",
        f"<PLATNOSC_TYP_PODMIOTU>kontrahent</PLATNOSC_TYP_PODMIOTU>\n<PLATNOSC_PODMIOT>{symbol}</PLATNOSC_PODMIOT>\n"
        f"<PLATNOSC_PODMIOT_ID>{guid}</PLATNOSC_PODMIOT_ID>\n<PLATNOSC_PODMIOT_NIP>{nip}</PLATNOSC_PODMIOT_NIP>\n",
        f"<KONTRAHENT>\n<ID_ZRODLA>{guid}</ID_ZRODLA>\n<AKRONIM>{symbol}</AKRONIM>\n"
        f"<RODZAJ>{'odbiorca' if sale else 'dostawca'}</RODZAJ>\n<EKSPORT>{card_kind(partner)}</EKSPORT>\n"
        f"<FINALNY>{yes(not number)}</FINALNY>\n<PLATNIK_VAT>{yes(number)}</PLATNIK_VAT>\n<MEDIALNY>Nie</MEDIALNY>\n"
        f"<NIEAKTYWNY>Nie</NIEAKTYWNY>\n<KRAJ_ISO>{cdata(partner.country)}</KRAJ_ISO>\n<ADRESY>\n<ADRES>\n"
        f"<STATUS>aktualny</STATUS>\n{names}<KRAJ/>\n{where}<POCZTA>{town}</POCZTA>\n{tax}"
        "</ADRES>\n</ADRESY>\n</KONTRAHENT>\n",
    )


@lru_cache(maxsize=4096)
def _guid(akronim: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, akronim))


def _akronim(partner: Partner) -> str:
    """As the ledger knows it, else its number; one too long, or none, becomes a name with a sum that tells it apart."""
    known = clean(partner.code or partner.number)
    if known and len(known) <= AKRONIM:
        return known
    whole = known or f"{partner.name} {partner.place.line}"
    return f"{whole[:11].rstrip()}-{zlib.crc32(whole.encode()):08X}"


def _lines(name: str) -> list[str]:
    """A name in three lines, broken between words where all of it still fits so."""
    found = []
    for left in (2, 1, 0):
        space = name.rfind(" ", 0, NAME + 1)
        cut = space if space > 0 and len(name) - space - 1 <= left * NAME else NAME
        cut = len(name) if len(name) <= NAME else cut
        found.append(name[:cut].rstrip())
        name = name[cut:].lstrip()
    return found
