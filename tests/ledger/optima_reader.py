"""An independent small reader of Optima's offline XML, written from FORMATS 2; it shares nothing with the exporter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

NS = "{http://www.comarch.pl/cdn/optima/offline}"
_ELEMENTS = (
    "ID_ZRODLA MODUL TYP REJESTR DATA_WYSTAWIENIA DATA_SPRZEDAZY DATA_ZAKUPU DATA_WPLYWU TERMIN"
    " DATA_DATAOBOWIAZKUPODATKOWEGO DATA_DATAPRAWAODLICZENIA NUMER KOREKTA KOREKTA_NUMER WEWNETRZNA METODA_KASOWA"
    " FISKALNA DETALICZNA EKSPORT FINALNY PODATNIK_CZYNNY IDENTYFIKATOR_KSIEGOWY TYP_PODMIOTU PODMIOT PODMIOT_ID"
    " PODMIOT_NIP NAZWA1 NAZWA2 NAZWA3 NIP_KRAJ NIP KRAJ WOJEWODZTWO POWIAT GMINA ULICA NR_DOMU NR_LOKALU MIASTO"
    " KOD_POCZTOWY POCZTA DODATKOWE PESEL ROLNIK TYP_PLATNIKA PLATNIK PLATNIK_ID PLATNIK_NIP PLATNIK_RACHUNEK_NR"
    " KATEGORIA KATEGORIA_ID OPIS FORMA_PLATNOSCI FORMA_PLATNOSCI_ID DEKLARACJA_VAT7 DEKLARACJA_VATUE DEKLARACJA_VAT27"
    " WALUTA KURS_WALUTY NOTOWANIE_WALUTY_ILE NOTOWANIE_WALUTY_ZA_ILE DATA_KURSU KURS_DO_KSIEGOWANIA KURS_WALUTY_2"
    " NOTOWANIE_WALUTY_ILE_2 NOTOWANIE_WALUTY_ZA_ILE_2 DATA_KURSU_2 PLATNOSC_VAT_W_PLN AKCYZA_NA_WEGIEL"
    " AKCYZA_NA_WEGIEL_KOLUMNA_KPR FA_Z_PA VAN_FA_Z_PA VAN_RODZAJ JPK_FA MPP NR_KSEF KSEF_DATA_PRZYJECIA"
    " DODATKOWY_OPIS POZYCJE KWOTY_DODATKOWE PLATNOSCI KODY_JPK ATRYBUTY UWAGI"
)
ORDER = _ELEMENTS.split()
"""Elements of a record as FORMATS 2.3 lists them."""
Fields = dict[str, str]


@dataclass(frozen=True)
class Record:
    """A document of a register."""

    sale: bool
    fields: Fields
    positions: Sequence[Fields]
    postings: Sequence[Fields]
    payments: Sequence[Fields]
    codes: Sequence[str]

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def rates(self) -> list[tuple[bool, str, Decimal, Decimal]]:
        """Direction, rate, net and tax for VAT of each position."""
        return [
            (self.sale, _rate(one), Decimal(one["NETTO_SYS2"]), Decimal(one["VAT_SYS2"]))
            for one in self.positions
        ]

    def side(self, name: str) -> Decimal:
        """Sum of the additional amounts with an account on a side."""
        return sum((Decimal(one["KWOTA_KD"]) for one in self.postings if one[name]), Decimal(0))


@dataclass(frozen=True)
class File:
    """A whole file."""

    ids: Sequence[tuple[str, str]]
    contractors: dict[str, Fields]
    documents: Sequence[Record]


def read(content: bytes) -> File:
    """A file; its order, keys and references are asserted."""
    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    root = etree.fromstring(content)
    assert root.tag == NS + "ROOT"
    names = ["KONTRAHENCI", "REJESTRY_SPRZEDAZY_VAT", "REJESTRY_ZAKUPU_VAT"]
    assert [one.tag.removeprefix(NS) for one in root] == names
    cards, sales, purchases = root
    for section in root:
        assert [one.tag.removeprefix(NS) for one in list(section)[:3]] == [
            "WERSJA",
            "BAZA_ZRD_ID",
            "BAZA_DOC_ID",
        ]
        assert _text(section[0]) == "2.00"
    contractors = [_card(one) for one in list(cards)[3:]]
    found = [
        *(_record(one, "REJESTR_SPRZEDAZY_VAT") for one in list(sales)[3:]),
        *(_record(one, "REJESTR_ZAKUPU_VAT") for one in list(purchases)[3:]),
    ]
    by_symbol = {one["AKRONIM"]: one for one in contractors}
    assert len(by_symbol) == len(contractors) == len({one["ID_ZRODLA"] for one in contractors})
    assert all(0 < len(symbol) <= 20 for symbol in by_symbol)
    assert {one["PODMIOT"] for one in found} == set(by_symbol)
    for one in found:
        assert one["PODMIOT_ID"] == by_symbol[one["PODMIOT"]]["ID_ZRODLA"]
    ids = [one["ID_ZRODLA"] for one in found]
    assert len(set(ids)) == len(ids)
    bases = [(_text(section[1]), _text(section[2])) for section in root]
    return File(bases, by_symbol, tuple(found))


def _record(element: etree._Element, tag: str) -> Record:
    assert element.tag == NS + tag
    names = [one.tag.removeprefix(NS) for one in element]
    places = [ORDER.index(name) for name in names]
    assert places == sorted(set(places)), names
    fields = {name: _text(one) for name, one in zip(names, element, strict=True) if not len(one)}
    positions = _rows(element, "POZYCJE", "POZYCJA")
    assert [one["LP"] for one in positions] == [str(place) for place in range(1, len(positions) + 1)]
    payments = _rows(element, "PLATNOSCI", "PLATNOSC")
    assert all(Decimal(one["KWOTA_PLAT"]) > 0 for one in payments)
    codes = [_text(one) for one in element.findall(f"{NS}KODY_JPK/{NS}KOD_JPK/{NS}KOD")]
    sale = tag == "REJESTR_SPRZEDAZY_VAT"
    assert fields["TYP"] == ("Rejestr sprzedazy" if sale else "Rejestr zakupu")
    return Record(sale, fields, positions, _rows(element, "KWOTY_DODATKOWE", "POZYCJA_KD"), payments, codes)


def _rows(element: etree._Element, section: str, row: str) -> list[Fields]:
    return [_leaves(one) for one in element.findall(f"{NS}{section}/{NS}{row}")]


def _card(element: etree._Element) -> Fields:
    assert element.tag == NS + "KONTRAHENT"
    (address,) = element.findall(f"{NS}ADRESY/{NS}ADRES")
    return _leaves(element) | _leaves(address)


def _leaves(element: etree._Element) -> Fields:
    return {one.tag.removeprefix(NS): _text(one) for one in element if not len(one)}


def _text(element: etree._Element) -> str:
    return element.text or ""


def _rate(position: Fields) -> str:
    if position["STATUS_VAT"] != "opodatkowana":
        return {"zwolniona": "zw", "nie podlega": "np"}[position["STATUS_VAT"]]
    whole = Decimal(position["STAWKA_VAT"])
    return f"{whole:f}".rstrip("0").rstrip(".") if whole else "0"
